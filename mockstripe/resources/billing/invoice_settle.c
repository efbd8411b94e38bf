/* SPDX-License-Identifier: MIT */
/* From a draft to its end: finalize, collect, void, write off. What each step does to the subscription behind it. */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/random.h"
#include "billing/totals.h"
#include "events/emit.h"
#include "resources/account_settings.h"
#include "resources/billing/inside.h"
#include "resources/billing/subscription.h"
#include "resources/customer.h"
#include "resources/discount.h"
#include "resources/page_url.h"
#include "resources/payments/pay.h"
#include "value/currency.h"

/*
 * When a failed renewal is tried again, in days after the attempt before. Stripe's Smart Retries choose their times by
 * a model, so no fixed table exists; these are the steps of its classic custom schedule.
 */
static const int retry_days[] = { 3, 5, 7 };

static bool is_status(struct record *r, const char *status)
{
	const char *now = js_text(record_tree(r), "status");

	return now && !strcmp(now, status);
}

static bool charges_automatically(struct record *invoice)
{
	return !strcmp(js_text(record_tree(invoice), "collection_method"), "charge_automatically");
}

static void set_due(struct call *call, struct record *r, int64_t due)
{
	json_t *private = journal_edit_private(&call->journal, r);

	if (due)
		js_put_int(private, "due", due);
	else
		json_object_del(private, "due");
}

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

static bool saves_default(struct record *sub)
{
	const char *save = js_text_at(record_tree(sub), "payment_settings.save_default_payment_method");

	return save && !strcmp(save, "on_subscription") && js_is_null(record_tree(sub), "default_payment_method");
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
		.setup_future_usage_off_session = saves_default(invoice_subscription(call, invoice)),
	};
	const char *reason = js_text(tree, "billing_reason");
	struct record *intent, *r;

	if (!json_is_array(terms.payment_method_types))
		terms.payment_method_types = NULL; /* not settled: the account's own */
	terms.description = !reason || !strcmp(reason, "manual")     ? "Payment for Invoice"
			    : !strcmp(reason, "subscription_create") ? "Subscription creation"
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

/* The intent that stands for an open invoice; made now for one that came from a fixture without it. */
static struct record *payment_intent_of(struct call *call, struct record *invoice)
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

static void mark_paid(struct call *call, struct record *invoice, int64_t paid)
{
	json_t *draft = journal_edit(&call->journal, invoice);

	js_put_text(draft, "status", "paid");
	js_put_int(draft, "amount_paid", paid);
	js_put_int(draft, "amount_remaining", 0);
	js_put_flag(draft, "attempted", true);
	js_put_flag(draft, "auto_advance", false);
	js_put_null(draft, "next_payment_attempt");
	js_put_int(js_own(draft, "status_transitions"), "paid_at", call->now);
	set_due(call, invoice, 0);
}

static void announce_paid(struct call *call, struct record *invoice, struct record *payment)
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

	if (!is_status(invoice, "draft"))
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
	set_due(call, invoice, 0);
	if (free_of_charge) {
		/* The finalized event shows it as it stays: paid, nothing attempted. */
		mark_paid(call, invoice, 0);
		emit(call, "invoice.finalized", invoice);
		invoice_spend_discounts(call, invoice);
		announce_paid(call, invoice, NULL);
		return 0;
	}
	invoice_plan_overdue(call, invoice);
	emit(call, "invoice.finalized", invoice);
	invoice_spend_discounts(call, invoice);
	add_payment(call, invoice, s.amount_due);
	return 0;
}

/* ---- collect ---- */

struct record *invoice_method(struct call *call, struct record *invoice)
{
	const struct schema_resource *type = schema_find_object("payment_method");
	json_t *tree = record_tree(invoice), *customer = record_tree(invoice_customer(call, invoice));
	json_t *sub = record_tree(invoice_subscription(call, invoice));
	const char *choices[] = {
		js_text(tree, "default_payment_method"),
		js_text(tree, "default_source"),
		js_text(sub, "default_payment_method"),
		js_text(sub, "default_source"),
		js_text_at(customer, "invoice_settings.default_payment_method"),
		js_text(customer, "default_source"),
	};

	for (size_t i = 0; i < COUNT_OF(choices); i++) {
		struct record *r = account_find(call->account, choices[i]);

		if (r && !r->deleted && (r->type == type || record_is(r, "card") || record_is(r, "source")))
			return r;
	}
	return NULL;
}

static void settle_payment(struct call *call, struct record *invoice, struct record *intent)
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
	mark_paid(call, invoice, amount);
	announce_paid(call, invoice, payment);
}

