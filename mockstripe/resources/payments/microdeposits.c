/* SPDX-License-Identifier: MIT */
/*
 * Microdeposits: a bank account that was typed in is its owner's once they can tell what was sent there, a code or two
 * amounts. Stripe's test values decide: they work whichever of the two was sent. Source: Stripe docs "Accept an ACH
 * Direct Debit payment", "Verify bank account with microdeposits" and its test values; "Error codes".
 */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/payments/inside.h"
#include "value/calendar.h"

#define ARRIVE_DAYS 2  /* one or two working days; the due day shown is the later */
#define VERIFY_DAYS 10 /* to verify within */
#define BOUNCE_AFTER 5 /* seconds, for an account that nothing can be sent to */

enum test_end { END_VERIFIED, END_TOO_MANY, END_LATE };

static const struct {
	int64_t first, second; /* minor units */
	const char *code;
	enum test_end end;
} values[] = {
	{ 32, 45, "SM11AA", END_VERIFIED },
	{ 10, 11, "SM33CC", END_TOO_MANY },
	{ 40, 41, "SM44DD", END_LATE },
};

static const struct fail too_many = {
	.code = "payment_method_microdeposit_verification_attempts_exceeded",
	.message = "You have exceeded the number of allowed verification attempts.",
};
static const struct fail late = {
	.code = "payment_method_microdeposit_verification_timeout",
	.message =
		"Microdeposit timeout. Customer hasn't verified their bank account within the required 10 day period.",
};
static const struct fail bounced = {
	.code = "payment_method_microdeposit_failed",
	.message = "Microdeposit transfers failed. Please check the account, institution and transit numbers provided.",
};

/* ---- sending ---- */

bool microdeposits_wanted(struct record *intent, struct record *method)
{
	const char *how;

	if (!bank_is_unverified(method))
		return false;
	how = js_text(
		json_object_get(json_object_get(record_tree(intent), "payment_method_options"), method_kind(method)),
		"verification_method");
	/* "instant" means that the account was linked in the browser, which cannot be seen from here. */
	return !how || strcmp(how, "instant");
}

json_t *microdeposits_send(struct call *call, struct record *intent, struct record *method)
{
	const struct test_bank *bank = method_bank(method);
	bool us = !strcmp(method_kind(method), "us_bank_account");
	json_t *action = json_object(), *verify = json_object();

	js_put_text(action, "type", "verify_with_microdeposits");
	js_put_int(verify, "arrival_date", (call->now / CALENDAR_DAY + ARRIVE_DAYS) * CALENDAR_DAY);
	js_put_text(verify, "hosted_verification_url",
		arena_format(&call->arena, "https://payments.stripe.com/microdeposit/%s_test_%s", us ? "pacs" : "sacs",
			made_word(call, "microdeposit", 40)));
	js_put_text(verify, "microdeposit_type", us ? "descriptor_code" : "amounts");
	js_put_new(action, "verify_with_microdeposits", verify);
	payment_set_due(
		call, intent, call->now + (bank && bank->unreachable ? BOUNCE_AFTER : VERIFY_DAYS * CALENDAR_DAY));
	return action;
}

bool microdeposits_late(struct call *call, struct record *intent, struct fail *refusal)
{
	const char *action = js_text_at(record_tree(intent), "next_action.type");
	struct record *method = account_find(call->account, js_text(record_tree(intent), "payment_method"));
	const struct test_bank *bank = method ? method_bank(method) : NULL;

	if (!action || strcmp(action, "verify_with_microdeposits"))
		return false;
	*refusal = bank && bank->unreachable ? bounced : late;
	return true;
}

/* ---- verifying ---- */

int microdeposits_check(struct call *call, struct record *intent)
{
	const char *action = js_text_at(record_tree(intent), "next_action.type");

	if (text_is(action, "verify_with_microdeposits"))
		return 0;
	return fail_intent_state(call, intent,
		"This %s is not waiting for a verification with microdeposits: it has a status of %s.",
		record_is(intent, "setup_intent") ? "SetupIntent" : "PaymentIntent", intent_status(intent));
}

/* One more wrong guess; the last one ends it. Guesses of amounts are fewer, since there are fewer amounts. */
static enum deposits wrong(struct call *call, struct record *intent, bool by_code, struct fail *refusal)
{
	json_t *private = journal_edit_private(&call->journal, intent);
	int64_t left = (by_code ? 10 : 3) - js_int(private, "tries", 0) - 1;

	js_put_int(private, "tries", js_int(private, "tries", 0) + 1);
	if (left <= 0) {
		*refusal = too_many;
		return DEPOSITS_FAILED;
	}
	fail_invalid(call,
		by_code ? "payment_method_microdeposit_verification_descriptor_code_mismatch"
			: "payment_method_microdeposit_verification_amounts_mismatch",
		by_code ? "descriptor_code" : "amounts",
		"The %s provided %s not match the %s sent to the bank account. You have %lld verification attempts "
		"remaining.",
		by_code ? "verification code" : "amounts", by_code ? "does" : "do",
		by_code ? "one" : "amounts that were", (long long)left);
	call->fail.keep = true; /* the guess counts */
	return DEPOSITS_REFUSED;
}

enum deposits microdeposits_read(struct call *call, struct record *intent, struct fail *refusal)
{
	const char *code = param_text(call, "descriptor_code");
	json_t *amounts = param(call, "amounts");
	bool by_code = code != NULL;

	if (by_code == json_is_array(amounts)) {
		fail_invalid(call, by_code ? NULL : "parameter_missing", NULL,
			"You must provide either `amounts` or `descriptor_code`, as "
			"next_action.verify_with_microdeposits.microdeposit_type says.");
		return DEPOSITS_REFUSED;
	}
	if (!by_code && json_array_size(amounts) != 2) {
		fail_invalid(call, "payment_method_microdeposit_verification_amounts_invalid", "amounts",
			"You must provide exactly two microdeposit amounts.");
		return DEPOSITS_REFUSED;
	}
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		int64_t a = json_integer_value(json_array_get(amounts, 0)),
			b = json_integer_value(json_array_get(amounts, 1));
		bool same = by_code ? !strcmp(code, values[i].code)
				    : (a == values[i].first && b == values[i].second) ||
					      (a == values[i].second && b == values[i].first);

		if (!same)
			continue;
		if (values[i].end == END_VERIFIED)
			return DEPOSITS_MATCH;
		*refusal = values[i].end == END_LATE ? late : too_many;
		return DEPOSITS_FAILED;
	}
	return wrong(call, intent, by_code, refusal);
}

int microdeposits_answer(struct call *call, struct record *intent, const struct fail *refusal)
{
	/* A timeout comes by itself; having guessed too often is told to who guessed. */
	if (!strcmp(refusal->code, late.code))
		return answer_record(call, intent);
	fail_invalid(call, refusal->code, NULL, "%s", refusal->message);
	if (record_is(intent, "setup_intent"))
		call->fail.setup_intent = record_shown(intent);
	else
		call->fail.payment_intent = record_shown(intent);
	call->fail.keep = true;
	return -1;
}
