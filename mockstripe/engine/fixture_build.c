/* SPDX-License-Identifier: MIT */
/*
 * Bodies: what was given, completed with what the description says is always there and with what the resource knows
 * better, in Stripe's key order; stored after everything that is shown whole inside. Then each resource adopts its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "engine/fixture_inside.h"

/* The object whose body is being made, and the place inside it. */
struct build {
	struct load *load;
	struct target *target;
	struct loaded *o;
};

static const char *place_in(const struct build *b, const struct where *at)
{
	const char *inside = where_text(b->load, at);

	return arena_format(&b->load->arena, "%s%s", b->o->path, inside + 1); /* without its own "$" */
}

/* ---- completing ---- */

static json_t *complete_fields(const struct build *b, const struct schema_resource *type,
	const struct schema_node *fields, size_t n, json_t *given, const struct where *at);

/* Where a list of this object's children is found: "/v1/invoices/in_1/lines". */
static const char *list_url(const struct build *b, const struct schema_node *list)
{
	const struct schema_resource *element = list->fields[0].n_refs ? list->fields[0].refs[0] : NULL;

	if (element && !strcmp(element->name, "SubscriptionItem"))
		return arena_format(&b->load->arena, "/v1/subscription_items?subscription=%s", b->o->id);
	for (size_t i = 0; element && i < schema_route_count; i++) {
		const struct schema_route *route = &schema_routes[i];
		const char *open = strchr(route->pattern, '{'), *close = strchr(route->pattern, '}');

		if (route->answer == SCHEMA_ANSWER_LIST && route->resource == element && route->n_path == 1 && close &&
			close[1] == '/' && !strcmp(close + 2, list->name))
			return arena_format(&b->load->arena, "%.*s%s%s", (int)(open - route->pattern), route->pattern,
				b->o->id, close + 1);
	}
	return "";
}

static json_t *missing(const struct build *b, const struct schema_node *node, const struct where *at)
{
	const char *what = node->n_refs && node->refs[0]->object ? node->refs[0]->object : "object";

	load_fail_at(b->load, b->o->file, place_in(b, at), "is missing: the id of a %s has to stand here", what);
	return NULL;
}

/* The plain default of a field that was not given; NULL with *right when it may be absent. */
static json_t *default_value(const struct build *b, const struct schema_resource *type, const struct schema_node *node,
	const struct where *at, bool *right)
{
	json_t *one, *value;

	*right = true;
	if (node->flags & (SCHEMA_OPTIONAL | SCHEMA_INCLUDABLE))
		return NULL;
	if (!(node->flags & SCHEMA_NULLABLE)) {
		if (node->kind == SCHEMA_LIST)
			return list_object(json_array(), list_url(b, node));
		if (node->kind == SCHEMA_RESOURCE || ((node->flags & SCHEMA_EXPANDABLE) && node->n_refs)) {
			*right = false;
			return missing(b, node, at);
		}
	}
	one = shape_object(&b->target->call, type, node, 1);
	value = json_incref(json_object_get(one, node->name));
	json_decref(one);
	return value;
}

static json_t *whole_object(const struct build *b, const char *id)
{
	struct record *r = object_built(b->load, b->target, id);

	return r ? json_incref(record_tree(r)) : NULL;
}

static json_t *complete_value(
	const struct build *b, const struct schema_node *node, json_t *value, const struct where *at);

static json_t *complete_elements(
	const struct build *b, const struct schema_node *element, json_t *array, const struct where *at)
{
	json_t *value, *made = json_array();
	size_t i;

	json_array_foreach(array, i, value)
	{
		json_t *one = complete_value(b, element, value, &(struct where) { .up = at, .index = i });

		if (!one) {
			json_decref(made);
			return NULL;
		}
		json_array_append_new(made, one);
	}
	return made;
}

static json_t *complete_list(
	const struct build *b, const struct schema_node *node, json_t *value, const struct where *at)
{
	json_t *data = complete_elements(
		b, &node->fields[0], json_object_get(value, "data"), &(struct where) { .up = at, .key = "data" });
	const char *url = js_text(value, "url");
	json_t *list;

	if (!data)
		return NULL;
	list = list_object(data, url && *url ? url : list_url(b, node));
	js_put_flag(list, "has_more", js_flag(value, "has_more", false));
	return list;
}

