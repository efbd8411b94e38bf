/* SPDX-License-Identifier: MIT */
/*
 * Bank debits: the answer comes later, after the account was verified where it has to be. Source: Stripe docs "Delayed
 * notification payment methods", and each rail's test account numbers and microdeposits.
 */
#include "suites/resource/payments.h"

/* ---- accounts ---- */

/* A method of that rail; account: the number or IBAN. */
static const char *account_new(struct house *h, const char *rail, const char *account)
{
	static const struct {
		const char *rail, *form; /* the account goes to its end */
	} forms[] = {
		{ "us_bank_account",
			"us_bank_account[routing_number]=110000000&us_bank_account[account_holder_type]=individual"
			"&us_bank_account[account_number]=" },
		{ "bacs_debit", "bacs_debit[sort_code]=108800&bacs_debit[account_number]=" },
		{ "au_becs_debit", "au_becs_debit[bsb_number]=000000&au_becs_debit[account_number]=" },
		{ "sepa_debit", "sepa_debit[iban]=" },
	};
	size_t i = 0;

	while (strcmp(forms[i].rail, rail))
		i++;
	return field(api_ok(h, "POST", "/v1/payment_methods",
			     text_of(h, "type=%s&billing_details[name]=Jane&%s%s", rail, forms[i].form, account)),
		"id");
}

static const struct answer *verify(struct house *h, const char *kind, const char *id, const char *body)
{
	return api(h, "POST", text_of(h, "/v1/%s/%s/verify_microdeposits", kind, id), body);
}

/* A payment of $20.00 from a US account that was verified just now: processing. */
static const char *bank_payment(struct house *h, const char *account)
{
	const char *id = field(pay(h, account_new(h, "us_bank_account", account), ""), "id");

	assert_field(verify(h, "payment_intents", id, "amounts[]=32&amounts[]=45"), "status", "processing");
	return id;
}

/* ---- what the bank says ---- */

static void debit__succeeds_later(void **state)
{
	struct house *h = *state;
	const char *id = bank_payment(h, "000123456789");
	const struct answer *a = get(h, "payment_intents", id);
	const char *charge = field(a, "latest_charge");

	assert_true(!strncmp(charge, "py_3", 4));
	assert_field(a, "status", "processing");
	assert_field(a, "next_action", NULL);
	assert_field(get(h, "charges", charge), "status", "pending");
	advance(h, 5);
	assert_field(get(h, "payment_intents", id), "status", "succeeded");
	a = get(h, "charges", charge);
	assert_field(a, "payment_method_details.us_bank_account.last4", "6789");
	assert_field(get(h, "balance_transactions", field(a, "balance_transaction")), "type", "payment");
	assert_string_equal(events_after(h, 0),
		"payment_intent.created payment_intent.requires_action charge.pending payment_intent.processing "
		"charge.succeeded payment_intent.succeeded");
}

static void debit__fails_later(void **state)
{
	struct house *h = *state;
	const char *id = bank_payment(h, "000222222227");
	const struct answer *a;

	advance(h, 5);
	a = get(h, "payment_intents", id);
	assert_field(a, "status", "requires_payment_method");
	assert_field(a, "last_payment_error.code", "payment_intent_payment_attempt_failed");
	assert_field(a, "last_payment_error.payment_method_type", "us_bank_account");
	assert_field(get(h, "charges", field(a, "latest_charge")), "failure_code", "insufficient_funds");
	assert_string_equal(events_after(h, 4), "charge.failed payment_intent.payment_failed");
}

static void debit__may_stay_in_processing(void **state)
{
	struct house *h = *state;
	const char *id = bank_payment(h, "000000000009");

	advance(h, 30 * 86400);
	assert_field(get(h, "payment_intents", id), "status", "processing");
	assert_field(api_ok(h, "POST", text_of(h, "/v1/payment_intents/%s/cancel", id), NULL), "status", "canceled");
}

static void debit__may_be_disputed(void **state)
{
	struct house *h = *state;
	const char *id = bank_payment(h, "000555555559");
	const struct answer *a;

	advance(h, 5);
	a = get(h, "payment_intents", id);
	assert_field(a, "status", "succeeded");
	assert_flag(get(h, "charges", field(a, "latest_charge")), "disputed", true);
}

/* One account and what becomes of a debit of it; the bank answers after `seconds`. */
struct account_row {
	const char *name, *rail, *account, *currency;
	int64_t seconds;
	const char *status, *failure; /* failure NULL: none */
};

