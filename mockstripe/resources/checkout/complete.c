/* SPDX-License-Identifier: MIT */
/*
 * A customer submits the page. Whatever follows is done by the API's own means: the customer, the payment intent, the
 * subscription or the setup intent are made as their routes make them. Source: Stripe docs "How Checkout works",
 * "Fulfill orders", "Checkout Session lifecycle".
 */
#include "api/fail.h"
#include "api/list.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/checkout/inside.h"
#include "resources/customer_apply.h"
#include "resources/payments/inside.h"
#include "resources/within.h"

#define LOOK_AGAIN 86400 /* seconds between looks at a bank that has not answered, after the first */
#define LOOKS 30

struct completion {
	struct call *call;
	struct record *session, *customer; /* customer NULL: a guest */
	const struct checkout_visitor *visitor;
	struct collected collected;
	struct record *method;
	const char *status; /* payment_status */
	json_t *tree;	    /* the session as it was */
	uint64_t place;	    /* of checkout.session.completed among the events; 0: behind all of them */
};

static bool is_mode(const struct completion *c, const char *mode)
{
	return text_is(js_text(c->tree, "mode"), mode);
}

static json_t *data_of(const struct completion *c, const char *name)
{
	return json_object_get(record_private(c->session), name);
}

/* A copy that may be added to. */
static json_t *params_from(json_t *data)
{
	return json_is_object(data) ? json_deep_copy(data) : json_object();
}

/* ---- who ---- */

static bool needs_customer(const struct completion *c)
{
	return is_mode(c, "subscription") || text_is(js_text(c->tree, "customer_creation"), "always") ||
	       js_text(data_of(c, "payment_intent_data"), "setup_future_usage") ||
	       js_flag_at(c->tree, "invoice_creation.enabled", false);
}

static int add_tax_id(struct completion *c)
{
	const struct collected *got = &c->collected;
	const struct list *rows;

	if (!got->tax_type)
		return 0;
	rows = list_by(c->call, schema_find_object("tax_id"), "customer", c->customer->id);
	for (size_t i = 0; i < rows->count; i++)
		if (text_is(js_text(record_tree(rows->at[i]), "type"), got->tax_type) &&
			text_is(js_text(record_tree(rows->at[i]), "value"), got->tax_value))
			return 0;
	return customer_tax_id_make(c->call, c->customer, got->tax_type, got->tax_value, "tax_id") ? 0 : -1;
}

/* What was filled in goes to the customer as far as customer_update says. */
static int update_customer(struct completion *c)
{
	json_t *rules = data_of(c, "customer_update"), *given;

	if (!js_text(c->tree, "customer"))
		return 0; /* made by this very session, with all of it */
	given = json_is_object(rules) ? collect_customer(c->call, &c->collected, rules) : json_object();
	if (!json_object_size(given))
		json_decref(given);
	else if (!call_within(c->call, "POST", "/v1/customers/{id}", c->customer->id, given))
		return -1;
	return add_tax_id(c);
}

static int find_customer(struct completion *c)
{
	const char *own = js_text(c->tree, "customer"), *before = js_text(record_private(c->session), "customer");
	const char *id = own ? own : before;

	c->customer = id ? account_get(c->call->account, id, schema_find_object("customer")) : NULL;
	if (id && !c->customer)
		return fail_no_such_param(c->call, schema_find_object("customer"), id, "customer");
	if (c->customer || !needs_customer(c))
		return 0;
	c->customer =
		call_within(c->call, "POST", "/v1/customers", NULL, collect_customer(c->call, &c->collected, NULL));
	return c->customer ? add_tax_id(c) : -1;
}

static int find_method(struct completion *c)
{
	if (!c->visitor->payment_method)
		return 0;
	c->method = method_resolve(c->call, c->visitor->payment_method, c->customer, "payment_method");
	return c->method ? 0 : -1;
}

static int need_method(struct completion *c)
{
	return c->method ? 0 : fail_missing_param(c->call, "payment_method");
}

/* The step that a card asks for is taken on the page. 0, or -1 when it is failed. */
static int authenticate(struct completion *c, struct record *intent)
{
	if (!text_is(js_text(record_tree(intent), "status"), "requires_action"))
		return 0;
	if (intent_authenticate(c->call, intent, !c->visitor->fails_authentication))
		return -1;
	if (!c->visitor->fails_authentication)
		return 0;
	fail_status(c->call, 402, "payment_intent_authentication_failure", NULL,
		"We are unable to authenticate your payment method. Please choose a different payment method and try "
		"again.");
	c->call->fail.type = "card_error";
	c->call->fail.keep = true;
	return -1;
}

