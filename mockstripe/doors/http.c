/* SPDX-License-Identifier: MIT */
/*
 * The HTTP door. libmicrohttpd hands over a request in steps: the raw request line (on_target), the header and pieces
 * of the body (on_request), and its end (on_end), which comes for every request that on_target has seen, also for those
 * that break off. One struct exchange goes along.
 *
 * The target is taken raw, because the library's own decoding loses what %2F was; query and body are decoded by one
 * decoder in the engine. The body of the answer is the engine's shared bytes: they are never copied here.
 *
 * An answer that a fault holds back waits in its exchange while the connection is suspended: on_request is called once
 * more when it is resumed.
 */
#include "doors/http.h"

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/mem.h"
#include "doors/headers.h"
#include "doors/http_wire.h"
#include "doors/later.h"
#include "events/deliver.h"

/*
 * For a connection: the 16 KiB of header that Stripe reads, and room for the answer's. The library clears all of it for
 * every request, so that three times as much would cost a tenth of the throughput.
 */
#define CONNECTION_MEMORY ((size_t)20 << 10)
#define IDLE_SECONDS 300U
#define STOP_MILLISECONDS 2000

struct http_door {
	struct MHD_Daemon *daemon;
	struct front *front;
	struct listener listener;
	bool tls;
	struct later *later;
	atomic_uint active; /* requests between on_target and on_end */
};

struct exchange {
	bool begun, too_large;
	char *body;
	size_t length, room;
	struct reply *held; /* the answer that waits; NULL: none */
	char target[];
};

static void *on_target(void *arg, const char *target, struct MHD_Connection *connection)
{
	struct http_door *door = arg;
	size_t length = strlen(target);
	struct exchange *x = malloc(sizeof *x + length + 1);

	(void)connection;
	if (!x)
		die("out of memory");
	*x = (struct exchange) { 0 };
	memcpy(x->target, target, length + 1);
	atomic_fetch_add_explicit(&door->active, 1, memory_order_relaxed);
	return x;
}

static void on_end(void *arg, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode how)
{
	struct http_door *door = arg;
	struct exchange *x = *context;

	(void)connection, (void)how;
	if (!x)
		return;
	*context = NULL;
	if (x->held) {
		bytes_drop(x->held->body);
		bytes_drop(x->held->headers);
		free(x->held);
	}
	free(x->body);
	free(x);
	atomic_fetch_sub_explicit(&door->active, 1, memory_order_release);
}

static const char *header(struct MHD_Connection *connection, const char *name, size_t length)
{
	const char *value = NULL;

	MHD_lookup_connection_value_n(connection, MHD_HEADER_KIND, name, length, &value, NULL);
	return value;
}
#define HEADER(connection, name) header(connection, name, sizeof(name) - 1)

/* A value that the library refuses (a tab in an echoed key) cannot stand in a header: the answer goes without it. */
static void put_header(void *response, const char *name, const char *value)
{
	(void)MHD_add_response_header(response, name, value);
}

static void drop_bytes(void *bytes)
{
	bytes_drop(bytes);
}

static struct MHD_Response *whole_response(struct bytes *body)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer_with_free_callback_cls(body->length, body->data, drop_bytes, body);

	if (!response)
		bytes_drop(body);
	return response;
}

static enum MHD_Result send_nothing(struct MHD_Connection *connection, struct reply *reply)
{
	if (reply->wire == WIRE_RESET)
		http_reset(connection);
	bytes_drop(reply->body);
	bytes_drop(reply->headers);
	return MHD_NO;
}

