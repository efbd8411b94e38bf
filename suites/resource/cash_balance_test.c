/* SPDX-License-Identifier: MIT */
/*
 * Bank transfers: a customer's cash balance, what pays from it and what goes back to it. Source: Stripe docs "Customer
 * cash balance", "Accept a bank transfer", "Reconciliation".
 */
#include "suites/resource/payments.h"

static const struct answer *fund(struct house *h, const char *customer, int amount, const char *more)
{
	return api(h, "POST", text_of(h, "/v1/test_helpers/customers/%s/fund_cash_balance", customer),
		text_of(h, "amount=%d&currency=usd%s", amount, more));
}

static const struct answer *balance(struct house *h, const char *customer)
{
	return api_ok(h, "GET", text_of(h, "/v1/customers/%s/cash_balance", customer), NULL);
}

/* The newest transaction first. */
static const struct answer *movements(struct house *h, const char *customer)
{
	return api_ok(h, "GET", text_of(h, "/v1/customers/%s/cash_balance_transactions", customer), NULL);
}

/* A payment to be made by bank transfer. */
static const struct answer *transfer(struct house *h, const char *customer, int amount)
{
	return api(h, "POST", "/v1/payment_intents",
		text_of(h,
			"amount=%d&currency=usd&customer=%s&confirm=true&allowed_payment_method_types[]=customer_"
			"balance"
			"&payment_method_data[type]=customer_balance&payment_method_options[customer_balance]"
			"[funding_type]=bank_transfer&payment_method_options[customer_balance][bank_transfer][type]="
			"us_bank_transfer",
			amount, customer));
}

static void fund__is_kept_until_it_is_needed(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const struct answer *a;

	assert_field(balance(h, customer), "available", NULL);
	a = fund(h, customer, 5000, "&reference=ABC");
	assert_status(a, 200);
	assert_field(a, "object", "customer_cash_balance_transaction");
	assert_field(a, "type", "funded");
	assert_money(a, "net_amount", 5000);
	assert_money(a, "ending_balance", 5000);
	assert_field(a, "funded.bank_transfer.type", "us_bank_transfer");
	assert_field(a, "funded.bank_transfer.reference", "ABC");
	assert_json(balance(h, customer), "available", "{\"usd\":5000}");
	assert_string_equal(
		events_after(h, 1), "customer_cash_balance_transaction.created cash_balance.funds_available");
	assert_money(last_event(h, "cash_balance.funds_available"), "data.object.available.usd", 5000);

	a = transfer(h, customer, 2000);
	assert_field(a, "status", "succeeded");
	assert_money(a, "amount_received", 2000);
	assert_field(get(h, "charges", field(a, "latest_charge")), "payment_method_details.type", "customer_balance");
	assert_json(balance(h, customer), "available", "{\"usd\":3000}");
	a = movements(h, customer);
	assert_same_int((int64_t)field_count(a, "data"), 2);
	assert_field(a, "data.0.type", "applied_to_payment");
	assert_money(a, "data.0.net_amount", -2000);
	assert_money(a, "data.0.ending_balance", 3000);
	assert_string_equal(events_after(h, 3),
		"payment_intent.created customer_cash_balance_transaction.created charge.succeeded "
		"payment_intent.succeeded");
}

