/* SPDX-License-Identifier: MIT */
/* Charging an invoice: with what, how often, and what each attempt does to it and to the subscription behind it.
 * Source: Stripe docs "Automate payment retries", "Subscription lifecycle". */
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/account_settings.h"
#include "resources/billing/inside.h"
#include "resources/billing/subscription.h"
#include "resources/payments/pay.h"

/*
 * When a failed renewal is tried again, in days after the attempt before. Stripe's Smart Retries choose their times by
 * a model, so no fixed table exists; these are the steps of its classic custom schedule.
 */
static const int retry_days[] = { 3, 5, 7 };

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

/* save_default_payment_method: what paid becomes the subscription's own. */
static void save_default(struct call *call, struct record *invoice, struct record *intent)
{
	struct record *sub = invoice_subscription(call, invoice);

	if (invoice_saves_default(sub))
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

	return text_is(reason, "subscription_create");
}

/* Plans the next retry of an invoice that advances by itself; false when there is none left. */
static bool plan_retry(struct call *call, struct record *invoice)
{
	json_t *draft = journal_edit(&call->journal, invoice);
	int64_t count = js_int(draft, "attempt_count", 0);

	if (!invoice_is_charged(invoice) || is_first_of_subscription(invoice) ||
		!js_flag(draft, "auto_advance", false)) {
		js_put_null(draft, "next_payment_attempt");
		return true; /* nothing retries it, and nothing ends with it */
	}
	if (count < 1 || count > (int64_t)COUNT_OF(retry_days)) {
		js_put_null(draft, "next_payment_attempt");
		js_put_flag(draft, "auto_advance", false);
		invoice_set_due(call, invoice, 0);
		return false;
	}
	js_put_int(draft, "next_payment_attempt", call->now + retry_days[count - 1] * INT64_C(86400));
	invoice_set_due(call, invoice, call->now + retry_days[count - 1] * INT64_C(86400));
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
		if (text_is(code, codes[i]))
			return true;
	return false;
}

#define HARD "declined_hard" /* private: the method that is not to be charged again */

static bool is_passed_over(struct call *call, struct record *invoice, struct record *method)
{
	const char *declined = js_text(record_private(invoice), HARD);

	return call->automatic && text_is(declined, method->id);
}

static void pass_over(struct call *call, struct record *invoice)
{
	bool more;

	count_attempt(call, invoice, true);
	more = plan_retry(call, invoice);
	emit_changed(call, "invoice.updated", invoice);
	go_on_unpaid(call, invoice, more);
}

/* Until the bank or the owner answers, a new subscription is incomplete; one that renews goes on as it was. */
static void hold_new_subscription(struct call *call, struct record *invoice)
{
	struct record *sub = invoice_subscription(call, invoice);

	if (sub && is_first_of_subscription(invoice))
		subscription_invoice_failed(call, sub, invoice, false);
}

/* Nobody retries an invoice whose payment is under way. */
static void await_payment(struct call *call, struct record *invoice)
{
	js_put_null(journal_edit(&call->journal, invoice), "next_payment_attempt");
	invoice_set_due(call, invoice, 0);
	hold_new_subscription(call, invoice);
}

/* What an attempt does to the invoice. automatic: it counts whatever number it has. */
static enum collection follow(struct call *call, struct record *invoice, struct record *intent,
	enum payment_outcome outcome, const char *code, bool automatic)
{
	switch (outcome) {
	case PAYMENT_SUCCEEDED:
		count_attempt(call, invoice, automatic);
		save_default(call, invoice, intent);
		invoice_settle_payment(call, invoice, intent);
		return COLLECTED;
	case PAYMENT_NEEDS_ACTION:
		js_put_flag(journal_edit(&call->journal, invoice), "attempted", true);
		js_put_null(journal_edit(&call->journal, invoice), "next_payment_attempt");
		emit(call, "invoice.payment_action_required", invoice);
		hold_new_subscription(call, invoice);
		return COLLECTION_NEEDS_ACTION;
	case PAYMENT_PROCESSING:
		count_attempt(call, invoice, automatic);
		await_payment(call, invoice);
		return COLLECTED;
	case PAYMENT_DECLINED:
		break;
	}
	count_attempt(call, invoice, automatic);
	if (text_is(code, "authentication_required"))
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
	if (invoice_is(invoice, "paid"))
		return COLLECTION_NOTHING_DUE;
	if (!method)
		method = invoice_method(call, invoice);
	intent = method ? invoice_payment_intent(call, invoice) : NULL;
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

	return intent && invoice_is(intent, "processing");
}

bool invoice_awaits_bank(struct call *call, struct record *invoice)
{
	struct record *intent = account_find(call->account, js_text(record_private(invoice), "intent"));
	const char *action = intent ? js_text_at(record_tree(intent), "next_action.type") : NULL;

	return text_is(action, "verify_with_microdeposits") || invoice_payment_is_processing(call, invoice);
}

void invoice_intent_moved(struct call *call, struct record *invoice, struct record *intent,
	enum payment_outcome outcome, const char *code)
{
	bool counts =
		invoice_is(invoice, "open") || (invoice_is(invoice, "uncollectible") && outcome == PAYMENT_SUCCEEDED);

	/* An attempt of Stripe's own was counted when it began; what its bank says later is no new one. */
	if (counts)
		follow(call, invoice, intent, outcome, code, false);
}

void invoice_paid_by_intent(struct call *call, struct record *invoice, struct record *intent)
{
	if (!invoice_is(invoice, "open") && !invoice_is(invoice, "uncollectible"))
		return;
	count_attempt(call, invoice, false);
	invoice_settle_payment(call, invoice, intent);
}
