/* SPDX-License-Identifier: MIT */
/* Finalizing an invoice, and what it shows when it is paid. How it is charged: invoice_collect.c. */
#include <string.h>

#include "api/fail.h"
#include "api/shape.h"
#include "base/json.h"
#include "billing/totals.h"
#include "events/emit.h"
#include "resources/billing/inside.h"
#include "resources/billing/subscription.h"
#include "resources/customer.h"
#include "resources/page_url.h"
#include "resources/payments/pay.h"
#include "value/currency.h"

static struct settlement_rule rule_of(struct record *invoice)
{
	const struct currency *c = currency_find(js_text(record_tree(invoice), "currency"));

	return (struct settlement_rule) {
		.minimum = c ? c->minimum : 0, .step = c && c->step ? c->step : 1, .maximum = CHARGE_MOST
	};
}

static int settlement_of(struct call *call, struct record *invoice, struct settlement *out)
{
	json_t *customer = record_tree(invoice_customer(call, invoice));

	if (!totals_settle(
		    js_int(record_tree(invoice), "total", 0), js_int(customer, "balance", 0), rule_of(invoice), out))
		return fail_invalid(
			call, "amount_too_large", NULL, "The customer's balance and this invoice do not add up.");
	return 0;
}

int invoice_show_due(struct call *call, struct record *invoice)
{
	struct settlement s;
	json_t *draft = journal_edit(&call->journal, invoice);

	if (settlement_of(call, invoice, &s))
		return -1;
	js_put_int(draft, "starting_balance", js_int(record_tree(invoice_customer(call, invoice)), "balance", 0));
	js_put_null(draft, "ending_balance");
	js_put_int(draft, "amount_due", s.amount_due);
	js_put_int(draft, "amount_remaining", s.amount_due);
	return 0;
}

/* ---- finalize ---- */

bool invoice_saves_default(struct record *sub)
{
	const char *save = js_text_at(record_tree(sub), "payment_settings.save_default_payment_method");

	return text_is(save, "on_subscription") && js_is_null(record_tree(sub), "default_payment_method");
}

static struct record *add_payment(struct call *call, struct record *invoice, int64_t amount)
{
	const struct schema_resource *type = schema_find_object("invoice_payment");
	json_t *tree = record_tree(invoice), *body, *payment;
	struct payment_terms terms = {
		.customer = invoice_customer(call, invoice),
		.amount = amount,
		.currency = js_text(tree, "currency"),
		.invoice = invoice,
		.payment_method_types = js_at(tree, "payment_settings.payment_method_types"),
		.payment_method_options = js_at(tree, "payment_settings.payment_method_options"),
	};
	const char *reason = js_text(tree, "billing_reason");
	bool first = text_is(reason, "subscription_create");
	struct record *intent, *r;

	if (!json_is_array(terms.payment_method_types))
		terms.payment_method_types = NULL; /* not settled: the account's own */
	/* What pays a subscription first is to pay it on. Source: Stripe docs "How subscriptions work", "Build a
	   subscriptions integration". */
	terms.setup_future_usage_off_session = first || invoice_saves_default(invoice_subscription(call, invoice));
	terms.description = !reason || text_is(reason, "manual") ? "Payment for Invoice"
			    : first				 ? "Subscription creation"
								 : "Subscription update";
	intent = intent_new(call, &terms);
	body = shape_new(call, type, NULL);
	payment = json_object();
	js_put_int(body, "amount_requested", amount);
	js_put(body, "currency", json_object_get(tree, "currency"));
	js_put_text(body, "invoice", invoice->id);
	js_put_flag(body, "is_default", true);
	js_put_text(payment, "payment_intent", intent->id);
	js_put_text(payment, "type", "payment_intent");
	js_put_new(body, "payment", payment);
	js_put_text(body, "status", "open");
	r = object_store(call, type, body);
	json_t *private = journal_edit_private(&call->journal, invoice);

	js_put_text(private, "intent", intent->id);
	js_put_text(private, "payment", r->id);
	return intent;
}

struct record *invoice_payment_intent(struct call *call, struct record *invoice)
{
	struct record *intent = account_find(call->account, js_text(record_private(invoice), "intent"));
	int64_t due = js_int(record_tree(invoice), "amount_remaining", 0);

	return intent || due <= 0 ? intent : add_payment(call, invoice, due);
}

static void write_hosted_urls(struct call *call, json_t *draft, const char *id)
{
	js_put_text(draft, "hosted_invoice_url", invoice_page_url(call, id));
	js_put_text(draft, "invoice_pdf", invoice_pdf_url(call, id));
}