/* save_default_payment_method: what paid becomes the subscription's own. */
static void save_default(struct call *call, struct record *invoice, struct record *intent)
{
	struct record *sub = invoice_subscription(call, invoice);

	if (saves_default(sub))
		js_put(journal_edit(&call->journal, sub), "default_payment_method",
			json_object_get(record_tree(intent), "payment_method"));
}

static void count_attempt(struct call *call, struct record *invoice, bool automatic)
{
	json_t *draft = journal_edit(&call->journal, invoice);
	int64_t count = js_int(draft, "attempt_count", 0);

	js_put_flag(draft, "attempted", true);
	if (automatic || !count) /* any first attempt makes 1; afterwards only automatic retries count */
		js_put_int(draft, "attempt_count", count + 1);
}

static bool is_first_of_subscription(struct record *invoice)
{
	const char *reason = js_text(record_tree(invoice), "billing_reason");

	return reason && !strcmp(reason, "subscription_create");
}

/* Plans the next retry of an invoice that advances by itself; false when there is none left. */
static bool plan_retry(struct call *call, struct record *invoice)
{
	json_t *draft = journal_edit(&call->journal, invoice);
	int64_t count = js_int(draft, "attempt_count", 0);

	if (!charges_automatically(invoice) || is_first_of_subscription(invoice) ||
		!js_flag(draft, "auto_advance", false)) {
		js_put_null(draft, "next_payment_attempt");
		return true; /* nothing retries it, and nothing ends with it */
	}
	if (count < 1 || count > (int64_t)COUNT_OF(retry_days)) {
		js_put_null(draft, "next_payment_attempt");
		js_put_flag(draft, "auto_advance", false);
		set_due(call, invoice, 0);
		return false;
	}
	js_put_int(draft, "next_payment_attempt", call->now + retry_days[count - 1] * INT64_C(86400));
	set_due(call, invoice, call->now + retry_days[count - 1] * INT64_C(86400));
	return true;
}

/* What became of an attempt, or of its turn, that brought no money. */
static void go_on_unpaid(struct call *call, struct record *invoice, bool more)
{
	struct record *sub = invoice_subscription(call, invoice);

	if (sub)
		subscription_invoice_failed(call, sub, invoice, !more);
	if (!more && account_setting_is(call, "invoice_after_retries", "uncollectible"))
		invoice_mark_uncollectible(call, invoice, "max_payment_attempts");
}

static void attempt_failed(struct call *call, struct record *invoice)
{
	struct record *customer = invoice_customer(call, invoice);
	bool more = plan_retry(call, invoice);
	uint64_t place = emit_reserve(call);

	if (!is_first_of_subscription(invoice))
		emit_changed(call, "invoice.updated", invoice);
	emit_reserved(call, place, "invoice.payment_failed", invoice);
	go_on_unpaid(call, invoice, more);
	if (customer && !customer->deleted && !is_first_of_subscription(invoice)) {
		js_put_flag(journal_edit(&call->journal, customer), "delinquent", true);
		emit_changed(call, "customer.updated", customer);
	}
}

/*
 * After a hard decline the schedule and its counter go on, but nothing is charged until there is another method.
 * Source: Stripe docs "Automate payment retries", hard decline codes.
 */
static bool is_hard(const struct fail *refusal)
{
	static const char *const codes[] = { "authentication_required", "highest_risk_level", "incorrect_number",
		"lost_card", "pickup_card", "revocation_of_all_authorizations", "revocation_of_authorization",
		"stolen_card", "transaction_not_allowed" };
	const char *code = refusal->decline_code ? refusal->decline_code : refusal->code;

	for (size_t i = 0; i < COUNT_OF(codes); i++)
		if (code && !strcmp(code, codes[i]))
			return true;
	return false;
}

#define HARD "declined_hard" /* private: the method that is not to be charged again */

static bool is_passed_over(struct call *call, struct record *invoice, struct record *method)
{
	const char *declined = js_text(record_private(invoice), HARD);

	return call->automatic && declined && !strcmp(declined, method->id);
}

static void pass_over(struct call *call, struct record *invoice)
{
	bool more;

	count_attempt(call, invoice, true);
	more = plan_retry(call, invoice);
	emit_changed(call, "invoice.updated", invoice);
	go_on_unpaid(call, invoice, more);
}

/* Nobody retries an invoice whose payment is under way. */
static void await_payment(struct call *call, struct record *invoice)
{
	struct record *sub = invoice_subscription(call, invoice);

	js_put_null(journal_edit(&call->journal, invoice), "next_payment_attempt");
	set_due(call, invoice, 0);
	/* Until the bank answers, a new subscription is incomplete; one that renews goes on as it was. */
	if (sub && is_first_of_subscription(invoice))
		subscription_invoice_failed(call, sub, invoice, false);
}

