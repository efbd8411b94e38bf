/* SPDX-License-Identifier: MIT */
#include "events/emit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/resource.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/outbox.h"

/* The member of `after` under the key of the i-th of another version, which mostly stands at the same place. */
static json_t *same_member(const json_t *after, size_t i, const char *key)
{
	return tree_object_key(after, i, NULL) == key ? tree_object_value(after, i) : json_object_get(after, key);
}

static json_t *changed_leaves(const json_t *before, const json_t *after)
{
	json_t *out = json_object();
	const char *key;
	json_t *value;
	size_t i = 0;

	json_object_foreach(before, key, value)
	{
		json_t *now = same_member(after, i++, key);

		if (value == now || !strcmp(key, PRIVATE_KEY) || js_same(value, now))
			continue;
		/* Lists ({object:"list"}) and embedded resources are shown whole. */
		if (json_is_object(value) && json_is_object(now) && !json_object_get(value, "object"))
			js_put_new(out, key, changed_leaves(value, now));
		else
			js_put(out, key, value);
	}
	i = 0;
	json_object_foreach(after, key, value)
	{
		if (!same_member(before, i++, key) && strcmp(key, PRIVATE_KEY))
			js_put_null(out, key);
	}
	return out;
}

json_t *previous_attributes(const json_t *before, const json_t *after)
{
	json_t *out = changed_leaves(before, after);

	if (!json_object_size(out)) {
		json_decref(out);
		return NULL;
	}
	return out;
}

#define EVENT_ID_LENGTH 24

/* What an event is made from whenever its body is asked for. */
struct event_parts {
	struct body *object; /* not lazy: an event is never about an event */
	json_t *previous;
	const char *type; /* one of schema_event_types, or owned_type */
	char *owned_type;
	char *request_id, *idempotency_key;
	const char *version;
	int64_t created;
	bool livemode;
	char id[sizeof "evt_" + EVENT_ID_LENGTH];
};

static void parts_release(void *arg)
{
	struct event_parts *p = arg;

	body_drop(p->object);
	json_decref(p->previous);
	free(p->owned_type);
	free(p->request_id);
	free(p->idempotency_key);
}

static json_t *object_copy(const struct event_parts *p)
{
	json_t *tree, *copy;

	tree = body_tree(p->object);
	if (!json_object_get(tree, PRIVATE_KEY))
		return json_incref(tree);
	copy = json_copy(tree);
	json_object_del(copy, PRIVATE_KEY);
	return copy;
}

static json_t *parts_make(const void *arg)
{
	const struct event_parts *p = arg;
	json_t *event = json_object(), *data = json_object(), *request = json_object();

	js_put_text(event, "id", p->id);
	js_put_text(event, "object", "event");
	js_put_text(event, "api_version", p->version);
	js_put_int(event, "created", p->created);
	js_put_new(data, "object", object_copy(p));
	if (p->previous)
		js_put(data, "previous_attributes", p->previous);
	js_put_new(event, "data", data);
	js_put_flag(event, "livemode", p->livemode);
	js_put_int(event, "pending_webhooks", 0);
	js_put_text(request, "id", p->request_id);
	js_put_text(request, "idempotency_key", p->idempotency_key);
	js_put_new(event, "request", request);
	js_put_text(event, "type", p->type);
	return event;
}

/* What an event is found by: its type. */
static json_t *parts_member(const void *arg, const char *name)
{
	const struct event_parts *p = arg;

	return strcmp(name, "type") ? NULL : json_string(p->type);
}

static const struct body_kind announced = {
	.size = sizeof(struct event_parts),
	.make = parts_make,
	.member = parts_member,
	.release = parts_release,
};

/* The same event once it has deliveries. */
struct event_state {
	struct body *event; /* as it was announced */
	json_t *private;
	int64_t pending;
};

static json_t *state_make(const void *arg)
{
	const struct event_state *s = arg;
	json_t *event = parts_make(body_parts(s->event, &announced));

	js_put_int(event, "pending_webhooks", s->pending);
	js_put(event, PRIVATE_KEY, s->private);
	return event;
}

static json_t *state_member(const void *arg, const char *name)
{
	const struct event_state *s = arg;

	if (!strcmp(name, PRIVATE_KEY))
		return json_incref(s->private);
	return parts_member(body_parts(s->event, &announced), name);
}

static void state_release(void *arg)
{
	struct event_state *s = arg;

	body_drop(s->event);
	json_decref(s->private);
}

static const struct body_kind delivered = {
	.size = sizeof(struct event_state),
	.make = state_make,
	.member = state_member,
	.release = state_release,
};

/* NULL for an event that a fixture brought. */
static struct body *as_announced(struct body *b)
{
	const struct event_state *s = body_parts(b, &delivered);

	return s ? s->event : body_parts(b, &announced) ? b : NULL;
}

