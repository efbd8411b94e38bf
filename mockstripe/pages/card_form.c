/* SPDX-License-Identifier: MIT */
/*
 * The part of a form that asks for a way to pay: a saved method, one of Stripe's test cards by what it does, or a test
 * card's number as one types it into Stripe's own pages. Source: Stripe docs "Testing".
 */
#include <stdlib.h>
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "base/mem.h"
#include "pages/visit.h"
#include "resources/within.h"

/* The cards that people try most; every other one works by its number, or as pm_card_… through the API. */
static const struct known_card {
	const char *id, *says;
} known[] = {
	{ "pm_card_visa", "Visa 4242 - works" },
	{ "pm_card_mastercard", "Mastercard 4444 - works" },
	{ "pm_card_amex", "American Express 8431 - works" },
	{ "pm_card_authenticationRequired", "Visa 3184 - asks for authentication" },
	{ "pm_card_chargeDeclined", "Visa 0002 - is declined" },
	{ "pm_card_chargeDeclinedInsufficientFunds", "Visa 9995 - insufficient funds" },
	{ "pm_card_chargeDeclinedExpiredCard", "Visa 0069 - expired" },
	{ "pm_card_chargeCustomerFail", "Visa 0341 - can be saved, then declines" },
};

static void option(struct visit *v, const char *id, const char *says, bool selected)
{
	html(&v->html, "<option value=\"%s\"%s>%s</option>", id, selected ? " selected" : "", says);
}

static bool is_chosen(struct visit *v, const char *id)
{
	const char *chosen = visit_given(v, "payment_method");

	return text_is(chosen, id);
}

json_t *saved_methods(struct call *call, const char *customer)
{
	const struct list *rows;
	json_t *all = json_array();

	if (!customer)
		return all;
	rows = list_by(call, schema_find_object("payment_method"), "customer", customer);
	for (size_t i = rows->count; i-- > 0;)
		json_array_append(all, record_tree(rows->at[i]));
	return all;
}

void card_form(struct visit *v, json_t *saved)
{
	const char *number = visit_given(v, "number");
	json_t *method;
	size_t i;

	text_put(&v->html, "<fieldset><legend>Payment method</legend><label>Test card<select name=\"payment_method\">");
	json_array_foreach(saved, i, method)
	{
		const char *id = js_text(method, "id");

		option(v, id, arena_format(&v->arena, "Saved: %s", html_method(&v->arena, method)), is_chosen(v, id));
	}
	for (size_t k = 0; k < COUNT_OF(known); k++)
		option(v, known[k].id, known[k].says, is_chosen(v, known[k].id));
	text_put(&v->html, "</select></label><p class=\"soft\">Or the number of any other test card:</p>");
	html_field(&v->html, "text", "number", "Card number", number,
		"inputmode=\"numeric\" autocomplete=\"off\" maxlength=\"23\" placeholder=\"4000 0000 0000 0002\"");
	text_put(&v->html, "<div class=\"pair\">");
	html_field(&v->html, "text", "expiry", "Expires (MM / YY)", visit_given(v, "expiry"),
		"inputmode=\"numeric\" autocomplete=\"off\" maxlength=\"7\" placeholder=\"12 / 34\"");
	html_field(&v->html, "text", "cvc", "Security code", visit_given(v, "cvc"),
		"inputmode=\"numeric\" autocomplete=\"off\" maxlength=\"4\" placeholder=\"123\"");
	text_put(&v->html, "</div></fieldset>");
}

/* "12 / 34", "1/2034": false when it is neither. */
static bool read_expiry(const char *text, int64_t *month, int64_t *year)
{
	char *end;
	long first = strtol(text, &end, 10), second;

	end += strspn(end, " /-");
	if (*end < '0' || *end > '9')
		return false;
	second = strtol(end, &end, 10);
	if (*end || first < 0 || second < 0 || second > 9999)
		return false;
	*month = first;
	*year = second < 100 ? 2000 + second : second;
	return true;
}

const char *card_given(struct visit *v, struct call *call)
{
	const char *number = visit_given(v, "number"), *expiry = visit_given(v, "expiry"), *cvc = visit_given(v, "cvc");
	json_t *given, *card;
	struct record *method;
	int64_t month, year;

	if (!number)
		return visit_given(v, "payment_method");
	if (!expiry || !read_expiry(expiry, &month, &year)) {
		fail_status(
			call, 402, "invalid_expiry_month", "exp_month", "Your card's expiration date is incomplete.");
		return NULL;
	}
	card = json_object();
	js_put_text(card, "number", number);
	js_put_int(card, "exp_month", month);
	js_put_int(card, "exp_year", year);
	if (cvc)
		js_put_text(card, "cvc", cvc);
	given = json_object();
	js_put_text(given, "type", "card");
	js_put_new(given, "card", card);
	method = call_within(call, "POST", "/v1/payment_methods", NULL, given);
	return method ? method->id : NULL;
}
