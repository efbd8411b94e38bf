/* SPDX-License-Identifier: MIT */
#include "actions/people/contacts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"

struct contacts {
	json_t *list;
	struct map *by_id;
};

/* Where faults of one load go. */
struct load {
	const char *name, *root;
	struct text *why;
	size_t faults;
};

static void fault(struct load *l, size_t index, const char *field, const char *problem)
{
	text_format(l->why, "%s%s: %s[%zu]%s%s: %s", l->faults ? "\n" : "", l->name, l->root, index, *field ? "." : "",
		field, problem);
	l->faults++;
}

static bool is_text_or_null(const json_t *contact, const char *field)
{
	const json_t *value = js_get(contact, field);

	return !value || json_is_null(value) || json_is_string(value);
}

static void contact_add(struct load *l, struct contacts *c, size_t index, json_t *contact)
{
	static const char *const texts[] = { "name", "email", "phonenumber" };
	const char *id = js_text(contact, "external_id");

	if (!json_is_object(contact)) {
		fault(l, index, "", "must be an object");
		return;
	}
	if (!id || !*id || strlen(id) > 256)
		fault(l, index, "external_id", "must be a text of 1 to 256 bytes");
	else if (map_get(c->by_id, id))
		fault(l, index, "external_id", "is used twice");
	else
		map_put(c->by_id, id, contact);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (!is_text_or_null(contact, texts[i]))
			fault(l, index, texts[i], "must be a text or null");
}

struct contacts *contacts_read(json_t *tree, const char *name, const char *root, struct text *why)
{
	static const char *const keys[] = { "contacts", "users", "data" };
	struct contacts *c = mem_alloc(sizeof(*c));
	struct load l = { .name = name, .root = root, .why = why };
	json_t *list = tree, *row;
	struct text place;
	size_t i;

	text_init(&place, TEXT_NO_CEILING);
	for (i = 0; json_is_object(tree) && i < COUNT_OF(keys); i++)
		if (js_get(tree, keys[i])) {
			list = js_get(tree, keys[i]);
			text_format(&place, "%s.%s", root, keys[i]);
			l.root = place.data;
			break;
		}
	c->by_id = map_new();
	c->list = json_incref(list);
	if (!json_is_array(list)) {
		text_format(why, "%s: %s: must be a list of contacts", name, l.root);
		l.faults++;
	}
	json_array_foreach(list, i, row) contact_add(&l, c, i, row);
	text_clear(&place);
	if (!l.faults)
		return c;
	contacts_free(c);
	return NULL;
}

struct contacts *contacts_load(const char *file, struct text *why)
{
	struct contacts *c;
	json_error_t error;
	json_t *tree = json_load_file(file, JSON_REJECT_DUPLICATES, &error);

	if (!tree) {
		if (error.line > 0)
			text_format(why, "%s: line %d, column %d: %s", file, error.line, error.column, error.text);
		else
			text_format(why, "%s: %s", file, error.text);
		return NULL;
	}
	c = contacts_read(tree, file, "$", why);
	json_decref(tree);
	return c;
}

void contacts_free(struct contacts *c)
{
	if (!c)
		return;
	map_free(c->by_id);
	json_decref(c->list);
	free(c);
}

json_t *contacts_find(const struct contacts *c, const char *external_id)
{
	return map_get(c->by_id, external_id);
}

static size_t trimmed(const char **s)
{
	size_t length;

	while (isspace((unsigned char)**s))
		(*s)++;
	length = strlen(*s);
	while (length && isspace((unsigned char)(*s)[length - 1]))
		length--;
	return length;
}

const char *contacts_near(const struct contacts *c, const char *external_id)
{
	size_t length = trimmed(&external_id), i;
	json_t *row;

	json_array_foreach(c->list, i, row)
	{
		const char *id = js_text(row, "external_id"), *bare = id;

		if (trimmed(&bare) == length && !strncasecmp(bare, external_id, length))
			return id;
	}
	return NULL;
}

static void release_tree(void *tree)
{
	json_decref(tree);
}

json_t *contact_with_claims(struct arena *arena, json_t *contact, json_t *claims, const char *user_id)
{
	static const char *const fields[] = { "name", "email", "phonenumber", "stripe_accounts" };
	json_t *out = contact ? json_copy(contact) : json_object(), *value;
	bool known = contact != NULL;

	arena_defer(arena, release_tree, out);
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		value = js_get(claims, fields[i]);
		if (!value)
			continue;
		known = true;
		if (json_is_null(value))
			json_object_del(out, fields[i]);
		else
			js_put(out, fields[i], value);
	}
	js_put_text(out, "external_id", user_id);
	return known ? out : NULL;
}
