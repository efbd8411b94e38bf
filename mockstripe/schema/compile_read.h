/* SPDX-License-Identifier: MIT */
#ifndef SCHEMA_COMPILE_READ_H
#define SCHEMA_COMPILE_READ_H

/*
 * compile.c's reading half, in a header because the host tool is one translation unit: stripe.txt as a tree of lines,
 * then as nodes. Every use of a shared shape is opened into nodes of its own, so that overrides.txt can change one use
 * alone; writing finds equal arrays again. Memory lives as long as the program: it reads two files and ends.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/schema.h"

struct line {
	const char *file, *text; /* without its tabs */
	unsigned number;
	struct line *child, *next;
};

struct words {
	const char **at;
	size_t count;
};

/* A node under construction: `n` is what is written in the end, but for what the pointers point at. */
struct draft {
	struct schema_node n;
	bool number; /* declared as "number": overrides.txt says of which kind */
	struct draft *fields, *next;
	struct words literals, refs;
};

struct declared {
	const char *name, *object;
	struct line *line;
	struct draft *fields, *deleted;
	const char *prefix;
	unsigned id_length;
};

struct route {
	const char *verb, *path, *host;
	bool multipart;
	unsigned answer;
	struct draft *params, *body; /* body: what is answered, or the element of what is listed */
	struct line *line;
};

/* Names to declarations, in order of appearance; stripe.txt keeps each group sorted, which is checked. */
struct group {
	struct declared *at;
	size_t count, room;
};

struct model {
	const char *version;
	struct group enums, shapes, resources;
	struct route *routes;
	size_t route_count, route_room;
	struct words events, thin;
};

