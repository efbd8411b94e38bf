/* SPDX-License-Identifier: MIT */
/* The routes of charges; making one directly is the older way. Source: Stripe API reference "Charges". */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/generic.h"
#include "resources/payments/inside.h"

/* What a charge made directly is paid with: a token, a source of the customer, or the customer's default one. */
static struct record *find_source(struct call *call, struct record *customer)
{
	const char *id = param_text(call, "source");
	struct record *source = NULL;

	if (!id && customer)
		id = js_text(record_tree(customer), "default_source");
	if (!id && customer) {
		fail_status(call, 402, "missing", NULL, "Cannot charge a customer that has no active card");
		call->fail.type = "card_error";
		return NULL;
	}
	if (!id) {
		fail_invalid(call, "parameter_missing", NULL, "Must provide source or customer.");
		return NULL;
	}
	if (!strncmp(id, "tok_", 4))
		return card_from_token(call, NULL, id, "source");
	source = account_find(call->account, id);
	if (!source || source->deleted || !(record_is(source, "card") || record_is(source, "source"))) {
		fail_invalid(call, "resource_missing", "source", "No such source: '%s'", id);
		return NULL;
	}
	if (customer_of(call, source) != customer) {
		fail_invalid(call, "missing", "source", "Customer %s does not have a linked source with ID %s.",
			customer ? customer->id : "", id);
		return NULL;
	}
	return source;
}

static int fail_declined(struct call *call, struct record *charge, const struct card_decline *why)
{
	struct fail refusal = refusal_of(why);

	refusal.charge = charge->id;
	return fail_card(call, &refusal);
}

static int charge_create(struct call *call)
{
	static const char *const except[] = { "capture", "source", "customer", "application_fee", "destination", NULL };
	struct record *customer = param_record(call, "customer", "customer");
	struct charge_terms terms = { .customer = customer, .capture = param_flag(call, "capture", true) };
	const struct test_card *test;
	json_t *body;

	if (call->fail.status)
		return -1;
	call_use_clock(call, customer);
	if (!param_given(call, "amount"))
		return fail_missing_param(call, "amount");
	if (!param_text(call, "currency"))
		return fail_missing_param(call, "currency");
	if (payment_check_amount(call, param_int(call, "amount", 0), param_text(call, "currency")))
		return -1;
	terms.method = find_source(call, customer);
	if (!terms.method)
		return -1;
	terms.amount = param_int(call, "amount", 0);
	terms.currency = param_text(call, "currency");
	body = generic_body(call, except);
	if (!body)
		return -1;
	charge_describe(call, body, &terms);
	test = method_card(terms.method);
	if (method_must_ask(terms.method, true, NULL))
		return fail_declined(call, charge_fail(call, body, &terms, &decline_authentication_required),
			&decline_authentication_required);
	if (test && test->decline)
		return fail_declined(call, charge_fail(call, body, &terms, test->decline), test->decline);
	return answer_record(call, charge_succeed(call, body, &terms));
}

static struct record *own_charge(struct call *call)
{
	struct record *charge = path_record(call, 0, charge_type());

	call_use_clock(call, charge);
	return charge;
}

static int charge_update(struct call *call)
{
	struct record *charge = own_charge(call);

	if (!charge)
		return -1;
	param_record(call, "customer", "customer");
	if (call->fail.status || params_apply(call, journal_edit(&call->journal, charge), charge_type(), NULL))
		return -1;
	emit_changed(call, "charge.updated", charge);
	return answer_record(call, charge);
}

static int charge_capture_route(struct call *call)
{
	static const char *const except[] = { "amount", NULL };
	struct record *charge = own_charge(call);
	struct record *intent;
	int64_t most, amount;

	if (!charge)
		return -1;
	most = js_int(record_tree(charge), "amount", 0);
	amount = param_int(call, "amount", most);
	if (js_flag(record_tree(charge), "captured", false))
		return fail_invalid(
			call, "charge_already_captured", NULL, "Charge %s has already been captured.", charge->id);
	if (js_flag(record_tree(charge), "refunded", false))
		return fail_invalid(call, "charge_already_refunded", NULL,
			"Charge %s has been refunded; it cannot be captured.", charge->id);
	if (strcmp(js_text(record_tree(charge), "status"), "succeeded"))
		return fail_invalid(call, NULL, NULL, "Charge %s failed; it cannot be captured.", charge->id);
	if (amount > most)
		return fail_invalid(call, "amount_too_large", "amount",
			"You cannot capture a charge for an amount greater than it already has.");
	if (params_apply(call, journal_edit(&call->journal, charge), charge_type(), except))
		return -1;
	intent = account_get(call->account, js_text(record_tree(charge), "payment_intent"), intent_type());
	if (intent)
		intent_capture(call, intent, amount);
	else
		charge_capture(call, charge, amount, false);
	return answer_record(call, charge);
}

/* Its balance transaction lands; or it was never captured, and lapses. */
static void charge_falls_due(struct call *call, struct record *charge)
{
	payment_set_due(call, charge, 0);
	if (js_flag(record_tree(charge), "refunded", false))
		return;
	if (!js_flag(record_tree(charge), "captured", false)) {
		charge_release(call, charge, true);
		return;
	}
	charge_land(call, charge);
	emit_changed(call, "charge.updated", charge);
}

static json_t *include_refunds(struct call *call, struct record *charge)
{
	return list_embed(call, schema_find_object("refund"), "charge", charge->id, 10,
		arena_format(&call->arena, "/v1/charges/%s/refunds", charge->id));
}

static void charge_fill(struct call *call, json_t *body)
{
	(void)call;
	js_put_new(body, "billing_details", billing_details_blank());
	js_put_new(body, "fraud_details", json_object());
}

static const struct resource_route routes[] = {
	{ "POST", "/v1/charges", charge_create },
	{ "POST", "/v1/charges/{id}", charge_update },
	{ "POST", "/v1/charges/{id}/capture", charge_capture_route },
	{ 0 },
};

static const struct resource_include includes[] = {
	{ "refunds", include_refunds },
	{ 0 },
};

const struct resource charge_resource = {
	.name = "Charge",
	.routes = routes,
	.includes = includes,
	.fill = charge_fill,
	.on_due = charge_falls_due,
};
