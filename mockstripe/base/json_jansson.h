/* SPDX-License-Identifier: MIT */
#ifndef BASE_JSON_JANSSON_H
#define BASE_JSON_JANSSON_H

#include <stddef.h>

#include "base/tree.h"

/*
 * Reading what others wrote is left to jansson, which checks everything and says where it is wrong; so is writing in
 * its forms. The flags are jansson's own numbers. This header names neither jansson nor base/json.h, whose vocabulary
 * is jansson's: the one file behind it needs both.
 */
enum {
	JANSSON_REJECT_DUPLICATES = 0x1,
	JANSSON_DECODE_ANY = 0x4,
	JANSSON_ALLOW_NUL = 0x10,
	JANSSON_COMPACT = 0x20,
	JANSSON_SORT_KEYS = 0x80,
	JANSSON_ENCODE_ANY = 0x200,
};

struct json_reading {
	int line, column, position;
	char source[80];
	char text[160];
};

/* New references; NULL with the place and the reason in *error (may be NULL). */
struct tree *jansson_read(const char *text, size_t length, size_t flags, struct json_reading *error);
struct tree *jansson_read_file(const char *path, size_t flags, struct json_reading *error);
char *jansson_write(const struct tree *t, size_t flags); /* free() it; NULL when the flags do not allow the value */

#endif