/* What an attempt does to the invoice. automatic: it counts whatever number it has. */
static enum collection follow(struct call *call, struct record *invoice, struct record *intent,
	enum payment_outcome outcome, const char *code, bool automatic)
{
	switch (outcome) {
	case PAYMENT_SUCCEEDED:
		count_attempt(call, invoice, automatic);
		save_default(call, invoice, intent);
		settle_payment(call, invoice, intent);
		return COLLECTED;
	case PAYMENT_NEEDS_ACTION:
		js_put_flag(journal_edit(&call->journal, invoice), "attempted", true);
		js_put_null(journal_edit(&call->journal, invoice), "next_payment_attempt");
		emit(call, "invoice.payment_action_required", invoice);
		return COLLECTION_NEEDS_ACTION;
	case PAYMENT_PROCESSING:
		count_attempt(call, invoice, automatic);
		await_payment(call, invoice);
		return COLLECTED;
	case PAYMENT_DECLINED:
		break;
	}
	count_attempt(call, invoice, automatic);
	if (code && !strcmp(code, "authentication_required"))
		emit(call, "invoice.payment_action_required", invoice);
	attempt_failed(call, invoice);
	return COLLECTION_DECLINED;
}

enum collection invoice_collect(
	struct call *call, struct record *invoice, struct record *method, bool off_session, struct fail *refusal)
{
	struct record *intent;
	enum payment_outcome outcome;

	*refusal = (struct fail) { 0 };
	if (is_status(invoice, "paid"))
		return COLLECTION_NOTHING_DUE;
	if (!method)
		method = invoice_method(call, invoice);
	intent = method ? payment_intent_of(call, invoice) : NULL;
	if (!method || !intent) {
		if (call->automatic) {
			count_attempt(call, invoice, true);
			attempt_failed(call, invoice);
		}
		return COLLECTION_NO_METHOD;
	}
	if (is_passed_over(call, invoice, method)) {
		pass_over(call, invoice);
		return COLLECTION_DECLINED;
	}
	outcome = intent_attempt(call, intent, method, off_session, refusal);
	if (outcome == PAYMENT_DECLINED && is_hard(refusal))
		js_put_text(journal_edit_private(&call->journal, invoice), HARD, method->id);
	return follow(call, invoice, intent, outcome, refusal->code, call->automatic);
}

bool invoice_payment_is_processing(struct call *call, struct record *invoice)
{
	struct record *intent = account_find(call->account, js_text(record_private(invoice), "intent"));

	return intent && is_status(intent, "processing");
}

void invoice_intent_moved(struct call *call, struct record *invoice, struct record *intent,
	enum payment_outcome outcome, const char *code)
{
	bool counts =
		is_status(invoice, "open") || (is_status(invoice, "uncollectible") && outcome == PAYMENT_SUCCEEDED);

	/* An attempt of Stripe's own was counted when it began; what its bank says later is no new one. */
	if (counts)
		follow(call, invoice, intent, outcome, code, false);
}

void invoice_paid_by_intent(struct call *call, struct record *invoice, struct record *intent)
{
	if (!is_status(invoice, "open") && !is_status(invoice, "uncollectible"))
		return;
	count_attempt(call, invoice, false);
	settle_payment(call, invoice, intent);
}

/* ---- the other ends ---- */

static void cancel_payment(struct call *call, struct record *invoice)
{
	json_t *private = record_private(invoice);
	struct record *intent = account_find(call->account, js_text(private, "intent"));
	struct record *payment = account_find(call->account, js_text(private, "payment"));

	if (payment) {
		json_t *draft = journal_edit(&call->journal, payment);

		js_put_text(draft, "status", "canceled");
		js_put_int(js_own(draft, "status_transitions"), "canceled_at", call->now);
	}
	if (intent)
		intent_cancel(call, intent, "void_invoice");
}

int invoice_void(struct call *call, struct record *invoice)
{
	struct record *customer = invoice_customer(call, invoice), *sub = invoice_subscription(call, invoice);
	json_t *draft;
	int64_t applied;

	if (!is_status(invoice, "open") && !is_status(invoice, "uncollectible"))
		return fail_invalid(call, NULL, NULL, "You can only pass in open invoices. This invoice isn't open.");
	draft = journal_edit(&call->journal, invoice);
	js_put_text(draft, "status", "void");
	js_put_flag(draft, "auto_advance", false);
	js_put_null(draft, "next_payment_attempt");
	js_put_int(js_own(draft, "status_transitions"), "voided_at", call->now);
	set_due(call, invoice, 0);
	/* What the balance gave or took at finalization goes back. */
	applied = js_int(draft, "ending_balance", 0) - js_int(draft, "starting_balance", 0);
	if (applied && customer && !customer->deleted)
		customer_balance_move(call, customer, -applied, js_text(draft, "currency"), "unapplied_from_invoice",
			invoice->id, NULL, NULL);
	cancel_payment(call, invoice);
	emit(call, "invoice.voided", invoice);
	if (sub)
		subscription_invoice_voided(call, sub, invoice);
	return 0;
}

