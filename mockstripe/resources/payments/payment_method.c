/* SPDX-License-Identifier: MIT */
/* The routes of payment methods. Source: Stripe docs "The PaymentMethod object" and its API reference. */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/generic.h"
#include "resources/payments/inside.h"

/* A method to be shared with a connected account starts as a copy of the platform's. Here: of the named one. */
static int copy_method(struct call *call)
{
	struct record *customer = param_record(call, "customer", "customer");
	struct record *from = NULL;

	if (!call->fail.status)
		from = method_resolve(call, param_text(call, "payment_method"), customer, "payment_method");
	if (!from || !is_card(from) || from->type != method_type())
		return from ? answer_record(call, from) : -1;
	return answer_record(call, method_mint(call, method_card(from)));
}

static int method_create(struct call *call)
{
	struct record *method;

	if (!param_text(call, "type") && param_text(call, "payment_method"))
		return copy_method(call);
	method = method_from_params(call, call->params, NULL);
	return method ? answer_record(call, method) : -1;
}

static struct record *own_method(struct call *call)
{
	return path_record(call, call->route->n_path - 1, method_type());
}

static int method_update(struct call *call)
{
	static const char *const except[] = { "card", NULL };
	struct record *method = own_method(call);
	json_t *card = param(call, "card");
	json_t *draft;

	if (!method)
		return -1;
	if (!js_text(record_tree(method), "customer"))
		return fail_invalid(
			call, NULL, NULL, "You must save this PaymentMethod to a customer before you can update it.");
	call_use_clock(call, method);
	draft = journal_edit(&call->journal, method);
	if (params_apply(call, draft, method_type(), except))
		return -1;
	if (json_is_object(card) && json_is_object(json_object_get(draft, "card"))) {
		json_t *shown = js_own(draft, "card");

		if (json_is_integer(json_object_get(card, "exp_month")))
			js_put(shown, "exp_month", json_object_get(card, "exp_month"));
		if (json_is_integer(json_object_get(card, "exp_year")))
			js_put(shown, "exp_year", json_object_get(card, "exp_year"));
		if (json_object_get(card, "networks"))
			js_put(js_own(shown, "networks"), "preferred", js_at(card, "networks.preferred"));
		if (js_int(shown, "exp_month", 1) < 1 || js_int(shown, "exp_month", 1) > 12)
			return fail_card_error(call, "invalid_expiry_month", "card[exp_month]",
				"Your card's expiration month is invalid.");
	}
	emit_changed(call, "payment_method.updated", method);
	return answer_record(call, method);
}

static int method_attach_route(struct call *call)
{
	struct record *customer, *method = NULL;
	bool magic = method_is_magic(call->ids[0]);

	if (!param_text(call, "customer") && !param_text(call, "customer_account"))
		return fail_invalid(call, "parameter_missing", NULL, "Must provide customer or customer_account.");
	if (!magic)
		method = path_record(call, 0, method_type());
	if (!magic && !method)
		return -1;
	customer = param_text(call, "customer") ? param_record(call, "customer", "customer") : NULL;
	if (!customer) {
		if (call->fail.status)
			return -1;
		return fail_no_such_param(
			call, schema_find_object("customer"), param_text(call, "customer_account"), "customer_account");
	}
	call_use_clock(call, customer);
	if (magic)
		method = method_minted(call, call->ids[0]);
	return method_attach(call, method, customer) ? -1 : answer_record(call, method);
}

/* Defaults that name the method lose it; each owner announces its change. */
static void forget_default(struct call *call, struct record *method, struct record *customer)
{
	const struct schema_resource *type = schema_find_object("subscription");
	const struct list *subs = list_by(call, type, "customer", customer->id);
	struct record **copy = arena_alloc(&call->arena, (subs->count + 1) * sizeof(struct record *));
	const char *is = js_text_at(record_tree(customer), "invoice_settings.default_payment_method");
	size_t n = subs->count;

	if (n)
		memcpy(copy, subs->at, n * sizeof *copy);
	if (text_is(is, method->id)) {
		json_t *draft = journal_edit(&call->journal, customer);

		js_put_null(js_own(draft, "invoice_settings"), "default_payment_method");
		emit_changed(call, "customer.updated", customer);
	}
	for (size_t i = 0; i < n; i++) {
		is = js_text(record_tree(copy[i]), "default_payment_method");
		if (text_is(is, method->id)) {
			js_put_null(journal_edit(&call->journal, copy[i]), "default_payment_method");
			emit_changed(call, "customer.subscription.updated", copy[i]);
		}
	}
}

static int method_detach(struct call *call)
{
	struct record *method = own_method(call);
	struct record *customer;

	if (!method)
		return -1;
	customer = customer_of(call, method);
	if (!customer)
		return fail_invalid(call, NULL, NULL,
			"The payment method you provided is not attached to a customer so detachment is impossible.");
	call_use_clock(call, customer);
	js_put_null(journal_edit(&call->journal, method), "customer");
	js_put_flag(journal_edit_private(&call->journal, method), "detached", true);
	emit_changed(call, "payment_method.detached", method);
	forget_default(call, method, customer);
	return answer_record(call, method);
}

static int method_list(struct call *call)
{
	if (param_text(call, "customer")) {
		if (!param_record(call, "customer", "customer"))
			return -1;
		return list_answer(call, method_type(), NULL, 0, call->path);
	}
	/* Without a customer there is nothing to list: methods of nobody are not shown. */
	call->answer.kind = ANSWER_PAGE;
	call->answer.page = (struct page) { .url = call->path, .total = -1 };
	call->answer.type = method_type();
	return 0;
}

static int customer_method_list(struct call *call)
{
	struct record *customer = path_object(call, 0, "customer");
	struct list_want want = { "customer", customer ? customer->id : NULL };

	return customer ? list_answer(call, method_type(), &want, 1, call->path) : -1;
}

static int customer_method_retrieve(struct call *call)
{
	struct record *customer = path_object(call, 0, "customer");
	struct record *method = customer ? path_record(call, 1, method_type()) : NULL;

	if (!method)
		return -1;
	if (customer_of(call, method) != customer)
		return fail_no_such(call, method_type(), method->id);
	return answer_record(call, method);
}

static void method_fill(struct call *call, json_t *body)
{
	(void)call;
	js_put_text(body, "type", "card");
	js_put_new(body, "billing_details", billing_details_blank());
}

static const struct resource_route routes[] = {
	{ "POST", "/v1/payment_methods", method_create },
	{ "GET", "/v1/payment_methods", method_list },
	{ "POST", "/v1/payment_methods/{id}", method_update },
	{ "POST", "/v1/payment_methods/{id}/attach", method_attach_route },
	{ "POST", "/v1/payment_methods/{id}/detach", method_detach },
	{ "GET", "/v1/customers/{id}/payment_methods", customer_method_list },
	{ "GET", "/v1/customers/{customerId}/payment_methods/{id}", customer_method_retrieve },
	{ 0 },
};

const struct resource payment_method_resource = {
	.name = "PaymentMethod",
	.routes = routes,
	.fill = method_fill,
};