/* ---- payment ---- */

/* The failed intent, and a customer made for it, stay with the session: the next attempt is made with them. */
static int remember_attempt(struct completion *c, const char *id)
{
	json_t *private;

	if (!id || !c->call->fail.keep)
		return -1;
	private = journal_edit_private(&c->call->journal, c->session);
	js_put_text(private, "intent", id);
	if (c->customer)
		js_put_text(private, "customer", c->customer->id);
	return -1;
}

static struct record *confirm_again(struct completion *c, const char *intent)
{
	json_t *given = json_object();

	js_put_text(given, "payment_method", c->method->id);
	return call_within(c->call, "POST", "/v1/payment_intents/{id}/confirm", intent, given);
}

static struct record *pay_anew(struct completion *c)
{
	json_t *given = params_from(data_of(c, "payment_intent_data"));

	js_put(given, "amount", json_object_get(c->tree, "amount_total"));
	js_put(given, "currency", json_object_get(c->tree, "currency"));
	js_put(given, "allowed_payment_method_types", json_object_get(c->tree, "payment_method_types"));
	js_put_flag(given, "confirm", true);
	js_put_text(given, "payment_method", c->method->id);
	if (c->customer)
		js_put_text(given, "customer", c->customer->id);
	return call_within(c->call, "POST", "/v1/payment_intents", NULL, given);
}

static int pay(struct completion *c)
{
	const char *before = js_text(record_private(c->session), "intent"), *status;
	struct record *intent;

	c->status = "no_payment_required";
	if (js_int(c->tree, "amount_total", 0) == 0)
		return 0;
	if (need_method(c))
		return -1;
	intent = before ? confirm_again(c, arena_text(&c->call->arena, before)) : pay_anew(c);
	if (!intent)
		return remember_attempt(c, js_text(c->call->fail.payment_intent, "id"));
	if (authenticate(c, intent))
		return remember_attempt(c, intent->id);
	js_put_text(journal_edit(&c->call->journal, c->session), "payment_intent", intent->id);
	status = js_text(record_tree(intent), "status");
	c->status = text_is(status, "succeeded") ? "paid" : "unpaid";
	return 0;
}

/* With invoice_creation the payment is an invoice's: draft, items, paid. */
static int add_invoice_items(struct completion *c, struct record *invoice)
{
	const struct list *rows = checkout_items(c->call, c->session);

	for (size_t i = 0; i < rows->count; i++) {
		json_t *tree = record_tree(rows->at[i]), *given = json_object(), *pricing = json_object();

		js_put_text(pricing, "price", js_text_at(tree, "price.id"));
		js_put_text(given, "customer", c->customer->id);
		js_put_text(given, "invoice", invoice->id);
		js_put_new(given, "pricing", pricing);
		js_put_int(given, "quantity", js_int(tree, "quantity", 1));
		if (json_object_get(record_private(rows->at[i]), "tax_rates"))
			js_put(given, "tax_rates", json_object_get(record_private(rows->at[i]), "tax_rates"));
		if (!call_within(c->call, "POST", "/v1/invoiceitems", NULL, given))
			return -1;
	}
	return 0;
}

/* Shipping is a line of its own. */
static int add_shipping(struct completion *c, struct record *invoice)
{
	int64_t amount = js_int_at(c->tree, "shipping_cost.amount_total", 0);
	json_t *given;

	if (!amount)
		return 0;
	given = json_object();
	js_put_text(given, "customer", c->customer->id);
	js_put_text(given, "invoice", invoice->id);
	js_put_int(given, "amount", amount);
	js_put_text(given, "currency", js_text(c->tree, "currency"));
	js_put_text(given, "description", "Shipping");
	js_put_flag(given, "discountable", false);
	return call_within(c->call, "POST", "/v1/invoiceitems", NULL, given) ? 0 : -1;
}

static struct record *draft_invoice(struct completion *c)
{
	static const char *const same[] = { "description", "footer", "metadata", "custom_fields" };
	json_t *given = json_object(), *data = js_at(c->tree, "invoice_creation.invoice_data");

