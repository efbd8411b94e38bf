/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "actions/agent/scripted.h"
#include "base/json.h"
#include "base/mem.h"

/*
 * Which value of a closed set a request means. The driver looks for these values in the schema it is given and knows
 * of no tool; the first row that fits wins.
 */
static const struct meaning {
	const char *value, *phrases;
} meanings[] = {
	{ "undo_downgrade", "undo the downgrade|undo my downgrade|undo the scheduled|undo the change|stay on" },
	{ "undo_cancel",
		"undo|keep my subscription|resume*|reactivate*|take back|take the cancellation back|cancellation back|"
		"not to cancel|don t cancel" },
	{ "accept_offer", "accept the offer|take the offer|take that offer|accept that offer" },
	{ "add_payment_method", "payment method*|new card|add a card|another card|credit card" },
	{ "cancel", "cancel*|unsubscribe|terminate|stop my" },
	{ "preview_change", "preview|what would|how much would" },
	{ "change_plan", "upgrade*|downgrade*|switch*|move me|change my plan|change to|change my "
			 "subscription|seats|licences|licenses|"
			 "yearly billing|monthly billing|pay yearly|pay monthly|another plan" },
	{ "list_plans", "plans|options|available|offers|which plan*|another" },
	{ "month", "monthly|per month|each month|by the month" },
	{ "year", "yearly|annual*|per year|each year|by the year" },
	{ "immediately", "immediately|right now|right away|at once|today" },
	{ "at_period_end", "at the end|period end|when it ends" },
	{ "too_expensive", "too expensive|too much|cheaper|afford" },
	{ "unused", "don t use|not using|never use|unused" },
	{ "missing_features", "missing|lacks" },
	{ "switched_service", "another service|competitor|other service" },
	{ "too_complex", "too complicated|too complex|too hard" },
	{ "low_quality", "quality|buggy|broken" },
	{ "customer_service", "your support|customer service" },
};

static json_t *choice_find(const json_t *choices, const char *words)
{
	char *phrase;
	json_t *choice;
	size_t i;
	bool named;

	for (size_t k = 0; k < COUNT_OF(meanings); k++)
		json_array_foreach(choices, i, choice)
		{
			if (!strcmp(json_string_value(choice), meanings[k].value) &&
				words_hold(words, meanings[k].phrases))
				return choice;
		}
	/* Or by its own name, as plans are. */
	json_array_foreach(choices, i, choice)
	{
		phrase = mem_copy_text(json_string_value(choice));
		for (char *at = phrase; *at; at++)
			*at = *at == '_' || *at == '-' ? ' ' : (char)tolower((unsigned char)*at);
		named = words_hold(words, phrase);
		free(phrase);
		if (named)
			return choice;
	}
	return NULL;
}

/* The number right before one of the nouns: "5 seats" is read, "five seats" is not. */
static int64_t number_before(const char *words, const char *nouns)
{
	for (const char *at = words; (at = strpbrk(at, "0123456789"));) {
		char *end, *next;
		long long value = strtoll(at, &end, 10);
		bool fits;

		next = mem_format("%.*s ", (int)(*end ? 1 + strcspn(end + 1, " ") : 0), end);
		fits = *next == ' ' && words_hold(next, nouns);
		free(next);
		if (fits && value > 0)
			return value;
		at = end;
	}
	return 0;
}

static void number_find(json_t *inputs, const char *name, const char *words)
{
	static const char *const nouns[][2] = { { "quantity", "seat*|licence*|license*|user*|unit*" },
		{ "limit", "invoice*|receipt*|payment*" } };

	for (size_t i = 0; i < COUNT_OF(nouns); i++) {
		int64_t value = strcmp(nouns[i][0], name) ? 0 : number_before(words, nouns[i][1]);

		if (value)
			js_put_int(inputs, name, value);
	}
}

/* The last word with an @ in it, without what a sentence puts behind. */
static char *email_find(const char *request)
{
	const char *at = strrchr(request, '@'), *begin = at, *end = at;

	if (!at)
		return NULL;
	while (begin > request && !strchr(" \t\r\n,;<(\"'", begin[-1]))
		begin--;
	end += strcspn(at, " \t\r\n,;>)\"'");
	while (end > at + 1 && strchr(".!?", end[-1]))
		end--;
	return mem_copy_range(begin, (size_t)(end - begin));
}

static char *phone_find(const char *request)
{
	for (const char *at = request; *at; at++) {
		size_t length = strspn(at, "+0123456789 ().-/"), digits = 0;

		if (*at != '+' && !isdigit((unsigned char)*at))
			continue;
		for (size_t i = 0; i < length; i++)
			digits += isdigit((unsigned char)at[i]) != 0;
		while (length && !isdigit((unsigned char)at[length - 1]))
			length--;
		if (digits >= 7)
			return mem_copy_range(at, length);
		at += length ? length - 1 : 0;
	}
	return NULL;
}

static void part_put(json_t *address, const char *part, size_t length, size_t nth)
{
	char *text = mem_copy_range(part, length);
	bool digits = strpbrk(text, "0123456789") != NULL;

	if (!nth)
		js_put_text(address, "line1", text);
	else if (length == 2 && isupper((unsigned char)part[0]) && isupper((unsigned char)part[1]))
		js_put_text(address, "country", text);
	else if (digits)
		js_put_text(address, "postal_code", text);
	else if (!js_text(address, "city"))
		js_put_text(address, "city", text);
	else
		js_put_text(address, "state", text);
	free(text);
}

/* "... address to 1 Quay Street, Dublin, D02 X285, IE": parts between commas, behind "to" or "is". */
static json_t *address_find(const char *request)
{
	const char *at = strcasestr(request, "address"), *to = at ? strcasestr(at, " to ") : NULL;
	json_t *out;
	size_t nth = 0;

	if (at && !to)
		to = strcasestr(at, " is ");
	if (!to || !strchr(to, ',') || strchr(to, '@'))
		return NULL;
	out = json_object();
	for (at = to + 4; *at; at += *at == ',') {
		size_t length, whole = strcspn(at, ",");
		const char *part = at + strspn(at, " ");

		length = whole > (size_t)(part - at) ? whole - (size_t)(part - at) : 0;
		while (length && strchr(" .!\r\n", part[length - 1]))
			length--;
		if (length)
			part_put(out, part, length, nth++);
		at += whole;
	}
	return out;
}

static void text_find(json_t *inputs, const char *name, const char *request, const char *words)
{
	char *found = NULL;

	if (!strcmp(name, "email"))
		found = email_find(request);
	else if (!strcmp(name, "phone") && words_hold(words, "phone|number|mobile|telephone"))
		found = phone_find(request);
	if (found)
		js_put_text(inputs, name, found);
	free(found);
}

static void input_find(json_t *inputs, const char *name, json_t *property, const char *request, const char *words)
{
	const char *type = js_text(property, "type");
	json_t *value = NULL;

	if (js_get(property, "enum")) {
		value = choice_find(js_get(property, "enum"), words);
		if (value)
			js_put(inputs, name, value);
	} else if (type && !strcmp(type, "integer")) {
		number_find(inputs, name, words);
	} else if (type && !strcmp(type, "object") && !strcmp(name, "address")) {
		value = address_find(request);
		if (value)
			js_put_new(inputs, name, value);
	} else if (type && !strcmp(type, "string")) {
		text_find(inputs, name, request, words);
	}
}

void inputs_find(json_t *inputs, const json_t *schema, const char *request, const char *words)
{
	json_t *properties = js_get(schema, "properties"), *property;
	const char *name;

	json_object_foreach(properties, name, property) input_find(inputs, name, property, request, words);
}