void invoice_mark_paid(struct call *call, struct record *invoice, int64_t paid)
{
	json_t *draft = journal_edit(&call->journal, invoice);

	js_put_text(draft, "status", "paid");
	js_put_int(draft, "amount_paid", paid);
	js_put_int(draft, "amount_remaining", 0);
	js_put_flag(draft, "attempted", true);
	js_put_flag(draft, "auto_advance", false);
	js_put_null(draft, "next_payment_attempt");
	js_put_int(js_own(draft, "status_transitions"), "paid_at", call->now);
	invoice_set_due(call, invoice, 0);
}

void invoice_announce_paid(struct call *call, struct record *invoice, struct record *payment)
{
	struct record *sub = invoice_subscription(call, invoice);

	emit(call, "invoice.paid", invoice);
	emit(call, "invoice.payment_succeeded", invoice);
	if (payment)
		emit(call, "invoice_payment.paid", payment);
	if (sub)
		subscription_invoice_paid(call, sub, invoice);
}

static int move_balance(struct call *call, struct record *invoice, const struct settlement *s)
{
	struct record *customer = invoice_customer(call, invoice);
	const char *currency = js_text(record_tree(invoice), "currency");

	if (s->applied)
		customer_balance_move(
			call, customer, s->applied, currency, "applied_to_invoice", invoice->id, NULL, NULL);
	if (s->carried)
		customer_balance_move(
			call, customer, s->carried, currency, "invoice_too_small", invoice->id, NULL, NULL);
	if (s->excess)
		customer_balance_move(
			call, customer, s->excess, currency, "invoice_too_large", invoice->id, NULL, NULL);
	return 0;
}

int invoice_finalize(struct call *call, struct record *invoice)
{
	struct record *customer = invoice_customer(call, invoice);
	struct settlement s;
	json_t *draft;
	bool free_of_charge;

	if (!invoice_is(invoice, "draft"))
		return fail_invalid(call, NULL, NULL,
			"This invoice is already finalized, you can't re-finalize a non-draft invoice.");
	invoice_snapshot_customer(call, invoice);
	if (js_flag(js_get(record_tree(invoice), "automatic_tax"), "enabled", false) && !customer_is_located(customer))
		return fail_invalid(call, "customer_tax_location_invalid", NULL,
			"The customer's location isn't recognized. Set a valid customer address in order to "
			"automatically calculate tax.");
	if (invoice_supersede(call, invoice))
		return -1;
	if (invoice_count_usage(call, invoice) || settlement_of(call, invoice, &s))
		return -1;
	draft = journal_edit(&call->journal, invoice);
	js_put_text(draft, "number",
		js_text(draft, "number") ? js_text(draft, "number") : customer_invoice_number(call, customer));
	js_put_int(draft, "starting_balance", js_int(record_tree(customer), "balance", 0));
	js_put_int(draft, "ending_balance", s.ending_balance);
	js_put_int(draft, "amount_due", s.amount_due);
	js_put_int(draft, "amount_remaining", s.amount_due);
	if (!json_is_integer(json_object_get(draft, "effective_at")))
		js_put_int(draft, "effective_at", call->now);
	js_put_null(draft, "automatically_finalizes_at");
	js_put_null(draft, "last_finalization_error");
	js_put_int(js_own(draft, "status_transitions"), "finalized_at", call->now);
	if (!json_is_integer(json_object_get(draft, "webhooks_delivered_at")))
		js_put_int(draft, "webhooks_delivered_at", call->now);
	js_put_text(draft, "status", "open");
	write_hosted_urls(call, draft, invoice->id);
	move_balance(call, invoice, &s);
	free_of_charge = s.amount_due == 0;
	invoice_set_due(call, invoice, 0);
	if (free_of_charge) {
		/* The finalized event shows it as it stays: paid, nothing attempted. */
		invoice_mark_paid(call, invoice, 0);
		emit(call, "invoice.finalized", invoice);
		invoice_spend_discounts(call, invoice);
		invoice_announce_paid(call, invoice, NULL);
		return 0;
	}
	invoice_plan_overdue(call, invoice);
	emit(call, "invoice.finalized", invoice);
	invoice_spend_discounts(call, invoice);
	add_payment(call, invoice, s.amount_due);
	return 0;
}

void invoice_settle_payment(struct call *call, struct record *invoice, struct record *intent)
{
	struct record *payment = account_find(call->account, js_text(record_private(invoice), "payment"));
	int64_t amount = js_int(record_tree(invoice), "amount_due", 0);

	if (payment) {
		json_t *draft = journal_edit(&call->journal, payment);

		js_put_int(draft, "amount_paid", amount);
		js_put_text(draft, "status", "paid");
		js_put_int(js_own(draft, "status_transitions"), "paid_at", call->now);
	}
	(void)intent;
	invoice_mark_paid(call, invoice, amount);
	invoice_announce_paid(call, invoice, payment);
}
