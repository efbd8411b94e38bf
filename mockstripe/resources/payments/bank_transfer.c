/* SPDX-License-Identifier: MIT */
/*
 * Payments from a customer's cash balance. An intent that is confirmed with a method of type customer_balance takes
 * what is there and waits for the rest, showing where to send it; money that arrives pays the intent whose reference it
 * names, else one of exactly its amount, else the oldest ones. Source: Stripe docs "Accept a bank transfer",
 * "Reconciliation".
 */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/random.h"
#include "events/emit.h"
#include "resources/customer.h"
#include "resources/payments/inside.h"

/* ---- where to send it ---- */

/* A currency has one kind of transfer. */
static const struct {
	const char *currency, *type, *country;
} transfers[] = {
	{ "eur", "eu_bank_transfer", "IE" },
	{ "gbp", "gb_bank_transfer", "GB" },
	{ "jpy", "jp_bank_transfer", "JP" },
	{ "mxn", "mx_bank_transfer", "MX" },
	{ "usd", "us_bank_transfer", "US" },
};

/* What an account to send to shows: `digits` of a number that is the customer's own, or a fixed text. */
struct address_part {
	const char *name, *text;
	unsigned digits;
};

static const struct {
	const char *transfer, *type;
	const char *networks[3];
	struct address_part parts[6];
} addresses[] = {
	{ "eu_bank_transfer", "iban", { "sepa" }, { { "bic", "TSTBDEB1", 0 }, { "iban", NULL, 18 } } },
	{ "gb_bank_transfer", "sort_code", { "bacs", "fps" },
		{ { "account_number", NULL, 8 }, { "sort_code", "108800", 0 } } },
	{ "jp_bank_transfer", "zengin", { "zengin" },
		{ { "account_number", NULL, 7 }, { "account_type", "futsu", 0 }, { "bank_code", "0000", 0 },
			{ "bank_name", "STRIPE TEST BANK", 0 }, { "branch_code", "000", 0 },
			{ "branch_name", "TEST BRANCH", 0 } } },
	{ "mx_bank_transfer", "spei", { "spei" },
		{ { "bank_code", "002", 0 }, { "bank_name", "STRIPE TEST BANK", 0 }, { "clabe", NULL, 18 } } },
	{ "us_bank_transfer", "aba", { "ach", "domestic_wire_us" },
		{ { "account_number", NULL, 12 }, { "account_type", "checking", 0 },
			{ "bank_name", "STRIPE TEST BANK", 0 }, { "routing_number", "110000000", 0 } } },
	{ "us_bank_transfer", "swift", { "swift" },
		{ { "account_number", NULL, 12 }, { "account_type", "checking", 0 },
			{ "bank_name", "STRIPE TEST BANK", 0 }, { "swift_code", "TESTUS99XXX", 0 } } },
};

const char *bank_transfer_type(const char *currency)
{
	for (size_t i = 0; i < COUNT_OF(transfers); i++)
		if (!strcmp(transfers[i].currency, currency))
			return transfers[i].type;
	return NULL;
}

const char *bank_transfer_country(const char *type, const char *chosen)
{
	if (chosen)
		return chosen;
	for (size_t i = 0; i < COUNT_OF(transfers); i++)
		if (!strcmp(transfers[i].type, type))
			return transfers[i].country;
	return NULL;
}

/* The number of the customer's own virtual account: the same each time. */
static const char *number_of(struct call *call, struct record *customer, unsigned digits)
{
	uint64_t hash = random_hash(customer->id, strlen(customer->id), call->account->seed);
	char *out = arena_alloc(&call->arena, digits + 1);

	for (unsigned i = 0; i < digits; i++, hash = hash / 10 + hash * UINT64_C(6364136223846793005))
		out[i] = (char)('0' + hash % 10);
	return out;
}

static json_t *postal_address(const char *country)
{
	static const char *const keys[] = { "city", "line1", "line2", "postal_code", "state" };
	json_t *out = json_object();

	js_put_text(out, "country", country);
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		js_put_null(out, keys[i]);
	return out;
}

json_t *bank_transfer_addresses(struct call *call, struct record *customer, const char *type, const char *chosen)
{
	const char *country = bank_transfer_country(type, chosen);
	json_t *all = json_array();

	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		json_t *one = json_object(), *inner = json_object(), *networks = json_array();

		if (strcmp(addresses[i].transfer, type)) {
			json_decref(one);
			json_decref(inner);
			json_decref(networks);
			continue;
		}
		js_put_new(inner, "account_holder_address", postal_address(country));
		js_put_text(inner, "account_holder_name", "mockstripe");
		js_put_new(inner, "bank_address", postal_address(country));
		for (const struct address_part *p = addresses[i].parts; p < addresses[i].parts + 6 && p->name; p++)
			js_put_text(inner, p->name, p->text ? p->text : number_of(call, customer, p->digits));
		if (!strcmp(addresses[i].type, "iban")) {
			js_put_text(inner, "country", country);
			js_put_text(inner, "iban",
				arena_format(&call->arena, "%s%s", country, number_of(call, customer, 20)));
		}
		for (const char *const *n = addresses[i].networks; n < addresses[i].networks + 3 && *n; n++)
			json_array_append_new(networks, json_string(*n));
		js_put_new(one, addresses[i].type, inner);
		js_put_new(one, "supported_networks", networks);
		js_put_text(one, "type", addresses[i].type);
		json_array_append_new(all, one);
	}
	return all;
}

