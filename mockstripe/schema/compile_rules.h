/* SPDX-License-Identifier: MIT */
#ifndef SCHEMA_COMPILE_RULES_H
#define SCHEMA_COMPILE_RULES_H

/*
 * compile.c's second half of reading: overrides.txt, laid over the nodes. Its form is told at its head. Every row has
 * to find something to change, so that a name that an upgrade removes is noticed.
 */

#include <limits.h>

#include "schema/compile_read.h"

struct rule {
	struct line *line;
	struct words columns; /* without the source */
	bool used;
};

struct rules {
	struct rule *at;
	size_t count;
};

/* Where a node stands: in a route's parameters, or in a resource. */
struct place {
	const char *verb;  /* NULL for a field */
	const char *owner; /* the route's path, or the resource's name */
	const char *path;  /* "items.price_data.currency"; elements have the path of what holds them */
	const char *leaf;  /* its last name */
};

/* Text against a pattern in which * stands for anything, nothing included. */
static bool glob_matches(const char *glob, const char *text)
{
	for (; *glob != 0 && *glob != '*'; glob++, text++)
		if (*glob != *text)
			return false;
	if (*glob == 0)
		return *text == 0;
	while (*glob == '*')
		glob++;
	for (;; text++) {
		if (glob_matches(glob, text))
			return true;
		if (*text == 0)
			return false;
	}
}

static struct rules rules_read(const char *file)
{
	struct rules rules = { NULL, 0 };

	for (struct line *l = lines_read(file); l != NULL; l = l->next) {
		const char *source = strstr(l->text, " ; ");
		struct words all, columns = { NULL, 0 };
		if (source == NULL || source[3] == 0)
			refuse(l, "a row ends with \" ; \" and its source");
		all = words_split(l->text, (size_t)(source - l->text), ' ');
		for (size_t i = 0; i < all.count; i++)
			if (all.at[i][0] != 0)
				words_add(&columns, all.at[i]);
		size_t least = strcmp(columns.at[0], "param") == 0 ? 5 : strcmp(columns.at[0], "id") == 0 ? 4 : 3;
		if (columns.count < least)
			refuse(l, "a row of %zu columns or more", least);
		rules.at = grown(rules.at, rules.count + 1, sizeof(rules.at[0]));
		rules.at[rules.count++] = (struct rule) { l, columns, false };
	}
	return rules;
}

/* A whole number, or for SCHEMA_NUMBER one of up to four decimals, in ten-thousandths. */
static int64_t bound_read(const struct line *line, const char *text, bool decimals)
{
	char *end;
	int64_t value = strtoll(text, &end, 10);
	int64_t scale = 10000, sign = text[0] == '-' ? -1 : 1;

	if (end == text)
		refuse(line, "not a number: %s", text);
	if (!decimals) {
		if (*end != 0)
			refuse(line, "not a whole number: %s", text);
		return value;
	}
	value *= scale;
	if (*end == '.') {
		for (end++; *end >= '0' && *end <= '9' && scale > 1; end++) {
			scale /= 10;
			value += sign * (*end - '0') * scale;
		}
	}
	if (*end != 0)
		refuse(line, "not a number of at most four decimals: %s", text);
	return value;
}

/* Only for the same literals in another order: a set of the same name elsewhere may be a different one. */
static bool order_set(struct draft *d, const char *list)
{
	struct words words = words_split(list, strlen(list), ',');
	size_t found = 0;

	for (size_t i = 0; i < words.count; i++)
		for (size_t k = 0; k < d->literals.count; k++)
			found += strcmp(words.at[i], d->literals.at[k]) == 0;
	if (found != words.count || found != d->literals.count)
		return false;
	d->literals = words;
	return true;
}

static bool kind_set(struct draft *d, const char *word)
{
	static const struct {
		const char *word;
		uint8_t kind;
	} kinds[] = { { "integer", SCHEMA_INTEGER }, { "decimal", SCHEMA_NUMBER }, { "timestamp", SCHEMA_TIMESTAMP } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(word, kinds[i].word) == 0) {
			if (d->number)
				d->n.kind = kinds[i].kind;
			return d->number;
		}
	return false;
}

