/* SPDX-License-Identifier: MIT */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

/* Whether it is that text; NULL is none. */
static inline bool text_is(const char *text, const char *wanted)
{
	return text && wanted && !strcmp(text, wanted);
}

/*
 * A growing buffer with a ceiling. Adding past the ceiling adds nothing and sets `over`, which sticks, and while it is
 * set nothing more is added: a run of adds is checked once, at the end. `data` is always terminated and never NULL
 * after text_init.
 */
struct text {
	char *data;
	size_t length, room, ceiling;
	bool over;
};

#define TEXT_NO_CEILING ((size_t)-1 / 2)

void text_init(struct text *t, size_t ceiling);
void text_clear(struct text *t); /* frees; usable again after text_init; NULL-data safe */
void text_reset(struct text *t); /* empty again, memory kept, `over` forgotten */
void text_add(struct text *t, const char *s, size_t length);
void text_put(struct text *t, const char *s); /* a terminated string */
void text_char(struct text *t, char c);
void text_int(struct text *t, int64_t value); /* decimal */
void text_format(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *text_take(
	struct text *t); /* the caller owns the characters, never NULL; t holds no memory, and may be added to */
struct bytes *text_bytes(const struct text *t); /* a new immutable copy; one owner */
/*
 * Room for n more characters at data + length, to be filled by hand and then added to `length`; NULL when over.
 * data[length + n] is 0 already; who fills fewer than n writes the terminator.
 */
char *text_room(struct text *t, size_t n);

#endif