static void transfer__shows_where_to_send_it(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const struct answer *a = transfer(h, customer, 2000), *funding;
	const char *at = "next_action.display_bank_transfer_instructions", *id = field(a, "id"), *number;

	assert_field(a, "status", "requires_action");
	assert_field(a, "next_action.type", "display_bank_transfer_instructions");
	assert_money(a, text_of(h, "%s.amount_remaining", at), 2000);
	assert_field(a, text_of(h, "%s.currency", at), "usd");
	assert_field(a, text_of(h, "%s.type", at), "us_bank_transfer");
	assert_field(a, text_of(h, "%s.financial_addresses.0.type", at), "aba");
	assert_field(a, text_of(h, "%s.financial_addresses.1.type", at), "swift");
	number = field(a, text_of(h, "%s.financial_addresses.0.aba.account_number", at));
	assert_int_equal(strlen(number), 12);
	assert_string_equal(number,
		field(transfer(h, customer, 1000), text_of(h, "%s.financial_addresses.0.aba.account_number", at)));
	funding = api_ok(h, "POST", text_of(h, "/v1/customers/%s/funding_instructions", customer),
		"currency=eur&funding_type=bank_transfer&bank_transfer[type]=eu_bank_transfer&bank_transfer"
		"[eu_bank_transfer][country]=DE");
	assert_field(funding, "bank_transfer.country", "DE");
	assert_field(funding, "bank_transfer.financial_addresses.0.type", "iban");

	/* A part comes, then the rest. */
	assert_status(
		fund(h, customer, 500, text_of(h, "&reference=%s", field(a, text_of(h, "%s.reference", at)))), 200);
	a = get(h, "payment_intents", id);
	assert_field(a, "status", "requires_action");
	assert_money(a, text_of(h, "%s.amount_remaining", at), 1500);
	assert_string_equal(events_after(h, 5),
		"customer_cash_balance_transaction.created customer_cash_balance_transaction.created "
		"payment_intent.partially_funded");
	fund(h, customer, 1500, "");
	assert_field(get(h, "payment_intents", id), "status", "succeeded");
	assert_json(balance(h, customer), "available", "{\"usd\":0}");
}

/* The reference decides, then the exact amount, then age; what is left over stays. */
static void reconcile__chooses(void **state)
{
	static const char *const at = "next_action.display_bank_transfer_instructions.reference";
	struct house *h = *state;
	const char *customer = customer_new(h);
	const char *first = field(transfer(h, customer, 1000), "id");
	const char *second = field(transfer(h, customer, 2000), "id");
	const struct answer *a = transfer(h, customer, 3000);
	const char *third = field(a, "id"), *reference = field(a, at);

	fund(h, customer, 2000, "");
	assert_field(get(h, "payment_intents", second), "status", "succeeded");
	fund(h, customer, 3000, text_of(h, "&reference=%s", reference));
	assert_field(get(h, "payment_intents", third), "status", "succeeded");
	assert_field(get(h, "payment_intents", first), "status", "requires_action");
	fund(h, customer, 1200, "");
	assert_field(get(h, "payment_intents", first), "status", "succeeded");
	assert_json(balance(h, customer), "available", "{\"usd\":200}");
}

static void manual__waits_for_a_request(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const char *id = field(transfer(h, customer, 2000), "id");
	const char *path = text_of(h, "/v1/payment_intents/%s/apply_customer_balance", id);
	const struct answer *a;

	assert_error(api(h, "POST", path, NULL), 400, "payment_intent_unexpected_state", NULL, "has no funds");
	api_ok(h, "POST", text_of(h, "/v1/customers/%s/cash_balance", customer),
		"settings[reconciliation_mode]=manual");
	fund(h, customer, 5000, "");
	assert_field(get(h, "payment_intents", id), "status", "requires_action");
	assert_error(api(h, "POST", path, "amount=2001"), 400, NULL, "amount", "must be at least 1 and no more than");
	assert_error(api(h, "POST", path, "amount=6000"), 400, "balance_insufficient", "amount", NULL);
	a = api_ok(h, "POST", path, "amount=500");
	assert_money(a, "next_action.display_bank_transfer_instructions.amount_remaining", 1500);
	assert_field(api_ok(h, "POST", path, NULL), "status", "succeeded");
	assert_json(balance(h, customer), "available", "{\"usd\":3000}");
	assert_error(api(h, "POST", path, NULL), 400, "payment_intent_unexpected_state", NULL,
		"is not waiting for a bank transfer: it has a status of succeeded.");
}

static void cancel__gives_back_what_was_taken(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const char *id = field(transfer(h, customer, 2000), "id");
	const struct answer *a;

	fund(h, customer, 500, "");
	api_ok(h, "POST", text_of(h, "/v1/payment_intents/%s/cancel", id), NULL);
	assert_json(balance(h, customer), "available", "{\"usd\":500}");
	a = movements(h, customer);
	assert_field(a, "data.0.type", "unapplied_from_payment");
	assert_field(a, "data.0.unapplied_from_payment.payment_intent", id);
	assert_money(a, "data.0.net_amount", 500);
}

