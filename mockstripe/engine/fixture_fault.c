/* SPDX-License-Identifier: MIT */
/* What is wrong with a document, and where in it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "engine/fixture_inside.h"

static void where_write(const struct where *at, struct text *out)
{
	if (!at) {
		text_char(out, '$');
		return;
	}
	where_write(at->up, out);
	if (at->key)
		text_format(out, ".%s", at->key);
	else
		text_format(out, "[%zu]", at->index);
}

const char *where_text(struct load *l, const struct where *at)
{
	struct text out;
	const char *path;

	text_init(&out, TEXT_NO_CEILING);
	where_write(at, &out);
	path = arena_text(&l->arena, out.data);
	text_clear(&out);
	return path;
}

__attribute__((format(printf, 4, 0))) static void note(
	struct load *l, const struct fixture_file *file, const char *path, const char *format, va_list args)
{
	char *reason;

	if (l->why)
		return;
	if (vasprintf(&reason, format, args) < 0)
		die("out of memory");
	l->why = mem_format("%s: %s%s%s", file->name, path, *path ? ": " : "", reason);
	free(reason);
}

bool load_fail(struct load *l, const struct fixture_file *file, const struct where *at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note(l, file, where_text(l, at), format, args);
	va_end(args);
	return false;
}

bool load_fail_at(struct load *l, const struct fixture_file *file, const char *path, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note(l, file, path, format, args);
	va_end(args);
	return false;
}

const char *json_kind(const json_t *value)
{
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a text";
	case JSON_INTEGER:
		return "a whole number";
	case JSON_REAL:
		return "a number with decimals";
	case JSON_TRUE:
	case JSON_FALSE:
		return "true or false";
	case JSON_NULL:
		return "null";
	}
	return "nothing";
}

bool only_members(struct load *l, const struct fixture_file *file, const struct where *at, const json_t *object,
	const char *const *names)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		struct text known;
		size_t i = 0;

		while (names[i] && strcmp(names[i], key))
			i++;
		if (names[i])
			continue;
		text_init(&known, TEXT_NO_CEILING);
		for (i = 0; names[i]; i++)
			text_format(&known, "%s%s", i ? ", " : "", names[i]);
		load_fail(l, file, &(struct where) { .up = at, .key = key }, "unknown member; what may stand here: %s",
			known.data);
		text_clear(&known);
		return false;
	}
	return true;
}
