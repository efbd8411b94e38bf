/* SPDX-License-Identifier: MIT */
/*
 * One request, one line:
 *
 *	who       the key opens an account; Stripe-Account may choose a connected one
 *	version   the API version of this call
 *	route     method and path; decoded path values
 *	permit    a restricted key's permission
 *	decode    query and body into one tree
 *	fault     a rule may answer now, or take or spoil the answer at the end
 *	lock      the account; `now` is taken once for the whole call; what fell due meanwhile is done
 *	again     an idempotency key: the kept answer, a mismatch, a conflict
 *	check     parameters and expansions against the description
 *	handle    the resource's handler, or the generic one
 *	finish    commit or roll back, render, remember, unlock - always, from wherever the line stopped
 *
 * Only calls that reached `handle` are kept under their idempotency key, as at Stripe: a refused parameter may be
 * corrected and sent again.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/expand.h"
#include "api/fail.h"
#include "api/form.h"
#include "api/multipart.h"
#include "api/params.h"
#include "api/render.h"
#include "api/version_changes.h"
#include "api/versions.h"
#include "base/json.h"
#include "base/mem.h"
#include "engine/act.h"
#include "engine/line.h"
#include "events/outbox.h"
#include "resources/generic.h"
#include "value/id.h"

/* ---- version, route ---- */

static int stage_version(struct line *l)
{
	const char *version = l->request->stripe_version;

	l->call.account = l->account;
	if (!version || !*version)
		return 0;
	if (!version_is_known(version))
		return fail_invalid(&l->call, NULL, NULL, "Invalid Stripe API version: %s", version);
	l->call.version = version;
	l->call.changes = version_changes(l->call.api, version);
	snprintf(l->reply->version, sizeof l->reply->version, "%s", version);
	return 0;
}

static int stage_route(struct line *l)
{
	const char *values[4] = { 0 };
	size_t lengths[4];
	const char *method = !strcmp(l->request->method, "HEAD") ? "GET" : l->request->method;
	const struct schema_route *route = l->call.changes ? version_route(&l->call, method, l->call.path) : NULL;

	if (!route)
		route = schema_match(method, l->path, l->path_length, values, lengths);
	if (!route)
		return fail_unrecognized_url(&l->call);
	for (size_t i = 0; i < route->n_path; i++) {
		l->call.ids[i] = percent_decode(&l->call.arena, values[i], lengths[i], false);
		if (!l->call.ids[i])
			return fail_unrecognized_url(&l->call);
	}
	l->call.route = route;
	return 0;
}

/* ---- decode ---- */

static bool is_type(const struct line *l, const char *type)
{
	return l->request->content_type && !strncasecmp(l->request->content_type, type, strlen(type));
}

static int decode_json(struct line *l)
{
	json_error_t error;
	json_t *body = json_loadb(l->request->body, l->request->body_length, JSON_REJECT_DUPLICATES, &error);

	if (!json_is_object(body)) {
		fail_invalid(&l->call, "invalid_json", NULL,
			"The request body is not a JSON object: %s (line %d, column %d). Send a JSON object with "
			"Content-Type: application/json.",
			body ? "it is another kind of value" : error.text, body ? 1 : error.line,
			body ? 1 : error.column);
		json_decref(body);
		return -1;
	}
	json_object_update(l->given, body);
	json_decref(body);
	return 0;
}

static int stage_decode(struct line *l)
{
	const struct request *rq = l->request;
	const char *why = NULL;
	bool reads = !strcmp(l->call.route->method, "GET");

	l->given = json_object();
	if (l->query && !form_read(l->given, l->query, strlen(l->query), &l->call.arena, &why))
		return fail_invalid(&l->call, NULL, NULL, "%s", why);
	if (!rq->body_length || reads)
		return 0;
	if (l->call.route->v2)
		return decode_json(l);
	if (is_type(l, "application/json"))
		return fail_invalid(&l->call, NULL, NULL,
			"Invalid request (check that your POST content type is application/x-www-form-urlencoded). If "
			"you have "
			"any questions, we can help at https://support.stripe.com/.");
	if (is_type(l, "multipart/form-data")) {
		if (!multipart_read(l->given, rq->content_type, rq->body, rq->body_length, &l->call.arena, &why))
			return fail_invalid(&l->call, NULL, NULL, "%s", why);
		return 0;
	}
	if (!form_read(l->given, rq->body, rq->body_length, &l->call.arena, &why))
		return fail_invalid(&l->call, NULL, NULL, "%s", why);
	return 0;
}

/* ---- fault, lock, again ---- */

/* A fixture's script is not a client: nothing strikes it. */
static int stage_fault(struct line *l)
{
	if (!l->request->held)
		l->strike = faults_strike(l->engine->faults, &l->call, l->given);
	return l->strike && l->strike->before ? -1 : 0;
}

static void spoil(struct line *l)
{
	fault_answer(l->strike, &l->call, l->reply);
	l->spoilt = true;
}

