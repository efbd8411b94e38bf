/* SPDX-License-Identifier: MIT */
#include "actions/catalog/billing_fields.h"

#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

static const char *const parts[] = { "line1", "line2", "city", "state", "postal_code", "country" };

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Atoms joined by single dots; `more` are the characters allowed beside letters and digits. */
static bool is_dotted(const char *s, size_t length, const char *more)
{
	bool fresh = true;

	for (size_t i = 0; i < length; i++) {
		if (s[i] == '.' && fresh)
			return false;
		fresh = s[i] == '.';
		if (!fresh && !is_letter_or_digit(s[i]) && !strchr(more, s[i]))
			return false;
	}
	return !fresh;
}

bool email_is_valid(const char *email)
{
	const char *at = strchr(email, '@'), *domain = at ? at + 1 : NULL, *dot = at ? strrchr(at, '.') : NULL;

	if (!at || at - email > 64 || strlen(email) > 254 || !dot || strlen(dot + 1) < 2)
		return false;
	for (const char *c = dot + 1; *c; c++)
		if (!is_letter_or_digit(*c) && *c != '-')
			return false;
	for (const char *c = domain; *c; c++)
		if (*c == '-' && (c == domain || c[-1] == '.' || c[1] == '.' || !c[1]))
			return false;
	return is_dotted(email, (size_t)(at - email), "!#$%&'*+/=?^_`{|}~-") && is_dotted(domain, strlen(domain), "-");
}

const char *phone_normal(struct arena *arena, const char *phone)
{
	char digits[18] = "+";
	size_t n = 1;

	if (*phone++ != '+')
		return NULL;
	for (; *phone; phone++) {
		if (isdigit((unsigned char)*phone)) {
			if (n == 16)
				return NULL;
			digits[n++] = *phone;
		} else if (!strchr(" .-()", *phone)) {
			return NULL;
		}
	}
	if (n < 8 || digits[1] == '0')
		return NULL;
	return arena_range(arena, digits, n);
}

static const char *part_of(const json_t *address, const char *part)
{
	const char *text = js_text(address, part);

	return text ? text : "";
}

static const char *address_fault(const json_t *address)
{
	const char *country = part_of(address, "country");

	if (!*part_of(address, "line1"))
		return "line1";
	if (strlen(country) != 2 || !isupper((unsigned char)country[0]) || !isupper((unsigned char)country[1]))
		return "country";
	if (!*part_of(address, "city") && !*part_of(address, "postal_code"))
		return "city";
	return NULL;
}

json_t *address_merged(const json_t *old, const json_t *given, const char **fault)
{
	json_t *out = json_object();
	const char *country;
	char capitals[3];

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		js_put_text(out, parts[i], part_of(js_get(given, parts[i]) ? given : old, parts[i]));
	country = part_of(out, "country");
	if (strlen(country) == 2) {
		capitals[0] = (char)toupper((unsigned char)country[0]);
		capitals[1] = (char)toupper((unsigned char)country[1]);
		capitals[2] = '\0';
		js_put_text(out, "country", capitals);
	}
	*fault = address_fault(out);
	return out;
}

const char *address_text(struct arena *arena, const json_t *address)
{
	const char *line = arena_text(arena, "");

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		const char *part = part_of(address, parts[i]);
		bool joined = !strcmp(parts[i], "postal_code") && *part_of(address, "state");

		if (*part)
			line = arena_format(arena, "%s%s%s", line, !*line ? "" : joined ? " " : ", ", part);
	}
	return line;
}

bool address_same(const json_t *a, const json_t *b)
{
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (strcmp(part_of(a, parts[i]), part_of(b, parts[i])) != 0)
			return false;
	return true;
}
