/* SPDX-License-Identifier: MIT */
/*
 * Bank debits: the payment is processing until the bank answers, which falls due on the intent's clock. Source: Stripe
 * docs "Delayed notification payment methods", "Payment status updates".
 */
#include <string.h>

#include "base/json.h"
#include "events/emit.h"
#include "resources/payments/inside.h"

static void put_mandate(json_t *body, const char *kind, const char *mandate)
{
	const struct schema_node *rail = schema_child(schema_field(charge_type(), "payment_method_details"), kind);

	if (schema_child(rail, "mandate"))
		js_put_text(js_own(js_own(body, "payment_method_details"), kind), "mandate", mandate);
}

enum payment_outcome debit_begin(struct call *call, struct record *intent, struct record *method)
{
	const struct test_bank *bank = method_bank(method);
	struct charge_terms terms = intent_terms(call, intent, method);
	struct record *charge;
	json_t *draft, *body;

	if (microdeposits_wanted(intent, method))
		return intent_ask(call, intent, microdeposits_send(call, intent, method));
	body = charge_body(call, &terms);
	put_mandate(body, method_kind(method), mandate_for_payment(call, intent, method));
	charge = charge_pend(call, body);
	draft = journal_edit(&call->journal, intent);
	js_put_text(draft, "latest_charge", charge->id);
	js_put_null(draft, "next_action");
	js_put_text(draft, "status", "processing");
	payment_set_due(call, intent, bank && bank->stays ? 0 : call->now + test_bank_takes(bank));
	emit(call, "payment_intent.processing", intent);
	return PAYMENT_PROCESSING;
}

static void debit_succeeds(
	struct call *call, struct record *intent, struct record *method, struct record *charge, bool disputed)
{
	charge_end_pending(call, charge, NULL, NULL);
	if (disputed)
		dispute_open(call, charge, DISPUTE_CHARGEBACK, "bank_cannot_process", NULL);
	if (method) {
		intent_save_method(call, intent, method, customer_of(call, intent));
		method_spend(call, method);
	}
	intent_paid(call, intent, charge);
	intent_tell_invoice(call, intent, PAYMENT_SUCCEEDED, NULL);
}

void debit_ends(struct call *call, struct record *intent)
{
	struct record *charge = account_find(call->account, js_text(record_tree(intent), "latest_charge"));
	struct record *method = intent_method(call, intent);
	const struct test_bank *bank = method ? method_bank(method) : NULL;
	struct fail refusal = { .code = "payment_intent_payment_attempt_failed" };

	payment_set_due(call, intent, 0);
	if (!bank || !bank->failure) {
		debit_succeeds(call, intent, method, charge, bank && bank->disputed);
		return;
	}
	charge_end_pending(call, charge, bank->failure->code, bank->failure->message);
	if (!strcmp(bank->failure->code, "debit_not_authorized"))
		mandate_end(call,
			js_text_at(record_tree(charge),
				arena_format(&call->arena, "payment_method_details.%s.mandate", method_kind(method))));
	refusal.message = bank->failure->message;
	refusal.payment_method_type = method_kind(method);
	intent_fail(call, intent, &refusal, charge);
}
