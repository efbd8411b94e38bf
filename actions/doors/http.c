/* SPDX-License-Identifier: MIT */
#include "actions/doors/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "actions/doors/http_routes.h"
#include "base/mem.h"

#define BODY_MOST ((size_t)1024 * 1024)
#define IDLE_SECONDS 30U
#define PORT_USUAL 12113
#define SITES_MOST 64

struct door {
	struct http_house house;
	const char *sites[SITES_MOST + 3];
	size_t n_sites;
	struct arena arena;
};

/* A body as it comes in; one a request, freed when the request has ended. */
struct exchange {
	struct text body;
};

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static const char *query(void *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result answer_send(struct MHD_Connection *connection, const struct http_answer *answer)
{
	const struct widget_page *page = &answer->page;
	const char *const headers[][2] = { { "Content-Type", page->type }, { "Content-Security-Policy", page->policy },
		{ "Cross-Origin-Resource-Policy", page->shared }, { "Cache-Control", page->caching },
		{ "X-Content-Type-Options", "nosniff" }, { "Referrer-Policy", "no-referrer" }, { "Vary", "Origin" },
		{ "X-Accel-Buffering", "no" }, { "Access-Control-Allow-Origin", answer->cors },
		{ "Access-Control-Allow-Methods", answer->cors ? "GET, POST, DELETE" : NULL },
		{ "Access-Control-Allow-Headers", answer->cors ? "Content-Type, Identity-Token" : NULL },
		{ "Access-Control-Max-Age", answer->cors ? "600" : NULL } };
	struct MHD_Response *response = MHD_create_response_from_buffer(
		page->length, mem_copy_range(page->body, page->length), MHD_RESPMEM_MUST_FREE);
	enum MHD_Result result = response ? MHD_YES : MHD_NO;

	for (size_t i = 0; i < COUNT_OF(headers) && result == MHD_YES; i++)
		if (headers[i][1])
			result = MHD_add_response_header(response, headers[i][0], headers[i][1]);
	if (result == MHD_YES)
		result = MHD_queue_response(connection, (unsigned)answer->status, response);
	if (response)
		MHD_destroy_response(response);
	return result;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path, const char *method,
	const char *version, const char *data, size_t *length, void **context)
{
	struct door *door = arg;
	struct exchange *x = *context;
	struct http_answer answer = { 0 };
	struct http_request request;
	enum MHD_Result result;

	(void)version;
	if (!x) {
		x = mem_alloc(sizeof(*x));
		text_init(&x->body, BODY_MOST);
		*context = x;
		return MHD_YES;
	}
	if (*length) {
		text_add(&x->body, data, *length);
		*length = 0;
		return MHD_YES;
	}
	request = (struct http_request) {
		.method = method,
		.path = path,
		.host = header(connection, "Host"),
		.origin = header(connection, "Origin"),
		.content_type = header(connection, "Content-Type"),
		.accept = header(connection, "Accept"),
		.authorization = header(connection, "Authorization"),
		.identity = header(connection, "Identity-Token"),
		.mcp_version = header(connection, "MCP-Protocol-Version"),
		.mcp_method = header(connection, "Mcp-Method"),
		.mcp_name = header(connection, "Mcp-Name"),
		.query = query,
		.query_arg = connection,
		.body = x->body.data,
		.length = x->body.length,
	};
	if (x->body.over) {
		text_init(&answer.text, TEXT_NO_CEILING);
		http_answer_fault(&answer, 413, "body_too_large", "The body is larger than this server takes.");
	} else {
		http_route(&door->house, &request, &answer);
	}
	result = answer_send(connection, &answer);
	http_answer_clear(&answer);
	return result;
}

static void on_end(void *arg, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode how)
{
	struct exchange *x = *context;

	(void)arg, (void)connection, (void)how;
	if (!x)
		return;
	text_clear(&x->body);
	free(x);
	*context = NULL;
}

static void site_add(struct door *door, const char *origin, size_t length)
{
	if (door->n_sites < COUNT_OF(door->sites) - 1)
		door->sites[door->n_sites++] = arena_range(&door->arena, origin, length);
}

static void place_make(struct door *door, const struct http_options *options, unsigned port)
{
	const char *at = options->sites;

	for (size_t n = 0; at && *at && n < SITES_MOST; n++) {
		size_t length = strcspn(at, ",");

		site_add(door, at, length);
		at += length + (at[length] == ',');
	}
	door->house.place.origin = arena_format(&door->arena, "http://127.0.0.1:%u", port);
	if (options->demo) {
		const char *site = arena_format(&door->arena, "http://localhost:%u", port);

		site_add(door, door->house.place.origin, strlen(door->house.place.origin));
		site_add(door, site, strlen(site));
	}
	door->house.place.sites = door->sites;
	door->house.place.demo = options->demo;
}

static bool port_read(const char *text, unsigned short *port)
{
	char *end;
	unsigned long value = text ? strtoul(text, &end, 10) : PORT_USUAL;

	if (text && (*text < '0' || *text > '9' || *end || value > 65535))
		return false;
	*port = (unsigned short)value;
	return true;
}

/* A listening socket on loopback, and its port; -1 with errno. */
static int socket_open(unsigned short *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(*port) };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, kept;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) &&
		!bind(fd, (const struct sockaddr *)(const void *)&address, size) && !listen(fd, SOMAXCONN) &&
		!getsockname(fd, (struct sockaddr *)(void *)&address, &size)) {
		*port = ntohs(address.sin_port);
		return fd;
	}
	kept = errno;
	if (fd >= 0)
		close(fd);
	errno = kept;
	return -1;
}

/* One thread serves all connections: an agent is for one thread at a time. Takes the socket. */
static struct MHD_Daemon *door_open(struct door *door, int fd)
{
	return MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, door,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_CONNECTION_TIMEOUT,
		IDLE_SECONDS, MHD_OPTION_CONNECTION_LIMIT, 256U, MHD_OPTION_END);
}

static int wait_for_end(const sigset_t *ends, FILE *err)
{
	int number;

	if (!sigwait(ends, &number))
		return 0;
	fprintf(err, "stripe-actions: cannot wait for signals\n");
	return 1;
}

int http_serve(struct agent *a, const struct http_options *options, FILE *out, FILE *err)
{
	struct door door = { .house = { .agent = a, .api_key = options->api_key, .err = err } };
	struct MHD_Daemon *daemon;
	unsigned short port;
	sigset_t ends;
	int status, fd;

	if (!port_read(options->port, &port)) {
		fprintf(err, "stripe-actions: --port takes a number from 0 to 65535\n");
		return 2;
	}
	/* Before the thread exists, which inherits the mask. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	fd = socket_open(&port);
	if (fd < 0) {
		fprintf(err, "stripe-actions: cannot listen on 127.0.0.1 port %u: %s\n", port, strerror(errno));
		return 2;
	}
	/* Complete before the first request can come. */
	door.house.model = options->model.name ? model_openai(&options->model) : model_scripted();
	place_make(&door, options, port);
	daemon = door_open(&door, fd);
	if (!daemon)
		die("the HTTP library did not start");
	fprintf(out, "stripe-actions ready %s\n", door.house.place.origin);
	fflush(out);
	status = wait_for_end(&ends, err);
	MHD_stop_daemon(daemon);
	http_house_clear(&door.house);
	arena_free(&door.arena);
	return status;
}
