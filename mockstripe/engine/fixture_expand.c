/* SPDX-License-Identifier: MIT */
/* What a step of a script sends: references replaced, parameters as the API takes them. Source: Stripe docs "Stripe CLI
 * fixtures". */
#include <stdlib.h>
#include <string.h>

#include "api/form.h"
#include "base/json.h"
#include "base/mem.h"
#include "engine/fixture_inside.h"

/* What ${.env:NAME} or ${name:path} stands for, as text of the arena; NULL with a fault. */
static const char *reference_value(
	struct script *s, const char *name, const char *path, const char *otherwise, const struct where *at)
{
	struct load *l = s->load;
	const json_t *answer, *value;
	struct text out;
	const char *text;

	if (!strcmp(name, ".env")) {
		text = getenv(path);
		if (text && *text)
			return arena_text(&l->arena, text);
		if (otherwise)
			return otherwise;
		load_fail(l, s->file, at, "the environment variable %s is not set; set it, or write ${.env:%s|default}",
			path, path);
		return NULL;
	}
	answer = json_object_get(s->answers, name);
	value = js_at(answer, path);
	if (value && json_is_string(value))
		return arena_text(&l->arena, json_string_value(value));
	if (value && !json_is_null(value) && !json_is_object(value) && !json_is_array(value)) {
		text_init(&out, TEXT_NO_CEILING);
		js_write(&out, value);
		text = arena_text(&l->arena, out.data);
		text_clear(&out);
		return text;
	}
	if (otherwise)
		return otherwise;
	if (!answer)
		load_fail(l, s->file, at, "${%s:%s}: no step before this one is called \"%s\"", name, path, name);
	else if (value && !json_is_null(value))
		load_fail(l, s->file, at, "${%s:%s} is %s; only a text, a number or a truth value can stand here", name,
			path, json_kind(value));
	else
		load_fail(l, s->file, at, "${%s:%s}: the answer of \"%s\" has no such field (or null there)", name,
			path, name);
	return NULL;
}

/* One ${...} that begins at *text, which moves behind it. */
static bool expand_one(struct script *s, const char **text, struct text *out, const struct where *at)
{
	struct load *l = s->load;
	const char *begin = *text + 2, *end = strchr(begin, '}'), *colon, *bar;
	const char *name, *path, *value;

	if (!end)
		return load_fail(l, s->file, at, "\"${\" has no \"}\"");
	colon = memchr(begin, ':', (size_t)(end - begin));
	bar = memchr(begin, '|', (size_t)(end - begin));
	if (!colon || colon == begin || colon + 1 == end || (bar && bar < colon))
		return load_fail(l, s->file, at, "a reference is ${name:path}, ${.env:NAME} or ${name:path|default}");
	name = arena_range(&l->arena, begin, (size_t)(colon - begin));
	path = arena_range(&l->arena, colon + 1, (size_t)((bar ? bar : end) - colon - 1));
	value = reference_value(
		s, name, path, bar ? arena_range(&l->arena, bar + 1, (size_t)(end - bar - 1)) : NULL, at);
	if (!value)
		return false;
	text_put(out, value);
	*text = end + 1;
	return true;
}

const char *script_text(struct script *s, const char *text, const struct where *at)
{
	struct text out;
	const char *result = NULL;
	bool right = true;

	text_init(&out, TEXT_NO_CEILING);
	while (right && *text) {
		if (text[0] == '$' && text[1] == '{')
			right = expand_one(s, &text, &out, at);
		else
			text_char(&out, *text++);
	}
	if (right)
		result = arena_text(&s->load->arena, out.data);
	text_clear(&out);
	return result;
}

/* ---- parameters as the API takes them ---- */

static void add_pair(struct text *out, const char *name, const char *value)
{
	if (out->length)
		text_char(out, '&');
	percent_encode(out, name);
	text_char(out, '=');
	percent_encode(out, value);
}

/* A scalar as form text; NULL for null, which the CLI leaves out, and with a fault. */
static const char *scalar_text(struct script *s, const json_t *value, const struct where *at)
{
	struct text out;
	const char *text;

	if (json_is_string(value))
		return script_text(s, json_string_value(value), at);
	if (json_is_null(value))
		return NULL;
	text_init(&out, TEXT_NO_CEILING);
	js_write(&out, value);
	text = arena_text(&s->load->arena, out.data);
	text_clear(&out);
	return text;
}

static bool encode(struct script *s, const char *name, const json_t *value, const struct where *at, struct text *out);

bool script_form(struct script *s, const char *name, const json_t *value, const struct where *at, struct text *out)
{
	struct arena *arena = &s->load->arena;
	const char *key;
	json_t *one;
	size_t i;

	if (*name && !json_object_size(value) && !json_array_size(value))
		add_pair(out, name, "");
	json_object_foreach((json_t *)(uintptr_t)value, key, one)
	{
		const char *below = *name ? arena_format(arena, "%s[%s]", name, key) : key;

		if (!encode(s, below, one, &(struct where) { .up = at, .key = key }, out))
			return false;
	}
	json_array_foreach(value, i, one)
	{
		if (!encode(s, arena_format(arena, "%s[%zu]", name, i), one, &(struct where) { .up = at, .index = i },
			    out))
			return false;
	}
	return true;
}

static bool encode(struct script *s, const char *name, const json_t *value, const struct where *at, struct text *out)
{
	const char *text;

	if (json_is_object(value) || json_is_array(value))
		return script_form(s, name, value, at, out);
	text = scalar_text(s, value, at);
	if (text)
		add_pair(out, name, text);
	return !s->load->why;
}

json_t *script_tree(struct script *s, const json_t *value, const struct where *at)
{
	json_t *made, *one;
	const char *key, *text;
	size_t i;

	if (json_is_string(value)) {
		text = script_text(s, json_string_value(value), at);
		return text ? json_string(text) : NULL;
	}
	if (!json_is_object(value) && !json_is_array(value))
		return json_deep_copy(value);
	made = json_is_array(value) ? json_array() : json_object();
	json_object_foreach((json_t *)(uintptr_t)value, key, one)
	{
		json_object_set_new(made, key, script_tree(s, one, &(struct where) { .up = at, .key = key }));
	}
	json_array_foreach(value, i, one)
	{
		json_array_append_new(made, script_tree(s, one, &(struct where) { .up = at, .index = i }));
	}
	if (!s->load->why)
		return made;
	json_decref(made);
	return NULL;
}
