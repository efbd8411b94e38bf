/* SPDX-License-Identifier: MIT */
#include "actions/doors/http.h"

#include <microhttpd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "actions/doors/http_routes.h"
#include "actions/doors/http_socket.h"
#include "base/json.h"
#include "base/mem.h"

#define BODY_MOST ((size_t)1024 * 1024)
#define BODY_SECONDS 60	 /* for all of a body, however it trickles */
#define IDLE_SECONDS 30U /* without a byte in either direction     */
#define QUIET_MS 15000	 /* then a stream says that it lives       */
#define CONNECTIONS_MOST 256U
#define STACK_BYTES ((size_t)1024 * 1024)
#define SITES_MOST 64

struct http {
	struct http_house house;
	struct http_socket socket;
	const char *sites[SITES_MOST + 3];
	size_t n_sites;
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock; /* around busy */
	size_t busy;
	struct arena arena;
};

/* A request that is being taken or answered; freed when it has ended. */
struct exchange {
	struct text body;
	int64_t began;
};

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static const char *query(void *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
}

static int descriptor(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

/* The end of what the other side sends, while it waits for us, means that it no longer waits. */
static bool has_gone(void *connection)
{
	char byte;

	return recv(descriptor(connection), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* ---- answers ---- */

struct outlet {
	struct stream *stream;
	int connection;
};

static ssize_t outlet_read(void *arg, uint64_t at, char *out, size_t room)
{
	static const char alive[] = ":\n\n"; /* a comment (WHATWG HTML, "Server-sent events") */
	const struct outlet *o = arg;
	size_t length;

	(void)at;
	switch (stream_read(o->stream, o->connection, QUIET_MS, out, room, &length)) {
	case STREAM_BYTES:
		return (ssize_t)length;
	case STREAM_QUIET:
		memcpy(out, alive, sizeof(alive) - 1);
		return sizeof(alive) - 1;
	case STREAM_ENDED:
		return MHD_CONTENT_READER_END_OF_STREAM;
	case STREAM_BROKEN:
		break;
	}
	return MHD_CONTENT_READER_END_WITH_ERROR;
}

static void outlet_close(void *arg)
{
	struct outlet *o = arg;

	stream_leave(o->stream);
	free(o);
}

/* Takes the answer's stream when there is one. */
static struct MHD_Response *response_make(struct MHD_Connection *connection, struct http_answer *answer)
{
	const struct widget_page *page = &answer->page;
	struct MHD_Response *response;
	struct outlet *outlet;

	if (!answer->stream)
		return MHD_create_response_from_buffer(
			page->length, mem_copy_range(page->body, page->length), MHD_RESPMEM_MUST_FREE);
	outlet = mem_alloc(sizeof(*outlet));
	*outlet = (struct outlet) { answer->stream, descriptor(connection) };
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16 * 1024, outlet_read, outlet, outlet_close);
	if (response)
		answer->stream = NULL;
	else
		free(outlet);
	return response;
}

static enum MHD_Result answer_send(struct MHD_Connection *connection, struct http_answer *answer)
{
	const struct widget_page *page = &answer->page;
	const char *const headers[][2] = { { "Content-Type", page->type }, { "Content-Security-Policy", page->policy },
		{ "Cross-Origin-Resource-Policy", page->shared }, { "Cache-Control", page->caching },
		{ "X-Content-Type-Options", "nosniff" }, { "Referrer-Policy", "no-referrer" }, { "Vary", "Origin" },
		{ "X-Accel-Buffering", "no" }, { "Mcp-Session-Id", *answer->session ? answer->session : NULL },
		{ "Retry-After", *answer->retry_after ? answer->retry_after : NULL },
		{ "Allow", *answer->allow ? answer->allow : NULL }, { "Access-Control-Allow-Origin", answer->cors },
		{ "Access-Control-Allow-Methods", answer->cors ? "GET, POST, DELETE" : NULL },
		{ "Access-Control-Allow-Headers",
			answer->cors ? "Content-Type, Identity-Token, MCP-Protocol-Version, Mcp-Method, Mcp-Name, "
				       "Mcp-Session-Id"
				     : NULL },
		{ "Access-Control-Expose-Headers", answer->cors ? "Mcp-Session-Id, Retry-After" : NULL },
		{ "Access-Control-Max-Age", answer->cors ? "600" : NULL } };
	struct MHD_Response *response = response_make(connection, answer);
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

/* ---- requests ---- */

static void busy_count(struct http *h, bool more)
{
	pthread_mutex_lock(&h->lock);
	h->busy = more ? h->busy + 1 : h->busy - 1;
	pthread_mutex_unlock(&h->lock);
}

size_t http_busy(struct http *h)
{
	size_t busy;

	pthread_mutex_lock(&h->lock);
	busy = h->busy;
	pthread_mutex_unlock(&h->lock);
	return busy;
}

static struct exchange *exchange_begin(struct http *h)
{
	struct exchange *x = mem_alloc(sizeof(*x));

	text_init(&x->body, BODY_MOST);
	x->began = clock_now(&h->house.agent->clock);
	busy_count(h, true);
	return x;
}

static void on_end(void *arg, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode how)
{
	struct exchange *x = *context;

	(void)connection, (void)how;
	if (!x)
		return;
	text_clear(&x->body);
	free(x);
	*context = NULL;
	busy_count(arg, false);
}

static enum MHD_Result answer_make(struct http *h, struct MHD_Connection *connection, const char *method,
	const char *path, const struct exchange *x)
{
	const struct http_request request = {
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
		.mcp_session = header(connection, "Mcp-Session-Id"),
		.query = query,
		.gone = has_gone,
		.arg = connection,
		.body = x->body.over ? NULL : x->body.data,
		.length = x->body.length,
	};
	struct http_answer answer = { 0 };
	enum MHD_Result result;

	http_route(&h->house, &request, &answer);
	result = answer_send(connection, &answer);
	http_answer_clear(&answer);
	return result;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path, const char *method,
	const char *version, const char *data, size_t *length, void **context)
{
	struct http *h = arg;
	struct exchange *x = *context;

	(void)version;
	if (!x) {
		*context = exchange_begin(h);
		return MHD_YES;
	}
	if (!*length)
		return answer_make(h, connection, method, path, x);
	if (clock_now(&h->house.agent->clock) - x->began > BODY_SECONDS)
		return MHD_NO;
	text_add(&x->body, data, *length);
	*length = 0;
	return MHD_YES;
}

/* ---- opening and closing ---- */

static void site_add(struct http *h, const char *origin, size_t length)
{
	if (h->n_sites < COUNT_OF(h->sites) - 1)
		h->sites[h->n_sites++] = arena_range(&h->arena, origin, length);
}

static void place_make(struct http *h, const struct http_options *options)
{
	struct widget_place *place = &h->house.place;
	const char *at = options->sites;

	for (size_t n = 0; at && *at && n < SITES_MOST; n++) {
		size_t length = strcspn(at, ",");

		site_add(h, at, length);
		at += length + (at[length] == ',');
	}
	place->origin = options->public_url ? arena_text(&h->arena, options->public_url) : h->socket.url;
	if (options->demo) {
		const char *site = arena_format(&h->arena, "http://localhost:%u", h->socket.port);

		site_add(h, place->origin, strlen(place->origin));
		site_add(h, site, strlen(site));
	}
	place->sites = h->sites;
	place->demo = options->demo;
}

static bool is_loopback(const char *address)
{
	return !address || !strncmp(address, "127.", 4) || !strcmp(address, "::1");
}

/* An origin as browsers write it: scheme and authority, in lower case, without a path. */
static bool is_origin(const char *url)
{
	const char *host = !strncmp(url, "https://", 8) ? url + 8 : !strncmp(url, "http://", 7) ? url + 7 : "";

	return *host && strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") == strlen(host);
}

static bool options_check(const struct http_options *o, struct text *why)
{
	if (o->public_url && !is_origin(o->public_url))
		text_format(
			why, "--public-url takes an origin such as https://support.example.com, not %s", o->public_url);
	else if (!is_loopback(o->bind) && !o->public_url)
		text_put(why, "--bind with an address that others reach takes --public-url, the one name to answer to");
	else if (!is_loopback(o->bind) && o->demo)
		text_put(why, "--demo signs anybody in as anybody, and stays on this machine: leave out --bind");
	return !why->length;
}

struct http *http_open(struct agent *a, const struct http_options *options, FILE *err, struct text *why)
{
	struct http *h = mem_alloc(sizeof(*h));

	if (!options_check(options, why) ||
		!http_socket_open(options->bind, options->port, &h->arena, &h->socket, why)) {
		arena_free(&h->arena);
		free(h);
		return NULL;
	}
	if (pthread_mutex_init(&h->lock, NULL))
		die("a lock could not be made");
	/* Complete before the first request can come. */
	http_house_init(&h->house);
	h->house.agent = a;
	h->house.api_key = options->api_key;
	h->house.err = err;
	h->house.port = h->socket.port;
	h->house.model = options->model.name ? model_openai(&options->model) : model_scripted();
	place_make(h, options);
	h->daemon = MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
					     MHD_USE_ERROR_LOG | MHD_USE_ITC,
		0, NULL, NULL, on_request, h, MHD_OPTION_LISTEN_SOCKET, h->socket.fd, MHD_OPTION_NOTIFY_COMPLETED,
		on_end, h, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MOST,
		MHD_OPTION_THREAD_STACK_SIZE, STACK_BYTES, MHD_OPTION_END);
	if (!h->daemon)
		die("the HTTP library did not start");
	return h;
}

const char *http_url(const struct http *h)
{
	return h->socket.url;
}

void http_quiesce(struct http *h)
{
	MHD_socket fd = MHD_quiesce_daemon(h->daemon);

	if (fd == MHD_INVALID_SOCKET)
		return;
	shutdown(fd, SHUT_RDWR); /* at once, although the accepting thread may be looking at it still */
	close(fd);
}

void http_close(struct http *h)
{
	crew_stop(&h->house.crew);
	MHD_stop_daemon(h->daemon);
	http_house_clear(&h->house);
	pthread_mutex_destroy(&h->lock);
	arena_free(&h->arena);
	free(h);
}

/* ---- the command ---- */

/* Until all is answered, the grace is over, or somebody is in a hurry. */
static void wait_for_answers(struct http *h, const sigset_t *ends)
{
	const struct timespec moment = { .tv_nsec = 50 * 1000 * 1000 };

	for (int i = 0; i < HTTP_GRACE * 20 && http_busy(h); i++)
		if (sigtimedwait(ends, NULL, &moment) > 0)
			return;
}

static int wait_for_end(struct http *h, const sigset_t *ends, FILE *err)
{
	int number;

	if (sigwait(ends, &number)) {
		fprintf(err, "stripe-actions: cannot wait for signals\n");
		return 1;
	}
	http_quiesce(h);
	wait_for_answers(h, ends);
	return 0;
}

int http_serve(struct agent *a, const struct http_options *options, FILE *out, FILE *err)
{
	struct text why;
	struct http *h;
	sigset_t ends;
	int status = 2;

	/* Before the threads exist, which inherit the mask. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	text_init(&why, TEXT_NO_CEILING);
	h = http_open(a, options, err, &why);
	if (h) {
		fprintf(out, "stripe-actions ready %s\n", http_url(h));
		fflush(out);
		status = wait_for_end(h, &ends, err);
		http_close(h);
	} else {
		fprintf(err, "stripe-actions: %s\n", why.data);
	}
	text_clear(&why);
	return status;
}