static void refund__goes_to_the_balance(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const struct answer *a;

	fund(h, customer, 2000, "");
	a = api_ok(h, "POST", "/v1/refunds",
		text_of(h, "payment_intent=%s&amount=700", field(transfer(h, customer, 2000), "id")));
	assert_field(a, "destination_details.type", "customer_cash_balance");
	assert_json(balance(h, customer), "available", "{\"usd\":700}");
	assert_field(movements(h, customer), "data.0.type", "refunded_from_payment");
	assert_field(movements(h, customer), "data.0.refunded_from_payment.refund", field(a, "id"));
}

/* ---- money that goes back to the customer's bank ---- */

static const struct answer *send_back(struct house *h, const char *customer, const char *more)
{
	return api(h, "POST", "/v1/refunds",
		text_of(h, "origin=customer_balance&customer=%s&currency=usd&amount=1500%s", customer, more));
}

static void refund__of_the_balance_asks_the_customer(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h), *id;
	const struct answer *a;

	fund(h, customer, 2000, "");
	a = send_back(h, customer, "&metadata[a]=b");
	assert_status(a, 200);
	id = field(a, "id");
	assert_field(a, "status", "requires_action");
	assert_field(a, "charge", NULL);
	assert_field(a, "metadata.a", "b");
	assert_field(a, "destination_details.type", "us_bank_transfer");
	assert_field(a, "next_action.display_details.email_sent.email_sent_to", "jane@example.com");
	assert_money(a, "next_action.display_details.expires_at", HOUSE_NOW + 45 * 86400);
	assert_json(balance(h, customer), "available", "{\"usd\":500}");
	assert_field(movements(h, customer), "data.0.type", "return_initiated");
	assert_error(send_back(h, customer, ""), 400, "balance_insufficient", "amount", NULL);

	assert_field(api_ok(h, "POST", text_of(h, "/v1/refunds/%s/cancel", id), NULL), "status", "canceled");
	assert_json(balance(h, customer), "available", "{\"usd\":2000}");
	assert_field(movements(h, customer), "data.0.type", "return_canceled");
	assert_error(api(h, "POST", text_of(h, "/v1/refunds/%s/cancel", id), NULL), 400, NULL, NULL,
		"Canceling this refund is unsupported.");
}

static void refund__of_the_balance_expires(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h), *id;
	const struct answer *a;

	fund(h, customer, 3000, "");
	id = field(send_back(h, customer, "&instructions_email=b@example.com"), "id");
	a = api_ok(h, "POST", text_of(h, "/v1/test_helpers/refunds/%s/expire", field(send_back(h, customer, ""), "id")),
		NULL);
	assert_field(a, "status", "failed");
	advance(h, 45 * 86400 - 1);
	assert_field(get(h, "refunds", id), "status", "requires_action");
	advance(h, 1);
	assert_field(get(h, "refunds", id), "status", "failed");
	assert_json(balance(h, customer), "available", "{\"usd\":3000}");
}

/* An invoice that may be paid by bank transfer is paid by the money that arrives, as a whole. */
static void invoice__is_paid_by_what_arrives(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h), *id;
	const struct answer *a;

	api_ok(h, "POST", "/v1/invoiceitems", text_of(h, "customer=%s&amount=2500&currency=usd", customer));
	a = api_ok(h, "POST", "/v1/invoices",
		text_of(h,
			"customer=%s&collection_method=send_invoice&days_until_due=30&pending_invoice_items_behavior="
			"include&payment_settings[payment_method_types][]=customer_balance",
			customer));
	id = field(a, "id");
	api_ok(h, "POST", text_of(h, "/v1/invoices/%s/finalize", id), NULL);
	fund(h, customer, 2000, "");
	assert_field(get(h, "invoices", id), "status", "open");
	fund(h, customer, 1000, "");
	a = get(h, "invoices", id);
	assert_field(a, "status", "paid");
	assert_money(a, "amount_paid", 2500);
	assert_json(balance(h, customer), "available", "{\"usd\":500}");
}

