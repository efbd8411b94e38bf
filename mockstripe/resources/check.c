/* SPDX-License-Identifier: MIT */
#include "resources/check.h"

#include <stdio.h>

#include "api/fail.h"
#include "api/params.h"
#include "value/calendar.h"
#include "value/country.h"
#include "value/decimal.h"
#include "value/url.h"

#define YEARS_AHEAD 5

const char *name_in(struct call *call, const char *where, const char *name)
{
	return where ? arena_format(&call->arena, "%s[%s]", where, name) : name;
}

const char *name_at(struct call *call, const char *where, size_t index)
{
	return arena_format(&call->arena, "%s[%zu]", where, index);
}

int check_url(struct call *call, const char *url, const char *where)
{
	return !url || url_is_http(url) ? 0 : fail_invalid(call, "url_invalid", where, "Not a valid URL");
}

int check_decimals(struct call *call, const char *name, int places)
{
	const json_t *given = param(call, name);
	struct decimal value;
	char text[64];

	if (!json_is_real(given))
		return 0;
	snprintf(text, sizeof text, "%.15g", json_real_value(given));
	if (decimal_parse(text, places, &value) == DECIMAL_OK)
		return 0;
	return fail_invalid(
		call, NULL, name, "Invalid decimal: %s; must contain at most %d decimal places.", text, places);
}

int check_country(struct call *call, const char *country, const char *where)
{
	if (!country || country_find(country))
		return 0;
	return fail_invalid(call, NULL, where,
		"Country '%s' is unknown. Try using a 2-character alphanumeric country code instead, such as 'US', "
		"'EG', or "
		"'GB'. A full list of country codes is available at "
		"https://en.wikipedia.org/wiki/ISO_3166-1_alpha-2#Officially_assigned_code_elements",
		country);
}

int check_deadline(struct call *call, int64_t at, const char *where)
{
	int64_t latest = call->now;

	if (at <= call->now)
		return fail_invalid(
			call, NULL, where, "Invalid timestamp: must be an integer Unix timestamp in the future.");
	if (calendar_add(call->now, CALENDAR_INTERVAL_YEAR, YEARS_AHEAD, &latest) && at > latest)
		return fail_invalid(
			call, NULL, where, "Invalid timestamp: can be no more than five years in the future.");
	return 0;
}

int fail_exclusive(struct call *call, const char *where, const char *a, const char *b)
{
	return fail_invalid(call, NULL, name_in(call, where, b),
		"You may only specify one of these parameters: %s, %s.", name_in(call, where, a),
		name_in(call, where, b));
}

int spec_apply(
	struct call *call, json_t *body, const struct schema_resource *type, json_t *spec, const char *const *except)
{
	json_t *own = call->params;
	int result;

	call->params = spec;
	result = params_apply(call, body, type, except);
	call->params = own;
	return result;
}
