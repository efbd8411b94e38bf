/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "actions/catalog/manage.h"
#include "base/json.h"

/*
 * Adding a payment method. Card data never goes through the chat: the customer gets a short-lived link to Stripe's
 * portal (Stripe docs, "Customer portal": deep links, payment_method_update), or the page gets a SetupIntent for
 * Stripe.js. The intent's client secret is for the page alone: a model never sees it.
 */

static bool portal_link(struct action_run *run)
{
	json_t *params = run_own(run, json_object()), *flow = json_object(), *session;
	const char *url;

	js_put_text(params, "customer", run->account.customer);
	if (run->config->payment_method.return_url)
		js_put_text(params, "return_url", run->config->payment_method.return_url);
	js_put_text(flow, "type", "payment_method_update");
	js_put_new(params, "flow_data", flow);
	session = run_make(run, "/v1/billing_portal/sessions", params);
	if (!session) {
		/* Stripe has no code for it: a 400 that names no parameter is the missing default configuration. */
		if (run->why->status == 400 && !run->why->stripe_param)
			run->why->code = PROBLEM_PORTAL_NOT_CONFIGURED;
		return false;
	}
	url = js_text(session, "url");
	if (!url || !*url || !run_owns(run, session))
		return problem_raise(
			run->why, PROBLEM_STRIPE_BAD_RESPONSE, "the portal session has no url, or another customer");
	js_put_text(run->answer->data, "url", url);
	text_format(&run->answer->message,
		say(run, "You can add or change your payment method here: %s\nThe link is for you alone and works for "
			 "a short "
			 "time."),
		url);
	return true;
}

static bool setup_intent(struct action_run *run)
{
	json_t *params = run_own(run, json_object()), *methods = json_object(), *intent;

	js_put_text(params, "customer", run->account.customer);
	js_put_text(params, "usage", "off_session");
	js_put_flag(methods, "enabled", true);
	js_put_new(params, "automatic_payment_methods", methods);
	intent = run_make(run, "/v1/setup_intents", params);
	if (!intent)
		return false;
	if (!js_text(intent, "client_secret") || !run_owns(run, intent))
		return problem_raise(run->why, PROBLEM_STRIPE_BAD_RESPONSE, "the SetupIntent has no client secret");
	js_put_text(run->answer->data, "setup_intent_status", js_text(intent, "status"));
	run->answer->page = json_object();
	js_put_text(run->answer->page, "client_secret", js_text(intent, "client_secret"));
	text_put(&run->answer->message, say(run, "You can enter your payment method in the form on this page."));
	return true;
}

bool payment_method_plan(struct action_run *run, struct proposal *out)
{
	out->writes = false;
	js_put_text(run->answer->data, "operation", "add_payment_method");
	switch (run->config->payment_method.mode) {
	case PAYMENT_METHOD_PORTAL:
		return portal_link(run);
	case PAYMENT_METHOD_INTENT:
		return setup_intent(run);
	case PAYMENT_METHOD_OFF:
		break;
	}
	return problem_raise(run->why, PROBLEM_PAYMENT_METHOD_NOT_OFFERED, "payment_method.mode is off");
}