static int64_t missing(struct record *intent)
{
	return js_int(record_tree(intent), "amount", 0) - js_int(record_private(intent), "funded", 0);
}

static json_t *instructions(struct call *call, struct record *intent, struct record *customer)
{
	json_t *tree = record_tree(intent), *action = json_object(), *shown = json_object();
	json_t *transfer = js_at(tree, "payment_method_options.customer_balance.bank_transfer");
	const char *type = bank_transfer_type(js_text(tree, "currency"));
	json_t *private = journal_edit_private(&call->journal, intent);

	if (!js_text(private, "reference"))
		js_put_text(private, "reference", made_word(call, "bank_transfer", 12));
	js_put_int(shown, "amount_remaining", missing(intent));
	js_put(shown, "currency", json_object_get(tree, "currency"));
	js_put_new(shown, "financial_addresses",
		bank_transfer_addresses(call, customer, type, js_text_at(transfer, "eu_bank_transfer.country")));
	js_put_text(shown, "hosted_instructions_url",
		arena_format(&call->arena, "https://payments.stripe.com/bank_transfers/instructions/test_%s",
			js_text(private, "reference")));
	js_put(shown, "reference", json_object_get(private, "reference"));
	js_put_text(shown, "type", type);
	js_put_new(action, "display_bank_transfer_instructions", shown);
	js_put_text(action, "type", "display_bank_transfer_instructions");
	return action;
}

/* ---- paying ---- */

int bank_transfer_check(struct call *call, json_t *body)
{
	const char *currency = js_text(body, "currency");

	if (!currency)
		return fail_invalid(call, "payment_method_unsupported_type", "payment_method",
			"A payment method of type customer_balance cannot be set up for future payments.");
	if (!js_text(body, "customer"))
		return fail_invalid(call, "parameter_missing", "customer",
			"You must provide a customer to pay with a payment method of type customer_balance.");
	if (!bank_transfer_type(currency))
		return fail_invalid(call, "payment_method_currency_mismatch", "currency",
			"The currency provided (%s) is invalid for payment method type customer_balance. It supports "
			"eur, gbp, jpy, mxn and usd.",
			currency);
	return 0;
}

static json_t *names_intent(struct record *intent)
{
	json_t *details = json_object();

	js_put_text(details, "payment_intent", intent->id);
	return details;
}

/* Moves `amount` from the balance to the intent, which is paid with the last of it. */
static enum payment_outcome take(struct call *call, struct record *intent, struct record *customer, int64_t amount)
{
	const char *currency = arena_text(&call->arena, js_text(record_tree(intent), "currency"));
	json_t *private = journal_edit_private(&call->journal, intent);
	struct fail refusal;

	js_put_int(private, "funded", js_int(private, "funded", 0) + amount);
	/* No more than the balance holds is ever taken: this cannot fail. */
	if (!customer_cash_move(call, customer, -amount, currency, "applied_to_payment", names_intent(intent)))
		die("a cash balance could not be spent");
	if (!missing(intent))
		return intent_pay_authenticated(call, intent, intent_method(call, intent), &refusal);
	js_put_new(journal_edit(&call->journal, intent), "next_action", instructions(call, intent, customer));
	emit(call, "payment_intent.partially_funded", intent);
	return PAYMENT_NEEDS_ACTION;
}

enum payment_outcome bank_transfer_begin(struct call *call, struct record *intent)
{
	struct record *customer = customer_of(call, intent);
	int64_t held = customer_cash(customer, js_text(record_tree(intent), "currency"));
	int64_t wanted = missing(intent);

	if (held >= wanted)
		return take(call, intent, customer, wanted);
	intent_ask(call, intent, instructions(call, intent, customer));
	if (held > 0 && !customer_cash_is_manual(customer))
		take(call, intent, customer, held);
	return PAYMENT_NEEDS_ACTION;
}

/* ---- money arrives ---- */

static bool allows_balance(struct record *intent)
{
	json_t *types = json_object_get(record_tree(intent), "payment_method_types"), *type;
	size_t i;

	json_array_foreach(types, i, type)
	{
		if (!strcmp(json_string_value(type), "customer_balance"))
			return true;
	}
	return false;
}

