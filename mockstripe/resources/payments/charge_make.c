/* SPDX-License-Identifier: MIT */
/* Charges as they come into being, one per attempt. Source: Stripe docs "The Charge object", "Card declines". */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "api/shape.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/page_url.h"
#include "resources/payments/inside.h"
#include "value/calendar.h"

#define AUTHORIZED_DAYS 7 /* how long an uncaptured card charge stands; Stripe docs "Place a hold" */

const struct schema_resource *charge_type(void)
{
	return schema_find_object("charge");
}

/* ---- what it was paid with ---- */

static json_t *three_d_secure(struct call *call)
{
	json_t *out = field_shape(call, charge_type(), "payment_method_details.card.three_d_secure");

	js_put_text(out, "authentication_flow", "challenge");
	js_put_text(out, "electronic_commerce_indicator", "05");
	js_put_null(out, "exemption_indicator");
	js_put_text(out, "result", "authenticated");
	js_put_null(out, "result_reason");
	js_put_text(out, "transaction_id", made_word(call, "three_d_secure", 28));
	js_put_text(out, "version", "2.2.0");
	return out;
}

static json_t *one_status(const char *status)
{
	json_t *out = json_object();

	js_put_text(out, "status", status);
	return out;
}

/* The card's own members of a PaymentMethod, or of a Card of old, as a charge shows them. */
static void copy_card(json_t *card, struct record *method, const struct test_card *test)
{
	static const char *const same[] = { "country", "exp_month", "exp_year", "fingerprint", "funding", "last4",
		"regulated_status" };
	json_t *from = card_part(method);
	json_t *checks = json_object_get(from, "checks");

	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		js_put(card, same[i], json_object_get(from, same[i]));
	js_put_text(card, "brand", test->brand);
	js_put_text(card, "network", test->brand);
	if (json_is_object(checks)) {
		js_put(card, "checks", checks);
		return;
	}
	checks = json_object();
	js_put(checks, "address_line1_check", json_object_get(from, "address_line1_check"));
	js_put(checks, "address_postal_code_check", json_object_get(from, "address_zip_check"));
	js_put(checks, "cvc_check", json_object_get(from, "cvc_check"));
	js_put_new(card, "checks", checks);
}

static json_t *card_details(struct call *call, const struct charge_terms *terms)
{
	const struct schema_node *node = schema_child(schema_field(charge_type(), "payment_method_details"), "card");
	json_t *card = shape_object(call, NULL, node->fields, node->n_fields);
	json_t *over = json_object(), *token = json_object();

	copy_card(card, terms->method, method_card(terms->method));
	js_put_int(card, "amount_authorized", terms->amount);
	js_put_text(card, "authorization_code", made_word(call, "authorization_code", 6));
	if (!terms->capture)
		js_put_int(card, "capture_before", call->now + AUTHORIZED_DAYS * CALENDAR_DAY);
	js_put_new(card, "extended_authorization", one_status("disabled"));
	js_put_new(card, "incremental_authorization", one_status("unavailable"));
	js_put_new(card, "multicapture", one_status("unavailable"));
	js_put_flag(token, "used", false);
	js_put_new(card, "network_token", token);
	js_put_text(card, "network_transaction_id", made_word(call, "network_transaction", 15));
	js_put_int(over, "maximum_amount_capturable", terms->amount);
	js_put_text(over, "status", "unavailable");
	js_put_new(card, "overcapture", over);
	if (terms->authenticated)
		js_put_new(card, "three_d_secure", three_d_secure(call));
	return in_order(node->fields, node->n_fields, card);
}

/* Other rails: what the method shows of itself, where a charge shows it too. */
static json_t *rail_details(struct call *call, struct record *method, const char *type)
{
	char path[80];
	json_t *out, *from = json_object_get(record_tree(method), type);

	snprintf(path, sizeof path, "payment_method_details.%s", type);
	out = field_shape(call, charge_type(), path);
	if (json_is_object(from))
		json_object_update_existing(out, from);
	return out;
}

static json_t *method_details(struct call *call, const struct charge_terms *terms)
{
	const char *type = method_kind(terms->method);
	json_t *details = json_object();

	if (is_card(terms->method))
		js_put_new(details, "card", card_details(call, terms));
	else
		js_put_new(details, type, rail_details(call, terms->method, type));
	js_put_text(details, "type", type);
	return details;
}

/* ---- the body ---- */

/* What an intent hands on to its charges. */
static void copy_intent(json_t *body, struct record *intent)
{
	static const char *const same[] = { "application_fee_amount", "description", "metadata", "on_behalf_of",
		"receipt_email", "shipping", "statement_descriptor", "statement_descriptor_suffix", "transfer_group" };
	json_t *tree = record_tree(intent);
	json_t *to = json_object_get(tree, "transfer_data");

	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		js_put(body, same[i], json_object_get(tree, same[i]));
	if (json_is_object(to)) {
		json_t *own = json_object();

		js_put(own, "amount", json_object_get(to, "amount"));
		js_put(own, "destination", json_object_get(to, "destination"));
		js_put_new(body, "transfer_data", own);
	}
	js_put_text(body, "payment_intent", intent->id);
}

