/* SPDX-License-Identifier: MIT */
#include "api/expand.h"

#include <string.h>

#include "api/fail.h"
#include "api/resource.h"
#include "api/version_changes.h"
#include "base/json.h"

/* ---- checking ---- */

#define SCOPES 24

/* Where a path can go on from: the fields of one or several kinds of object; or a list, which goes on with "data". */
struct scope {
	struct {
		const struct schema_node *fields;
		size_t n;
	} sets[SCOPES];
	size_t count;
	const struct schema_node *list;	      /* the list's element when a list was reached */
	const struct schema_resource *listed; /* the same for a list of an older version */
	bool terminal;			      /* the path may end here */
	bool open;			      /* anything goes (an event's object) */
};

static void scope_fields(struct scope *s, const struct schema_node *fields, size_t n)
{
	if (s->count < SCOPES) {
		s->sets[s->count].fields = fields;
		s->sets[s->count++].n = n;
	}
}

static void scope_enter(struct scope *s, const struct schema_node *node)
{
	if (node->flags & SCHEMA_INCLUDABLE)
		s->terminal = true;
	switch ((enum schema_kind)node->kind) {
	case SCHEMA_STRING:
		if (!(node->flags & SCHEMA_EXPANDABLE))
			return;
		/* fall through */
	case SCHEMA_RESOURCE:
		s->terminal = true;
		for (size_t i = 0; i < node->n_refs; i++)
			scope_fields(s, node->refs[i]->fields, node->refs[i]->n_fields);
		return;
	case SCHEMA_OBJECT:
		scope_fields(s, node->fields, node->n_fields);
		return;
	case SCHEMA_ARRAY:
		scope_enter(s, &node->fields[0]);
		return;
	case SCHEMA_LIST:
		s->terminal = true;
		s->list = &node->fields[0];
		return;
	case SCHEMA_UNION:
		for (size_t i = 0; i < node->n_fields; i++)
			scope_enter(s, &node->fields[i]);
		return;
	case SCHEMA_ANY:
		s->terminal = s->open = true;
		return;
	default:
		return;
	}
}

static bool scope_step(const struct scope *from, const char *name, struct scope *to)
{
	bool found = false;

	*to = (struct scope) { 0 };
	if (from->open) {
		to->open = to->terminal = true;
		return true;
	}
	if (from->list) {
		if (strcmp(name, "data"))
			return false;
		scope_enter(to, from->list);
		to->terminal = true;
		return true;
	}
	if (from->listed) {
		if (strcmp(name, "data"))
			return false;
		scope_fields(to, from->listed->fields, from->listed->n_fields);
		to->terminal = true;
		return true;
	}
	for (size_t i = 0; i < from->count; i++) {
		for (size_t k = 0; k < from->sets[i].n; k++) {
			if (!strcmp(from->sets[i].fields[k].name, name)) {
				scope_enter(to, &from->sets[i].fields[k]);
				found = true;
			}
		}
	}
	return found;
}

/* What older versions have at that place; *i moves on to the last part of the name. */
static bool scope_step_older(
	const struct call *call, const struct scope *from, char *const *names, size_t n, size_t *i, struct scope *to)
{
	const struct version_link *link = NULL;
	const struct schema_resource *type;
	size_t words = 0;

	for (size_t k = 0; !link && k < from->count; k++)
		link = version_link(call, from->sets[k].fields, names + *i, n - *i, &words);
	type = link ? schema_find_object(link->target) : NULL;
	if (!type)
		return false;
	*i += words - 1;
	*to = (struct scope) { .terminal = true };
	if (link->list)
		to->listed = type;
	else
		scope_fields(to, type->fields, type->n_fields);
	return true;
}

static void scope_start(struct call *call, struct scope *s)
{
	const struct schema_route *route = call->route;

	*s = (struct scope) { 0 };
	for (size_t i = 0; i < route->n_resources; i++)
		scope_fields(s, route->resources[i]->fields, route->resources[i]->n_fields);
	if (!route->n_resources && route->resource)
		scope_fields(s, route->resource->fields, route->resource->n_fields);
	if (!route->resource && !route->n_resources && route->node)
		scope_enter(s, route->node);
}

static void expand_add(struct call *call, char **names, size_t n)
{
	struct expand **list = &call->expand;

	for (size_t i = 0; i < n; i++) {
		struct expand *e;

		for (e = *list; e && strcmp(e->name, names[i]); e = e->next)
			;
		if (!e) {
			e = arena_alloc(&call->arena, sizeof *e);
			e->name = names[i];
			e->next = *list;
			*list = e;
		}
		list = &e->below;
	}
}

static int fail_expand(struct call *call, char **names, size_t bad, const char *whole, bool wants_data)
{
	struct text upto;

	if (wants_data)
		return fail_invalid(call, NULL, NULL,
			"This property cannot be expanded (%s). You may want to try expanding 'data.%s' instead.",
			whole, whole);
	text_init(&upto, 4096);
	for (size_t i = 0; i <= bad; i++) {
		if (i)
			text_char(&upto, '.');
		text_put(&upto, names[i]);
	}
	fail_invalid(call, NULL, NULL, "This property cannot be expanded (%s).", upto.data);
	text_clear(&upto);
	return -1;
}

