/* SPDX-License-Identifier: MIT */
/* What a customer does on the pages that Stripe hosts: the portal and Checkout. */
#include <string.h>

#include "api/fail.h"
#include "control/inside.h"
#include "engine/act.h"
#include "resources/checkout/checkout.h"
#include "resources/portal.h"

/* Gives the record to answer, or NULL with the call's failure. */
typedef struct record *hosted_deed(struct call *call, struct order *o);

struct deed {
	struct order *order;
	hosted_deed *run;
	struct record *record;
};

static int run_deed(struct call *call, void *arg)
{
	struct deed *d = arg;

	d->record = d->run(call, d->order);
	return d->record ? 0 : -1;
}

static void show_deed(struct call *call, void *arg, int failed)
{
	struct deed *d = arg;

	if (failed) {
		order_refuse(d->order, call->fail.status, "Read the message: it is what the page would show.", "%s",
			call->fail.message);
		return;
	}
	d->order->answer = json_copy(record_tree(d->record));
	json_object_del(d->order->answer, PRIVATE_KEY);
}

/* Runs the deed as a call of its own. */
static int run(struct order *o, hosted_deed *deed)
{
	struct account *a = order_account(o);
	struct deed d = { .order = o, .run = deed };

	if (!a)
		return order_no_account(o);
	return engine_act(o->engine, a, &(struct act) { .run = run_deed, .show = show_deed, .arg = &d });
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

/* False, with the call's failure, when it is no number above 0; absent is `fallback`. */
static bool read_count(struct call *call, struct order *o, const char *name, int64_t fallback, int64_t *out)
{
	bool is_bad;

	*out = fallback;
	if (order_int(o, name, out, &is_bad) ? *out >= 1 : !is_bad)
		return true;
	call->fail = (struct fail) { .status = 400,
		.message = arena_format(&call->arena, "The %s must be a whole number above 0.", name) };
	return false;
}

static struct record *switch_price(struct call *call, struct order *o)
{
	struct record *session = portal_visit(call, o->id);
	struct portal_choice choice = {
		.price = order_text(o, "price"),
		.promotion_code = order_text(o, "promotion_code"),
	};

	if (!session || !read_count(call, o, "quantity", 0, &choice.quantity) ||
		portal_switch(call, session, subscription_id(o), &choice))
		return NULL;
	return subscription_of(call, o);
}

static struct record *stay(struct call *call, struct order *o)
{
	struct record *session = portal_visit(call, o->id);

	return session && !portal_stay(call, session, subscription_id(o)) ? subscription_of(call, o) : NULL;
}

static struct record *confirm(struct call *call, struct order *o)
{
	struct record *session = portal_visit(call, o->id);

	if (!session || portal_confirm(call, session))
		return NULL;
	portal_flow_end(call, session);
	return account_find(
		call->account, js_text_at(record_tree(session), "flow.subscription_update_confirm.subscription"));
}

static struct record *pause(struct call *call, struct order *o)
{
	struct record *session = portal_visit(call, o->id);
	int64_t count;

	if (!session || !read_count(call, o, "interval_count", 1, &count) ||
		portal_pause(call, session, subscription_id(o), order_text(o, "interval"), count))
		return NULL;
	return subscription_of(call, o);
}

static struct record *resume(struct call *call, struct order *o)
{
	struct record *session = portal_visit(call, o->id);

	return session && !portal_resume(call, session, subscription_id(o)) ? subscription_of(call, o) : NULL;
}

static struct record *update_customer(struct call *call, struct order *o)
{
	struct record *session = portal_visit(call, o->id);
	json_t *given = json_copy(o->args);
	int failed;

	json_object_del(given, "account");
	failed = !session || portal_customer(call, session, given);
	json_decref(given);
	return failed ? NULL : portal_customer_of(call, session);
}

static struct record *set_method(struct call *call, struct order *o)
{
	struct record *session = portal_visit(call, o->id);
	const char *method = order_text(o, "payment_method");

	return session && !portal_method(call, session, method ? method : "") ? portal_customer_of(call, session)
									      : NULL;
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

static int post_stay(struct order *o)
{
	return run(o, stay);
}

static int post_confirm(struct order *o)
{
	return run(o, confirm);
}

static int post_pause(struct order *o)
{
	return run(o, pause);
}

static int post_resume(struct order *o)
{
	return run(o, resume);
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
	const char *terms = order_text(o, "terms_of_service");
	struct record *session = checkout_find(call, o->id);
	struct checkout_choice choice = {
		.promotion_code = order_text(o, "promotion_code"),
		.quantities = js_get(o->args, "quantities"),
		.optional_items = js_get(o->args, "optional_items"),
		.shipping_rate = order_text(o, "shipping_rate"),
	};
	struct checkout_visitor visitor = {
		.payment_method = !method   ? "pm_card_visa"
				  : *method ? method
					    : NULL,
		.email = order_text(o, "email"),
		.name = order_text(o, "name"),
		.phone = order_text(o, "phone"),
		.business_name = order_text(o, "business_name"),
		.individual_name = order_text(o, "individual_name"),
		.address = js_get(o->args, "address"),
		.shipping = js_get(o->args, "shipping"),
		.tax_id = js_get(o->args, "tax_id"),
		.custom_fields = js_get(o->args, "custom_fields"),
		.promotions = order_text(o, "promotions"),
		.refuses_terms = terms && strcmp(terms, "accepted"),
		.fails_authentication = result && !strcmp(result, "failed"),
	};

	return session && !checkout_choose(call, session, &choice) && !checkout_complete(call, session, &visitor)
		       ? session
		       : NULL;
}

static struct record *recover(struct call *call, struct order *o)
{
	struct record *session = checkout_find(call, o->id);

	return session ? checkout_recover(call, session) : NULL;
}

static struct record *open_link(struct call *call, struct order *o)
{
	const struct schema_resource *type = schema_find_object("payment_link");
	struct record *link = account_get(call->account, o->id, type);

	if (link)
		return checkout_from_link(call, link);
	fail_no_such(call, type, o->id);
	return NULL;
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

static int post_recover(struct order *o)
{
	return run(o, recover);
}

static int post_open_link(struct order *o)
{
	return run(o, open_link);
}

#define SESSION "/portal/sessions/{id}"

const struct control_route hosted_routes[] = {
	{ "POST", "/portal/default", post_default,
		"saves the Dashboard's portal settings: the default configuration, or `configuration` as it "
		"(account)" },
	{ "POST", SESSION "/cancel", post_cancel,
		"the customer cancels `subscription` in the portal: feedback, comment (account)" },
	{ "POST", SESSION "/renew", post_renew,
		"the customer takes back the cancellation, or the scheduled change, of `subscription` (account)" },
	{ "POST", SESSION "/stay", post_stay,
		"the customer takes the retention coupon of the flow rather than cancel `subscription` (account)" },
	{ "POST", SESSION "/switch", post_switch,
		"the customer changes `subscription` in the portal: price, quantity, promotion_code (account)" },
	{ "POST", SESSION "/confirm", post_confirm,
		"the customer confirms the change that the flow subscription_update_confirm proposes (account)" },
	{ "POST", SESSION "/pause", post_pause,
		"the customer pauses `subscription` in the portal: interval, interval_count (account)" },
	{ "POST", SESSION "/resume", post_resume, "the customer resumes a paused `subscription` (account)" },
	{ "POST", SESSION "/customer", post_customer,
		"the customer updates own data in the portal: email, name, phone, address, shipping, tax_id "
		"(account)" },
	{ "POST", SESSION "/payment_method", post_method,
		"the customer sets a new default `payment_method` in the portal (account)" },
	{ "POST", "/checkout/sessions/{id}/complete", post_complete,
		"the customer submits the Checkout page: payment_method (pm_card_visa; empty: none), email, name, "
		"phone, address, shipping, business_name, individual_name, tax_id[type], tax_id[value], "
		"custom_fields[key], promotion_code, quantities[item], optional_items[price], shipping_rate, "
		"promotions=opt_in|opt_out, terms_of_service=accepted|refused, authentication=failed (account)" },
	{ "POST", "/checkout/sessions/{id}/recover", post_recover,
		"the customer opens the recovery URL of an expired session: answers the new one (account)" },
	{ "POST", "/payment_links/{id}/open", post_open_link,
		"a customer opens a payment link: answers the Checkout session of it (account)" },
	{ "POST", "/checkout/sessions/{id}/expire", post_expire, "the Checkout session's time is up (account)" },
	{ 0 },
};
