/* SPDX-License-Identifier: MIT */
/*
 * Checkout sessions as routes. A session names its customer, payment and subscription once they are made, when the page
 * is submitted. Source: Stripe docs "The Checkout Session object", "Create a Checkout Session".
 */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/subscription.h"
#include "resources/checkout/inside.h"
#include "resources/generic.h"
#include "resources/page_url.h"
#include "resources/payments/inside.h"
#include "resources/within.h"

#define OPEN_FOR 86400	     /* seconds: Stripe docs "Create a Checkout Session", expires_at */
#define RECOVERY_FOR 2592000 /* Stripe docs "Recover abandoned carts": 30 days */

const struct schema_resource *session_type(void)
{
	return schema_find_object("checkout.session");
}

/* ---- creating ---- */

static void put_methods(struct call *call, json_t *body)
{
	json_t *allowed = param(call, "allowed_payment_method_types"), *types = json_array(), *options, *card;

	if (json_array_size(allowed)) {
		js_put(body, "allowed_payment_method_types", allowed);
		js_put(body, "payment_method_types", allowed);
		json_decref(types);
	} else {
		json_array_append_new(types, json_string("card"));
		js_put_new(body, "payment_method_types", types);
	}
	options = json_object();
	card = json_object();
	js_put_text(card, "request_three_d_secure", "automatic");
	if (json_is_object(js_at(call->params, "payment_method_options.card")))
		json_object_update(card, js_at(call->params, "payment_method_options.card"));
	js_put_new(options, "card", card);
	js_put_new(body, "payment_method_options", options);
}

/* What the page does with it is known only when it is submitted. */
static void keep_data(struct call *call, json_t *body)
{
	static const char *const names[] = { "payment_intent_data", "subscription_data", "setup_intent_data" };
	json_t *private = js_own(body, PRIVATE_KEY), *mode, *data;

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (json_is_object(param(call, names[i])))
			js_put(private, names[i], param(call, names[i]));
	if (billing_mode_wanted(call) || json_is_object(js_at(call->params, "subscription_data.billing_mode")))
		return;
	/* The version that asked had another default. */
	data = js_own(private, "subscription_data");
	mode = json_object();
	js_put_text(mode, "type", "classic");
	js_put_new(data, "billing_mode", mode);
}

/* What a copy of the session is made from when it has expired. */
static void keep_given(struct call *call, json_t *body)
{
	if (js_flag_at(body, "after_expiration.recovery.enabled", false))
		js_put(js_own(body, PRIVATE_KEY), "given", call->params);
}

static void put_place(struct call *call, json_t *body)
{
	const char *ui = param_text(call, "ui_mode"), *id = js_text(body, "id");

	if (!ui || !strcmp(ui, "hosted_page")) {
		js_put_text(body, "ui_mode", "hosted_page");
		js_put_text(body, "url",
			page_url(call, "checkout.stripe.com",
				arena_format(&call->arena, "/c/pay/%s#%s", id, made_word(call, "checkout", 60))));
		return;
	}
	js_put_text(
		body, "client_secret", arena_format(&call->arena, "%s_secret_%s", id, made_word(call, "checkout", 60)));
	if (!param_given(call, "redirect_on_completion"))
		js_put_text(body, "redirect_on_completion", "always");
	if (param_text(call, "return_url"))
		js_put_text(body, "return_url", param_text(call, "return_url"));
}

static void put_customer(struct call *call, json_t *body, struct record *customer, const char *mode)
{
	const char *email = customer ? js_text(record_tree(customer), "email") : param_text(call, "customer_email");
	const char *wanted = param_text(call, "customer_creation");
	json_t *details;

	body_use_clock(body, customer);
	if (customer || !strcmp(mode, "setup"))
		js_put_text(body, "customer_creation", customer ? NULL : wanted ? wanted : "if_required");
	else if (!strcmp(mode, "subscription"))
		js_put_text(body, "customer_creation", "always");
	else
		js_put_text(body, "customer_creation", wanted ? wanted : "if_required");
	if (!email)
		return;
	details = field_shape(call, session_type(), "customer_details");
	js_put_text(details, "email", email);
	if (customer)
		js_put_text(details, "tax_exempt", js_text(record_tree(customer), "tax_exempt"));
	js_put_new(body, "customer_details", details);
}