static int check_idempotency_key(struct line *l)
{
	const char *key = l->request->idempotency_key;
	bool post = !strcmp(l->request->method, "POST");

	if (!key || (!post && !(l->call.route->v2 && !strcmp(l->request->method, "DELETE"))))
		return 0;
	if (!*key)
		return fail_invalid(&l->call, NULL, NULL, "Idempotency Key must be a non-empty string.");
	if (strlen(key) > IDEMPOTENCY_KEY_MOST)
		return fail_invalid(&l->call, NULL, NULL, "Idempotency Key must be at most %d characters long.",
			IDEMPOTENCY_KEY_MOST);
	l->call.idempotency_key = key;
	l->reply->echo_idempotency_key = true;
	if (!inflight_enter(l->engine->inflight, l->account->id, key)) {
		fail_status(&l->call, 409, "idempotency_key_in_use", NULL,
			"There is currently another in-progress request using this Idempotent Key (that probably means "
			"you "
			"submitted twice, and the other request is still going through): %s. Please try again later.",
			key);
		l->call.fail.type = "idempotency_error";
		return -1;
	}
	l->entered = true;
	return 0;
}

static int stage_lock(struct line *l)
{
	if (check_idempotency_key(l))
		return -1;
	if (!l->request->held)
		pthread_mutex_lock(&l->account->lock);
	l->locked = true;
	engine_catch_up(l->engine, l->account);
	l->call.now = timeline_now(&l->account->time);
	journal_begin(&l->call.journal, l->account);
	return 0;
}

static int fail_mismatch(struct line *l, const struct replay *r)
{
	if (strcmp(r->path, l->call.path) || strcmp(r->method, l->call.method))
		fail_invalid(&l->call, NULL, NULL,
			"Keys for idempotent requests can only be used for the same endpoint they were first used for "
			"('%s' vs "
			"'%s'). Try using a key other than '%s' if you meant to execute a different request.",
			r->path, l->call.path, l->call.idempotency_key);
	else
		fail_invalid(&l->call, NULL, NULL,
			"Keys for idempotent requests can only be used with the same parameters they were first used "
			"with. Try "
			"using a key other than '%s' if you meant to execute a different request.",
			l->call.idempotency_key);
	l->call.fail.type = "idempotency_error";
	return -1;
}

static int stage_again(struct line *l)
{
	const struct replay *r;

	if (!l->call.idempotency_key)
		return 0;
	l->fingerprint = params_fingerprint(l->given);
	r = l->account->replays ? replay_find(l->account, l->call.idempotency_key, l->call.now) : NULL;
	if (!r)
		return 0;
	if (strcmp(r->path, l->call.path) || strcmp(r->method, l->call.method) || r->fingerprint != l->fingerprint)
		return fail_mismatch(l, r);
	l->replay = r;
	return -1;
}

/* ---- check, handle ---- */

/* --lenient-ids: every create takes an `id`, also where Stripe would refuse it. */
static void take_own_id(struct line *l)
{
	json_t *id = json_object_get(l->given, "id");
	const struct schema_route *route = l->call.route;

	if (!json_is_string(id) || strcmp(route->method, "POST") || schema_param(route, "id"))
		return;
	l->call.own_id = arena_text(&l->call.arena, json_string_value(id));
	json_object_del(l->given, "id");
}

/* The token of a list's page stands in the URLs that lists of /v2 give out; the description does not have it. */
static void take_page(struct line *l)
{
	json_t *page = json_object_get(l->given, "page");

	if (l->call.route->answer != SCHEMA_ANSWER_V2_LIST || !json_is_string(page))
		return;
	l->call.page = arena_text(&l->call.arena, json_string_value(page));
	json_object_del(l->given, "page");
}

static int stage_check(struct line *l)
{
	take_page(l);
	if (l->engine->api.lenient_ids)
		take_own_id(l);
	if (l->call.changes)
		version_take(&l->call, l->given);
	if (params_check(&l->call, l->given))
		return -1;
	return param_given(&l->call, "expand") ? expand_check(&l->call) : 0;
}

static int stage_handle(struct line *l)
{
	call_handler *handle = l->engine->api.handlers[l->call.route->index];

	if (l->call.gone && l->call.gone->handle)
		handle = l->call.gone->handle;
	l->reached = true;
	return (handle ? handle : generic_handle)(&l->call);
}

static const struct {
	const char *name;
	int (*run)(struct line *l);
} stages[] = {
	{ "who", line_who },
	{ "version", stage_version },
	{ "route", stage_route },
	{ "permit", line_permit },
	{ "decode", stage_decode },
	{ "fault", stage_fault },
	{ "lock", stage_lock },
	{ "again", stage_again },
	{ "check", stage_check },
	{ "handle", stage_handle },
};

/* ---- finish ---- */

