/* SPDX-License-Identifier: MIT */
/* What a customer does on the pages that Stripe hosts: the portal and Checkout. */
#include <string.h>

#include "control/inside.h"
#include "resources/checkout/checkout.h"
#include "resources/portal.h"

/* Gives the record to answer, or NULL with the call's failure. */
typedef struct record *hosted_deed(struct call *call, struct order *o);

static void settle(struct order *o, struct call *call, struct record *r)
{
	bool stays = r || call->fail.keep;

	if (stays)
		journal_freeze_all(&call->journal);
	if (r) {
		o->answer = json_copy(record_tree(r));
		json_object_del(o->answer, PRIVATE_KEY);
	} else {
		order_refuse(o, call->fail.status, "Read the message: it is what the page would show.", "%s",
			call->fail.message);
	}
	if (stays)
		journal_commit(&call->journal);
	else
		journal_roll_back(&call->journal);
	if (stays && call->events && call->api->on_events)
		call->api->on_events(call->api->engine, call->account);
}

/* Runs the deed as a call of its own. */
static int run(struct order *o, hosted_deed *deed)
{
	struct account *a = order_account(o);
	struct call call;
	struct record *r;

	if (!a)
		return order_no_account(o);
	pthread_mutex_lock(&a->lock);
	engine_catch_up(o->engine, a);
	call_init(&call, engine_api(o->engine), a, timeline_now(&a->time));
	call.automatic = true; /* a browser's doing, not a request of the account's own */
	r = deed(&call, o);
	settle(o, &call, r);
	call_end(&call);
	account_cool(a);
	pthread_mutex_unlock(&a->lock);
	return r ? 0 : -1;
}

/* ---- the portal ---- */

static struct record *save_default(struct call *call, struct order *o)
{
	return portal_save_default(call, order_text(o, "configuration"));
}

static struct record *subscription_of(struct call *call, struct order *o)
{
	return account_find(call->account, order_text(o, "subscription"));
}

static const char *subscription_id(struct order *o)
{
	const char *id = order_text(o, "subscription");

	return id ? id : "";
}

static struct record *cancel(struct call *call, struct order *o)
{
	struct record *session = portal_visit(call, o->id);

	if (!session ||
		portal_cancel(call, session, subscription_id(o), order_text(o, "feedback"), order_text(o, "comment")))
		return NULL;
	return subscription_of(call, o);
}

static struct record *renew(struct call *call, struct order *o)
{
	struct record *session = portal_visit(call, o->id);

	return session && !portal_renew(call, session, subscription_id(o)) ? subscription_of(call, o) : NULL;
}

static struct record *switch_price(struct call *call, struct order *o)
{
	struct record *session = portal_visit(call, o->id);
	int64_t quantity = 0;
	bool is_bad;

	if (!session)
		return NULL;
	if (order_int(o, "quantity", &quantity, &is_bad) ? quantity < 1 : is_bad) {
		call->fail = (struct fail) { .status = 400, .message = "The quantity must be a whole number above 0." };
		return NULL;
	}
	if (portal_switch(call, session, subscription_id(o), order_text(o, "price"), quantity,
		    order_text(o, "promotion_code")))
		return NULL;
	return subscription_of(call, o);
}

static struct record *customer_of(struct call *call, struct record *session)
{
	return account_find(call->account, js_text(record_tree(session), "customer"));
}

static struct record *update_customer(struct call *call, struct order *o)
{
	struct record *session = portal_visit(call, o->id);
	json_t *given = json_copy(o->args);
	int failed;

	json_object_del(given, "account");
	failed = !session || portal_customer(call, session, given);
	json_decref(given);
	return failed ? NULL : customer_of(call, session);
}

static struct record *set_method(struct call *call, struct order *o)
{
	struct record *session = portal_visit(call, o->id);
	const char *method = order_text(o, "payment_method");

	return session && !portal_method(call, session, method ? method : "") ? customer_of(call, session) : NULL;
}

static int post_default(struct order *o)
{
	return run(o, save_default);
}

static int post_cancel(struct order *o)
{
	return run(o, cancel);
}

static int post_renew(struct order *o)
{
	return run(o, renew);
}

static int post_switch(struct order *o)
{
	return run(o, switch_price);
}

static int post_customer(struct order *o)
{
	return run(o, update_customer);
}

static int post_method(struct order *o)
{
	return run(o, set_method);
}

/* ---- Checkout ---- */

static struct record *complete(struct call *call, struct order *o)
{
	const char *method = order_text(o, "payment_method"), *result = order_text(o, "authentication");
	struct record *session = checkout_find(call, o->id);
	struct checkout_visitor visitor = {
		.payment_method = !method   ? "pm_card_visa"
				  : *method ? method
					    : NULL,
		.email = order_text(o, "email"),
		.name = order_text(o, "name"),
		.fails_authentication = result && !strcmp(result, "failed"),
	};

	return session && !checkout_complete(call, session, &visitor) ? session : NULL;
}

static struct record *expire(struct call *call, struct order *o)
{
	struct record *session = checkout_find(call, o->id);

	return session && !checkout_expire(call, session) ? session : NULL;
}

static int post_complete(struct order *o)
{
	return run(o, complete);
}

static int post_expire(struct order *o)
{
	return run(o, expire);
}

#define SESSION "/portal/sessions/{id}"

const struct control_route hosted_routes[] = {
	{ "POST", "/portal/default", post_default,
		"saves the Dashboard's portal settings: the default configuration, or `configuration` as it "
		"(account)" },
	{ "POST", SESSION "/cancel", post_cancel,
		"the customer cancels `subscription` in the portal: feedback, comment (account)" },
	{ "POST", SESSION "/renew", post_renew,
		"the customer takes back the cancellation of `subscription` in the portal (account)" },
	{ "POST", SESSION "/switch", post_switch,
		"the customer changes `subscription` in the portal: price, quantity, promotion_code (account)" },
	{ "POST", SESSION "/customer", post_customer,
		"the customer updates own data in the portal: email, name, phone, address, shipping (account)" },
	{ "POST", SESSION "/payment_method", post_method,
		"the customer sets a new default `payment_method` in the portal (account)" },
	{ "POST", "/checkout/sessions/{id}/complete", post_complete,
		"the customer submits the Checkout page: payment_method (pm_card_visa; empty: none), email, name, "
		"authentication=failed (account)" },
	{ "POST", "/checkout/sessions/{id}/expire", post_expire, "the Checkout session's time is up (account)" },
	{ 0 },
};