static const struct refusal refusals[] = {
	{ "fund__nothing", "POST", "/v1/test_helpers/customers/cus_payer/fund_cash_balance", "amount=0&currency=usd",
		400, "parameter_invalid_integer", "amount", "This value must be greater than or equal to 1." },
	{ "fund__too_much", "POST", "/v1/test_helpers/customers/cus_payer/fund_cash_balance",
		"amount=100000000&currency=usd", 400, "amount_too_large", "amount",
		"The cash balance of the customer would become too large." },
	{ "fund__in_a_currency_without_transfers", "POST", "/v1/test_helpers/customers/cus_payer/fund_cash_balance",
		"amount=500&currency=sek", 400, NULL, "currency",
		"Customers cannot be paid for by bank transfer in sek. Use one of eur, gbp, jpy, mxn or usd." },
	{ "instructions__other_currency", "POST", "/v1/customers/cus_payer/funding_instructions",
		"currency=usd&funding_type=bank_transfer&bank_transfer[type]=eu_bank_transfer", 400, NULL,
		"bank_transfer[type]", "A bank transfer of type eu_bank_transfer is not available in usd." },
	{ "instructions__no_country", "POST", "/v1/customers/cus_payer/funding_instructions",
		"currency=eur&funding_type=bank_transfer&bank_transfer[type]=eu_bank_transfer", 400,
		"parameter_missing", "bank_transfer[eu_bank_transfer][country]",
		"Missing required param: bank_transfer[eu_bank_transfer][country]." },
	{ "transfer__without_a_customer", "POST", "/v1/payment_intents",
		"amount=2000&currency=usd&confirm=true&payment_method_data[type]=customer_balance", 400,
		"parameter_missing", "customer",
		"You must provide a customer to pay with a payment method of type customer_balance." },
	{ "transfer__other_currency", "POST", "/v1/payment_intents",
		"amount=2000&currency=sek&customer=cus_payer&confirm=true&payment_method_data[type]=customer_balance",
		400, "payment_method_currency_mismatch", "currency",
		"The currency provided (sek) is invalid for payment method type customer_balance. It supports eur, "
		"gbp, "
		"jpy, mxn and usd." },
	{ "refund__needs_an_address", "POST", "/v1/refunds",
		"origin=customer_balance&customer=cus_payer&currency=usd&amount=500", 400, "parameter_missing",
		"instructions_email",
		"The customer has no email address to ask for bank details. Provide `instructions_email`." },
	{ "refund__needs_a_customer", "POST", "/v1/refunds", "origin=customer_balance&currency=usd&amount=500", 400,
		"parameter_missing", "customer", "Missing required param: customer." },
	{ "setup__not_of_a_balance", "POST", "/v1/setup_intents",
		"customer=cus_payer&confirm=true&payment_method_data[type]=customer_balance", 400,
		"payment_method_unsupported_type", "payment_method",
		"A payment method of type customer_balance cannot be set up for future payments." },
};

static void check(void **state)
{
	struct refusal_case *c = *state;

	bring(c->house, "[{\"object\":\"customer\",\"id\":\"cus_payer\"}]");
	refusal_check(c->house, c->row);
}

static const struct CMUnitTest tests[] = {
	TEST(fund__is_kept_until_it_is_needed),
	TEST(transfer__shows_where_to_send_it),
	TEST(reconcile__chooses),
	TEST(manual__waits_for_a_request),
	TEST(cancel__gives_back_what_was_taken),
	TEST(refund__goes_to_the_balance),
	TEST(refund__of_the_balance_asks_the_customer),
	TEST(refund__of_the_balance_expires),
	TEST(invoice__is_paid_by_what_arrives),
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

int main(void)
{
	return run_with_refusals("cash_balance", tests, COUNT(tests), refusals, COUNT(refusals), check);
}