static const struct account_row accounts[] = {
	{ "bacs__works", "bacs_debit", "00012345", "gbp", 5, "succeeded", NULL },
	{ "bacs__works_slowly", "bacs_debit", "90012345", "gbp", 180, "succeeded", NULL },
	{ "bacs__not_authorized", "bacs_debit", "33333335", "gbp", 5, "requires_payment_method",
		"debit_not_authorized" },
	{ "bacs__no_funds_slowly", "bacs_debit", "92222227", "gbp", 180, "requires_payment_method",
		"insufficient_funds" },
	{ "bacs__over_the_limit", "bacs_debit", "12121212", "gbp", 5, "requires_payment_method",
		"charge_exceeds_transaction_limit" },
	{ "becs__works", "au_becs_debit", "000123456", "aud", 5, "succeeded", NULL },
	{ "becs__closed", "au_becs_debit", "111111113", "aud", 5, "requires_payment_method", "account_closed" },
	{ "becs__refer_slowly", "au_becs_debit", "922222227", "aud", 180, "requires_payment_method",
		"refer_to_customer" },
	{ "sepa__works", "sepa_debit", "DE89370400440532013000", "eur", 5, "succeeded", NULL },
	{ "sepa__works_in_groups_of_four", "sepa_debit", "at32 1904 3002 3547 3204", "eur", 180, "succeeded", NULL },
	{ "sepa__fails", "sepa_debit", "AT861904300235473202", "eur", 5, "requires_payment_method",
		"generic_could_not_process" },
	{ "sepa__fails_slowly", "sepa_debit", "FR7920041010050500013M02600", "eur", 180, "requires_payment_method",
		"generic_could_not_process" },
	{ "sepa__over_the_limit", "sepa_debit", "NL27RABO0000343434", "eur", 5, "requires_payment_method",
		"charge_exceeds_source_limit" },
	{ "sepa__no_funds", "sepa_debit", "IE10AIBK93115202222227", "eur", 5, "requires_payment_method",
		"insufficient_funds" },
	{ "sepa__any_other_account", "sepa_debit", "DE75512108001245126199", "eur", 5, "succeeded", NULL },
	/* The same by their magic names. */
	{ "token__bacs", NULL, "pm_bacsDebit_insufficientFunds", "gbp", 5, "requires_payment_method",
		"insufficient_funds" },
	{ "token__sepa", NULL, "pm_failedDelayed_de", "eur", 180, "requires_payment_method",
		"generic_could_not_process" },
	{ "token__sepa_insufficient", NULL, "pm_insufficientFunds_es", "eur", 5, "requires_payment_method",
		"insufficient_funds" },
};

static void account_check(void **state)
{
	struct refusal_case *c = *state;
	struct house *h = c->house;
	union {
		const void *any;
		const struct account_row *row;
	} given = { .any = c->row };
	const struct account_row *row = given.row;
	const char *method = row->rail ? account_new(h, row->rail, row->account) : row->account;
	const struct answer *a = api_ok(h, "POST", "/v1/payment_intents",
		text_of(h, "amount=2000&currency=%s&confirm=true&return_url=https://example.com/&payment_method=%s",
			row->currency, method));
	const char *id = field(a, "id");

	assert_field(a, "status", "processing");
	advance(h, row->seconds - 1);
	assert_field(get(h, "payment_intents", id), "status", "processing");
	advance(h, 1);
	a = get(h, "payment_intents", id);
	assert_field(a, "status", row->status);
	a = get(h, "charges", field(a, "latest_charge"));
	assert_field(a, "failure_code", row->failure);
	assert_field(a, "status", row->failure ? "failed" : "succeeded");
}

static void iban__has_check_digits(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		api(h, "POST", "/v1/payment_methods", "type=sepa_debit&sepa_debit[iban]=DE89370400440532013001");

	assert_error(a, 400, "invalid_bank_account_iban", "sepa_debit[iban]", "The IBAN you provided is invalid.");
	a = get(h, "payment_methods", account_new(h, "sepa_debit", "AT61 1904 3002 3457 3201"));
	assert_field(a, "sepa_debit.country", "AT");
	assert_field(a, "sepa_debit.last4", "3201");
}

/* ---- mandates ---- */

static void mandate__stands_once_the_account_is_set_up(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const struct answer *a = api_ok(h, "POST", "/v1/setup_intents",
		text_of(h,
			"customer=%s&confirm=true&return_url=https://example.com/&payment_method=pm_success_de"
			"&mandate_data[customer_acceptance][type]=online&mandate_data[customer_acceptance][online]"
			"[ip_address]=127.0.0.1&mandate_data[customer_acceptance][online][user_agent]=Test",
			customer));
	const char *mandate = field(a, "mandate"), *method = field(a, "payment_method");

	a = get(h, "mandates", mandate);
	assert_field(a, "status", "active");
	assert_field(a, "type", "multi_use");
	assert_field(a, "payment_method", method);
	assert_field(a, "customer_acceptance.online.ip_address", "127.0.0.1");
	assert_int_equal(strlen(field(a, "payment_method_details.sepa_debit.reference")), 16);
	a = api_ok(h, "POST", "/v1/payment_intents",
		text_of(h, "amount=2000&currency=eur&confirm=true&off_session=true&customer=%s&payment_method=%s",
			customer, method));
	assert_field(
		get(h, "charges", field(a, "latest_charge")), "payment_method_details.sepa_debit.mandate", mandate);
}

