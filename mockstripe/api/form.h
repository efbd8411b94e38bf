/* SPDX-License-Identifier: MIT */
#ifndef API_FORM_H
#define API_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/json.h"

/*
 * Form encoding as Stripe's libraries send it: a[b]=x, a[0][k]=x, a[]=x, a[][k]=x; brackets may be percent-encoded.
 * The result is a tree of objects with string leaves; arrays are still objects whose keys are numbers, because only the
 * description knows whether metadata[0] is an element or a key (params.c decides). The last of two equal names wins.
 * Source: Stripe docs "Request encoding" (protocol reference section 3).
 */
#define FORM_DEPTH 12	/* brackets in one name */
#define FORM_PAIRS 4000 /* in one request */

/* Adds the pairs of `text` to `into`. false with a sentence in *why (static) when a pair is malformed. */
bool form_read(json_t *into, const char *text, size_t length, struct arena *arena, const char **why);

/*
 * Adds one pair to `into`: the brackets of `name`, which is split in place, become nesting. Takes the value, a string
 * or (from a file upload) an object. false when the name nests deeper than FORM_DEPTH; then nothing was added.
 */
bool form_put(json_t *into, char *name, json_t *value);

/* Decodes %XX (and + as a blank when `plus`); arena text. NULL when an escape is malformed or the result is not UTF-8.
 */
char *percent_decode(struct arena *arena, const char *text, size_t length, bool plus);

/* Appends text percent-encoded for a query value. */
struct text;
void percent_encode(struct text *out, const char *text);

#endif