/* Whether it changed anything: a setting that does not fit the node is for another one that the row matches. */
static bool setting_apply(const struct line *line, struct draft *d, const char *word)
{
	static const char *const kinds = " integer decimal timestamp ";
	static const struct {
		const char *word;
		uint16_t add, remove;
	} marks[] = { { "includable", SCHEMA_INCLUDABLE | SCHEMA_OPTIONAL, 0 }, { "present", 0, SCHEMA_OPTIONAL },
		{ "required", SCHEMA_REQUIRED, 0 }, { "optional", SCHEMA_OPTIONAL, SCHEMA_REQUIRED },
		{ "emptyable", SCHEMA_EMPTYABLE, 0 }, { "nullable", SCHEMA_NULLABLE, 0 },
		{ "in_query", SCHEMA_IN_QUERY, 0 } };
	const char *value = strchr(word, '=');
	bool text = d->n.kind == SCHEMA_STRING && d->literals.count == 0;
	bool count = d->n.kind == SCHEMA_INTEGER || d->n.kind == SCHEMA_NUMBER;

	if (value == NULL) {
		for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
			if (strcmp(word, marks[i].word) == 0) {
				if (d->n.name == NULL) /* an element: the mark is for what holds it */
					return false;
				d->n.flags = (uint16_t)((d->n.flags | marks[i].add) & ~marks[i].remove);
				return true;
			}
		if (strcmp(word, "iso_time") == 0) {
			bool fits = text || (d->n.flags & SCHEMA_RANGE) != 0;
			if (fits) {
				d->n.kind = SCHEMA_STRING; /* a range is declared as one of numbers */
				d->n.flags |= SCHEMA_ISO_TIME;
			}
			return fits;
		}
		const char *at = strstr(kinds, word);
		if (at == NULL || at[-1] != ' ' || at[strlen(word)] != ' ')
			refuse(line, "unknown setting: %s", word);
		return kind_set(d, word);
	}
	value++;
	if (starts(word, "order="))
		return order_set(d, value);
	if (starts(word, "max_length=")) {
		d->n.max_length = text ? (uint32_t)bound_read(line, value, false) : 0;
		return text;
	}
	if (starts(word, "max_elements=")) {
		d->n.max_elements = d->n.kind == SCHEMA_ARRAY ? (uint32_t)bound_read(line, value, false) : 0;
		return d->n.kind == SCHEMA_ARRAY;
	}
	if (!starts(word, "min=") && !starts(word, "max="))
		refuse(line, "unknown setting: %s", word);
	if (!count)
		return false;
	int64_t bound = bound_read(line, value, d->n.kind == SCHEMA_NUMBER);
	*(word[1] == 'i' ? &d->n.min : &d->n.max) = bound;
	*(word[1] == 'i' ? &d->n.has_min : &d->n.has_max) = true;
	return true;
}

/* Whether a row speaks of this place; *first is the column its settings start at. */
static bool rule_matches(const struct rule *r, const struct place *p, const char *full, size_t *first)
{
	const char *const *c = (const char *const *)r->columns.at;
	bool v2 = starts(p->owner, p->verb == NULL ? "V2." : "/v2/");

	if (strcmp(c[0], "param") == 0) {
		*first = 4;
		return p->verb != NULL && glob_matches(c[3], p->path) && glob_matches(c[1], p->verb) &&
		       glob_matches(c[2], p->owner);
	}
	*first = 2;
	if (strcmp(c[0], "field") == 0)
		return p->verb == NULL && glob_matches(c[1], full);
	if (strcmp(c[0], "name") == 0)
		return !v2 && glob_matches(c[1], p->leaf);
	if (strcmp(c[0], "v2") == 0)
		return v2 && glob_matches(c[1], p->leaf);
	return false;
}

static void draft_override(struct rules *rules, struct draft *first, const struct place *at)
{
	for (struct draft *d = first; d != NULL; d = d->next) {
		char path[1024], full[1280];
		struct place p = *at;
		if (d->n.name != NULL) {
			snprintf(path, sizeof(path), "%s%s%s", at->path, at->path[0] == 0 ? "" : ".", d->n.name);
			p.path = path;
			p.leaf = d->n.name;
		}
		snprintf(full, sizeof(full), "%s.%s", p.owner, p.path);
		for (size_t i = 0; i < rules->count; i++) {
			struct rule *r = &rules->at[i];
			size_t column;
			if (!rule_matches(r, &p, full, &column))
				continue;
			for (; column < r->columns.count; column++)
				r->used = setting_apply(r->line, d, r->columns.at[column]) || r->used;
		}
		draft_override(rules, d->fields, &p);
	}
}

/* "issuing.card" without a row: "card_". Real prefixes of the rarer objects are not all published. */
static const char *prefix_made(const char *object)
{
	const char *dot = strrchr(object, '.');
	const char *last = dot == NULL ? object : dot + 1;
	char *prefix = copied(last, strlen(last) + 1);

	prefix[strlen(last)] = '_';
	return prefix;
}

static void ids_override(struct rules *rules, struct model *m)
{
	for (size_t i = 0; i < m->resources.count; i++) {
		m->resources.at[i].prefix = prefix_made(m->resources.at[i].object);
		m->resources.at[i].id_length = 24;
	}
	for (size_t i = 0; i < rules->count; i++) {
		struct rule *r = &rules->at[i];
		if (strcmp(r->columns.at[0], "id") != 0)
			continue;
		struct declared *resource = group_find(&m->resources, r->columns.at[1]);
		if (resource == NULL)
			refuse(r->line, "no such resource: %s", r->columns.at[1]);
		resource->prefix = strcmp(r->columns.at[2], "-") == 0 ? "" : r->columns.at[2];
		resource->id_length = (unsigned)bound_read(r->line, r->columns.at[3], false);
		if (resource->id_length == 0 || resource->id_length > UINT8_MAX)
			refuse(r->line, "an id of 1 to 255 characters");
		r->used = true;
	}
}

static void model_override(struct model *m, const char *file)
{
	struct rules rules = rules_read(file);

	ids_override(&rules, m);
	for (size_t i = 0; i < m->resources.count; i++) {
		struct place p = { NULL, m->resources.at[i].name, "", "" };
		draft_override(&rules, m->resources.at[i].fields, &p);
		draft_override(&rules, m->resources.at[i].deleted, &p);
	}
	for (size_t i = 0; i < m->route_count; i++) {
		struct place params = { m->routes[i].verb, m->routes[i].path, "", "" };
		struct place answer = { NULL, "answer", "", "" };
		draft_override(&rules, m->routes[i].params, &params);
		draft_override(&rules, m->routes[i].body, &answer);
	}
	for (size_t i = 0; i < rules.count; i++)
		if (!rules.at[i].used)
			refuse(rules.at[i].line, "changes nothing");
}

#endif