static void mandate__is_for_one_payment_otherwise(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/payment_intents",
		"amount=2000&currency=gbp&confirm=true&return_url=https://example.com/&payment_method="
		"pm_bacsDebit_debitNotAuthorized");
	const char *mandate =
		field(get(h, "charges", field(a, "latest_charge")), "payment_method_details.bacs_debit.mandate");

	a = get(h, "mandates", mandate);
	assert_field(a, "type", "single_use");
	assert_money(a, "single_use.amount", 2000);
	assert_field(a, "payment_method_details.bacs_debit.network_status", "accepted");
	advance(h, 5); /* the customer told the bank that it was not authorized */
	assert_field(get(h, "mandates", mandate), "status", "inactive");
	assert_string_equal(events_after(h, 3), "charge.failed mandate.updated payment_intent.payment_failed");
}

/* ---- microdeposits ---- */

static void deposits__are_sent_to_an_account_that_was_typed_in(void **state)
{
	struct house *h = *state;
	const struct answer *a = pay(h, account_new(h, "us_bank_account", "000123456789"), "");
	const char *id = field(a, "id");

	assert_field(a, "status", "requires_action");
	assert_field(a, "next_action.type", "verify_with_microdeposits");
	assert_field(a, "next_action.verify_with_microdeposits.microdeposit_type", "descriptor_code");
	assert_money(a, "next_action.verify_with_microdeposits.arrival_date", HOUSE_NOW + 2 * 86400);
	assert_true(!strncmp(field(a, "next_action.verify_with_microdeposits.hosted_verification_url"),
		"https://payments.stripe.com/microdeposit/pacs_test_", 51));
	assert_field(a, "latest_charge", NULL);
	assert_field(verify(h, "payment_intents", id, "descriptor_code=SM11AA"), "status", "processing");
	assert_error(verify(h, "payment_intents", id, "descriptor_code=SM11AA"), 400, "payment_intent_unexpected_state",
		NULL, "is not waiting for a verification with microdeposits: it has a status of processing.");
}

static void deposits__are_sent_once(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const struct answer *a = api_ok(h, "POST", "/v1/setup_intents",
		text_of(h,
			"customer=%s&confirm=true&allowed_payment_method_types[]=us_bank_account&payment_method="
			"pm_usBankAccount_success",
			customer));
	const char *method = field(a, "payment_method");

	assert_field(a, "status", "requires_action");
	assert_field(a, "next_action.type", "verify_with_microdeposits");
	assert_field(get(h, "payment_methods", method), "us_bank_account.routing_number", "110000000");
	a = verify(h, "setup_intents", field(a, "id"), "amounts[]=45&amounts[]=32");
	assert_field(a, "status", "succeeded");
	assert_field(get(h, "payment_methods", method), "customer", customer);
	assert_field(pay(h, method, text_of(h, "&customer=%s", customer)), "status", "processing");
	assert_string_equal(events_after(h, 1),
		"setup_intent.created setup_intent.requires_action payment_method.attached setup_intent.succeeded "
		"payment_intent.created charge.pending payment_intent.processing");
}

static void deposits__not_to_a_linked_account(void **state)
{
	struct house *h = *state;

	assert_field(pay(h, account_new(h, "us_bank_account", "000123456789"),
			     "&payment_method_options[us_bank_account][verification_method]=instant"),
		"status", "processing");
}

static void deposits__may_be_guessed_wrong(void **state)
{
	struct house *h = *state;
	const char *id = field(pay(h, account_new(h, "us_bank_account", "000123456789"), ""), "id");
	const struct answer *a;

	assert_error(verify(h, "payment_intents", id, "amounts[]=1"), 400,
		"payment_method_microdeposit_verification_amounts_invalid", "amounts",
		"You must provide exactly two microdeposit amounts.");
	assert_error(verify(h, "payment_intents", id, NULL), 400, "parameter_missing", NULL,
		"You must provide either `amounts` or `descriptor_code`");
	assert_error(verify(h, "payment_intents", id, "descriptor_code=SM99ZZ"), 400,
		"payment_method_microdeposit_verification_descriptor_code_mismatch", "descriptor_code",
		"You have 9 verification attempts remaining.");
	assert_error(verify(h, "payment_intents", id, "amounts[]=1&amounts[]=2"), 400,
		"payment_method_microdeposit_verification_amounts_mismatch", "amounts",
		"The amounts provided do not match the amounts that were sent to the bank account. You have 1 "
		"verification attempts remaining.");
	a = verify(h, "payment_intents", id, "amounts[]=1&amounts[]=2");
	assert_error(a, 400, "payment_method_microdeposit_verification_attempts_exceeded", NULL, NULL);
	assert_field(a, "error.payment_intent.status", "requires_payment_method");
	assert_string_equal(events_after(h, 2), "payment_intent.payment_failed");
}