/* It shows its instructions; or it stands for an invoice that may be paid so, for which nobody confirms. */
static bool waits(struct record *intent, const char *currency)
{
	json_t *tree = record_tree(intent);
	const char *action = js_text_at(tree, "next_action.type"), *status = js_text(tree, "status");

	if (strcmp(js_text(tree, "currency"), currency))
		return false;
	if (!strcmp(status, "requires_action"))
		return text_is(action, "display_bank_transfer_instructions");
	return !strcmp(status, "requires_payment_method") && js_text(record_private(intent), "invoice") &&
	       allows_balance(intent);
}

/* The one whose reference is named, else of exactly the amount, else the oldest; NULL: none waits. */
static struct record *choose(
	struct call *call, struct record *customer, const char *currency, const char *reference, int64_t held)
{
	const struct list *all = list_by(call, intent_type(), "customer", customer->id);
	struct record *oldest = NULL, *exact = NULL;

	for (size_t i = 0; i < all->count; i++) {
		struct record *intent = all->at[i];
		const char *own = js_text(record_private(intent), "reference");

		if (!waits(intent, currency))
			continue;
		if (own && reference && !strcmp(own, reference))
			return intent;
		if (!oldest)
			oldest = intent;
		if (!exact && missing(intent) == held)
			exact = intent;
	}
	return exact ? exact : oldest;
}

/* What one intent takes; false: nothing, since an invoice is only paid as a whole. */
static bool settle(struct call *call, struct record *intent, struct record *customer, int64_t held)
{
	bool of_invoice = !intent_method(call, intent);
	int64_t wanted = missing(intent);

	if (of_invoice) {
		if (held < wanted)
			return false;
		js_put_text(journal_edit(&call->journal, intent), "payment_method", balance_method(call)->id);
	}
	intent_tell_invoice(call, intent, take(call, intent, customer, held < wanted ? held : wanted), NULL);
	return true;
}

void bank_transfer_reconcile(struct call *call, struct record *customer, const char *currency, const char *reference)
{
	int64_t held;

	while ((held = customer_cash(customer, currency)) > 0) {
		struct record *intent = choose(call, customer, currency, reference, held);

		if (!intent || !settle(call, intent, customer, held))
			return;
		journal_freeze_all(&call->journal);
	}
}

int bank_transfer_apply(struct call *call, struct record *intent)
{
	struct record *customer = customer_of(call, intent);
	const char *currency = js_text(record_tree(intent), "currency"), *given = param_text(call, "currency");
	int64_t held = customer ? customer_cash(customer, currency) : 0, most, amount;

	if (!held)
		return fail_intent_state(
			call, intent, "The customer of this PaymentIntent has no funds in its cash balance to apply.");
	if (!waits(intent, currency))
		return fail_intent_state(call, intent,
			"This PaymentIntent is not waiting for a bank transfer: it has a status of %s.",
			intent_status(intent));
	if (given && strcmp(given, currency))
		return fail_invalid(call, NULL, "currency", "The currency (%s) is not that of the PaymentIntent (%s).",
			given, currency);
	most = missing(intent) < held ? missing(intent) : held;
	amount = param_int(call, "amount", most);
	if (amount < 1 || amount > most)
		return fail_invalid(call, amount > held ? "balance_insufficient" : NULL, "amount",
			"The amount (%lld) must be at least 1 and no more than what the PaymentIntent still needs and "
			"the cash balance holds (%lld).",
			(long long)amount, (long long)most);
	if (!settle(call, intent, customer, amount))
		return fail_invalid(call, "balance_insufficient", "amount",
			"The PaymentIntent of an invoice is paid as a whole: it needs %lld.",
			(long long)missing(intent));
	return answer_record(call, intent);
}

/* ---- money goes back ---- */

void bank_transfer_release(struct call *call, struct record *intent)
{
	struct record *customer = customer_of(call, intent);
	int64_t funded = js_int(record_private(intent), "funded", 0);
	const char *currency = arena_text(&call->arena, js_text(record_tree(intent), "currency"));

	if (!funded || !customer)
		return;
	json_object_del(journal_edit_private(&call->journal, intent), "funded");
	customer_cash_move(call, customer, funded, currency, "unapplied_from_payment", names_intent(intent));
}

void bank_transfer_refund(struct call *call, struct record *charge, struct record *refund)
{
	struct record *customer = customer_of(call, charge);
	const char *kind = js_text_at(record_tree(charge), "payment_method_details.type");
	json_t *details;

	if (!customer || !kind || strcmp(kind, "customer_balance"))
		return;
	details = json_object();
	js_put_text(details, "refund", refund->id);
	customer_cash_move(call, customer, js_int(record_tree(refund), "amount", 0),
		arena_text(&call->arena, js_text(record_tree(refund), "currency")), "refunded_from_payment", details);
}
