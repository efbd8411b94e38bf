/* SPDX-License-Identifier: MIT */
#include "store/body.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"

struct body {
	unsigned owners;
	size_t public_length; /* of text: the rendering without the private member and without the last brace */
	json_t *tree;
	struct bytes *text;
	struct bytes *shown[2]; /* the public rendering, indented for an answer of its own and for a row of a list */
	json_t *(*make)(const void *arg), *(*brief)(const void *arg);
	void (*release)(void *arg);
	void *arg;
};

static struct body *body_blank(void)
{
	struct body *b = mem_alloc(sizeof *b);

	b->owners = 1;
	return b;
}

struct body *body_new(json_t *tree)
{
	struct body *b = body_blank();

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

struct body *body_lazy(json_t *(*make)(const void *arg), void (*release)(void *arg), void *arg)
{
	struct body *b = body_blank();

	b->make = make;
	b->release = release;
	b->arg = arg;
	return b;
}

void *body_made_from(const struct body *b, json_t *(*make)(const void *arg))
{
	return b->make == make ? b->arg : NULL;
}

void body_set_brief(struct body *b, json_t *(*brief)(const void *arg))
{
	b->brief = brief;
}

json_t *body_index_tree(struct body *b)
{
	return b->brief && !b->tree ? b->brief(b->arg) : json_incref(body_tree(b));
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
	bytes_drop(b->text);
	hide(b);
	if (b->release)
		b->release(b->arg);
	free(b);
}

/* The private member goes last whatever its place in the tree; copies of it inside embedded objects are left out. */
static size_t write_object(struct text *out, json_t *tree, bool whole)
{
	const char *key;
	json_t *value;
	size_t public_length;
	bool first = true;

	text_char(out, '{');
	json_object_foreach(tree, key, value)
	{
		if (*key == *PRIVATE_KEY && !strcmp(key, PRIVATE_KEY))
			continue;
		if (!first)
			text_char(out, ',');
		first = false;
		js_write_string(out, key, strlen(key));
		text_char(out, ':');
		js_write_without(out, value, PRIVATE_KEY);
	}
	public_length = out->length;
	value = json_object_get(tree, PRIVATE_KEY);
	if (whole && value) {
		if (!first)
			text_char(out, ',');
		js_write_string(out, PRIVATE_KEY, strlen(PRIVATE_KEY));
		text_char(out, ':');
		js_write(out, value);
	}
	text_char(out, '}');
	return public_length;
}

json_t *body_tree(struct body *b)
{
	if (!b->tree) {
		b->tree = b->make ? b->make(b->arg) : js_parse(b->text->data, b->text->length);
		if (!b->tree)
			die("a stored body does not read back");
	}
	return b->tree;
}

bool body_is_warm(const struct body *b)
{
	return b->tree || b->shown[0] || b->shown[1];
}

static void render(struct body *b, struct text *scratch)
{
	if (b->text)
		return;
	text_reset(scratch);
	b->public_length = write_object(scratch, body_tree(b), true);
	b->text = text_bytes(scratch);
}

static void need_text(struct body *b)
{
	struct text out;

	if (b->text)
		return;
	text_init(&out, TEXT_NO_CEILING);
	render(b, &out);
	text_clear(&out);
}

static void cool(struct body *b, struct text *scratch)
{
	hide(b);
	if (!b->tree)
		return;
	if (!b->make) {
		render(b, scratch);
	} else {
		bytes_drop(b->text);
		b->text = NULL;
	}
	json_decref(b->tree);
	b->tree = NULL;
}

void body_cool(struct body *b)
{
	struct text out;

	text_init(&out, TEXT_NO_CEILING);
	cool(b, &out);
	text_clear(&out);
}

void body_retire(struct body *b, struct text *scratch)
{
	if (b->owners > 1)
		cool(b, scratch);
	body_drop(b);
}

void body_write(struct body *b, struct text *out)
{
	need_text(b);
	text_add(out, b->text->data, b->public_length);
	text_char(out, '}');
}

void body_write_indented(struct body *b, struct text *out, unsigned depth)
{
	need_text(b);
	if (b->public_length + 1 == b->text->length) {
		js_indent(out, b->text->data, b->text->length, depth);
		return;
	}
	/* A private member follows: borrow the place of its comma for the closing brace while indenting a copy. */
	struct text copy;

	text_init(&copy, TEXT_NO_CEILING);
	body_write(b, &copy);
	js_indent(out, copy.data, copy.length, depth);
	text_clear(&copy);
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

void body_write_whole(struct body *b, struct text *out)
{
	need_text(b);
	text_add(out, b->text->data, b->text->length);
}