static int expand_path(struct call *call, const char *path)
{
	bool is_list = call->route->answer == SCHEMA_ANSWER_LIST || call->route->answer == SCHEMA_ANSWER_SEARCH ||
		       call->route->answer == SCHEMA_ANSWER_V2_LIST;
	char *names[EXPAND_DEPTH + 1];
	size_t n = 0;
	struct scope at, next;

	if (call->route->answer == SCHEMA_ANSWER_SEARCH && !strcmp(path, "total_count")) {
		names[0] = arena_text(&call->arena, path);
		expand_add(call, names, 1);
		return 0;
	}
	if (is_list && !strcmp(path, "total_count"))
		return fail_invalid(call, NULL, NULL, "This property cannot be included (%s).", path);
	for (char *rest = arena_text(&call->arena, path); rest;) {
		char *dot = strchr(rest, '.');

		if (n > EXPAND_DEPTH)
			return fail_invalid(call, "property_expansion_max_depth", NULL,
				"You cannot expand more than 4 levels of a property. Property: %s", path);
		names[n++] = rest;
		if (dot)
			*dot = 0;
		rest = dot ? dot + 1 : NULL;
	}
	scope_start(call, &at);
	size_t i = 0;

	if (is_list) {
		if (strcmp(names[0], "data"))
			return fail_expand(call, names, 0, path, true);
		at.terminal = true;
		i = 1;
	}
	for (; i < n; i++) {
		if (!scope_step(&at, names[i], &next) &&
			!(call->changes && scope_step_older(call, &at, names, n, &i, &next)))
			return fail_expand(call, names, i, path, false);
		at = next;
	}
	if (!at.terminal)
		return fail_expand(call, names, n - 1, path, false);
	expand_add(call, names, n);
	return 0;
}

int expand_check(struct call *call)
{
	size_t i;
	json_t *path;

	json_array_foreach(param(call, "expand"), i, path)
	{
		if (expand_path(call, json_string_value(path) ? json_string_value(path) : ""))
			return -1;
	}
	return 0;
}

/* ---- writing ---- */

const struct expand *expand_find(const struct expand *list, const char *name)
{
	while (list && strcmp(list->name, name))
		list = list->next;
	return list;
}

static void write_value(struct call *call, struct text *out, json_t *value, const struct expand *below);

/* An includable field that the body does not show: the resource makes it. */
static json_t *included(struct call *call, struct record *r, const char *name)
{
	const struct resource *own = r ? call_resource(call, r->type) : NULL;

	for (const struct resource_include *i = own ? own->includes : NULL; i && i->field; i++)
		if (!strcmp(i->field, name))
			return i->make(call, r);
	return NULL;
}

static void write_object(
	struct call *call, struct text *out, json_t *tree, struct record *r, const struct expand *below)
{
	const char *key;
	json_t *value;
	bool first = true;

	text_char(out, '{');
	json_object_foreach(tree, key, value)
	{
		const struct expand *e;

		if (!strcmp(key, PRIVATE_KEY))
			continue;
		if (!first)
			text_char(out, ',');
		first = false;
		js_write_string(out, key, strlen(key));
		text_char(out, ':');
		e = expand_find(below, key);
		if (e)
			write_value(call, out, value, e);
		else
			js_write_without(out, value, PRIVATE_KEY);
	}
	for (; below; below = below->next) {
		json_t *made = json_object_get(tree, below->name) ? NULL : included(call, r, below->name);

		if (!made)
			continue;
		text_put(out, first ? "\"" : ",\"");
		first = false;
		text_put(out, below->name);
		text_put(out, "\":");
		write_value(call, out, made, below);
		json_decref(made);
	}
	text_char(out, '}');
}

static void write_value(struct call *call, struct text *out, json_t *value, const struct expand *e)
{
	if (json_is_string(value)) {
		struct record *r = account_find(call->account, json_string_value(value));

		if (r)
			expand_write_record(call, out, r, e->below);
		else
			js_write(out, value);
	} else if (json_is_array(value)) {
		size_t i;
		json_t *element;

		text_char(out, '[');
		json_array_foreach(value, i, element)
		{
			if (i)
				text_char(out, ',');
			write_value(call, out, element, e);
		}
		text_char(out, ']');
	} else if (json_is_object(value)) {
		/* An embedded resource is a record too: what it can include, it can include here. */
		write_object(call, out, value, account_find(call->account, js_text(value, "id")), e->below);
	} else {
		js_write(out, value);
	}
}

void expand_write_record(struct call *call, struct text *out, struct record *r, const struct expand *below)
{
	if (below)
		write_object(call, out, record_tree(r), r, below);
	else if (r->draft)
		js_write_without(out, r->draft, PRIVATE_KEY);
	else
		body_write(r->body, out);
}

void expand_write_tree(struct call *call, struct text *out, json_t *tree, const struct expand *below)
{
	write_object(call, out, tree, NULL, below);
}
