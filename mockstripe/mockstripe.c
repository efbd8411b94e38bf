/* SPDX-License-Identifier: MIT */
/* Builds the house: the engine, the control room, the doors in front; and serves the embedding API from them. */
#include "mockstripe.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/random.h"
#include "control/control.h"
#include "control/post.h"
#include "control/state.h"
#include "doors/direct.h"
#include "doors/http.h"
#include "embed.h"
#include "embed_faults.h"
#include "embed_webhooks.h"
#include "engine/engine.h"
#include "engine/faults.h"
#include "engine/fixture.h"
#include "events/deliver.h"

/* ---- start and stop ---- */

static struct ms_exchange shown(const struct logged *e)
{
	return (struct ms_exchange) {
		.number = e->number,
		.at = e->at,
		.account = e->account,
		.method = e->method,
		.path = e->target,
		.key = e->key,
		.request_body = e->request ? e->request->data : "",
		.request_length = e->request ? e->request->length : 0,
		.route = e->route,
		.stage = e->stage,
		.request_id = e->request_id,
		.idempotency_key = e->idempotency_key,
		.version = e->version,
		.status = e->status,
		.response_body = e->response ? e->response->data : "",
		.response_length = e->response ? e->response->length : 0,
		.fault = e->fault,
		.replayed = e->replayed,
	};
}

static void tell_exchange(void *arg, const struct logged *e)
{
	const struct ms *ms = arg;
	struct ms_exchange exchange = shown(e);

	ms->on_exchange(ms->on_exchange_arg, &exchange);
}

static void tell_event(void *arg, const struct announced *a)
{
	const struct ms *ms = arg;
	struct ms_event event = embed_event(a);

	ms->on_event(ms->on_event_arg, &event);
}

static void build(struct ms *ms, const struct ms_options *o)
{
	struct engine_options options = {
		.seed = o->seed,
		.now = o->now,
		.strict_keys = o->strict_keys,
		.account_per_key = o->account_per_key,
		.lenient_ids = o->lenient_ids,
		.log_capacity = o->log_capacity,
		.no_deliveries = o->no_deliveries,
	};

	if (o->on_event) {
		ms->on_event = o->on_event;
		ms->on_event_arg = o->on_event_arg;
		options.on_event = tell_event;
		options.on_event_arg = ms;
	}

	if (o->on_exchange) {
		ms->on_exchange = o->on_exchange;
		ms->on_exchange_arg = o->on_exchange_arg;
		options.on_exchange = tell_exchange;
		options.on_exchange_arg = ms;
	}
	ms->engine = engine_new(&options);
	ms->front = (struct front) { .engine = ms->engine, .control = control_new(ms->engine) };
	ms->keys = map_new();
	pthread_mutex_init(&ms->lock, NULL);
}

/* Sockets listen before the fixtures are loaded, so that a busy port is known at once, but nobody accepts yet. */
struct sockets {
	struct listener http, https, local;
	struct tls_pair pair;
};

static bool open_https(struct sockets *s, const struct ms_options *o, char **why)
{
	int port = o->https_port == -2 ? 0 : o->https_port;
	bool certified;

	if (!o->https_port || o->https_port == -1)
		return true;
	if (!o->cert_file != !o->key_file) {
		*why = mem_copy_text(
			"a certificate and its key go together: give both files, or neither for a self-signed one");
		return false;
	}
	certified =
		o->cert_file ? tls_read(&s->pair, o->cert_file, o->key_file, why) : tls_make(&s->pair, o->bind, why);
	return certified && listener_open_tcp(&s->https, "https", o->bind, port, why);
}

static bool open_sockets(struct sockets *s, const struct ms_options *o, char **why)
{
	if (o->no_socket)
		return true;
	if (o->http_port >= 0 && !listener_open_tcp(&s->http, "http", o->bind, o->http_port, why))
		return false;
	if (!open_https(s, o, why))
		return false;
	return !o->unix_path || listener_open_unix(&s->local, o->unix_path, why);
}

static void close_sockets(struct sockets *s)
{
	struct listener *all[] = { &s->http, &s->https, &s->local };

	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (all[i]->fd >= 0)
			listener_close(all[i]);
	tls_clear(&s->pair);
}

