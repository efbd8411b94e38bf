/* SPDX-License-Identifier: MIT */
/* The owner of a card, who passes or fails the step that an intent in requires_action waits for. */
#include <string.h>

#include "control/inside.h"
#include "resources/payments/pay.h"

/* Runs the step as a call of its own. 0, or -1 with the refusal. */
static int run(struct order *o, struct account *a, struct record *intent, bool succeed)
{
	struct call call;
	int failed;

	call_init(&call, engine_api(o->engine), a, timeline_now(&a->time));
	call.automatic = true; /* a browser's doing, not a request of the account's own */
	failed = intent_authenticate(&call, intent, succeed);
	if (failed) {
		order_refuse(o, 409, "Confirm the intent with a card that asks for authentication first.", "%s",
			call.fail.message);
		journal_roll_back(&call.journal);
	} else {
		journal_commit(&call.journal);
		if (call.events && call.api->on_events)
			call.api->on_events(call.api->engine, a);
		o->answer = json_object();
		js_put_text(o->answer, "id", intent->id);
		js_put_text(o->answer, "status", js_text(record_tree(intent), "status"));
	}
	call_end(&call);
	return failed;
}

static int post_authenticate(struct order *o)
{
	struct account *a = order_account(o);
	const char *result = order_text(o, "result");
	bool succeed = !result || !strcmp(result, "succeeded");
	struct record *intent;
	int failed;

	if (!a)
		return order_no_account(o);
	if (!succeed && strcmp(result, "failed"))
		return order_refuse(o, 400, "Send result=succeeded (or nothing) or result=failed.",
			"An authentication cannot end as '%s'.", result);
	pthread_mutex_lock(&a->lock);
	engine_catch_up(o->engine, a);
	intent = account_find(a, o->id);
	if (intent && (record_is(intent, "payment_intent") || record_is(intent, "setup_intent")))
		failed = run(o, a, intent, succeed);
	else
		failed = order_refuse(o, 404, "Name a payment intent or a setup intent of this account.",
			"There is no intent '%s'.", o->id);
	pthread_mutex_unlock(&a->lock);
	return failed;
}

const struct control_route authenticate_routes[] = {
	{ "POST", "/authenticate/{id}", post_authenticate,
		"the customer passes or fails the 3-D Secure step of an intent: result=succeeded|failed (account)" },
	{ 0 },
};
