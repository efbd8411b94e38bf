/* SPDX-License-Identifier: MIT */
/* The owner of a card, who passes or fails the step that an intent in requires_action waits for. */
#include <string.h>

#include "control/inside.h"
#include "engine/act.h"
#include "resources/payments/pay.h"

struct step {
	struct order *order;
	struct record *intent;
	bool succeed;
};

static int take(struct call *call, void *arg)
{
	struct step *step = arg;
	struct record *intent = account_find(call->account, step->order->id);

	if (!intent || !(record_is(intent, "payment_intent") || record_is(intent, "setup_intent")))
		return -1;
	step->intent = intent;
	return intent_authenticate(call, intent, step->succeed);
}

static void show(struct call *call, void *arg, int failed)
{
	struct step *step = arg;
	struct order *o = step->order;

	if (!step->intent) {
		order_refuse(o, 404, "Name a payment intent or a setup intent of this account.",
			"There is no intent '%s'.", o->id);
	} else if (failed) {
		order_refuse(o, 409, "Confirm the intent with a card that asks for authentication first.", "%s",
			call->fail.message);
	} else {
		o->answer = json_object();
		js_put_text(o->answer, "id", step->intent->id);
		js_put_text(o->answer, "status", js_text(record_tree(step->intent), "status"));
	}
}

static int post_authenticate(struct order *o)
{
	struct account *a = order_account(o);
	const char *result = order_text(o, "result");
	struct step step = { .order = o, .succeed = !result || !strcmp(result, "succeeded") };

	if (!a)
		return order_no_account(o);
	if (!step.succeed && strcmp(result, "failed"))
		return order_refuse(o, 400, "Send result=succeeded (or nothing) or result=failed.",
			"An authentication cannot end as '%s'.", result);
	return engine_act(o->engine, a, &(struct act) { .run = take, .show = show, .arg = &step });
}

const struct control_route authenticate_routes[] = {
	{ "POST", "/authenticate/{id}", post_authenticate,
		"the customer passes or fails the 3-D Secure step of an intent: result=succeeded|failed (account)" },
	{ 0 },
};