static bool open_door(struct ms *ms, struct http_door **door, struct listener *l, const struct tls_pair *pair,
	unsigned threads, char **why)
{
	if (l->fd >= 0)
		*door = http_door_open(&ms->front, l, pair, threads, why);
	return *door || l->fd < 0;
}

static bool load_all(struct ms *ms, const char *const *paths, char **why)
{
	for (; paths && *paths; paths++)
		if (!fixture_load(ms->engine, NULL, *paths, why))
			return false;
	return true;
}

static bool open_house(struct ms *ms, struct sockets *s, const struct ms_options *o, char **why)
{
	const char *base = s->http.url ? s->http.url : s->https.url;

	engine_set_base_url(ms->engine, base ? base : "");
	bool fresh = true;

	if (o->db_file && !engine_open_db(ms->engine, o->db_file, &fresh, why))
		return false;
	return (!fresh || load_all(ms, o->fixtures, why)) &&
	       open_door(ms, &ms->http, &s->http, NULL, o->threads, why) &&
	       open_door(ms, &ms->https, &s->https, &s->pair, o->threads, why) &&
	       open_door(ms, &ms->local, &s->local, NULL, o->threads, why);
}

struct ms *ms_start(const struct ms_options *options, char **why)
{
	static const struct ms_options defaults = { 0 };
	struct sockets s = { { .fd = -1 }, { .fd = -1 }, { .fd = -1 }, { 0 } };
	const struct ms_options *o = options ? options : &defaults;
	char *reason = NULL;
	struct ms *ms = NULL;
	bool opened = open_sockets(&s, o, &reason);

	if (opened) {
		ms = mem_alloc(sizeof *ms);
		build(ms, o);
		opened = open_house(ms, &s, o, &reason);
	}
	close_sockets(&s);
	if (opened)
		return ms;
	ms_stop(ms);
	if (why)
		*why = reason;
	else
		free(reason);
	return NULL;
}

static void free_key(void *arg, const char *account, void *key)
{
	(void)arg, (void)account;
	free(key);
}

void ms_stop(struct ms *ms)
{
	if (!ms)
		return;
	/* First: a door cannot close on a client that waits for deliveries. */
	engine_stop(ms->engine);
	http_door_close(ms->http);
	http_door_close(ms->https);
	http_door_close(ms->local);
	embed_marks_end(ms);
	control_free(ms->front.control);
	engine_free(ms->engine);
	map_each(ms->keys, free_key, NULL);
	map_free(ms->keys);
	pthread_mutex_destroy(&ms->lock);
	free(ms);
}

const char *ms_url(const struct ms *ms)
{
	return ms->http ? http_door_url(ms->http) : "";
}

const char *ms_https_url(const struct ms *ms)
{
	return ms->https ? http_door_url(ms->https) : "";
}

/* ---- calls ---- */

const char *ms_key(struct ms *ms, const char *account)
{
	const char *id = account ? account : ENGINE_DEFAULT_ACCOUNT;
	char random[25], *key;

	pthread_mutex_lock(&ms->lock);
	key = map_get(ms->keys, id);
	if (!key) {
		/* Made from the account's name alone, so that logs of two runs are the same. */
		random_base62(random, sizeof random - 1, random_hash(id, strlen(id), 2), 0, 0);
		key = mem_format("sk_test_%s", random);
		map_put(ms->keys, id, key);
		keyring_add(engine_keys(ms->engine), key, id, false, NULL);
	}
	pthread_mutex_unlock(&ms->lock);
	engine_account(ms->engine, id, true);
	return key;
}

struct hold {
	struct bytes *body;
	const char **headers;
};

static void give(struct ms_response *out, int status, struct bytes *body, const char **headers)
{
	struct hold *hold = mem_alloc(sizeof *hold);

	*hold = (struct hold) { .body = body, .headers = headers };
	*out = (struct ms_response) {
		.status = status,
		.body = body->data,
		.length = body->length,
		.headers = headers,
		.hold = hold,
	};
}

