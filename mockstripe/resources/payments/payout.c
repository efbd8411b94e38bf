/* SPDX-License-Identifier: MIT */
/*
 * Payouts: available funds leave the balance when the payout is made, and arrive at the bank two days later (at once
 * when they are instant). Source: Stripe docs "Receive payouts", "The Payout object".
 */
#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/generic.h"
#include "resources/payments/inside.h"
#include "value/calendar.h"

#define STANDARD_DAYS 2

static const struct schema_resource *payout_type(void)
{
	return schema_find_object("payout");
}

static const char *status_of(struct record *payout)
{
	return js_text(record_tree(payout), "status");
}

/* What leaves the balance (below zero), or comes back to it. Gives the transaction's id. */
static const char *book(struct call *call, struct record *payout, int64_t amount, const char *type)
{
	return balance_enter(call,
		&(struct balance_entry) {
			.type = type,
			.category = strcmp(type, "payout") ? "payout_reversal" : "payout",
			.description = "STRIPE PAYOUT",
			.source = payout->id,
			.amount = amount,
			.currency = arena_text(&call->arena, js_text(record_tree(payout), "currency")),
			.available = true,
		})
		->id;
}

/* A new payout of a body (taken) that has its amount: booked, and on its way. */
static struct record *send(struct call *call, json_t *body, bool instant)
{
	int64_t day = call->now / CALENDAR_DAY + STANDARD_DAYS;
	int64_t arrival = instant ? call->now : day * CALENDAR_DAY;
	struct record *payout;
	const char *entry;

	js_put_int(body, "arrival_date", arrival);
	js_put_text(body, "method", instant ? "instant" : "standard");
	js_put_text(body, "reconciliation_status", "not_applicable");
	js_put_text(body, "source_type", "card");
	js_put_text(body, "status", "pending");
	js_put_text(body, "type", "bank_account");
	js_put_int(js_own(body, PRIVATE_KEY), "due", instant ? arrival + SETTLES_AFTER : arrival);
	payout = object_store(call, payout_type(), body_in_order(payout_type(), body));
	entry = book(call, payout, -js_int(record_tree(payout), "amount", 0), "payout");
	js_put_text(journal_edit(&call->journal, payout), "balance_transaction", entry);
	emit(call, "payout.created", payout);
	return payout;
}

static int payout_create(struct call *call)
{
	static const char *const except[] = { "method", "source_type", NULL };
	int64_t amount = param_int(call, "amount", 0);
	const char *method = param_text(call, "method");
	json_t *body;

	if (amount < 1)
		return fail_invalid(
			call, "parameter_invalid_integer", "amount", "This value must be greater than or equal to 1.");
	if (amount > balance_available(call, param_text(call, "currency")))
		return fail_invalid(call, "balance_insufficient", NULL,
			"You have insufficient funds in your Stripe account for this payout. You can use the "
			"/v1/balance endpoint to view your Stripe balance; with the card 4000000000000077 a test "
			"charge "
			"is available at once.");
	body = generic_body(call, except);
	if (!body)
		return -1;
	return answer_record(call, send(call, body, text_is(method, "instant")));
}

static int payout_cancel(struct call *call)
{
	struct record *payout = path_record(call, 0, payout_type());
	json_t *draft;

	if (!payout)
		return -1;
	if (strcmp(status_of(payout), "pending"))
		return fail_invalid(call, NULL, NULL,
			"Payouts can only be canceled while they are pending; this one has a status of %s.",
			status_of(payout));
	draft = journal_edit(&call->journal, payout);
	js_put_text(draft, "status", "canceled");
	js_put_text(
		draft, "failure_balance_transaction", book(call, payout, js_int(draft, "amount", 0), "payout_cancel"));
	payment_set_due(call, payout, 0);
	emit(call, "payout.canceled", payout);
	return answer_record(call, payout);
}

/* The money comes back by a payout of its own, with a negative amount. */
static int payout_reverse(struct call *call)
{
	struct record *payout = path_record(call, 0, payout_type()), *back;
	json_t *tree, *body;

	if (!payout)
		return -1;
	tree = record_tree(payout);
	if (strcmp(status_of(payout), "paid") || js_text(tree, "reversed_by") || js_int(tree, "amount", 0) < 0)
		return fail_invalid(call, NULL, NULL,
			"Only payouts that were paid, and not reversed yet, can be reversed; this one has a status of "
			"%s.",
			status_of(payout));
	body = shape_new(call, payout_type(), NULL);
	js_put_int(body, "amount", -js_int(tree, "amount", 0));
	js_put(body, "currency", json_object_get(tree, "currency"));
	js_put(body, "destination", json_object_get(tree, "destination"));
	js_put_text(body, "original_payout", payout->id);
	if (metadata_apply(call, body, param(call, "metadata"))) {
		json_decref(body);
		return -1;
	}
	back = send(call, body, false);
	js_put_text(journal_edit(&call->journal, payout), "reversed_by", back->id);
	emit_changed(call, "payout.updated", payout);
	return answer_record(call, back);
}

static void payout_falls_due(struct call *call, struct record *payout)
{
	js_put_text(journal_edit(&call->journal, payout), "status", "paid");
	payment_set_due(call, payout, 0);
	emit(call, "payout.paid", payout);
}

/* One that a fixture shows on its way arrives on its day. */
static void payout_adopt(struct call *call, struct record *payout)
{
	static const char *const under_way[] = { "pending", "in_transit", NULL };
	int64_t arrival = js_int(record_tree(payout), "arrival_date", 0);

	if (status_among(status_of(payout), under_way) && arrival > call->now)
		payment_set_due(call, payout, arrival);
}

const struct resource payout_resource = {
	.name = "Payout",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/payouts", payout_create },
			{ "POST", "/v1/payouts/{id}/cancel", payout_cancel },
			{ "POST", "/v1/payouts/{id}/reverse", payout_reverse },
			{ 0 },
		},
	.adopt = payout_adopt,
	.on_due = payout_falls_due,
};