	js_put_text(given, "customer", c->customer->id);
	js_put_text(given, "currency", js_text(c->tree, "currency"));
	js_put_text(given, "pending_invoice_items_behavior", "exclude");
	js_put_flag(given, "auto_advance", false);
	for (size_t i = 0; i < COUNT_OF(same); i++)
		if (json_object_get(data, same[i]) && !js_is_null(data, same[i]))
			js_put(given, same[i], json_object_get(data, same[i]));
	if (data_of(c, "discounts"))
		js_put(given, "discounts", data_of(c, "discounts"));
	return call_within(c->call, "POST", "/v1/invoices", NULL, given);
}

static int pay_invoice(struct completion *c)
{
	struct record *invoice, *intent;
	json_t *given, *draft;

	c->status = js_int(c->tree, "amount_total", 0) ? "paid" : "no_payment_required";
	if ((js_int(c->tree, "amount_total", 0) && need_method(c)) ||
		(c->method && method_attach(c->call, c->method, c->customer)))
		return -1;
	invoice = draft_invoice(c);
	if (!invoice || add_invoice_items(c, invoice) || add_shipping(c, invoice) ||
		!call_within(c->call, "POST", "/v1/invoices/{id}/finalize", invoice->id, json_object()))
		return -1;
	given = json_object();
	if (c->method)
		js_put_text(given, "payment_method", c->method->id);
	if (text_is(js_text(record_tree(invoice), "status"), "open") &&
		!call_within(c->call, "POST", "/v1/invoices/{id}/pay", invoice->id, json_incref(given))) {
		json_decref(given);
		c->call->fail.keep = false; /* no invoice is left lying about */
		return -1;
	}
	json_decref(given);
	intent = account_find(c->call->account, js_text(record_private(invoice), "intent"));
	draft = journal_edit(&c->call->journal, c->session);
	js_put_text(draft, "invoice", invoice->id);
	js_put_text(draft, "payment_intent", intent ? intent->id : NULL);
	return 0;
}

/* ---- subscription ---- */

static json_t *item_params(struct record *row)
{
	json_t *tree = record_tree(row), *one = json_object();

	js_put_text(one, "price", js_text_at(tree, "price.id"));
	if (json_is_integer(json_object_get(tree, "quantity")))
		js_put(one, "quantity", json_object_get(tree, "quantity"));
	if (json_object_get(record_private(row), "tax_rates"))
		js_put(one, "tax_rates", json_object_get(record_private(row), "tax_rates"));
	return one;
}

static json_t *subscription_params(struct completion *c)
{
	const struct list *rows = checkout_items(c->call, c->session);
	json_t *given = params_from(data_of(c, "subscription_data")), *items = json_array(), *once = json_array();

	for (size_t i = 0; i < rows->count; i++) {
		bool recurs = json_is_object(js_at(record_tree(rows->at[i]), "price.recurring"));

		json_array_append_new(recurs ? items : once, item_params(rows->at[i]));
	}
	js_put_text(given, "customer", c->customer->id);
	js_put_new(given, "items", items);
	if (json_array_size(once))
		js_put(given, "add_invoice_items", once);
	json_decref(once);
	if (c->method)
		js_put_text(given, "default_payment_method", c->method->id);
	if (data_of(c, "discounts"))
		js_put(given, "discounts", data_of(c, "discounts"));
	js_put_text(given, "payment_behavior", "allow_incomplete");
	return given;
}

static int fail_declined(struct completion *c, struct record *intent)
{
	json_t *error = json_object_get(record_tree(intent), "last_payment_error");
	const char *code = js_text(error, "code"), *message = js_text(error, "message");
	struct arena *arena = &c->call->arena;

	fail_status(c->call, 402, code ? arena_text(arena, code) : "card_declined", NULL, "%s",
		message ? message : "Your card was declined.");
	c->call->fail.type = "card_error";
	if (js_text(error, "decline_code"))
		c->call->fail.decline_code = arena_text(arena, js_text(error, "decline_code"));
	return -1;
}

static int subscribe(struct completion *c)
{
	struct call *call = c->call;
	bool free = js_int(c->tree, "amount_total", 0) == 0;
	bool optional = free && text_is(js_text(c->tree, "payment_method_collection"), "if_required");
	struct record *sub, *invoice, *intent;
	json_t *draft;

	if ((!optional && need_method(c)) || (c->method && method_attach(call, c->method, c->customer)))
		return -1;
	c->place = emit_reserve(call); /* the page is complete before the subscription is announced */
	sub = call_within(call, "POST", "/v1/subscriptions", NULL, subscription_params(c));
	if (!sub)
		return -1;
	invoice = account_find(call->account, js_text(record_tree(sub), "latest_invoice"));
	intent = account_find(call->account, js_text(record_private(invoice), "intent"));
	if (intent && authenticate(c, intent)) {
		call->fail.keep = false; /* a subscription that was never paid is not left behind */
		return -1;
	}
	if (text_is(js_text(record_tree(sub), "status"), "incomplete") &&
		!text_is(js_text(record_tree(intent), "status"), "processing"))
		return fail_declined(c, intent);
	draft = journal_edit(&call->journal, c->session);
	js_put_text(draft, "subscription", sub->id);
	js_put_text(draft, "invoice", invoice ? invoice->id : NULL);
	c->status = free						       ? "no_payment_required"
		    : text_is(js_text(record_tree(invoice), "status"), "paid") ? "paid"
									       : "unpaid";
	return 0;
}