static json_t *complete_map(
	const struct build *b, const struct schema_node *node, json_t *value, const struct where *at)
{
	json_t *one, *made = json_object();
	const char *key;

	json_object_foreach(value, key, one)
	{
		json_t *whole = complete_value(b, &node->fields[0], one, &(struct where) { .up = at, .key = key });

		if (!whole) {
			json_decref(made);
			return NULL;
		}
		js_put_new(made, key, whole);
	}
	return made;
}

/* New reference; NULL with a fault. */
static json_t *complete_value(
	const struct build *b, const struct schema_node *node, json_t *value, const struct where *at)
{
	if (json_is_null(value) || ((node->flags & SCHEMA_EXPANDABLE) && json_is_string(value)))
		return json_incref(value);
	switch ((enum schema_kind)node->kind) {
	case SCHEMA_RESOURCE:
		if (json_is_string(value))
			return whole_object(b, json_string_value(value));
		return complete_fields(b, node->refs[0], node->refs[0]->fields, node->refs[0]->n_fields, value, at);
	case SCHEMA_LIST:
		return complete_list(b, node, value, at);
	case SCHEMA_ARRAY:
		return complete_elements(b, &node->fields[0], value, at);
	case SCHEMA_MAP:
		return complete_map(b, node, value, at);
	case SCHEMA_OBJECT:
		return complete_fields(b, NULL, node->fields, node->n_fields, value, at);
	default:
		return json_incref(value);
	}
}

static json_t *complete_fields(const struct build *b, const struct schema_resource *type,
	const struct schema_node *fields, size_t n, json_t *given, const struct where *at)
{
	json_t *made = json_object();

	for (size_t i = 0; i < n; i++) {
		struct where here = { .up = at, .key = fields[i].name };
		json_t *value = json_object_get(given, fields[i].name);
		bool right = true;

		value = value ? complete_value(b, &fields[i], value, &here)
			      : default_value(b, type, &fields[i], &here, &right);
		if (value)
			js_put_new(made, fields[i].name, value);
		else if (!right || b->load->why) {
			json_decref(made);
			return NULL;
		}
	}
	return made;
}

/* ---- what the resource knows better ---- */

/* What was given stands over what `fill` set; objects are laid over leaf by leaf. */
static void lay_over(const struct schema_node *fields, size_t n, json_t *body, json_t *whole, const json_t *given)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = fields[i].name;
		json_t *said = json_object_get(given, name), *full = json_object_get(whole, name);

		if (!said || !full)
			continue;
		if (fields[i].kind == SCHEMA_OBJECT && json_is_object(said) &&
			json_is_object(json_object_get(body, name)))
			lay_over(fields[i].fields, fields[i].n_fields, js_own(body, name), full, said);
		else
			js_put(body, name, full);
	}
}

static json_t *in_order(const struct schema_resource *type, json_t *body)
{
	json_t *made = json_object(), *value;
	const char *key;

	for (size_t i = 0; i < type->n_fields; i++) {
		value = json_object_get(body, type->fields[i].name);
		if (value)
			js_put(made, type->fields[i].name, value);
	}
	json_object_foreach(body, key, value)
	{
		if (!json_object_get(made, key))
			js_put(made, key, value);
	}
	json_decref(body);
	return made;
}

static json_t *whole_body(const struct build *b)
{
	struct loaded *o = b->o;
	const struct schema_resource *type = o->type;
	const struct resource *own = call_resource(&b->target->call, type);
	json_t *whole = complete_fields(b, type, type->fields, type->n_fields, o->given, NULL), *body;

	if (!whole)
		return NULL;
	body = json_copy(whole);
	if (own && own->fill)
		own->fill(&b->target->call, body);
	lay_over(type->fields, type->n_fields, body, whole, o->given);
	json_decref(whole);
	return in_order(type, body);
}

/* ---- storing ---- */

/* The private state; what Stripe shows only when it is expanded is completed like any other field. */
static bool put_private(const struct build *b, json_t *body)
{
	json_t *private = js_own(body, PRIVATE_KEY), *value;
	const char *key;

	json_object_foreach(b->o->private, key, value)
	{
		const struct schema_node *node = b->o->verbatim ? NULL : schema_field(b->o->type, key);

		if (!node || !(node->flags & SCHEMA_INCLUDABLE)) {
			js_put(private, key, value);
			continue;
		}
		value = complete_value(b, node, value, &(struct where) { .key = key });
		if (!value)
			return false;
		js_put_new(private, key, value);
	}
	return true;
}

