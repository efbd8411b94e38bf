/* SPDX-License-Identifier: MIT */
/* An invoice of the moment, collected by the rules of payment_behavior. Source: Stripe docs "Pending updates",
 * "Subscription payment behavior". */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/billing/sub.h"
#include "resources/payments/pay.h"

enum pay_behavior pay_behavior_of(const char *text)
{
	if (text_is(text, "default_incomplete"))
		return DEFAULT_INCOMPLETE;
	if (text_is(text, "error_if_incomplete"))
		return ERROR_IF_INCOMPLETE;
	if (text_is(text, "pending_if_incomplete"))
		return PENDING_IF_INCOMPLETE;
	return ALLOW_INCOMPLETE;
}

enum sub_behavior sub_behavior_of(const char *text)
{
	if (text_is(text, "always_invoice"))
		return ALWAYS_INVOICE;
	return text_is(text, "none") ? NO_PRORATIONS : CREATE_PRORATIONS;
}

int fail_no_method(struct call *call)
{
	return fail_invalid(call, "resource_missing", NULL,
		"This customer has no attached payment source or default payment method. Please consider adding a "
		"default payment "
		"method. For more information, visit "
		"https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.");
}

static bool is_sent(struct record *invoice)
{
	return text_is(js_text(record_tree(invoice), "collection_method"), "send_invoice");
}

static int fail_needs_action(struct call *call, struct fail *refusal)
{
	refusal_clear(refusal);
	fail_status(call, 402, "subscription_payment_intent_requires_action", NULL,
		"Payment for this subscription requires additional user action before it can be completed "
		"successfully. Payment "
		"can be completed using the PaymentIntent associated with subscription.latest_invoice. This is not "
		"possible with "
		"`payment_behavior=error_if_incomplete`.");
	call->fail.type = "card_error";
	return -1;
}

/* The open invoice of the moment is charged, or left to the client. 0 or -1. */
static int collect(struct sub_change *c, struct record *invoice, enum pay_behavior pay)
{
	struct call *call = c->call;
	struct fail refusal;

	if (pay == DEFAULT_INCOMPLETE) {
		subscription_invoice_failed(call, c->sub, invoice, false);
		return 0;
	}
	switch (invoice_collect(call, invoice, NULL, js_flag(call->params, "off_session", false), &refusal)) {
	case COLLECTION_DECLINED:
		if (pay == ERROR_IF_INCOMPLETE) {
			fail_card(call, &refusal);
			call->fail.keep = false;
			call->fail.charge = NULL; /* nothing of it happened: no object to point at */
			return -1;
		}
		refusal_clear(&refusal);
		break;
	case COLLECTION_NEEDS_ACTION:
		if (pay == ERROR_IF_INCOMPLETE)
			return fail_needs_action(call, &refusal);
		refusal_clear(&refusal);
		subscription_invoice_failed(call, c->sub, invoice, false);
		break;
	case COLLECTED:
	case COLLECTION_NOTHING_DUE:
	case COLLECTION_NO_METHOD:
		break;
	}
	return 0;
}

int sub_invoice_now(
	struct sub_change *c, const char *reason, struct span period, enum pay_behavior pay, struct record **out)
{
	struct call *call = c->call;
	struct invoice_terms terms = {
		.customer = c->customer,
		.sub = c->sub,
		.reason = reason,
		.currency = c->currency,
		.period = period,
		.sweep = true,
		/* A first invoice that stays unpaid expires; one that a client or a pending update waits for is theirs.
		 */
		.auto_advance = pay == ALLOW_INCOMPLETE && strcmp(reason, "subscription_create"),
		.proration_date = c->at != call->now ? c->at : 0,
	};
	struct record *invoice = invoice_new(call, &terms, c->lines.at, c->lines.count);

	if (!invoice)
		return -1;
	*out = invoice;
	invoice_remember_usage(c, invoice);
	sub_remember_lines(c);
	js_put_text(journal_edit(&call->journal, c->sub), "latest_invoice", invoice->id);
	if (pay == PENDING_IF_INCOMPLETE)
		js_put_flag(journal_edit_private(&call->journal, invoice), "pending_update", true);
	if (is_sent(invoice) || c->by_schedule) { /* stays a draft for about an hour, then is sent or charged */
		invoice_set_advance(call, journal_edit(&call->journal, invoice), true);
		journal_freeze(&call->journal, invoice);
		return 0;
	}
	/* Nobody could be told of it when a schedule does this: the invoice stays open then. */
	if (js_int(record_tree(invoice), "amount_due", 0) > 0 && pay != DEFAULT_INCOMPLETE && !call->automatic &&
		!invoice_method(call, invoice))
		return fail_no_method(call);
	if (invoice_finalize(call, invoice))
		return -1;
	if (strcmp(js_text(record_tree(invoice), "status"), "open"))
		return 0;
	return collect(c, invoice, pay);
}
