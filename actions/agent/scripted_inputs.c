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
	const char *said; /* as a customer would say the value; NULL: as it stands */
} meanings[] = {
	{ "undo_downgrade", "undo the downgrade|undo my downgrade|undo the scheduled|undo the change|stay on",
		"undo a scheduled change" },
	{ "undo_cancel",
		"undo|keep my|keep it|keep the subscription|resume*|reactivate*|take back|take it back|"
		"take the cancellation back|cancellation back|changed my mind|not to cancel|don t cancel|do not cancel",
		"take a cancellation back" },
	{ "accept_offer", "accept the offer|take the offer|take that offer|accept that offer", "take an offer" },
	{ "add_payment_method",
		"payment method*|new card|add a card|another card|different card|credit card|debit card|my card|card "
		"details|"
		"expired card|payment card",
		"add a payment method" },
	{ "cancel",
		"cancel*|unsubscribe|terminate|stop my|stop the subscription|don t want to pay|stop charging|stop "
		"billing|close my account|close the account|delete my account|end my subscription|end the subscription|"
		"get rid of|quit|leave you|won t renew|not renew|don t renew|stop renewing|turn off auto*",
		"cancel" },
	{ "preview_change",
		"preview|what would|how much would|cost to move|cost to switch|cost to upgrade|cost to change",
		"show what a change would cost" },
	{ "list_plans",
		"difference|compare|tell me about|how much is|how much does|what does|cost of|discount*|coupon*|price "
		"list|"
		"pricing",
		"show the plans" },
	{ "change_plan",
		"upgrade*|downgrade*|switch*|move|change my plan|change plan*|change to|change my "
		"subscription|seat*|licence*|license*|users|a user|team members|"
		"yearly billing|monthly billing|annual billing|pay yearly|pay annually|pay monthly|billed "
		"yearly|billed annually|billed monthly|another plan|bigger|smaller",
		"change your plan" },
	{ "list_plans", "plans|options|available|offers|which plan*|another|cheaper|lower|less|reduce",
		"show the plans" },
	{ "open", "open|unpaid|not paid|overdue|owe|outstanding", NULL },
	{ "year", "to yearly|to annual*|to a year", NULL },
	{ "month", "monthly|per month|each month|by the month", NULL },
	{ "year", "yearly|annual*|per year|each year|by the year|a year", NULL },
	{ "week", "weekly|per week|by the week", NULL },
	{ "day", "daily|per day|by the day", NULL },
	{ "immediately", "immediately|right now|right away|at once|today", "now" },
	{ "at_period_end", "at the end|period end|when it ends", "at the end of the paid period" },
	{ "too_expensive", "too expensive|too much|cheaper|afford|price is too high", NULL },
	{ "unused", "don t use|not using|never use|unused", NULL },
	{ "missing_features", "missing|lacks", NULL },
	{ "switched_service", "another service|competitor|other service", NULL },
	{ "too_complex", "too complicated|too complex|too hard", NULL },
	{ "low_quality", "quality|buggy|broken", NULL },
	{ "customer_service", "your support|customer service", NULL },
};

const char *inputs_value_said(const char *value)
{
	for (size_t i = 0; i < COUNT_OF(meanings); i++)
		if (!strcmp(meanings[i].value, value) && meanings[i].said)
			return meanings[i].said;
	return value;
}

static json_t *choice_meant(const json_t *choices, const char *words)
{
	json_t *choice;
	size_t i;

	for (size_t k = 0; k < COUNT_OF(meanings); k++)
		json_array_foreach(choices, i, choice)
		{
			if (!strcmp(json_string_value(choice), meanings[k].value) &&
				words_hold(words, meanings[k].phrases))
				return choice;
		}
	return NULL;
}