static void put_rest(struct call *call, json_t *body, const char *mode)
{
	int64_t expires = param_int(call, "expires_at", call->now + OPEN_FOR);
	const char *collection = param_text(call, "payment_method_collection");

	js_put_int(body, "created", call->now);
	js_put_int(body, "expires_at", expires);
	js_put_int(js_own(body, PRIVATE_KEY), "due", expires);
	js_put_text(body, "payment_method_collection",
		collection		   ? collection
		: !strcmp(mode, "payment") ? "if_required"
					   : "always");
	if (strcmp(mode, "payment"))
		js_put_null(body, "invoice_creation");
	else if (!json_is_object(json_object_get(body, "invoice_creation")))
		js_put_new(body, "invoice_creation", field_shape(call, session_type(), "invoice_creation"));
	js_put_text(body, "status", "open");
}

static int put_basket(struct call *call, json_t *body, const struct basket *b, const struct basket_order *o)
{
	if (!strcmp(o->mode, "setup")) {
		js_put_text(body, "currency", param_text(call, "currency"));
		js_put_text(body, "payment_status", "no_payment_required");
		return 0;
	}
	return basket_show(call, b, o, body);
}

/* The method is saved by a setup intent, which is there from the start. */
static int make_setup(struct call *call, json_t *body, struct record *customer)
{
	json_t *given = json_object(), *data = param(call, "setup_intent_data");
	struct record *setup;

	json_object_update(given, data);
	if (customer)
		js_put_text(given, "customer", customer->id);
	js_put(given, "allowed_payment_method_types", json_object_get(body, "payment_method_types"));
	setup = call_within(call, "POST", "/v1/setup_intents", NULL, given);
	if (!setup)
		return -1;
	js_put_text(body, "setup_intent", setup->id);
	return 0;
}

static json_t *session_body(struct call *call, const struct basket *b, const struct basket_order *o)
{
	static const char *const by_hand[] = { "allowed_payment_method_types", "currency", "discounts", "expires_at",
		"line_items", "payment_method_options", "shipping_options", "custom_fields", "optional_items",
		"consent_collection", "custom_text", "tax_id_collection", NULL };
	json_t *body = generic_body(call, by_hand);

	if (!body)
		return NULL;
	put_methods(call, body);
	keep_data(call, body);
	keep_given(call, body);
	put_place(call, body);
	put_customer(call, body, o->customer, o->mode);
	put_rest(call, body, o->mode);
	collect_show(call, body);
	if (put_basket(call, body, b, o) || (!strcmp(o->mode, "setup") && make_setup(call, body, o->customer))) {
		json_decref(body);
		return NULL;
	}
	return body;
}

static int session_create(struct call *call)
{
	struct record *customer = param_record(call, "customer", "customer"), *session;
	const char *mode = param_text(call, "mode");
	struct basket *b = arena_alloc(&call->arena, sizeof *b);
	struct basket_order order;
	json_t *body;

	if (call->fail.status)
		return -1;
	if (!mode)
		return fail_missing_param(call, "mode");
	call_use_clock(call, customer);
	order = (struct basket_order) {
		.mode = mode,
		.currency = param_text(call, "currency"),
		.items = param(call, "line_items"),
		.discounts = param(call, "discounts"),
		.subscription = param(call, "subscription_data"),
		.shipping = param(call, "shipping_options"),
		.customer = customer,
		.trial = session_has_trial(call, param(call, "subscription_data")),
	};
	if (session_check(call, mode) || basket_read(call, b, &order) || collect_check(call, mode))
		return -1;
	body = session_body(call, b, &order);
	if (!body)
		return -1;
	session = object_store(call, session_type(), body);
	basket_store(call, b, session->id);
	return answer_record(call, session); /* there is no checkout.session.created */
}

/* ---- afterwards ---- */

struct record *checkout_find(struct call *call, const char *id)
{
	struct record *session = account_get(call->account, id, session_type());

	if (session)
		call_use_clock(call, session);
	else
		fail_no_such(call, session_type(), id);
	return session;
}

static int session_update(struct call *call)
{
	static const char *const by_hand[] = { "line_items", "payment_intent_data", "shipping_options", NULL };
	struct record *session = checkout_find(call, call->ids[0]);
	json_t *draft;

	if (!session)
		return -1;
	for (size_t i = 0; by_hand[i]; i++)
		if (param_given(call, by_hand[i]))
			return fail_invalid(call, NULL, by_hand[i],
				"You cannot update `%s` of a Checkout Session without `permissions` for it.",
				by_hand[i]);
	if (param_given(call, "collected_information") && !text_is(js_text(record_tree(session), "status"), "open"))
		return fail_invalid(call, NULL, "collected_information",
			"Only Checkout Sessions with a status in [\"open\"] can be updated.");
	draft = journal_edit(&call->journal, session);
	return params_apply(call, draft, session->type, by_hand) ? -1 : answer_record(call, session);
}