void event_set_deliveries(struct journal *j, struct record *event, json_t *private, int64_t pending)
{
	struct body *first = as_announced(event->body);
	struct event_state *s;
	struct body *body;
	json_t *draft;

	if (!first) {
		draft = journal_edit(j, event);
		js_put_int(draft, "pending_webhooks", pending);
		js_put_new(draft, PRIVATE_KEY, private);
		journal_freeze(j, event);
		return;
	}
	body = body_lazy(&delivered);
	s = body_parts(body, &delivered);
	*s = (struct event_state) { .event = body_keep(first), .private = private, .pending = pending };
	journal_replace(j, event, body);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

static const char *known_type(const char *type)
{
	const char *const *found =
		bsearch(type, schema_event_types, schema_event_type_count, sizeof *schema_event_types, by_text);

	return found ? *found : NULL;
}

static void emit_placed(struct call *call, uint64_t place, const char *type, struct body *body, json_t *previous)
{
	const struct schema_resource *event = schema_find_object("event");
	char id[ID_ROOM];
	struct body *made;
	struct event_parts *p;

	if (call->discard) { /* nobody will ever see it */
		json_decref(previous);
		return;
	}
	made = body_lazy(&announced);
	p = body_parts(made, &announced);
	account_new_id(call->account, "evt_", EVENT_ID_LENGTH, id);
	memcpy(p->id, id, sizeof p->id);
	p->object = body_keep(body);
	p->previous = previous;
	p->type = known_type(type);
	if (!p->type)
		p->type = p->owned_type = mem_copy_text(type);
	if (!call->automatic) {
		p->request_id = mem_copy_text(call->request_id);
		p->idempotency_key = mem_copy_text(call->idempotency_key);
	}
	p->version = call->api->version;
	p->created = call->now;
	p->livemode = call->livemode;
	journal_add_at(&call->journal, event, p->id, made, call->now, place);
	call->events++;
	outbox_note(call->account, p->id);
}

/* The record's body has been announced; whoever follows it is told. */
static void told(struct call *call, struct record *r)
{
	const struct resource *own = call_resource(call, r->type);
	struct body *before = own && own->on_event ? journal_before(&call->journal, r) : NULL;

	if (before)
		body_keep(before);
	journal_told(&call->journal, r);
	if (own && own->on_event)
		own->on_event(call, r, before);
	if (before)
		body_drop(before);
}

void emit_body(struct call *call, const char *type, struct body *body, json_t *previous)
{
	tree_share_keys(body_tree(body), &call->account->lists); /* it may not be of a record */
	emit_placed(call, 0, type, body, previous);
}

uint64_t emit_reserve(struct call *call)
{
	return ++call->account->sequence;
}

void emit_reserved(struct call *call, uint64_t place, const char *type, struct record *r)
{
	journal_freeze(&call->journal, r);
	emit_placed(call, place, type, r->body, NULL);
	told(call, r);
}

void emit_changed_reserved(struct call *call, uint64_t place, const char *type, struct record *r)
{
	struct body *before;
	json_t *previous;

	journal_freeze(&call->journal, r);
	before = journal_before(&call->journal, r);
	if (!before || before == r->body || call->discard)
		return;
	previous = previous_attributes(body_tree(before), body_tree(r->body));
	if (!previous)
		return;
	emit_placed(call, place, type, r->body, previous);
	told(call, r);
}

void emit_with(struct call *call, const char *type, struct record *r, json_t *previous)
{
	journal_freeze(&call->journal, r);
	emit_placed(call, 0, type, r->body, previous);
	told(call, r);
}

void emit(struct call *call, const char *type, struct record *r)
{
	emit_with(call, type, r, NULL);
}

void emit_changed(struct call *call, const char *type, struct record *r)
{
	emit_changed_reserved(call, 0, type, r);
}

const char *emit_type(struct call *call, const struct schema_resource *type, const char *verb)
{
	static const struct {
		const char *object, *event;
	} others[] = {
		{ "fee_refund", "application_fee.refund" },
		{ "scheduled_query_run", "sigma.scheduled_query_run" },
	};
	static const char issuing[] = "issuing.";
	const char *object = type->object ? type->object : "";
	const char *name = arena_format(&call->arena, "%s.%s", object, verb);

	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (!strcmp(others[i].object, object))
			name = arena_format(&call->arena, "%s.%s", others[i].event, verb);
	if (!strncmp(object, issuing, sizeof issuing - 1))
		name = arena_format(&call->arena, "issuing_%s.%s", object + sizeof issuing - 1, verb);
	return known_type(name);
}

bool emit_verb(struct call *call, struct record *r, const char *verb)
{
	const char *type = emit_type(call, r->type, verb);

	if (type && !strcmp(verb, "updated"))
		emit_changed(call, type, r);
	else if (type)
		emit(call, type, r);
	return type != NULL;
}