/* By its own name, as plans are. */
static json_t *choice_named(const json_t *choices, const char *words)
{
	json_t *choice;
	size_t i;

	json_array_foreach(choices, i, choice)
	{
		char *phrase = mem_copy_text(json_string_value(choice));
		bool named;

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

/* "1 Quay Street, Dublin, D02 X285, IE": the parts between commas. NULL without a comma. */
static json_t *address_read(const char *at)
{
	json_t *out;
	size_t nth = 0;

	if (!strchr(at, ',') || strchr(at, '@'))
		return NULL;
	out = json_object();
	for (; *at; at += *at == ',') {
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

/* What stands behind the first " to " or " is " after a word of the request: "... address to 1 Quay Street, ...". */
static const char *behind(const char *request, const char *word)
{
	const char *at = strcasestr(request, word), *to = at ? strcasestr(at, " to ") : NULL;

	if (at && !to)
		to = strcasestr(at, " is ");
	return to ? to + 4 + strspn(to + 4, " ") : NULL;
}

/* Which kind of tax number begins so (Stripe docs, "Customer tax IDs"): the European Union's are one kind. */
static const char *tax_kind(const char *at)
{
	static const char union_members[] =
		"AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";
	char country[3] = { at[0], at[1], '\0' };

	if (!strcmp(country, "GB"))
		return "gb_vat";
	return strstr(union_members, country) ? "eu_vat" : NULL;
}

/* "IE6388047V": two capitals and at least seven more letters and digits, most of them digits. */
static json_t *tax_id_find(const char *request)
{
	for (const char *at = request; *at; at++) {
		size_t length = 0, digits = 0;
		json_t *out;
		char *value;

		if (!isupper((unsigned char)at[0]) || !isupper((unsigned char)at[1]) ||
			(at > request && isalnum((unsigned char)at[-1])))
			continue;
		for (; isalnum((unsigned char)at[length]); length++)
			digits += isdigit((unsigned char)at[length]) != 0;
		if (length < 9 || length > 14 || digits < 6 || !tax_kind(at))
			continue;
		out = json_object();
		value = mem_copy_range(at, length);
		js_put_text(out, "type", tax_kind(at));
		js_put_text(out, "value", value);
		free(value);
		return out;
	}
	return NULL;
}

/* The rest of a sentence, without what a sentence puts behind. */
static char *rest_of(const char *at)
{
	size_t length = at ? strlen(at) : 0;

	while (length && strchr(" .!\r\n\"'", at[length - 1]))
		length--;
	return length ? mem_copy_range(at, length) : NULL;
}

static void text_find(json_t *inputs, const char *name, const char *request, const char *words)
{
	char *found = NULL;

	if (!strcmp(name, "email"))
		found = email_find(request);
	else if (!strcmp(name, "phone") && words_hold(words, "phone*|number|mobile|telephone") &&
		 !words_hold(words, "vat|tax"))
		found = phone_find(request);
	else if (!strcmp(name, "name"))
		found = rest_of(behind(request, " name "));
	if (found)
		js_put_text(inputs, name, found);
	free(found);
}

static void object_find(json_t *inputs, const char *name, const char *request)
{
	const char *at = behind(request, "address");
	json_t *value = NULL;

	if (!strcmp(name, "address") && at)
		value = address_read(at);
	else if (!strcmp(name, "tax_id"))
		value = tax_id_find(request);
	if (value)
		js_put_new(inputs, name, value);
}

static void choice_find(json_t *inputs, const char *name, const json_t *choices, const char *words)
{
	json_t *value = choice_meant(choices, words);

	/* "This month" says when, not how often. */
	if (!value && strcmp(name, "interval") != 0)
		value = choice_named(choices, words);
	if (value)
		js_put(inputs, name, value);
}

/* Only what is clearly meant: "was it paid?" asks for more than what is paid. */
static void list_find(json_t *inputs, const char *name, const json_t *property, const char *words)
{
	json_t *value = choice_meant(js_at(property, "items.enum"), words), *list;

	if (!value)
		return;
	list = json_array();
	json_array_append(list, value);
	js_put_new(inputs, name, list);
}

static void input_find(json_t *inputs, const char *name, const json_t *property, const char *request, const char *words)
{
	const char *type = js_text(property, "type");

	if (js_get(property, "enum"))
		choice_find(inputs, name, js_get(property, "enum"), words);
	else if (type && !strcmp(type, "integer"))
		number_find(inputs, name, words);
	else if (type && !strcmp(type, "object"))
		object_find(inputs, name, request);
	else if (type && !strcmp(type, "array"))
		list_find(inputs, name, property, words);
	else if (type && !strcmp(type, "string"))
		text_find(inputs, name, request, words);
}

/* Inputs that belong to some operations only: "which plans are cheaper?" gives no reason for leaving. */
static const struct belonging {
	const char *input, *operations;
} belongings[] = {
	{ "reason", "cancel" },
	{ "when", "cancel" },
	{ "plan", "change_plan|preview_change" },
	{ "interval", "change_plan|preview_change" },
	{ "quantity", "change_plan|preview_change" },
};

static void inputs_trim(json_t *inputs)
{
	const char *operation = js_text(inputs, "operation");
	char *spaced = operation ? mem_format(" %s ", operation) : NULL;

	for (size_t i = 0; spaced && i < COUNT_OF(belongings); i++)
		if (!words_hold(spaced, belongings[i].operations))
			json_object_del(inputs, belongings[i].input);
	free(spaced);
}

void inputs_find(json_t *inputs, const json_t *schema, const char *request, const char *words)
{
	json_t *properties = js_get(schema, "properties"), *property;
	const char *name;

	json_object_foreach(properties, name, property) input_find(inputs, name, property, request, words);
	/* A plan, a period or a number of seats by itself is what somebody wants to have. */
	if (js_get(properties, "operation") && !js_get(inputs, "operation") &&
		(js_get(inputs, "plan") || js_get(inputs, "interval") || js_get(inputs, "quantity")))
		choice_find(inputs, "operation", js_at(properties, "operation.enum"), " change plan ");
	inputs_trim(inputs);
}

void inputs_answer(json_t *inputs, const json_t *schema, const char *name, const char *request, const char *words)
{
	const json_t *property = js_get(js_get(schema, "properties"), name);
	char *found = NULL;
	json_t *value;

	input_find(inputs, name, property, request, words);
	if (js_get(inputs, name))
		return;
	if (!strcmp(name, "address")) {
		value = address_read(request);
		if (value)
			js_put_new(inputs, name, value);
	} else if (!strcmp(name, "quantity") && strpbrk(words, "123456789")) {
		js_put_int(inputs, name, strtoll(strpbrk(words, "123456789"), NULL, 10));
	} else if (!strcmp(name, "phone")) {
		found = phone_find(request);
	} else if (!strcmp(name, "name")) {
		found = rest_of(request);
	}
	if (found)
		js_put_text(inputs, name, found);
	free(found);
}
