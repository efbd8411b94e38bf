/* SPDX-License-Identifier: MIT */
#include "api/version_changes.h"

#include <stdlib.h>
#include <string.h>

#include "api/expand.h"
#include "api/resource.h"
#include "api/versions.h"
#include "base/json.h"

unsigned version_changes(const struct api *api, const char *version)
{
	unsigned n = 0;

	while (api->changes && api->changes[n] && !version_at_least(version, api->changes[n]->from))
		n++;
	return n;
}

/* ---- in ---- */

/* Whether the path is that of the pattern; the segment at its {id} goes to call->ids[0]. Ids need no decoding. */
static bool path_fits(struct call *call, const char *pattern, const char *path)
{
	const char *brace = strchr(pattern, '{'), *tail = brace ? strchr(brace, '}') + 1 : NULL;
	size_t head = brace ? (size_t)(brace - pattern) : 0, length;

	if (!brace)
		return !strcmp(pattern, path);
	if (strncmp(pattern, path, head))
		return false;
	length = strcspn(path + head, "/");
	if (!length || strcmp(path + head + length, tail))
		return false;
	call->ids[0] = arena_format(&call->arena, "%.*s", (int)length, path + head);
	return true;
}

const struct schema_route *version_route(struct call *call, const char *method, const char *path)
{
	for (unsigned i = 0; i < call->changes; i++) {
		const struct version_route *r = call->api->changes[i]->routes;

		for (; r && r->method; r++) {
			if (strcmp(r->method, method) || !path_fits(call, r->path, path))
				continue;
			call->gone = r;
			return schema_find_route(r->now_method, r->now_pattern);
		}
	}
	return NULL;
}

void version_take(struct call *call, json_t *given)
{
	if (call->gone && call->gone->take)
		call->gone->take(call, given);
	for (unsigned i = call->changes; i-- > 0;)
		if (call->api->changes[i]->take)
			call->api->changes[i]->take(call, given);
}

const struct version_link *version_link(
	const struct call *call, const struct schema_node *fields, char *const *names, size_t n, size_t *words)
{
	for (unsigned i = 0; i < call->changes; i++) {
		const struct version_link *link = call->api->changes[i]->links;

		for (; link && link->object; link++) {
			const struct schema_resource *type = schema_find_object(link->object);
			const char *dot = strchr(link->name, '.');
			size_t head = dot ? (size_t)(dot - link->name) : strlen(link->name);

			if (!type || type->fields != fields || strlen(names[0]) != head ||
				memcmp(names[0], link->name, head) || (dot && (n < 2 || strcmp(names[1], dot + 1))))
				continue;
			*words = dot ? 2 : 1;
			return link;
		}
	}
	return NULL;
}

void older_rename(json_t *given, const char *from, const char *to)
{
	json_t *value = json_object_get(given, from);

	if (!value)
		return;
	if (!json_object_get(given, to))
		json_object_set(given, to, value);
	json_object_del(given, from);
}

json_t *older_object(json_t *given, const char *key)
{
	json_t *value = json_object_get(given, key);

	if (!value) {
		value = json_object();
		js_put_new(given, key, value);
	}
	return json_is_object(value) ? value : NULL;
}

bool older_route_is(const struct call *call, const char *method, const char *pattern)
{
	return !strcmp(call->route->method, method) && !strcmp(call->route->pattern, pattern);
}

void older_each(struct call *call, json_t *list, void (*each)(struct call *call, json_t *element))
{
	const char *key;
	json_t *element;
	size_t i;

	json_array_foreach(list, i, element)
	{
		if (json_is_object(element))
			each(call, element);
	}
	json_object_foreach(list, key, element)
	{
		if (json_is_object(element))
			each(call, element);
	}
}

/* ---- out ---- */

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int key_rank(const char *key)
{
	return !strcmp(key, "id") ? 0 : !strcmp(key, "object") ? 1 : 2;
}

/* Stripe's order: id, object, then by name. */
static void sort_members(struct call *call, json_t *tree)
{
	size_t count = json_object_size(tree), n = 0;
	const char **keys = arena_alloc(&call->arena, (count + 1) * sizeof *keys), *key;
	json_t *old = json_copy(tree), *value;

	json_object_foreach(old, key, value)
	{
		keys[n++] = key;
	}
	qsort(keys, n, sizeof *keys, compare_keys);
	json_object_clear(tree);
	for (int rank = 0; rank < 3; rank++)
		for (size_t i = 0; i < n; i++)
			if (key_rank(keys[i]) == rank)
				json_object_set(tree, keys[i], json_object_get(old, keys[i]));
	json_decref(old);
}

static void show_object(struct call *call, json_t *tree, const struct expand *expand)
{
	const char *object = js_text(tree, "object"), *id = js_text(tree, "id");
	struct older o = { call, expand, id ? account_find(call->account, id) : NULL };
	bool changed = false;

	if (!object || json_object_get(tree, "deleted"))
		return;
	for (unsigned i = 0; i < call->changes; i++) {
		const struct version_shape *shape = call->api->changes[i]->shapes;

		for (; shape && shape->object; shape++) {
			if (strcmp(shape->object, object))
				continue;
			shape->show(&o, tree);
			changed = true;
		}
	}
	if (changed)
		sort_members(call, tree);
}

