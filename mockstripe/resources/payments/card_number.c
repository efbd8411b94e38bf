/* SPDX-License-Identifier: MIT */
/*
 * Card numbers and tokens. Stripe refuses raw card numbers from most accounts, even test ones; this simulator takes the
 * numbers of its table, since tests use them, and refuses every other number with Stripe's own words: one with a wrong
 * check digit as incorrect, any other as sent where it should not be. Source: Stripe docs "Testing", "Card declines".
 */
#include <ctype.h>
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "resources/payments/inside.h"
#include "value/calendar.h"

int64_t default_exp_year(struct call *call, int64_t *month)
{
	struct civil now = { .year = 2030, .month = 1 };

	calendar_civil(call->now, &now);
	*month = now.month;
	return now.year + 1;
}

static const char *digits_of(struct call *call, const char *text)
{
	char *out = arena_alloc(&call->arena, strlen(text) + 1);
	size_t n = 0;

	for (; *text; text++)
		if (!isspace((unsigned char)*text) && *text != '-')
			out[n++] = *text;
	return out;
}

static int check_expiry(struct call *call, struct raw_card *out)
{
	struct civil now = { .year = 1970, .month = 1 };

	calendar_civil(call->now, &now);
	if (out->exp_month < 1 || out->exp_month > 12)
		return fail_card_error(
			call, "invalid_expiry_month", "exp_month", "Your card's expiration month is invalid.");
	if (out->exp_year >= 0 && out->exp_year < 100)
		out->exp_year += 2000;
	if (out->exp_year < now.year || out->exp_year > now.year + 50)
		return fail_card_error(
			call, "invalid_expiry_year", "exp_year", "Your card's expiration year is invalid.");
	if (out->exp_year == now.year && out->exp_month < now.month)
		return fail_card_error(
			call, "invalid_expiry_month", "exp_month", "Your card's expiration month is invalid.");
	return 0;
}

static int check_cvc(struct call *call, const char *cvc, const struct test_card *test)
{
	size_t wanted = !strcmp(test->brand, "amex") ? 4 : 3;
	size_t length = strlen(cvc);

	/* American Express cards may also be given the three digits of their back. */
	if (strspn(cvc, "0123456789") == length && (length == wanted || (wanted == 4 && length == 3)))
		return 0;
	return fail_card_error(call, "invalid_cvc", "cvc", "Your card's security code is invalid.");
}

int raw_card_read(struct call *call, json_t *card, const char *where, struct raw_card *out)
{
	static const char *const needed[] = { "number", "exp_month", "exp_year" };
	const char *cvc = js_text(card, "cvc");

	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!json_object_get(card, needed[i]))
			return fail_missing_param(call, arena_format(&call->arena, "%s[%s]", where, needed[i]));
	*out = (struct raw_card) {
		.number = digits_of(call, js_text(card, "number") ? js_text(card, "number") : ""),
		.exp_month = js_int(card, "exp_month", 0),
		.exp_year = js_int(card, "exp_year", 0),
		.has_cvc = cvc != NULL,
	};
	out->test = test_card_numbered(out->number);
	if (!out->test && !card_number_is_whole(out->number))
		return fail_card_error(call, "incorrect_number", "number", "Your card number is incorrect.");
	if (!out->test)
		return fail_card_error(call, NULL, NULL,
			"Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you "
			"use test "
			"tokens that map to the test card you are using, see https://stripe.com/docs/testing.");
	if (check_expiry(call, out))
		return -1;
	return cvc ? check_cvc(call, cvc, out->test) : 0;
}

/* A token that is kept (a fixture brought it) holds a card; it can be used once. */
static int stored_token(struct call *call, struct record *token, const char *where, struct raw_card *out)
{
	json_t *card = json_object_get(record_tree(token), "card");

	if (!json_is_object(card))
		return fail_invalid(call, NULL, where, "The token %s does not hold a card.", token->id);
	if (js_flag(record_tree(token), "used", false))
		return fail_invalid(call, "token_already_used", where,
			"You cannot use a Stripe token more than once: %s.", token->id);
	*out = (struct raw_card) {
		.test = test_card_like(js_text(card, "brand"), js_text(card, "country"), js_text(card, "last4")),
		.exp_month = js_int(card, "exp_month", 0),
		.exp_year = js_int(card, "exp_year", 0),
		.has_cvc = true,
	};
	out->number = out->test->number;
	js_put_flag(journal_edit(&call->journal, token), "used", true);
	return 0;
}

int token_read(struct call *call, const char *token, const char *where, struct raw_card *out)
{
	const struct schema_resource *type = schema_find_object("token");
	struct record *stored = account_get(call->account, token, type);

	if (stored)
		return stored_token(call, stored, where, out);
	*out = (struct raw_card) { .has_cvc = true };
	out->test = !strncmp(token, "tok_", 4) ? test_card_named(token + 4) : NULL;
	if (!out->test)
		return fail_no_such_param(call, type, token, where);
	out->number = out->test->number;
	out->exp_year = default_exp_year(call, &out->exp_month);
	return 0;
}