/* The account's own name when nothing else is said; a suffix follows a prefix. At most 22 characters. */
static void put_descriptor(struct call *call, json_t *body)
{
	const char *own = js_text(body, "statement_descriptor");
	const char *suffix = js_text(body, "statement_descriptor_suffix");
	char *shown = arena_format(
		&call->arena, "%s%s%s", own ? own : "MOCKSTRIPE", suffix ? "* " : "", suffix ? suffix : "");

	for (char *c = shown; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	if (strlen(shown) > 22)
		shown[22] = 0;
	js_put_text(body, "calculated_statement_descriptor", shown);
}

void charge_describe(struct call *call, json_t *body, const struct charge_terms *terms)
{
	json_t *billing = json_object_get(record_tree(terms->method), "billing_details");

	js_put_int(body, "amount", terms->amount);
	js_put_text(body, "currency", terms->currency);
	js_put_text(body, "customer", terms->customer ? terms->customer->id : NULL);
	js_put_new(body, "billing_details", billing ? json_incref(billing) : billing_details_blank());
	js_put_text(body, "payment_method", terms->method->id);
	js_put_new(body, "payment_method_details", method_details(call, terms));
	js_put_new(body, "fraud_details", json_object());
	if (terms->method->type != method_type())
		js_put_new(body, "source", record_shown(terms->method));
	put_descriptor(call, body);
	body_use_clock(body, terms->customer);
}

json_t *charge_body(struct call *call, const struct charge_terms *terms)
{
	char id[ID_ROOM];
	json_t *body;

	/* What no card paid for is a "payment": its id says so. */
	account_new_id(call->account, is_card(terms->method) ? "ch_" : "py_", 24, id);
	body = shape_new(call, charge_type(), id);
	if (terms->intent)
		copy_intent(body, terms->intent);
	charge_describe(call, body, terms);
	return body;
}

/* ---- outcomes ---- */

static int64_t risk_score(struct call *call, enum card_risk risk)
{
	int64_t draw = (int64_t)(account_draw(call->account, "risk_score") % 25);

	/* Radar's bands: elevated from 65, highest from 75. */
	return risk == RISK_HIGHEST ? 75 + draw : risk == RISK_ELEVATED ? 65 + draw % 10 : 5 + 2 * draw;
}

static const char *const risk_levels[] = { "normal", "elevated", "highest" };

static json_t *outcome_of(struct call *call, const struct test_card *test, const struct card_decline *decline)
{
	const struct schema_node *node = schema_field(charge_type(), "outcome");
	json_t *out = json_object();
	const char *seller = "Payment complete.";

	if (decline && decline->blocked)
		seller = "Stripe blocked this payment as too risky.";
	else if (decline && !strcmp(decline->reason, "generic_decline"))
		seller = "The bank did not return any further details with this decline.";
	else if (decline)
		seller = arena_format(&call->arena, "The bank returned the decline code `%s`.", decline->reason);
	js_put_text(out, "advice_code", decline ? decline->advice_code : NULL);
	js_put_null(out, "network_advice_code");
	js_put_text(out, "network_decline_code", decline ? decline->network_decline_code : NULL);
	js_put_text(out, "network_status",
		!decline	   ? "approved_by_network"
		: decline->blocked ? "not_sent_to_network"
				   : "declined_by_network");
	js_put_text(out, "reason", decline ? decline->reason : NULL);
	if (test) {
		js_put_text(out, "risk_level", risk_levels[test->risk]);
		js_put_int(out, "risk_score", risk_score(call, test->risk));
	}
	js_put_text(out, "seller_message", seller);
	js_put_text(out, "type", !decline ? "authorized" : decline->blocked ? "blocked" : "issuer_declined");
	return in_order(node->fields, node->n_fields, out);
}

static void put_receipt(struct call *call, json_t *body)
{
	js_put_text(body, "receipt_url",
		page_url(call, "pay.stripe.com",
			arena_format(&call->arena, "/receipts/payment/%s/%s?s=ap", call->account->id,
				page_word(call, charge_type(), js_text(body, "id")))));
}

static void put_success(struct call *call, json_t *body, const struct test_card *test, bool captured)
{
	js_put_new(body, "outcome", outcome_of(call, test, NULL));
	js_put_flag(body, "paid", true);
	js_put_text(body, "status", "succeeded");
	js_put_flag(body, "captured", captured);
	js_put_int(body, "amount_captured", captured ? js_int(body, "amount", 0) : 0);
	put_receipt(call, body);
}

static void dispute_if_card_says(struct call *call, struct record *charge, const struct test_card *test)
{
	if (test && test->dispute != DISPUTE_NONE)
		dispute_open(call, charge, test->dispute, test->dispute_reason, test->network_reason);
}

/* The balance transaction comes with the capture, or a little later. */
static void charge_book(struct call *call, struct record *charge, bool later)
{
	if (later)
		payment_set_due(call, charge, call->now + SETTLES_AFTER);
	else
		charge_land(call, charge);
}

struct record *charge_succeed(struct call *call, json_t *body, const struct charge_terms *terms)
{
	const struct test_card *test = method_card(terms->method);
	struct record *charge;

	put_success(call, body, test, terms->capture);
	if (test)
		js_put_text(js_own(body, PRIVATE_KEY), "test", test_card_key(test));
	charge = object_store(call, charge_type(), body_in_order(charge_type(), body));
	if (terms->capture)
		charge_book(call, charge, terms->later && !(test && test->dispute != DISPUTE_NONE));
	else if (!terms->intent)
		payment_set_due(call, charge, call->now + AUTHORIZED_DAYS * CALENDAR_DAY);
	emit(call, "charge.succeeded", charge);
	dispute_if_card_says(call, charge, test);
	return charge;
}

static void put_failure(json_t *body, const char *code, const char *message)
{
	js_put_text(body, "failure_code", code);
	js_put_text(body, "failure_message", message);
	js_put_flag(body, "paid", false);
	js_put_flag(body, "captured", false);
	js_put_text(body, "status", "failed");
}

struct record *charge_fail(
	struct call *call, json_t *body, const struct charge_terms *terms, const struct card_decline *decline)
{
	const struct test_card *test = method_card(terms->method);
	json_t *card;
	struct record *charge;

	put_failure(body, decline->code, decline->message);
	js_put_new(body, "outcome", outcome_of(call, test, decline));
	card = js_own(js_own(body, "payment_method_details"), "card");
	js_put_null(card, "authorization_code");
	if (!strcmp(decline->code, "incorrect_cvc"))
		js_put_text(js_own(card, "checks"), "cvc_check", "fail");
	charge = object_store(call, charge_type(), body_in_order(charge_type(), body));
	emit(call, "charge.failed", charge);
	return charge;
}

struct record *charge_pend(struct call *call, json_t *body)
{
	struct record *charge;

	js_put_text(body, "status", "pending");
	js_put_flag(body, "captured", true);
	js_put_int(body, "amount_captured", js_int(body, "amount", 0));
	charge = object_store(call, charge_type(), body_in_order(charge_type(), body));
	emit(call, "charge.pending", charge);
	return charge;
}

void charge_end_pending(struct call *call, struct record *charge, const char *failure_code, const char *message)
{
	json_t *draft = journal_edit(&call->journal, charge);

	if (failure_code) {
		put_failure(draft, failure_code, message);
		js_put_int(draft, "amount_captured", 0);
		emit(call, "charge.failed", charge);
		return;
	}
	put_success(call, draft, NULL, true);
	charge_land(call, charge);
	emit(call, "charge.succeeded", charge);
}

/* ---- afterwards ---- */

void charge_land(struct call *call, struct record *charge)
{
	json_t *tree = record_tree(charge);
	const struct test_card *test = test_card_of_key(js_text(record_private(charge), "test"));
	const char *currency = arena_text(&call->arena, js_text(tree, "currency"));
	bool payment = !strncmp(charge->id, "py_", 3);
	struct record *entry;

	if (js_text(tree, "balance_transaction"))
		return;
	entry = balance_enter(call, &(struct balance_entry) {
					    .type = payment ? "payment" : "charge",
					    .category = "charge",
					    .description = js_text(tree, "description"),
					    .source = charge->id,
					    .amount = js_int(tree, "amount_captured", 0),
					    .fee = balance_fee(js_int(tree, "amount_captured", 0), currency),
					    .fee_description = "Stripe processing fees",
					    .currency = currency,
					    .available = test && test->available_at_once,
					    .clock = js_text(record_private(charge), "clock"),
				    });
	js_put_text(journal_edit(&call->journal, charge), "balance_transaction", entry->id);
	payment_set_due(call, charge, 0);
}

void charge_capture(struct call *call, struct record *charge, int64_t amount, bool later)
{
	json_t *draft = journal_edit(&call->journal, charge);
	int64_t whole = js_int(draft, "amount", 0);

	js_put_flag(draft, "captured", true);
	js_put_int(draft, "amount_captured", amount);
	/* What is not captured goes back to the card, and counts as refunded. Stripe docs "Capture a charge". */
	js_put_int(draft, "amount_refunded", whole - amount);
	charge_book(call, charge, later);
	emit_changed(call, "charge.captured", charge);
}

void charge_release(struct call *call, struct record *charge, bool expired)
{
	json_t *draft = journal_edit(&call->journal, charge);

	js_put_int(draft, "amount_refunded", js_int(draft, "amount", 0));
	js_put_flag(draft, "refunded", true);
	emit_changed(call, expired ? "charge.expired" : "charge.refunded", charge);
}
