/* SPDX-License-Identifier: MIT */
/*
 * Refunds of a customer's cash balance. The customer is asked by e-mail where to send the money, so that such a refund
 * waits in requires_action; what nobody answers within 45 days, or what is canceled, goes back to the balance. The page
 * behind the e-mail is not simulated: the refund ends here by being canceled or by expiring. Source: Stripe docs
 * "Refund customer balance", "The Refund object".
 */
#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "api/shape.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/customer.h"
#include "resources/generic.h"
#include "resources/payments/inside.h"
#include "value/calendar.h"

#define ANSWER_WITHIN (45 * CALENDAR_DAY)

/* The parameters that say what goes where; 0 or -1. */
static int check_given(struct call *call)
{
	static const char *const needed[] = { "customer", "currency", "amount" };

	if (call->fail.status)
		return -1;
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!param_given(call, needed[i]))
			return fail_missing_param(call, needed[i]);
	return 0;
}

static int check_funds(struct call *call, struct record *customer)
{
	if (param_int(call, "amount", 0) > customer_cash(customer, param_text(call, "currency")))
		return fail_invalid(call, "balance_insufficient", "amount",
			"The refund (%lld) is greater than the customer's cash balance in %s (%lld).",
			(long long)param_int(call, "amount", 0), param_text(call, "currency"),
			(long long)customer_cash(customer, param_text(call, "currency")));
	return 0;
}

/* Who is asked for bank details; NULL with the failure. */
static const char *address_of(struct call *call, struct record *customer)
{
	const char *email = param_text(call, "instructions_email");

	if (!email)
		email = js_text(record_tree(customer), "email");
	if (!email)
		fail_invalid(call, "parameter_missing", "instructions_email",
			"The customer has no email address to ask for bank details. Provide `instructions_email`.");
	return email;
}

static json_t *asks_for_details(struct call *call, const char *email)
{
	json_t *action = json_object(), *details = json_object(), *sent = json_object();

	js_put_int(sent, "email_sent_at", call->now);
	js_put_text(sent, "email_sent_to", email);
	js_put_new(details, "email_sent", sent);
	js_put_int(details, "expires_at", call->now + ANSWER_WITHIN);
	js_put_new(action, "display_details", details);
	js_put_text(action, "type", "display_details");
	return action;
}

static json_t *by_transfer(const char *type)
{
	json_t *details = json_object(), *rail = json_object();

	js_put_null(rail, "reference");
	js_put_null(rail, "reference_status");
	js_put_new(details, type, rail);
	js_put_text(details, "type", type);
	return details;
}

int refund_from_cash(struct call *call)
{
	struct record *customer = param_record(call, "customer", "customer"), *refund;
	const struct schema_resource *type = schema_find_object("refund");
	const char *currency = param_text(call, "currency"), *email;
	json_t *body;

	if (check_given(call))
		return -1;
	email = address_of(call, customer);
	if (!email || check_funds(call, customer))
		return -1;
	call_use_clock(call, customer);
	body = shape_new(call, type, NULL);
	js_put_int(body, "amount", param_int(call, "amount", 0));
	js_put_text(body, "currency", currency);
	js_put_text(body, "customer", customer->id);
	js_put_new(body, "destination_details", by_transfer(bank_transfer_type(currency)));
	js_put_text(body, "instructions_email", email);
	js_put_new(body, "next_action", asks_for_details(call, email));
	js_put_text(body, "reason", param_text(call, "reason"));
	js_put_text(body, "status", "requires_action");
	body_use_clock(body, customer);
	js_put_text(js_own(body, PRIVATE_KEY), "next", "return");
	js_put_int(js_own(body, PRIVATE_KEY), "due", call->now + ANSWER_WITHIN);
	if (metadata_apply(call, body, param(call, "metadata"))) {
		json_decref(body);
		return -1;
	}
	if (!customer_cash_move(call, customer, -js_int(body, "amount", 0), currency, "return_initiated", NULL)) {
		json_decref(body);
		return -1;
	}
	refund = object_store(call, type, body_in_order(type, body));
	emit(call, "refund.created", refund);
	return answer_record(call, refund);
}

bool refund_waits(struct record *refund)
{
	const char *status = js_text(record_tree(refund), "status");

	return text_is(status, "requires_action");
}

void refund_return(struct call *call, struct record *refund, const char *status)
{
	struct record *customer = customer_of(call, refund);
	json_t *draft = journal_edit(&call->journal, refund);

	js_put_text(draft, "status", status);
	json_object_del(draft, "next_action");
	json_object_del(js_own(draft, PRIVATE_KEY), "next");
	payment_set_due(call, refund, 0);
	if (customer)
		customer_cash_move(call, customer, js_int(draft, "amount", 0),
			arena_text(&call->arena, js_text(draft, "currency")), "return_canceled", NULL);
	if (!strcmp(status, "failed")) {
		js_put_text(draft, "failure_reason", "unknown");
		emit(call, "refund.failed", refund);
	} else {
		emit_changed(call, "refund.updated", refund);
	}
}
