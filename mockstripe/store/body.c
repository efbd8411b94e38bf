/* SPDX-License-Identifier: MIT */
#include "store/body.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct body {
	unsigned owners;
	json_t *tree;
	struct bytes *shown[2]; /* the public rendering, indented for an answer of its own and for a row of a list */
	const struct body_kind *kind; /* NULL: the tree is all there is */
	_Alignas(max_align_t) char parts[];
};

static struct body *body_blank(size_t parts)
{
	struct body *b = mem_alloc(sizeof *b + parts);

	b->owners = 1;
	return b;
}

struct body *body_new(json_t *tree)
{
	struct body *b = body_blank(0);

	b->tree = tree;
	return b;
}

struct body *body_parse(const char *text, size_t length)
{
	json_t *tree = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(tree)) {
		json_decref(tree);
		return NULL;
	}
	return body_new(tree);
}

struct body *body_lazy(const struct body_kind *kind)
{
	struct body *b = body_blank(kind->size);

	b->kind = kind;
	return b;
}

void *body_parts(struct body *b, const struct body_kind *kind)
{
	return b->kind == kind ? b->parts : NULL;
}

json_t *body_member(struct body *b, const char *name)
{
	return b->tree ? json_incref(json_object_get(b->tree, name)) : b->kind->member(b->parts, name);
}

struct body *body_keep(struct body *b)
{
	b->owners++;
	return b;
}

static void hide(struct body *b)
{
	for (size_t i = 0; i < COUNT_OF(b->shown); i++) {
		bytes_drop(b->shown[i]);
		b->shown[i] = NULL;
	}
}

void body_drop(struct body *b)
{
	if (!b || --b->owners)
		return;
	json_decref(b->tree);
	hide(b);
	if (b->kind)
		b->kind->release(b->parts);
	free(b);
}

json_t *body_tree(struct body *b)
{
	if (!b->tree)
		b->tree = b->kind->make(b->parts);
	return b->tree;
}

json_t *body_at_hand(struct body *b)
{
	return b->tree;
}

bool body_is_cold(const struct body *b)
{
	return !b->shown[0] && !b->shown[1] && (!b->kind || !b->tree);
}

void body_cool(struct body *b)
{
	hide(b);
	if (!b->kind)
		return;
	json_decref(b->tree);
	b->tree = NULL;
}

/* The private member goes last whatever its place in the tree; copies of it inside embedded objects are left out. */
static void write_object(struct text *out, json_t *tree, bool whole)
{
	const char *key;
	json_t *value;
	char lead = '{';

	json_object_foreach(tree, key, value)
	{
		if (*key == *PRIVATE_KEY && !strcmp(key, PRIVATE_KEY))
			continue;
		js_write_key(out, lead, key);
		lead = ',';
		js_write_without(out, value, PRIVATE_KEY);
	}
	value = json_object_get(tree, PRIVATE_KEY);
	if (whole && value) {
		js_write_key(out, lead, PRIVATE_KEY);
		lead = ',';
		js_write(out, value);
	}
	text_put(out, lead == '{' ? "{}" : "}");
}

void body_write(struct body *b, struct text *out)
{
	write_object(out, body_tree(b), false);
}

void body_write_whole(struct body *b, struct text *out)
{
	write_object(out, body_tree(b), true);
}

void body_write_indented(struct body *b, struct text *out, unsigned depth)
{
	struct text compact;

	text_init(&compact, TEXT_NO_CEILING);
	body_write(b, &compact);
	js_indent(out, compact.data, compact.length, depth);
	text_clear(&compact);
}

struct bytes *body_shown(struct body *b, bool as_row)
{
	struct bytes **shown = &b->shown[as_row];
	struct text out;

	if (!*shown) {
		text_init(&out, TEXT_NO_CEILING);
		body_write_indented(b, &out, as_row ? BODY_ROW_DEPTH : 0);
		*shown = text_bytes(&out);
		text_clear(&out);
	}
	return *shown;
}