int session_check_open(struct call *call, struct record *session, const char *verb)
{
	const char *status = js_text(record_tree(session), "status");

	if (text_is(status, "open"))
		return 0;
	return fail_invalid(call, NULL, NULL,
		"Only Checkout Sessions with a status in [\"open\"] can be %s. This Checkout Session has a status of "
		"`%s`.",
		verb, status);
}

static void offer_recovery(struct call *call, json_t *draft)
{
	json_t *recovery;

	if (!js_flag_at(draft, "after_expiration.recovery.enabled", false))
		return;
	recovery = js_own(js_own(draft, "after_expiration"), "recovery");
	js_put_int(recovery, "expires_at", call->now + RECOVERY_FOR);
	js_put_text(recovery, "url",
		page_url(call, "buy.stripe.com",
			arena_format(&call->arena, "/r/%s", page_word(call, session_type(), js_text(draft, "id")))));
}

int checkout_expire(struct call *call, struct record *session)
{
	struct record *intent = account_find(call->account, js_text(record_private(session), "intent"));
	json_t *draft;

	if (session_check_open(call, session, "expired"))
		return -1;
	draft = journal_edit(&call->journal, session);
	js_put_text(draft, "status", "expired");
	js_put_null(draft, "url");
	js_put_null(draft, "client_secret");
	offer_recovery(call, draft);
	json_object_del(js_own(draft, PRIVATE_KEY), "due");
	if (intent)
		intent_cancel(call, intent, "expired");
	emit(call, "checkout.session.expired", session);
	return 0;
}

static int route_expire(struct call *call)
{
	struct record *session = checkout_find(call, call->ids[0]);

	return session && !checkout_expire(call, session) ? answer_record(call, session) : -1;
}

static void on_due(struct call *call, struct record *session)
{
	if (text_is(js_text(record_tree(session), "status"), "open"))
		checkout_expire(call, session);
	else
		checkout_settle(call, session);
}

static int list_items(struct call *call)
{
	struct record *session = checkout_find(call, call->ids[0]);
	struct list_want want;

	if (!session)
		return -1;
	want = (struct list_want) { LIST_PARENT, session->id };
	return list_answer_oldest_first(call, line_item_type(), &want, 1, call->path);
}

json_t *items_object(struct call *call, struct record *of, const char *url)
{
	const struct list *rows = checkout_items(call, of);
	json_t *data = json_array(), *list;

	for (size_t i = 0; i < rows->count && i < 10; i++)
		json_array_append(data, record_tree(rows->at[i]));
	list = list_object(data, url);
	js_put_flag(list, "has_more", rows->count > 10);
	return list;
}

static json_t *include_items(struct call *call, struct record *session)
{
	return items_object(
		call, session, arena_format(&call->arena, "/v1/checkout/sessions/%s/line_items", session->id));
}

static bool match_details(struct call *call, struct record *r, json_t *wanted)
{
	const char *email = js_text(wanted, "email"), *own = js_text_at(record_tree(r), "customer_details.email");

	(void)call;
	return !email || text_is(own, email);
}

static void fill(struct call *call, json_t *body)
{
	static const char *const off[] = { "phone_number_collection", "adaptive_pricing" };

	(void)call;
	for (size_t i = 0; i < COUNT_OF(off); i++)
		js_put_flag(js_own(body, off[i]), "enabled", false);
	js_put_new(body, "custom_fields", json_array());
	js_put_new(body, "shipping_options", json_array());
}

/* A session out of a fixture expires when its fields say so. */
static void adopt(struct call *call, struct record *session)
{
	int64_t expires = js_int(record_tree(session), "expires_at", 0);

	if (text_is(js_text(record_tree(session), "status"), "open") && expires &&
		!json_object_get(record_private(session), "due"))
		js_put_int(journal_edit_private(&call->journal, session), "due", expires);
}

const struct resource checkout_session_resource = {
	.name = "Checkout.Session",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/checkout/sessions", session_create },
			{ "POST", "/v1/checkout/sessions/{id}", session_update },
			{ "POST", "/v1/checkout/sessions/{id}/expire", route_expire },
			{ "GET", "/v1/checkout/sessions/{id}/line_items", list_items },
			{ 0 },
		},
	.filters =
		(const struct resource_filter[]) {
			{ .param = "customer_details", .match = match_details },
			{ 0 },
		},
	.includes =
		(const struct resource_include[]) {
			{ "line_items", include_items },
			{ 0 },
		},
	.fill = fill,
	.adopt = adopt,
	.on_due = on_due,
};