/* What is still to be paid has changed: the intent and the payment that stand for it follow. */
static void owe(struct call *call, struct record *invoice, int64_t amount)
{
	json_t *private = record_private(invoice);
	struct record *intent = account_find(call->account, js_text(private, "intent"));
	struct record *payment = account_find(call->account, js_text(private, "payment"));

	if (payment)
		js_put_int(journal_edit(&call->journal, payment), "amount_requested", amount);
	if (intent)
		js_put_int(journal_edit(&call->journal, intent), "amount", amount);
}

int invoice_credit(struct call *call, struct record *invoice, int64_t before, int64_t after)
{
	json_t *draft = journal_edit(&call->journal, invoice);
	int64_t remaining = js_int(draft, "amount_remaining", 0) - before;
	struct record *intent, *payment;

	js_put_int(
		draft, "pre_payment_credit_notes_amount", js_int(draft, "pre_payment_credit_notes_amount", 0) + before);
	js_put_int(draft, "post_payment_credit_notes_amount",
		js_int(draft, "post_payment_credit_notes_amount", 0) + after);
	js_put_int(draft, "amount_due", js_int(draft, "amount_due", 0) - before);
	js_put_int(draft, "amount_remaining", remaining);
	if (!before || remaining > 0) {
		if (before)
			owe(call, invoice, remaining);
		emit_changed(call, "invoice.updated", invoice);
		return 0;
	}
	intent = account_find(call->account, js_text(record_private(invoice), "intent"));
	payment = account_find(call->account, js_text(record_private(invoice), "payment"));
	if (payment) {
		js_put_text(journal_edit(&call->journal, payment), "status", "canceled");
		js_put_int(
			js_own(journal_edit(&call->journal, payment), "status_transitions"), "canceled_at", call->now);
	}
	if (intent)
		intent_cancel(call, intent, "automatic");
	mark_paid(call, invoice, js_int(draft, "amount_paid", 0));
	emit_changed(call, "invoice.updated", invoice);
	announce_paid(call, invoice, NULL);
	journal_freeze_all(&call->journal);
	return 0;
}

int invoice_mark_uncollectible(struct call *call, struct record *invoice, const char *reason)
{
	struct record *sub = invoice_subscription(call, invoice);
	json_t *draft, *details, *why;

	if (is_status(invoice, "uncollectible"))
		return fail_invalid(call, NULL, NULL, "This invoice has already been marked uncollectible.");
	if (!is_status(invoice, "open"))
		return fail_invalid(call, NULL, NULL, "You can only pass in open invoices. This invoice isn't open.");
	draft = journal_edit(&call->journal, invoice);
	js_put_text(draft, "status", "uncollectible");
	js_put_flag(draft, "auto_advance", false);
	js_put_null(draft, "next_payment_attempt");
	js_put_int(js_own(draft, "status_transitions"), "marked_uncollectible_at", call->now);
	details = json_object();
	why = json_object();
	js_put_text(why, "reason", reason);
	js_put_new(details, "uncollectible", why);
	js_put_new(draft, "status_details", details);
	set_due(call, invoice, 0);
	emit(call, "invoice.marked_uncollectible", invoice);
	/* Written off by the account's own setting it stays as that setting left the subscription. */
	if (sub && strcmp(reason, "max_payment_attempts"))
		subscription_invoice_voided(call, sub, invoice);
	return 0;
}

void invoices_stop(struct call *call, struct record *sub)
{
	const struct list *all = list_by(call, invoice_type(), "subscription", sub->id);
	struct list live = { 0 };

	for (size_t i = 0; i < all->count; i++)
		if ((is_status(all->at[i], "open") || is_status(all->at[i], "draft")) &&
			js_flag(record_tree(all->at[i]), "auto_advance", false))
			list_add(&live, all->at[i]);
	for (size_t i = 0; i < live.count; i++) {
		json_t *draft = journal_edit(&call->journal, live.at[i]);

		js_put_flag(draft, "auto_advance", false);
		js_put_null(draft, "next_payment_attempt");
		js_put_null(draft, "automatically_finalizes_at");
		set_due(call, live.at[i], 0);
		emit_changed(call, "invoice.updated", live.at[i]);
	}
	list_clear(&live);
}