/* The values that end the verification, and what is then said; answered 200 when it was nobody's fault. */
static void deposits__end_as_the_values_say(void **state)
{
	static const struct {
		const char *body;
		int status;
		const char *code;
	} rows[] = {
		{ "amounts[]=10&amounts[]=11", 400, "payment_method_microdeposit_verification_attempts_exceeded" },
		{ "descriptor_code=SM33CC", 400, "payment_method_microdeposit_verification_attempts_exceeded" },
		{ "amounts[]=40&amounts[]=41", 200, "payment_method_microdeposit_verification_timeout" },
		{ "descriptor_code=SM44DD", 200, "payment_method_microdeposit_verification_timeout" },
	};
	struct house *h = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *account = account_new(h, "us_bank_account", "000123456789");
		const char *pi = field(pay(h, account, ""), "id");
		const char *seti = field(api_ok(h, "POST", "/v1/setup_intents",
						 text_of(h,
							 "confirm=true&allowed_payment_method_types[]=us_bank_account"
							 "&payment_method=%s",
							 account)),
			"id");
		const struct answer *a;

		assert_status(verify(h, "payment_intents", pi, rows[i].body), rows[i].status);
		a = get(h, "payment_intents", pi);
		assert_field(a, "status", "requires_payment_method");
		assert_field(a, "last_payment_error.code", rows[i].code);
		assert_status(verify(h, "setup_intents", seti, rows[i].body), rows[i].status);
		a = get(h, "setup_intents", seti);
		assert_field(a, "status", "requires_payment_method");
		assert_field(a, "last_setup_error.code", rows[i].code);
	}
}

static void deposits__wait_for_ten_days(void **state)
{
	struct house *h = *state;
	const char *pi = field(pay(h, "pm_usBankAccount_success", ""), "id");
	const char *seti = field(api_ok(h, "POST", "/v1/setup_intents",
					 "confirm=true&allowed_payment_method_types[]=acss_debit&payment_method="
					 "pm_acssDebit_success"),
		"id");

	assert_field(
		get(h, "setup_intents", seti), "next_action.verify_with_microdeposits.microdeposit_type", "amounts");
	advance(h, 10 * 86400 - 1);
	assert_field(get(h, "payment_intents", pi), "status", "requires_action");
	assert_field(get(h, "setup_intents", seti), "status", "requires_action");
	advance(h, 1);
	assert_field(get(h, "payment_intents", pi), "last_payment_error.code",
		"payment_method_microdeposit_verification_timeout");
	assert_field(get(h, "setup_intents", seti), "last_setup_error.code",
		"payment_method_microdeposit_verification_timeout");
}

static void deposits__may_not_arrive(void **state)
{
	struct house *h = *state;
	const char *id = field(pay(h, "pm_usBankAccount_failMicrodeposits", ""), "id");
	const struct answer *a;

	advance(h, 5);
	a = get(h, "payment_intents", id);
	assert_field(a, "status", "requires_payment_method");
	assert_field(a, "last_payment_error.code", "payment_method_microdeposit_failed");
}

static const struct CMUnitTest tests[] = {
	TEST(debit__succeeds_later),
	TEST(debit__fails_later),
	TEST(debit__may_stay_in_processing),
	TEST(debit__may_be_disputed),
	TEST(iban__has_check_digits),
	TEST(mandate__stands_once_the_account_is_set_up),
	TEST(mandate__is_for_one_payment_otherwise),
	TEST(deposits__are_sent_to_an_account_that_was_typed_in),
	TEST(deposits__are_sent_once),
	TEST(deposits__not_to_a_linked_account),
	TEST(deposits__may_be_guessed_wrong),
	TEST(deposits__end_as_the_values_say),
	TEST(deposits__wait_for_ten_days),
	TEST(deposits__may_not_arrive),
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

int main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(accounts)];

	memcpy(all, tests, sizeof tests);
	for (size_t i = 0; i < COUNT(accounts); i++) {
		union {
			const struct account_row *row;
			void *state;
		} given = { .row = &accounts[i] };

		all[COUNT(tests) + i] = (struct CMUnitTest) { .name = accounts[i].name,
			.test_func = account_check,
			.setup_func = refusal_setup,
			.teardown_func = refusal_teardown,
			.initial_state = given.state };
	}
	return _cmocka_run_group_tests("payment_debit", all, COUNT(all), NULL, NULL);
}