static void answer_again(struct line *l)
{
	l->reply->status = l->replay->status;
	l->reply->body = bytes_keep(l->replay->body);
	l->reply->content_type = l->replay->content_type;
	l->reply->replayed = true;
	snprintf(l->reply->original_request, sizeof l->reply->original_request, "%s", l->replay->request_id);
}

static void answer_call(struct line *l)
{
	struct call *call = &l->call;
	struct reply *out = l->reply;

	out->content_type = "application/json";
	if (call->fail.status) {
		out->status = call->fail.status;
		out->should_retry = call->fail.should_retry;
		out->body = render_fail(call);
	} else {
		out->status = 200;
		out->body = render_answer(call);
		if (call->answer.kind == ANSWER_BYTES)
			out->content_type = call->answer.content_type;
	}
	if (call->changes && (call->fail.status || call->answer.kind != ANSWER_BYTES))
		out->body = version_show(call, out->body);
	if (call->idempotency_key)
		snprintf(out->original_request, sizeof out->original_request, "%s", call->request_id);
}

static void settle(struct line *l)
{
	struct call *call = &l->call;
	bool stays = (!call->fail.status || call->fail.keep) && !call->discard;

	if (!call->fail.status || call->fail.keep)
		journal_freeze_all(&call->journal);
	answer_call(l);
	if (stays)
		journal_commit(&call->journal);
	else
		journal_roll_back(&call->journal);
	if (l->strike && l->strike->fault.kept)
		spoil(l);
	if (l->reached && call->idempotency_key)
		replay_keep(l->account, call->idempotency_key, call->method, call->path, l->fingerprint,
			call->request_id, l->reply->status, l->reply->body, l->reply->content_type, call->now);
	if (stays && call->events && l->engine->api.on_events)
		l->engine->api.on_events(l->engine, l->account);
	if (stays)
		engine_then(l->engine, call);
	account_cool(l->account);
}

static void log_exchange(struct line *l)
{
	const struct request *rq = l->request;
	struct bytes *sent = rq->body_length ? bytes_new(rq->body, rq->body_length) : NULL;
	struct logged e = {
		.at = l->call.now,
		.account = l->account ? l->account->id : NULL,
		.method = rq->method,
		.target = rq->target,
		.key = l->secret ? key_masked(&l->call.arena, l->secret) : NULL,
		.route = l->call.route ? l->call.route->pattern : NULL,
		.stage = l->stage,
		.request_id = l->reply->request_id,
		.idempotency_key = rq->idempotency_key,
		.version = l->reply->version,
		.request = sent,
		.response = l->reply->body,
		.status = l->reply->status,
		.fault = l->strike ? l->strike->number : 0,
		.replayed = l->reply->replayed,
	};

	e.number = reqlog_add(l->engine->log, &e);
	if (l->engine->options.on_exchange)
		l->engine->options.on_exchange(l->engine->options.on_exchange_arg, &e);
	bytes_drop(sent);
}

static void begin(struct line *l)
{
	struct engine *e = l->engine;
	const char *query = strchr(l->request->target, '?');
	uint64_t number;

	l->path = l->request->target;
	l->path_length = query ? (size_t)(query - l->path) : strlen(l->path);
	l->query = query ? query + 1 : NULL;
	pthread_mutex_lock(&e->lock);
	number = ++e->requests;
	pthread_mutex_unlock(&e->lock);
	id_make(l->reply->request_id, sizeof l->reply->request_id, "req_", 14, e->options.seed, number);
	l->call.api = &e->api;
	l->call.version = e->api.version;
	snprintf(l->reply->version, sizeof l->reply->version, "%s", e->api.version);
	l->call.params = json_object();
	l->call.method = l->request->method;
	l->call.path = arena_range(&l->call.arena, l->path, l->path_length);
	l->call.request_id = l->reply->request_id;
	l->call.base_url = e->api.base_url;
	if (l->request->stripe_account)
		snprintf(l->reply->account, sizeof l->reply->account, "%s", l->request->stripe_account);
}

void engine_serve(struct engine *e, const struct request *request, struct reply *out)
{
	struct line l = { .engine = e, .request = request, .reply = out, .stage = "answer" };

	*out = (struct reply) { 0 };
	begin(&l);
	for (size_t i = 0; i < COUNT_OF(stages); i++) {
		if (stages[i].run(&l)) {
			l.stage = stages[i].name;
			break;
		}
	}
	if (l.replay)
		answer_again(&l);
	else if (l.locked)
		settle(&l);
	else if (!l.strike)
		answer_call(&l);
	if (l.strike && !l.spoilt)
		spoil(&l);
	if (l.locked && !request->held)
		pthread_mutex_unlock(&l.account->lock);
	if (l.entered)
		inflight_leave(e->inflight, l.account->id, l.call.idempotency_key);
	if (!request->held)
		log_exchange(&l);
	if (l.locked && !request->held)
		outbox_tell(l.account);
	json_decref(l.given);
	call_end(&l.call);
}
