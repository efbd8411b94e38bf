/* SPDX-License-Identifier: MIT */
#ifndef PAGES_HTML_H
#define PAGES_HTML_H

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"

/*
 * Writing HTML. Whatever is not a part of the format is data and is escaped, so that no name, description or message
 * can become markup, in text or in a quoted attribute.
 */

/* Knows %s (escaped; NULL is empty), %zu, %lld and %% only; ends the process on anything else. */
void html(struct text *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "$20.00", "05 Mar 2026", "every 3 months": texts to be written, in the arena. */
const char *html_money(struct arena *arena, int64_t amount, const char *currency);
const char *html_date(struct arena *arena, int64_t at);
/* " / month" for a recurring price, "" for any other. */
const char *html_interval(struct arena *arena, const json_t *price);
/* The price as people say it: "$20.00 / month", "From $1.00 / month" where it has tiers. */
const char *html_price(struct arena *arena, const json_t *price);
/* "Visa ending in 4242" for a payment method of any kind. */
const char *html_method(struct arena *arena, const json_t *method);
/* Enum values as people read them: "past_due" is "Past due". */
const char *html_words(struct arena *arena, const char *value);

/* A labelled input. type: "text", "email", ...; value may be NULL. more: attributes as they are ("required"), or "". */
void html_field(
	struct text *out, const char *type, const char *name, const char *label, const char *value, const char *more);

#endif
