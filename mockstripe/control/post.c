/* SPDX-License-Identifier: MIT */
#include "control/post.h"

#include <stdlib.h>
#include <string.h>

#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/deliver.h"
#include "events/emit.h"
#include "events/outbox.h"

/* ---- waiting ---- */

struct round {
	struct engine *engine;
	bool did; /* something was due: an attempt may be on its way now */
};

static void catch_up(void *arg, struct account *a)
{
	struct round *r = arg;
	const struct record *first;

	pthread_mutex_lock(&a->lock);
	first = timeline_first(&a->time);
	if (first && first->due <= timeline_now(&a->time)) {
		engine_catch_up(r->engine, a);
		r->did = true;
	}
	pthread_mutex_unlock(&a->lock);
	outbox_tell(a);
}

/*
 * An attempt that fails while the clock is already past its next one makes that due before it has landed: so idle is
 * who has nothing in the air, and after that nothing due.
 */
bool post_is_busy(struct engine *e, struct account *a)
{
	for (;;) {
		struct round r = { .engine = e };

		if (deliver_is_busy(engine_deliverer(e), a))
			return true;
		if (a)
			catch_up(&r, a);
		else
			engine_each_account(e, catch_up, &r);
		if (!r.did)
			return false;
	}
}

void post_flush(struct engine *e, struct account *a)
{
	while (post_is_busy(e, a))
		deliver_wait(engine_deliverer(e), a);
}

/* ---- again ---- */

int post_again(struct engine *e, struct account *a, const char *event, const char *endpoint, const char **why)
{
	struct record *r, *target;
	size_t sent = 0;

	(void)e;
	*why = NULL;
	pthread_mutex_lock(&a->lock);
	r = account_get(a, event, schema_find_object("event"));
	target = endpoint ? account_get(a, endpoint, schema_find_object("webhook_endpoint")) : NULL;
	if (!r)
		*why = "event";
	else if (endpoint && !target)
		*why = "webhook endpoint";
	else
		sent = outbox_send_again(a, r, endpoint);
	pthread_mutex_unlock(&a->lock);
	return *why ? -1 : (int)sent;
}

/* ---- by hand ---- */

/* "charge.dispute.created" is about a dispute: the longest part of the type's name, without its verb, that is a kind.
 */
static const struct schema_resource *kind_of(const char *type)
{
	const char *verb = strrchr(type, '.');
	const struct schema_resource *kind = NULL;
	char *name = mem_copy_range(type, verb ? (size_t)(verb - type) : 0);
	const char *part = name;

	while (part && *part && !(kind = schema_find_object(part))) {
		part = strchr(part, '.');
		part = part ? part + 1 : NULL;
	}
	free(name);
	return kind;
}

static struct body *body_of_id(struct account *a, const char *id, char **why)
{
	struct record *r = account_find(a, id);

	if (r)
		return body_keep(r->body);
	*why = mem_format("There is no object '%s'.", id);
	return NULL;
}

static struct body *newest_body(struct account *a, const char *type, char **why)
{
	const struct schema_resource *kind = kind_of(type);
	const struct list *all = kind ? &account_shelf(a, kind)->records : NULL;

	if (all && all->count)
		return body_keep(((struct record *)all->at[all->count - 1])->body);
	*why = mem_format("There is no object that an event '%s' could be about.", type);
	return NULL;
}

static struct body *body_of_tree(struct call *call, const char *type, const json_t *given, char **why)
{
	const char *named = js_text(given, "object");
	const struct schema_resource *kind = named ? schema_find_object(named) : kind_of(type);
	char id[ID_ROOM];
	json_t *tree;

	if (!kind) {
		*why = mem_format(
			"The object has no \"object\" that names its kind%s.", named ? " as Stripe does" : "");
		return NULL;
	}
	tree = json_deep_copy(given);
	json_object_del(tree, PRIVATE_KEY);
	if (!js_text(tree, "id")) {
		account_new_id(call->account, kind->prefix, kind->id_length, id);
		js_put_text(tree, "id", id);
	}
	js_put_text(tree, "object", kind->object);
	shape_complete(call, tree, kind);
	return body_new(tree);
}

static struct body *body_for(struct call *call, const char *type, const json_t *object, char **why)
{
	if (!object || json_is_null(object))
		return newest_body(call->account, type, why);
	if (json_is_string(object))
		return body_of_id(call->account, json_string_value(object), why);
	if (json_is_object(object))
		return body_of_tree(call, type, object, why);
	*why = mem_copy_text("The object is neither an id nor a JSON object.");
	return NULL;
}

static bool is_snapshot_type(const char *type)
{
	return type && strncmp(type, "v1.", 3) && strncmp(type, "v2.", 3) && schema_is_event(type);
}

static struct bytes *show(struct record *event)
{
	struct text out;
	struct bytes *bytes;

	text_init(&out, TEXT_NO_CEILING);
	body_write_indented(event->body, &out, 0);
	bytes = text_bytes(&out);
	text_clear(&out);
	return bytes;
}

/* The event is the newest of all records: nothing was made after it. */
static struct record *made_event(struct account *a)
{
	const struct list *events = &account_shelf(a, schema_find_object("event"))->records;

	for (size_t i = events->count; i-- > 0;)
		if (((struct record *)events->at[i])->sequence == a->sequence)
			return events->at[i];
	die("an event that was made is not there");
}

static struct bytes *make_event(
	struct engine *e, struct account *a, const char *type, const json_t *object, json_t *previous, char **why)
{
	const struct api *api = engine_api(e);
	struct bytes *shown = NULL;
	struct call call;
	struct body *body;

	call_init(&call, api, a, timeline_now(&a->time));
	call.automatic = true;
	body = body_for(&call, type, object, why);
	if (body) {
		emit_body(&call, type, body, json_is_object(previous) ? json_deep_copy(previous) : NULL);
		body_drop(body);
		journal_commit(&call.journal);
		api->on_events(api->engine, a);
		shown = show(made_event(a));
	} else {
		journal_roll_back(&call.journal);
	}
	call_end(&call);
	account_cool(a);
	return shown;
}

struct bytes *post_event(
	struct engine *e, struct account *a, const char *type, const json_t *object, json_t *previous, char **why)
{
	struct bytes *shown;

	*why = NULL;
	if (!is_snapshot_type(type)) {
		*why = mem_format("'%s' is no type of event.", type ? type : "");
		return NULL;
	}
	pthread_mutex_lock(&a->lock);
	engine_catch_up(e, a);
	shown = make_event(e, a, type, object, previous, why);
	pthread_mutex_unlock(&a->lock);
	outbox_tell(a);
	return shown;
}

struct bytes *post_event_text(struct engine *e, struct account *a, const char *type, const char *object, char **why)
{
	js_auto given = NULL;
	json_error_t error;

	if (object && *object == '{')
		given = json_loads(object, JSON_REJECT_DUPLICATES, &error);
	else if (object)
		given = json_string(object);
	if (object && !given) {
		*why = mem_format("The object does not read as JSON: %s (line %d, column %d).",
			*object == '{' ? error.text : "it is not UTF-8", *object == '{' ? error.line : 1,
			*object == '{' ? error.column : 1);
		return NULL;
	}
	return post_event(e, a, type, given, NULL, why);
}
