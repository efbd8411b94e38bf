/* SPDX-License-Identifier: MIT */
#include "actions/catalog/billing_fields.h"

#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "value/country.h"

static const char *const parts[] = { "line1", "line2", "city", "state", "postal_code", "country" };

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
	if (!country_find(country))
		return "country";
	if (!*part_of(address, "city") && !*part_of(address, "postal_code"))
		return "city";
	return address_rule_fault(country, part_of(address, "postal_code"), part_of(address, "state"));
}

json_t *address_merged(const json_t *old, const json_t *given, const char **fault)
{
	json_t *out = json_object();
	const char *country;

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		js_put_text(out, parts[i], part_of(js_get(given, parts[i]) ? given : old, parts[i]));
	country = country_find(part_of(out, "country"));
	if (country)
		js_put_text(out, "country", country);
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
