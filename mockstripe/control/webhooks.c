/* SPDX-License-Identifier: MIT */
/* Routes about webhooks: what was posted, again, by hand, and waiting for it. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "control/inside.h"
#include "control/post.h"
#include "events/deliver.h"

#define LIMIT_DEFAULT 100
#define LIMIT_MOST 100000

static json_t *header_object(const char *const *headers)
{
	json_t *object = json_object();

	for (; *headers; headers++) {
		const char *colon = strstr(*headers, ": ");
		char *name = mem_copy_range(*headers, (size_t)(colon - *headers));

		js_put_text(object, name, colon + 2);
		free(name);
	}
	return object;
}

static json_t *delivery_row(const struct delivery *x)
{
	json_t *row = json_object();

	js_put_int(row, "number", (int64_t)x->number);
	js_put_int(row, "at", x->at);
	js_put_text(row, "account", x->account);
	js_put_text(row, "event", x->event);
	js_put_text(row, "type", x->type);
	js_put_text(row, "endpoint", x->endpoint);
	js_put_text(row, "url", x->url);
	js_put_int(row, "attempt", x->attempt);
	js_put_flag(row, "by_hand", !x->attempt);
	js_put_int(row, "sent", x->sent);
	js_put_int(row, "milliseconds", x->milliseconds);
	js_put_flag(row, "delivered", x->delivered);
	if (x->status)
		js_put_int(row, "status", x->status);
	else
		js_put_null(row, "status");
	js_put_text(row, "error", x->error);
	if (x->next)
		js_put_int(row, "next_attempt", x->next);
	else
		js_put_null(row, "next_attempt");
	js_put_new(row, "headers", header_object(x->headers));
	js_put_text(row, "body", x->body->data);
	js_put_text(row, "response_body", x->response->data);
	return row;
}

struct gathering {
	const char *event, *endpoint; /* NULL: any */
	json_t *rows;
};

static void add_delivery(void *arg, const struct delivery *x)
{
	struct gathering *g = arg;

	if ((!g->event || !strcmp(g->event, x->event)) && (!g->endpoint || !strcmp(g->endpoint, x->endpoint)))
		json_array_append_new(g->rows, delivery_row(x));
}

/* As with requests: gathered whole, cut afterwards; the newest stand at the end. */
static int get_deliveries(struct order *o)
{
	struct gathering g = { .event = order_text(o, "event"), .endpoint = order_text(o, "endpoint") };
	int64_t limit = LIMIT_DEFAULT;
	bool is_bad;

	if (order_int(o, "limit", &limit, &is_bad) ? limit < 1 || limit > LIMIT_MOST : is_bad)
		return order_refuse(
			o, 400, "Give a whole number from 1 to 100000.", "`limit` is not a number of rows.");
	g.rows = json_array();
	attempts_each(deliver_log(engine_deliverer(o->engine)), o->account, add_delivery, &g);
	while (json_array_size(g.rows) > (size_t)limit)
		json_array_remove(g.rows, 0);
	o->answer = json_object();
	js_put_new(o->answer, "data", g.rows);
	return 0;
}

struct wanted {
	uint64_t number;
	char *account, *event, *endpoint;
};

static void find_delivery(void *arg, const struct delivery *x)
{
	struct wanted *w = arg;

	if (x->number != w->number)
		return;
	w->account = mem_copy_text(x->account);
	w->event = mem_copy_text(x->event);
	w->endpoint = mem_copy_text(x->endpoint);
}

static int send_again(struct order *o, struct account *a, const char *event, const char *endpoint)
{
	const char *why;
	int sent = post_again(o->engine, a, event, endpoint, &why);

	if (sent < 0)
		return order_refuse(o, 404,
			"GET /_mockstripe/events lists events, GET /v1/webhook_endpoints endpoints.",
			"The account has no such %s.", why);
	o->answer = json_object();
	js_put_text(o->answer, "status", "ok");
	js_put_int(o->answer, "queued", sent);
	return 0;
}

static int redeliver_number(struct order *o, int64_t number)
{
	struct wanted w = { .number = (uint64_t)number };
	int result;

	attempts_each(deliver_log(engine_deliverer(o->engine)), o->account, find_delivery, &w);
	if (!w.account)
		return order_refuse(o, 404, "GET /_mockstripe/deliveries lists those that are remembered.",
			"There is no delivery %lld.", (long long)number);
	result = send_again(o, engine_account(o->engine, w.account, false), w.event, w.endpoint);
	free(w.account);
	free(w.event);
	free(w.endpoint);
	return result;
}

static int post_redeliver(struct order *o)
{
	const char *event = order_text(o, "event");
	struct account *a;
	int64_t number;
	bool is_bad;

	if (order_int(o, "delivery", &number, &is_bad))
		return redeliver_number(o, number);
	if (is_bad || !event)
		return order_refuse(o, 400,
			"Send delivery=NUMBER as GET /_mockstripe/deliveries lists it, or event=ID and, for one "
			"endpoint "
			"only, endpoint=ID.",
			"What to deliver again is not said.");
	a = order_account(o);
	return a ? send_again(o, a, event, order_text(o, "endpoint")) : order_no_account(o);
}

/* The doors have waited before they let the request in: here nothing may wait. */
int post_flush_order(struct order *o)
{
	struct account *a = o->account ? order_account(o) : NULL;

	if (o->account && !a)
		return order_no_account(o);
	o->answer = json_object();
	js_put_text(o->answer, "status", "ok");
	js_put_flag(o->answer, "busy", deliver_is_busy(engine_deliverer(o->engine), a));
	return 0;
}

static int post_event_order(struct order *o)
{
	struct account *a = order_account(o);
	const json_t *object = js_get(o->args, "object");
	const char *text = json_string_value(object), *type = order_text(o, "type");
	char *why = NULL;

	if (!a)
		return order_no_account(o);
	if (text && *text == '{')
		o->raw = post_event_text(o->engine, a, type, text, &why);
	else
		o->raw = post_event(o->engine, a, type, object, js_get(o->args, "previous_attributes"), &why);
	if (o->raw)
		return 0;
	order_refuse(o, 400,
		"Send type=… as in invoice.paid, and object=ID of an object that is there; or as JSON {\"type\": …, "
		"\"object\": {…}} with the object to show.",
		"%s", why);
	free(why);
	return -1;
}

const struct control_route webhook_routes[] = {
	{ "GET", "/deliveries", get_deliveries,
		"the last attempts to deliver an event, with body and headers as sent, newest last (account, endpoint, "
		"event, limit)" },
	{ "POST", "/deliveries", post_redeliver,
		"delivers an event again: delivery=NUMBER, or event=ID with endpoint=ID or to all it was for "
		"(account)" },
	{ "POST", "/events", post_event_order,
		"makes an event by hand and delivers it: type, object=ID or the object itself or the newest of its "
		"kind, "
		"previous_attributes (account)" },
	{ "POST", "/flush", post_flush_order,
		"answers when no delivery is to be attempted any more, without `account` in any account (account)" },
	{ 0 },
};