static json_t *make_body(const struct build *b)
{
	struct loaded *o = b->o;
	json_t *body;

	if (o->verbatim || o->deleted) {
		body = json_incref(o->given);
		if (o->deleted)
			js_put_flag(body, "deleted", true);
	} else {
		if (!object_derive(b->load, b->target, o))
			return NULL;
		body = whole_body(b);
		if (!body)
			return NULL;
	}
	if (o->private && !put_private(b, body)) {
		json_decref(body);
		return NULL;
	}
	return body;
}

static bool store(const struct build *b)
{
	struct loaded *o = b->o;
	struct account *a = b->target->account;
	json_t *body = make_body(b);
	int64_t created;

	if (!body)
		return false;
	created = o->created != NO_TIME ? o->created : js_int(body, "created", b->target->call.now);
	/* Deleted ones are out of the journal's way: nothing of them can be rolled back but by the load's mark. */
	if (o->deleted)
		o->record = account_put(a, o->type, o->id, body_new(body), created, a->sequence + 1, true);
	else
		o->record = journal_add(&b->target->call.journal, o->type, o->id, body, created);
	json_decref(o->given);
	json_decref(o->private);
	o->given = o->private = NULL;
	o->state = BUILT;
	return true;
}

struct record *object_built(struct load *l, struct target *t, const char *id)
{
	struct loaded *o = map_get(t->by_id, id);
	struct build b = { l, t, o };

	if (!o)
		return account_find(t->account, id);
	if (o->state == BUILDING) {
		load_fail_at(l, o->file, o->path, "stands inside itself, by way of what it shows whole");
		return NULL;
	}
	if (o->state == BUILT)
		return o->record;
	o->state = BUILDING;
	return store(&b) ? o->record : NULL;
}

/* ---- order ---- */

/* Parents before children, so that a resource that adopts its record finds what the record hangs on. */
static size_t rank_of(const struct schema_resource *type)
{
	static const char *const order[] = { "TestHelpers.TestClock", "Account", "Product", "Price", "TaxRate",
		"Coupon", "PromotionCode", "Customer", "PaymentMethod", "Discount", "Subscription", "SubscriptionItem",
		"InvoiceItem", "Invoice", "InvoiceLineItem", "PaymentIntent", "Charge", "InvoicePayment" };
	size_t i = 0;

	while (i < COUNT_OF(order) && strcmp(order[i], type->name))
		i++;
	return i;
}

static int compare_met(const void *a, const void *b)
{
	const struct loaded *x = *(struct loaded *const *)a, *y = *(struct loaded *const *)b;

	return x->order < y->order ? -1 : x->order > y->order;
}

static int compare_rank(const void *a, const void *b)
{
	const struct loaded *x = *(struct loaded *const *)a, *y = *(struct loaded *const *)b;
	size_t rank_x = rank_of(x->type), rank_y = rank_of(y->type);

	return rank_x != rank_y ? (rank_x < rank_y ? -1 : 1) : compare_met(a, b);
}

static bool adopt(struct load *l, struct target *t, struct loaded *o)
{
	const struct resource *own = call_resource(&t->call, o->type);

	if (!own || !own->adopt || o->verbatim || o->deleted)
		return true;
	own->adopt(&t->call, o->record);
	if (t->call.fail.status)
		return load_fail_at(l, o->file, o->path, "%s", t->call.fail.message);
	return true;
}

bool state_build(struct load *l, struct target *t)
{
	struct list *objects = &t->objects;

	if (!objects->count)
		return true;
	qsort(objects->at, objects->count, sizeof *objects->at, compare_met);
	for (size_t i = 0; i < objects->count; i++)
		if (!object_built(l, t, ((struct loaded *)objects->at[i])->id))
			return false;
	qsort(objects->at, objects->count, sizeof *objects->at, compare_rank);
	for (size_t i = 0; i < objects->count; i++)
		if (!adopt(l, t, objects->at[i]))
			return false;
	return true;
}
