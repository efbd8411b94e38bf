/* SPDX-License-Identifier: MIT */
#include "actions/core/redact.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "actions/core/wording.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#define CARD_LEAST 13
#define CARD_MOST 19
#define PHONE_LEAST 8
#define PHONE_MOST 15

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ISO/IEC 7812-1, annex B. */
static bool luhn(const char *digits, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned d = (unsigned)(digits[n - 1 - i] - '0');

		if (i % 2)
			d = d > 4 ? 2 * d - 9 : 2 * d;
		sum += d;
	}
	return sum % 10 == 0;
}

/* The length of a card number at s, and its last four digits; 0 when there is none. The longest one counts. */
static size_t card_at(const char *s, char last[5])
{
	char digits[CARD_MOST + 1];
	size_t n = 0, found = 0, i;

	for (i = 0; s[i] && n < CARD_MOST; i++) {
		if (!is_digit(s[i])) {
			if ((s[i] != ' ' && s[i] != '-') || !n || !is_digit(s[i + 1]))
				break;
			continue;
		}
		digits[n++] = s[i];
		if (n >= CARD_LEAST && !is_digit(s[i + 1]) && luhn(digits, n)) {
			found = i + 1;
			memcpy(last, digits + n - 4, 4);
			last[4] = '\0';
		}
	}
	return found;
}

static bool is_email_char(char c)
{
	return isalnum((unsigned char)c) || strchr("._%+-", c) || (unsigned char)c >= 0x80;
}

/* The length of an e-mail address at s; 0 when there is none. */
static size_t email_at(const char *s)
{
	size_t local = 0, host = 0, i;

	while (s[local] && is_email_char(s[local]))
		local++;
	if (!local || s[local] != '@')
		return 0;
	for (i = local + 1; s[i] && (isalnum((unsigned char)s[i]) || s[i] == '-' || s[i] == '.'); i++)
		host++;
	while (host && s[local + host] == '.')
		host--;
	return host && memchr(s + local + 1, '.', host) ? local + 1 + host : 0;
}

/*
 * E.164 allows 15 digits. When more follow, after a blank, they belong to the next number, and so does a card's; a
 * group that goes on in letters is none: then the phone number ends with the last group of digits that fits.
 */
static size_t phone_at(const char *s)
{
	size_t digits = 0, end = 0, i = 1;
	char last[5];

	if (*s != '+' || !is_digit(s[1]))
		return 0;
	while (is_digit(s[i])) {
		size_t group = strspn(s + i, "0123456789");

		if (digits + group > PHONE_MOST || (end && isalnum((unsigned char)s[i + group])) ||
			(end && card_at(s + i, last)))
			break;
		digits += group;
		end = i += group;
		i += strspn(s + i, " -()");
	}
	return digits >= PHONE_LEAST ? end : 0;
}

static bool is_secret_char(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_-.", c));
}

/* Keys and what we give out ourselves: a beginning, wherever it stands, and everything that goes on behind it. */
static size_t key_at(const char *s, size_t *shown)
{
	static const char *const begins[] = { "sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_", "ses_", "cnf_",
		"mcp_", "conv_" };
	size_t length = 0;

	for (size_t i = 0; i < COUNT_OF(begins); i++) {
		*shown = strlen(begins[i]);
		if (strncmp(s, begins[i], *shown) != 0)
			continue;
		while (is_secret_char(s[length]))
			length++;
		return length > *shown + 4 ? length : 0;
	}
	return 0;
}

/* A whole word that is secret for what it is: a client secret, a token, the proof of a user id. */
static size_t word_at(const char *s, size_t *shown)
{
	size_t length = 0, hex = strspn(s, "0123456789abcdefABCDEF");

	while (is_secret_char(s[length]))
		length++;
	*shown = 3;
	if (!strncmp(s, "eyJ", 3) && length > 7)
		return length;
	for (size_t i = 3; i + 8 < length; i++)
		if (!strncmp(s + i, "_secret_", 8)) {
			*shown = i + 8;
			return length;
		}
	*shown = 0;
	return hex == 64 && length == hex ? length : 0;
}

/* A link's path opens invoices, portals and payments to whoever has it: the place of it is all that is kept. */
static size_t link_at(const char *s, size_t *shown)
{
	size_t scheme = !strncmp(s, "https://", 8) ? 8 : !strncmp(s, "http://", 7) ? 7 : 0;
	size_t length = strcspn(s, " \t\r\n\"'<>\\");

	if (!scheme)
		return 0;
	*shown = scheme + strcspn(s + scheme, "/?# \t\r\n\"'<>\\");
	if (memchr(s, '@', *shown)) /* a name and a password before the host */
		*shown = scheme;
	else if (*shown < length)
		++*shown;
	return *shown < length ? length : 0;
}

/* What stands before the character that is looked at. */
struct before {
	bool word;   /* a character of an e-mail address */
	bool secret; /* a character of a secret          */
};

/* Takes one thing to be masked at s; gives how much of s it was, 0 when there is none. */
static size_t mask_at(struct arena *arena, const char *s, struct before before, struct text *out)
{
	char last[5];
	size_t length, shown;

	if (is_digit(*s) && (length = card_at(s, last))) {
		text_format(out, "**** %s", last);
		return length;
	}
	if ((length = key_at(s, &shown)) || (length = link_at(s, &shown)) ||
		(!before.secret && (length = word_at(s, &shown)))) {
		text_add(out, s, shown);
		text_put(out, "***");
		return length;
	}
	if (!before.word && (length = email_at(s))) {
		text_put(out, wording_masked_email(arena, arena_range(arena, s, length)));
		return length;
	}
	if ((length = phone_at(s))) {
		text_put(out, wording_masked_phone(arena, arena_range(arena, s, length)));
		return length;
	}
	return 0;
}

const char *redact_text(struct arena *arena, const char *text)
{
	struct text out;
	struct before before = { 0 };
	const char *copy;
	size_t length;

	text_init(&out, TEXT_NO_CEILING);
	while (*text) {
		length = mask_at(arena, text, before, &out);
		if (!length) {
			text_char(&out, *text);
			length = 1;
		}
		before = (struct before) { is_email_char(text[length - 1]), is_secret_char(text[length - 1]) };
		text += length;
	}
	copy = arena_range(arena, out.data, out.length);
	text_clear(&out);
	return copy;
}

const char *redact_cards(struct arena *arena, const char *text)
{
	struct text out;
	char last[5];
	const char *copy;
	size_t length;

	text_init(&out, TEXT_NO_CEILING);
	while (*text) {
		length = is_digit(*text) ? card_at(text, last) : 0;
		if (length) {
			text_format(&out, "**** %s", last);
		} else {
			/* Digits that are none are passed over whole, or their tail might look like one. */
			do
				text_char(&out, text[length++]);
			while (is_digit(text[length - 1]) && is_digit(text[length]));
		}
		text += length;
	}
	copy = arena_range(arena, out.data, out.length);
	text_clear(&out);
	return copy;
}

json_t *redact_tree(struct arena *arena, const json_t *tree)
{
	json_t *out, *value;
	const char *name;
	size_t i;

	if (json_is_string(tree))
		return json_string(redact_text(arena, json_string_value(tree)));
	if (json_is_array(tree)) {
		out = json_array();
		json_array_foreach(tree, i, value) json_array_append_new(out, redact_tree(arena, value));
		return out;
	}
	if (!json_is_object(tree))
		return json_deep_copy(tree);
	out = json_object();
	json_object_foreach((json_t *)(uintptr_t)tree, name, value) js_put_new(out, name, redact_tree(arena, value));
	return out;
}