void version_show_tree(struct call *call, json_t *tree, const struct expand *expand)
{
	const char *key, *object = js_text(tree, "object");
	json_t *before, *value;
	size_t i;

	json_array_foreach(tree, i, value)
	{
		version_show_tree(call, value, expand);
	}
	if (!json_is_object(tree) || (object && !strcmp(object, "event")))
		return;
	/* The whole first, which reads its parts as they are; then the parts that it left alone. */
	before = json_copy(tree);
	show_object(call, tree, expand);
	json_object_foreach(before, key, value)
	{
		const struct expand *e = expand_find(expand, key);

		if ((json_is_object(value) || json_is_array(value)) && json_object_get(tree, key) == value)
			version_show_tree(call, value, e ? e->below : NULL);
	}
	json_decref(before);
}

/* A tree of one's own out of compact text. */
static json_t *parsed(const struct text *compact)
{
	return json_loadb(compact->data, compact->length, JSON_DECODE_ANY, NULL);
}

/* "promotion[coupon]" in a failure was "coupon" to who sent it: in the param, and in a message that names it. */
static void rename_param(struct call *call, json_t *error, const struct version_name *name)
{
	const char *param = js_text(error, "param"), *message = js_text(error, "message");
	size_t head = strlen(name->now);
	const char *before, *at;

	if (!param || strncmp(param, name->now, head) || (param[head] && param[head] != '['))
		return;
	before = arena_format(&call->arena, "%s%s", name->before, param + head);
	param = arena_text(&call->arena, param);
	at = message ? strstr(message, param) : NULL;
	if (at)
		js_put_text(error, "message",
			arena_format(
				&call->arena, "%.*s%s%s", (int)(at - message), message, before, at + strlen(param)));
	js_put_text(error, "param", before);
}

static void show_failure(struct call *call, json_t *tree)
{
	json_t *error = json_object_get(tree, "error");

	for (unsigned i = 0; call->route && i < call->changes; i++) {
		const struct version_name *name = call->api->changes[i]->names;

		for (; name && name->pattern; name++)
			if (!strcmp(name->pattern, call->route->pattern))
				rename_param(call, error, name);
	}
}

struct bytes *version_show(struct call *call, struct bytes *newest)
{
	json_t *tree = json_loadb(newest->data, newest->length, 0, NULL);
	struct text compact, out;
	struct bytes *bytes;

	if (!tree) /* a PDF */
		return newest;
	version_show_tree(call, tree, call->expand);
	if (call->fail.status)
		show_failure(call, tree);
	if (call->gone && call->gone->answer && !call->fail.status)
		tree = call->gone->answer(call, tree);
	text_init(&compact, TEXT_NO_CEILING);
	text_init(&out, TEXT_NO_CEILING);
	js_write(&compact, tree);
	js_indent(&out, compact.data, compact.length, 0);
	bytes = text_bytes(&out);
	text_clear(&compact);
	text_clear(&out);
	json_decref(tree);
	bytes_drop(newest);
	return bytes;
}

static json_t *record_shown(const struct older *o, struct record *r, const struct expand *below)
{
	struct text compact;
	json_t *tree;

	text_init(&compact, TEXT_NO_CEILING);
	expand_write_record(o->call, &compact, r, below);
	tree = parsed(&compact);
	text_clear(&compact);
	version_show_tree(o->call, tree, below);
	return tree;
}

void older_put_link(const struct older *o, json_t *tree, const char *name, const char *id)
{
	const struct expand *e = expand_find(o->expand, name);
	struct record *r = e && id ? account_find(o->call->account, id) : NULL;

	if (r)
		js_put_new(tree, name, record_shown(o, r, e->below));
	else
		js_put_text(tree, name, id);
}

void older_put_whole(const struct older *o, json_t *tree, const char *name, const char *id)
{
	const struct expand *e = expand_find(o->expand, name);
	struct record *r = id ? account_find(o->call->account, id) : NULL;

	js_put_new(tree, name, r ? record_shown(o, r, e ? e->below : NULL) : NULL);
}

void older_put_made(const struct older *o, json_t *tree, const char *name, json_t *made)
{
	const struct expand *e = expand_find(o->expand, name);
	struct text compact;
	json_t *own;

	if (!made) {
		js_put_null(tree, name);
		return;
	}
	text_init(&compact, TEXT_NO_CEILING);
	if (json_is_object(made))
		expand_write_tree(o->call, &compact, made, e ? e->below : NULL);
	else
		js_write_without(&compact, made, PRIVATE_KEY);
	json_decref(made);
	own = parsed(&compact);
	text_clear(&compact);
	version_show_tree(o->call, own, e ? e->below : NULL);
	js_put_new(tree, name, own);
}

void older_put_included(const struct older *o, json_t *tree, const char *name)
{
	const struct resource *own = o->record ? call_resource(o->call, o->record->type) : NULL;
	const struct resource_include *i = own ? own->includes : NULL;

	if (json_object_get(tree, name))
		return;
	while (i && i->field && strcmp(i->field, name))
		i++;
	if (i && i->field)
		older_put_made(o, tree, name, i->make(o->call, o->record));
}

const char *older_id_at(const json_t *tree, const char *path)
{
	json_t *value = js_at(tree, path);

	return json_is_object(value) ? js_text(value, "id") : json_string_value(value);
}