/* ---- setup ---- */

static int set_up(struct completion *c)
{
	struct record *setup = account_find(c->call->account, js_text(c->tree, "setup_intent"));
	const char *back =
		js_text(c->tree, "success_url") ? js_text(c->tree, "success_url") : js_text(c->tree, "return_url");
	json_t *given;

	c->status = "no_payment_required";
	if (need_method(c))
		return -1;
	if (c->customer)
		js_put_text(journal_edit(&c->call->journal, setup), "customer", c->customer->id);
	given = json_object();
	js_put_text(given, "payment_method", c->method->id);
	if (back)
		js_put_text(given, "return_url", back);
	if (!call_within(c->call, "POST", "/v1/setup_intents/{id}/confirm", setup->id, given))
		return -1;
	return authenticate(c, setup);
}

/* ---- all of it ---- */

static void finish(struct completion *c)
{
	json_t *draft = journal_edit(&c->call->journal, c->session), *private;

	js_put_text(draft, "customer", c->customer ? c->customer->id : NULL);
	collect_put(c->call, &c->collected, c->customer, draft);
	js_put_text(draft, "payment_status", c->status);
	js_put_text(draft, "status", "complete");
	js_put_null(draft, "url");
	js_put_null(draft, "client_secret");
	private = js_own(draft, PRIVATE_KEY);
	json_object_del(private, "due");
	if (text_is(c->status, "unpaid"))
		js_put_int(private, "due", c->call->now + SETTLES_AFTER + 1);
	link_session_completed(c->call, c->session);
	emit_reserved(c->call, c->place, "checkout.session.completed", c->session);
}

int checkout_complete(struct call *call, struct record *session, const struct checkout_visitor *visitor)
{
	struct completion c = { .call = call, .session = session, .visitor = visitor };
	int failed;

	if (session_check_open(call, session, "completed"))
		return -1;
	c.tree = json_incref(record_tree(session));
	journal_edit(&call->journal, session); /* what is kept of it lives as long as the draft */
	failed = collect_read(call, c.tree, visitor, &c.collected) || find_customer(&c) || find_method(&c);
	if (!failed && is_mode(&c, "subscription"))
		failed = subscribe(&c);
	else if (!failed && is_mode(&c, "setup"))
		failed = set_up(&c);
	else if (!failed)
		failed = js_flag_at(c.tree, "invoice_creation.enabled", false) ? pay_invoice(&c) : pay(&c);
	failed = failed || (c.customer && update_customer(&c));
	if (!failed)
		finish(&c);
	json_decref(c.tree);
	return failed ? -1 : 0;
}

/* The payment behind a session: its own, or that of its subscription's invoice. */
static struct record *payment_of(struct call *call, struct record *session)
{
	const char *id = js_text(record_tree(session), "payment_intent");
	struct record *invoice = account_find(call->account, js_text(record_tree(session), "invoice"));

	return account_find(call->account, id ? id : js_text(record_private(invoice), "intent"));
}

void checkout_settle(struct call *call, struct record *session)
{
	struct record *intent = payment_of(call, session);
	const char *status = js_text(record_tree(intent), "status");
	json_t *draft = journal_edit(&call->journal, session), *private = js_own(draft, PRIVATE_KEY);
	int64_t looks = js_int(private, "checks", 0) + 1;

	json_object_del(private, "due");
	if (text_is(status, "succeeded")) {
		js_put_text(draft, "payment_status", "paid");
		emit(call, "checkout.session.async_payment_succeeded", session);
	} else if (text_is(status, "requires_payment_method") || text_is(status, "canceled")) {
		emit(call, "checkout.session.async_payment_failed", session);
	} else if (looks < LOOKS) {
		js_put_int(private, "checks", looks);
		js_put_int(private, "due", call->now + LOOK_AGAIN);
	}
}
