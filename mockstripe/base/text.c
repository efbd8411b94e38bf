/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The first allocation: enough for an id or a short message, small enough for a buffer that stays empty. */
#define FIRST_ROOM 64

/*
 * `room` counts the allocated bytes, the terminator's among them, so length < room always holds. Growth doubles, which
 * keeps a long run of small adds linear, and stops at the ceiling.
 */
static void grow(struct text *t, size_t needed)
{
	size_t room = t->room ? t->room : FIRST_ROOM;
	while (room < needed + 1)
		room = room > TEXT_NO_CEILING ? needed + 1 : room * 2;
	if (t->ceiling < TEXT_NO_CEILING && room > t->ceiling + 1)
		room = t->ceiling + 1;
	t->data = mem_resize(t->data, room);
	t->room = room;
	t->data[t->length] = '\0';
}

/* Makes room for n more characters and the terminator, or notes that they do not fit. */
static bool make_room(struct text *t, size_t n)
{
	if (t->over)
		return false;
	if (n > t->ceiling || t->length > t->ceiling - n) {
		t->over = true;
		return false;
	}
	if (t->length + n >= t->room)
		grow(t, t->length + n);
	return true;
}

void text_init(struct text *t, size_t ceiling)
{
	*t = (struct text) { .ceiling = ceiling < TEXT_NO_CEILING ? ceiling : TEXT_NO_CEILING };
	grow(t, 0);
}

void text_clear(struct text *t)
{
	free(t->data);
	*t = (struct text) { 0 };
}

void text_reset(struct text *t)
{
	t->length = 0;
	t->over = false;
	if (t->data)
		t->data[0] = '\0';
}

void text_add(struct text *t, const char *s, size_t length)
{
	if (!length || !make_room(t, length))
		return;
	memcpy(t->data + t->length, s, length);
	t->length += length;
	t->data[t->length] = '\0';
}

void text_put(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

void text_char(struct text *t, char c)
{
	if (!t->over && t->length + 1 < t->room) { /* by far the most: jsons are written character by character */
		t->data[t->length++] = c;
		t->data[t->length] = '\0';
		return;
	}
	if (!make_room(t, 1))
		return;
	t->data[t->length++] = c;
	t->data[t->length] = '\0';
}

void text_int(struct text *t, int64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);
	/* Negated as unsigned, so that the smallest value has a magnitude too. */
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	do
		digits[--at] = (char)('0' + rest % 10);
	while (rest /= 10);
	if (value < 0)
		digits[--at] = '-';
	text_add(t, digits + at, sizeof(digits) - at);
}

void text_format(struct text *t, const char *format, ...)
{
	if (t->over)
		return;
	/* Most pieces fit into what is there already: print in place, and again only when they did not. */
	size_t spare = t->room - t->length;
	va_list args;
	va_start(args, format);
	int printed = vsnprintf(t->data ? t->data + t->length : NULL, t->data ? spare : 0, format, args);
	va_end(args);
	if (printed < 0)
		die("a format that cannot be printed: %s", format);
	size_t length = (size_t)printed;
	bool in_place = t->data && length < spare && length <= t->ceiling - t->length;
	if (!in_place && t->data)
		t->data[t->length] = '\0';
	if (!make_room(t, length))
		return;
	if (!in_place) {
		va_start(args, format);
		vsnprintf(t->data + t->length, length + 1, format, args);
		va_end(args);
	}
	t->length += length;
}

char *text_take(struct text *t)
{
	char *taken = t->data ? t->data : mem_copy_range("", 0);
	t->data = NULL;
	t->length = t->room = 0;
	t->over = false;
	return taken;
}

struct bytes *text_bytes(const struct text *t)
{
	return bytes_new(t->data, t->length);
}

char *text_room(struct text *t, size_t n)
{
	if (!make_room(t, n))
		return NULL;
	/* Terminated for a filler that uses all of it; one that uses less ends its characters itself. */
	t->data[t->length + n] = '\0';
	return t->data + t->length;
}