int ms_call(struct ms *ms, const struct ms_request *r, struct ms_response *out)
{
	static const struct origin nowhere = { .loopback = false };
	struct request request = {
		.method = r->method,
		.target = r->path,
		.body = r->body,
		.body_length = !r->body		? 0
			       : r->body_length ? r->body_length
						: strlen(r->body),
		.key = r->key,
	};
	struct account *account;
	struct reply reply;

	direct_read_headers(&request, r->headers);
	while (front_waits(&ms->front, &request, &nowhere, &account))
		deliver_wait(engine_deliverer(ms->engine), account);
	front_serve(&ms->front, &request, &nowhere, &reply);
	direct_carry(&reply);
	give(out, reply.status, reply.body, direct_write_headers(&reply, &request));
	bytes_drop(reply.headers);
	out->wire = (enum ms_wire)reply.wire; /* the same order */
	out->delay = reply.delay;
	return 0;
}

void ms_response_clear(struct ms_response *response)
{
	struct hold *hold;

	if (!response)
		return;
	hold = response->hold;
	if (hold) {
		bytes_drop(hold->body);
		free(hold->headers);
		free(hold);
	}
	*response = (struct ms_response) { 0 };
}

bool ms_peek(struct ms *ms, const char *account, const char *id, struct ms_response *out)
{
	struct bytes *body = state_peek(ms->engine, account, id);
	bool found = body != NULL;

	give(out, found ? 200 : 404, found ? body : bytes_new("", 0), mem_alloc(sizeof(char *)));
	return found;
}

/* ---- faults ---- */

static unsigned told(unsigned number, char *reason, char **why)
{
	if (!number && why)
		*why = reason;
	else
		free(reason);
	return number;
}

unsigned ms_fault(struct ms *ms, const struct ms_fault *rule, char **why)
{
	char *reason = NULL;
	unsigned number = embed_fault(engine_faults(ms->engine), rule, &reason);

	return told(number, reason, why);
}

unsigned ms_answer_next(struct ms *ms, const struct ms_answer *answer, char **why)
{
	char *reason = NULL;
	unsigned number = embed_answer(engine_faults(ms->engine), answer, &reason);

	return told(number, reason, why);
}

void ms_faults_clear(struct ms *ms)
{
	faults_clear(engine_faults(ms->engine), NULL);
}

int ms_fault_count(struct ms *ms, unsigned number)
{
	return embed_fault_count(engine_faults(ms->engine), number);
}

/* ---- webhooks ---- */

int ms_flush(struct ms *ms, const char *account)
{
	struct account *a = account ? engine_account(ms->engine, account, false) : NULL;

	if (account && !a)
		return -1;
	post_flush(ms->engine, a);
	return 0;
}

int ms_redeliver(struct ms *ms, const char *account, const char *event, const char *endpoint)
{
	struct account *a = engine_account(ms->engine, account, false);
	const char *why;

	return a && event ? post_again(ms->engine, a, event, endpoint, &why) : -1;
}

bool ms_send_event(struct ms *ms, const char *account, const char *type, const char *object, struct ms_response *out)
{
	struct account *a = engine_account(ms->engine, account, false);
	char *why = NULL;
	struct bytes *shown = a ? post_event_text(ms->engine, a, type, object, &why) : NULL;
	int status = shown ? 200 : a ? 400 : 404;

	if (!shown && !why)
		why = mem_format("There is no account '%s'.", account);
	give(out, status, shown ? shown : bytes_new(why, strlen(why)), mem_alloc(sizeof(char *)));
	free(why);
	return status == 200;
}

void ms_each_delivery(
	struct ms *ms, const char *account, void (*each)(void *arg, const struct ms_delivery *d), void *arg)
{
	embed_each_delivery(engine_deliverer(ms->engine), account, each, arg);
}

/* ---- the log ---- */

struct each {
	void (*call)(void *arg, const struct ms_exchange *e);
	void *arg;
};

static void pass_on(void *arg, const struct logged *e)
{
	const struct each *each = arg;
	struct ms_exchange exchange = shown(e);

	each->call(each->arg, &exchange);
}

void ms_each_request(
	struct ms *ms, const char *account, void (*each)(void *arg, const struct ms_exchange *e), void *arg)
{
	struct each pass = { .call = each, .arg = arg };

	reqlog_each(engine_log(ms->engine), account, pass_on, &pass);
}