_Noreturn static void refuse(const struct line *where, const char *format, ...) __attribute__((format(printf, 2, 3)));
_Noreturn static void refuse(const struct line *where, const char *format, ...)
{
	va_list args;

	if (where != NULL)
		fprintf(stderr, "%s:%u: ", where->file, where->number);
	else
		fputs("schema-compile: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static void *grown(void *old, size_t count, size_t size)
{
	void *memory = old == NULL ? calloc(count, size) : realloc(old, count * size);

	if (memory == NULL)
		refuse(NULL, "out of memory");
	return memory;
}

static char *copied(const char *text, size_t length)
{
	char *copy = grown(NULL, length + 1, 1);

	memcpy(copy, text, length);
	return copy;
}

static void words_add(struct words *w, const char *word)
{
	if ((w->count & (w->count - 1)) == 0)
		w->at = grown(w->at, w->count == 0 ? 1 : w->count * 2, sizeof(w->at[0]));
	w->at[w->count++] = word;
}

static struct words words_split(const char *text, size_t length, char at)
{
	struct words words = { NULL, 0 };
	const char *end = text + length;

	for (;;) {
		const char *stop = memchr(text, at, (size_t)(end - text));
		size_t n = (size_t)((stop == NULL ? end : stop) - text);
		words_add(&words, copied(text, n));
		if (stop == NULL)
			return words;
		text = stop + 1;
	}
}

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* ---- lines ------------------------------------------------------------------------------------------------------ */

static char *file_read(const char *name)
{
	FILE *file = fopen(name, "rb");
	char *text = NULL;
	size_t length = 0, got;

	if (file == NULL)
		refuse(NULL, "%s: cannot be opened", name);
	do {
		text = grown(text, length + 65536 + 1, 1);
		got = fread(text + length, 1, 65536, file);
		length += got;
	} while (got > 0);
	if (ferror(file) || fclose(file) != 0)
		refuse(NULL, "%s: cannot be read", name);
	text[length] = 0;
	return text;
}

/* The lines of a file by indentation, blank ones and comments left out. */
static struct line *lines_read(const char *name)
{
	enum { DEPTHS = 32 };
	struct line *first = NULL, **tails[DEPTHS] = { &first };
	unsigned number = 0, deepest = 0;

	for (char *at = file_read(name), *stop; *at != 0; at = stop) {
		stop = at + strcspn(at, "\n");
		if (*stop != 0)
			*stop++ = 0;
		number++;
		unsigned depth = (unsigned)strspn(at, "\t");
		if (at[depth] == 0 || at[depth] == '#')
			continue;
		struct line *line = grown(NULL, 1, sizeof(*line));
		*line = (struct line) { name, at + depth, number, NULL, NULL };
		if (depth > deepest || depth + 1 >= DEPTHS)
			refuse(line, "indented too far");
		*tails[depth] = line;
		tails[depth] = &line->next;
		tails[depth + 1] = &line->child;
		deepest = depth + 1;
	}
	return first;
}

static struct declared *group_add(struct group *g, struct line *line, const char *name, const char *object)
{
	if (g->count > 0 && strcmp(g->at[g->count - 1].name, name) >= 0)
		refuse(line, "%s: not in order, or given twice", name);
	if (g->count == g->room) {
		g->room = g->room == 0 ? 64 : g->room * 2;
		g->at = grown(g->at, g->room, sizeof(g->at[0]));
	}
	g->at[g->count] = (struct declared) { .name = name, .object = object, .line = line };
	return &g->at[g->count++];
}

static struct declared *group_find(const struct group *g, const char *name)
{
	size_t low = 0, high = g->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, g->at[middle].name);
		if (order == 0)
			return &g->at[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* ---- types ------------------------------------------------------------------------------------------------------ */

static struct draft *fields_read(const struct model *m, const struct line *lines, bool params);
static void type_read(
	const struct model *m, struct draft *d, const char *text, size_t length, const struct line *line, bool params);

static struct words literals_read(const struct model *m, const char *text, size_t length, const struct line *line)
{
	struct words words = { NULL, 0 };

	if (text[0] != '@')
		return words_split(text, length, '|');
	const struct declared *set = group_find(&m->enums, copied(text + 1, length - 1));
	if (set == NULL)
		refuse(line, "no such enum");
	for (const struct line *l = set->line->child; l != NULL; l = l->next)
		words_add(&words, l->text);
	return words;
}

static void refs_read(const struct model *m, struct draft *d, const char *text, size_t length, const struct line *line)
{
	struct words names = words_split(text, length, '|');

	for (size_t i = 0; i < names.count; i++) {
		char *name = copied(names.at[i], strlen(names.at[i]));
		size_t n = strlen(name);
		bool known = false;
		if (n > 8 && strcmp(name + n - 8, ".deleted") == 0) {
			name[n - 8] = 0;
			d->n.flags |= SCHEMA_MAY_BE_DELETED;
		}
		for (size_t k = 0; k < d->refs.count; k++)
			known = known || strcmp(d->refs.at[k], name) == 0;
		if (group_find(&m->resources, name) == NULL)
			refuse(line, "no such resource: %s", name);
		if (!known)
			words_add(&d->refs, name);
	}
}

static void element_read(const struct model *m, struct draft *d, unsigned kind, const char *text, size_t length,
	const struct line *line, bool params)
{
	if (text[length] != ']' && text[length] != ')')
		refuse(line, "a bracket is missing");
	d->n.kind = (uint8_t)kind;
	d->fields = grown(NULL, 1, sizeof(*d->fields));
	type_read(m, d->fields, text, length, line, params);
}

static void union_read(const struct model *m, struct draft *d, const struct line *line, bool params)
{
	struct draft **tail = &d->fields;

	d->n.kind = SCHEMA_UNION;
	for (const struct line *l = line->child; l != NULL; l = l->next) {
		if (!starts(l->text, "- "))
			refuse(l, "an alternative starts with \"- \"");
		*tail = grown(NULL, 1, sizeof(**tail));
		type_read(m, *tail, l->text + 2, strlen(l->text + 2), l, params);
		tail = &(*tail)->next;
	}
	if (d->fields == NULL)
		refuse(line, "a union of nothing");
}

static void word_read(struct draft *d, const char *text, size_t length, const struct line *line)
{
	static const struct {
		const char *word;
		uint8_t kind;
		uint16_t flags;
		bool number;
	} known[] = {
		{ "string", SCHEMA_STRING, 0, false },
		{ "number", SCHEMA_INTEGER, 0, true },
		{ "boolean", SCHEMA_BOOLEAN, 0, false },
		{ "decimal", SCHEMA_DECIMAL, 0, false },
		{ "bigint", SCHEMA_INTEGER, SCHEMA_AS_TEXT, false },
		{ "file", SCHEMA_FILE, 0, false },
		{ "any", SCHEMA_ANY, 0, false },
		{ "metadata", SCHEMA_MAP, SCHEMA_METADATA, false },
		{ "range", SCHEMA_INTEGER, SCHEMA_RANGE, true },
		{ "blank", SCHEMA_STRING, 0, false },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strlen(known[i].word) != length || strncmp(known[i].word, text, length) != 0)
			continue;
		d->n.kind = known[i].kind;
		d->n.flags |= known[i].flags;
		d->number = known[i].number;
		if (d->n.kind == SCHEMA_MAP) {
			d->fields = grown(NULL, 1, sizeof(*d->fields));
			d->fields->n.kind = SCHEMA_STRING;
		}
		if (known[i].word[0] == 'b' && known[i].word[1] == 'l')
			words_add(&d->literals, "");
		return;
	}
	refuse(line, "no such type: %.*s", (int)length, text);
}

static void type_read(
	const struct model *m, struct draft *d, const char *text, size_t length, const struct line *line, bool params)
{
	for (; length > 0 && (*text == '~' || *text == '^'); text++, length--)
		d->n.flags |= *text == '~' ? SCHEMA_NULLABLE : SCHEMA_EMPTYABLE;
	if (length == 0 || (strchr("[{", *text) != NULL && length < 3))
		refuse(line, "a type is missing");
	if (*text == '[') {
		element_read(m, d, SCHEMA_ARRAY, text + 1, length - 2, line, params);
	} else if (length > 5 && starts(text, "map(")) {
		element_read(m, d, SCHEMA_MAP, text + 4, length - 5, line, params);
	} else if (length > 6 && starts(text, "list(")) {
		element_read(m, d, SCHEMA_LIST, text + 5, length - 6, line, params);
	} else if (*text == '=') {
		d->n.kind = SCHEMA_STRING;
		d->literals = literals_read(m, text + 1, length - 1, line);
	} else if (*text == '&' || *text == '>') {
		d->n.kind = *text == '&' ? SCHEMA_RESOURCE : SCHEMA_STRING;
		d->n.flags |= *text == '&' ? 0 : SCHEMA_EXPANDABLE;
		refs_read(m, d, text + 1, length - 1, line);
	} else if (*text == '{') {
		const struct declared *shape = group_find(&m->shapes, copied(text + 1, length - 2));
		if (shape == NULL)
			refuse(line, "no such shape: %.*s", (int)length, text);
		d->n.kind = SCHEMA_OBJECT;
		d->fields = fields_read(m, shape->line->child, params);
	} else if (length == 6 && starts(text, "object")) {
		d->n.kind = SCHEMA_OBJECT;
		d->fields = fields_read(m, line->child, params);
	} else if (length == 5 && starts(text, "union")) {
		union_read(m, d, line, params);
	} else {
		const char *equals = memchr(text, '=', length);
		size_t n = equals == NULL ? length : (size_t)(equals - text);
		word_read(d, text, n, line);
		if (equals != NULL)
			d->literals = literals_read(m, equals + 1, length - n - 1, line);
	}
}

static struct draft *fields_read(const struct model *m, const struct line *lines, bool params)
{
	struct draft *first = NULL, **tail = &first;

	for (const struct line *l = lines; l != NULL; l = l->next) {
		size_t name = strcspn(l->text, " ");
		if (l->text[name] == 0 || name == 0)
			refuse(l, "a name and a type are needed");
		bool optional = l->text[name - 1] == '?';
		struct draft *d = grown(NULL, 1, sizeof(*d));
		d->n.name = copied(l->text, name - optional);
		if (params)
			d->n.flags |= optional ? 0 : SCHEMA_REQUIRED;
		else
			d->n.flags |= optional ? SCHEMA_OPTIONAL : 0;
		type_read(m, d, l->text + name + 1, strlen(l->text + name + 1), l, params);
		*tail = d;
		tail = &d->next;
	}
	return first;
}

/* ---- declarations ------------------------------------------------------------------------------------------------ */

static void answer_read(const struct model *m, struct route *r, const char *text)
{
	static const struct {
		const char *word;
		unsigned answer;
	} paged[] = { { "list(", SCHEMA_ANSWER_LIST }, { "search(", SCHEMA_ANSWER_SEARCH },
		{ "pages(", SCHEMA_ANSWER_V2_LIST } };
	size_t length = strlen(text);

	if (strcmp(text, "empty") == 0 || strcmp(text, "binary") == 0) {
		r->answer = text[0] == 'e' ? SCHEMA_ANSWER_EMPTY : SCHEMA_ANSWER_BINARY;
		return;
	}
	r->body = grown(NULL, 1, sizeof(*r->body));
	for (size_t i = 0; i < sizeof(paged) / sizeof(paged[0]); i++) {
		size_t n = strlen(paged[i].word);
		if (!starts(text, paged[i].word))
			continue;
		r->answer = paged[i].answer;
		type_read(m, r->body, text + n, length - n - 1, r->line, false);
		if (r->body->n.kind != SCHEMA_RESOURCE)
			refuse(r->line, "only resources are listed");
		return;
	}
	type_read(m, r->body, text, length, r->line, false);
	r->answer = SCHEMA_ANSWER_NODE;
	if (r->body->n.kind == SCHEMA_RESOURCE) {
		bool alive = false;
		for (struct words w = words_split(text + 1, length - 1, '|'); w.count > 0; w.count--)
			alive = alive || strstr(w.at[w.count - 1], ".deleted") == NULL;
		bool deleted = (r->body->n.flags & SCHEMA_MAY_BE_DELETED) != 0;
		r->answer = !deleted ? SCHEMA_ANSWER_RESOURCE : alive ? SCHEMA_ANSWER_EITHER : SCHEMA_ANSWER_DELETED;
	}
}

static void route_read(struct model *m, struct line *line)
{
	struct words w = words_split(line->text, strlen(line->text), ' ');

	if (w.count < 4)
		refuse(line, "a route has a verb, a path and an answer");
	if (m->route_count == m->route_room) {
		m->route_room = m->route_room == 0 ? 256 : m->route_room * 2;
		m->routes = grown(m->routes, m->route_room, sizeof(m->routes[0]));
	}
	struct route *r = &m->routes[m->route_count++];
	*r = (struct route) { .verb = w.at[1], .path = w.at[2], .line = line };
	for (size_t i = 4; i < w.count; i++) {
		if (starts(w.at[i], "host="))
			r->host = w.at[i] + 5;
		else if (strcmp(w.at[i], "multipart") == 0)
			r->multipart = true;
		else
			refuse(line, "unknown word: %s", w.at[i]);
	}
	answer_read(m, r, w.at[3]);
	r->params = fields_read(m, line->child, true);
}

/* First the names, because shapes refer to resources and resources to each other; then what they hold. */
static void names_read(struct model *m, struct line *lines)
{
	for (struct line *l = lines; l != NULL; l = l->next) {
		struct words w = words_split(l->text, strlen(l->text), ' ');
		if (strcmp(w.at[0], "version") == 0 && w.count == 2)
			m->version = w.at[1];
		else if (strcmp(w.at[0], "enum") == 0 && w.count == 2)
			group_add(&m->enums, l, w.at[1], NULL);
		else if (strcmp(w.at[0], "shape") == 0 && w.count == 2)
			group_add(&m->shapes, l, w.at[1], NULL);
		else if (strcmp(w.at[0], "resource") == 0 && w.count == 3)
			group_add(&m->resources, l, w.at[1], w.at[2]);
		else if (!starts(l->text, "deleted ") && !starts(l->text, "route ") && strcmp(l->text, "events") != 0 &&
			 strcmp(l->text, "thin") != 0)
			refuse(l, "not a declaration");
	}
	if (m->version == NULL)
		refuse(NULL, "the description names no version");
}

static struct model model_read(const char *file)
{
	struct model m = { .version = NULL };
	struct line *lines = lines_read(file);

	names_read(&m, lines);
	for (size_t i = 0; i < m.resources.count; i++)
		m.resources.at[i].fields = fields_read(&m, m.resources.at[i].line->child, false);
	for (struct line *l = lines; l != NULL; l = l->next) {
		struct words *list = strcmp(l->text, "events") == 0 ? &m.events
				     : strcmp(l->text, "thin") == 0 ? &m.thin
								    : NULL;
		if (starts(l->text, "deleted ")) {
			struct declared *r = group_find(&m.resources, l->text + 8);
			if (r == NULL)
				refuse(l, "no such resource");
			r->deleted = fields_read(&m, l->child, false);
		} else if (starts(l->text, "route ")) {
			route_read(&m, l);
		}
		for (struct line *e = list == NULL ? NULL : l->child; e != NULL; e = e->next) {
			if (list->count > 0 && strcmp(list->at[list->count - 1], e->text) >= 0)
				refuse(e, "not in order");
			words_add(list, e->text);
		}
	}
	return m;
}

#endif