/* Takes the reply's body and headers. */
static enum MHD_Result send_reply(
	struct http_door *door, struct MHD_Connection *connection, const struct request *request, struct reply *reply)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	if (reply->wire != WIRE_WHOLE && reply->wire != WIRE_CUT)
		return send_nothing(connection, reply);
	response = reply->wire == WIRE_CUT ? http_cut_response(reply->body, reply->cut) : whole_response(reply->body);
	if (!response) {
		bytes_drop(reply->headers);
		return MHD_NO;
	}
	reply_headers(reply, request, put_header, response);
	bytes_drop(reply->headers);
	if (door->tls)
		put_header(response, "Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload");
	result = MHD_queue_response(connection, (unsigned)reply->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result send_preflight(struct MHD_Connection *connection)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	preflight_headers(put_header, response);
	result = MHD_queue_response(connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result send_too_large(struct http_door *door, struct MHD_Connection *connection)
{
	struct request request = { 0 };
	struct reply reply;

	front_refuse_body(&reply);
	return send_reply(door, connection, &request, &reply);
}

/*
 * The header is there. A client that waits for "100 Continue" is refused before it sends too much; another is read to
 * the end, since closing on a client that still writes would take the answer from it (RFC 9112, section 9.6).
 */
static enum MHD_Result begin(struct http_door *door, struct MHD_Connection *connection, struct exchange *x)
{
	const char *declared = HEADER(connection, "Content-Length");
	const char *expect;
	unsigned long long length;

	x->begun = true;
	if (!declared)
		return MHD_YES;
	/* The library has refused what is not a number. */
	length = strtoull(declared, NULL, 10);
	if (length > BODY_MOST) {
		x->too_large = true;
		expect = HEADER(connection, "Expect");
		return expect && !strcasecmp(expect, "100-continue") ? send_too_large(door, connection) : MHD_YES;
	}
	if (length) {
		x->room = (size_t)length + 1;
		x->body = mem_resize(NULL, x->room);
	}
	return MHD_YES;
}

static void collect(struct exchange *x, const char *part, size_t size)
{
	if (x->too_large || size > BODY_MOST - x->length) {
		x->too_large = true;
		free(x->body);
		x->body = NULL;
		return;
	}
	if (x->length + size + 1 > x->room) {
		x->room = 2 * (x->length + size) + 1;
		x->body = mem_resize(x->body, x->room);
	}
	memcpy(x->body + x->length, part, size);
	x->length += size;
	x->body[x->length] = 0;
}

static void resume(void *connection)
{
	MHD_resume_connection(connection);
}

static enum MHD_Result hold(
	struct http_door *door, struct MHD_Connection *connection, struct exchange *x, const struct reply *reply)
{
	x->held = mem_alloc(sizeof *x->held);
	*x->held = *reply;
	MHD_suspend_connection(connection);
	later_add(door->later, http_socket(connection), reply->delay, resume, connection);
	return MHD_YES;
}

static enum MHD_Result send_held(
	struct http_door *door, struct MHD_Connection *connection, const struct request *request, struct exchange *x)
{
	struct reply reply = *x->held;

	free(x->held);
	x->held = NULL;
	return send_reply(door, connection, request, &reply);
}

/* POST /_mockstripe/flush: the connection sleeps, so that what is posted may call back over this very thread. */
static bool sleeps(struct http_door *door, struct MHD_Connection *connection, const struct request *request,
	const struct origin *from)
{
	struct account *account;

	if (!front_waits(door->front, request, from, &account))
		return false;
	MHD_suspend_connection(connection);
	deliver_when_idle(engine_deliverer(door->front->engine), account, resume, connection);
	return true;
}

static enum MHD_Result answer(
	struct http_door *door, struct MHD_Connection *connection, const char *method, struct exchange *x)
{
	struct request request = {
		.method = method,
		.target = x->target,
		.body = x->body,
		.body_length = x->length,
		.authorization = HEADER(connection, "Authorization"),
		.stripe_version = HEADER(connection, "Stripe-Version"),
		.stripe_account = HEADER(connection, "Stripe-Account"),
		.idempotency_key = HEADER(connection, "Idempotency-Key"),
	};
	struct origin from = { .loopback = door->listener.loopback };
	struct reply reply;

	if (x->held)
		return send_held(door, connection, &request, x);
	if (x->length)
		request.content_type = HEADER(connection, "Content-Type");
	/* The names of a Unix socket's clients are made up: the socket's file has rights instead. */
	if (door->listener.url) {
		from.host = HEADER(connection, "Host");
		from.origin = HEADER(connection, "Origin");
	}
	if (sleeps(door, connection, &request, &from))
		return MHD_YES;
	front_serve(door->front, &request, &from, &reply);
	if (reply.delay || reply.wire == WIRE_STALL)
		return hold(door, connection, x, &reply);
	return send_reply(door, connection, &request, &reply);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *part, size_t *size, void **context)
{
	struct http_door *door = arg;
	struct exchange *x = *context;

	(void)url, (void)version;
	if (!x->begun)
		return begin(door, connection, x);
	if (*size) {
		collect(x, part, *size);
		*size = 0;
		return MHD_YES;
	}
	if (x->too_large)
		return send_too_large(door, connection);
	if (!strcmp(method, "OPTIONS"))
		return send_preflight(connection);
	return answer(door, connection, method, x);
}

static struct MHD_Daemon *start(struct http_door *door, const struct tls_pair *tls, unsigned threads)
{
	/* ITC, so that the door can stop accepting before it closes. */
	unsigned flags =
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME | (tls ? MHD_USE_TLS : 0U);
	struct MHD_OptionItem options[4];
	size_t n = 0;

	if (tls) {
		options[n++] = (struct MHD_OptionItem) { MHD_OPTION_HTTPS_MEM_CERT, 0, tls->certificate };
		options[n++] = (struct MHD_OptionItem) { MHD_OPTION_HTTPS_MEM_KEY, 0, tls->key };
	}
	if (threads > 1)
		options[n++] = (struct MHD_OptionItem) { MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)threads, NULL };
	options[n] = (struct MHD_OptionItem) { MHD_OPTION_END, 0, NULL };
	return MHD_start_daemon(flags, 0, NULL, NULL, on_request, door, MHD_OPTION_LISTEN_SOCKET, door->listener.fd,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, door, MHD_OPTION_NOTIFY_COMPLETED, on_end, door,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS,
		MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

struct http_door *http_door_open(
	struct front *front, struct listener *listener, const struct tls_pair *tls, unsigned threads, char **why)
{
	struct http_door *door = mem_alloc(sizeof *door);

	door->front = front;
	door->listener = *listener;
	door->tls = tls != NULL;
	door->later = later_new();
	*listener = (struct listener) { .fd = -1 };
	door->daemon = start(door, tls, threads);
	if (!door->daemon) {
		*why = mem_format("the HTTP library did not start on %s%s",
			door->listener.url ? door->listener.url : door->listener.path,
			tls ? "; is the certificate one that GnuTLS can use?" : "");
		listener_close(&door->listener);
		later_free(door->later);
		free(door);
		return NULL;
	}
	return door;
}

const char *http_door_url(const struct http_door *door)
{
	return door->listener.url;
}

/* Requests are served by the library's threads, which tell nobody when they are idle. */
static void wait_until_idle(struct http_door *door)
{
	const struct timespec millisecond = { .tv_nsec = 1000000 };

	for (int i = 0; i < STOP_MILLISECONDS && atomic_load_explicit(&door->active, memory_order_acquire); i++)
		nanosleep(&millisecond, NULL);
}

void http_door_close(struct http_door *door)
{
	if (!door)
		return;
	MHD_quiesce_daemon(door->daemon);
	later_let_go(door->later);
	wait_until_idle(door);
	MHD_stop_daemon(door->daemon);
	later_free(door->later);
	listener_close(&door->listener);
	free(door);
}
