/* SPDX-License-Identifier: MIT */
#include "resources/account.h"
#include "resources/account_settings.h"
#include "resources/customer.h"

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
#include "resources/check.h"
#include "resources/customer_apply.h"
#include "resources/discount.h"
#include "resources/generic.h"
#include "resources/payments/pay.h"
#include "value/id.h"

/* Stripe docs, "Test clocks": so many customers live on one. */
#define CLOCK_CUSTOMERS 3

/* Index keys that are no parameters. */
#define BY_CLOCK "@clock"

/* ---- creating ---- */

/* The customer's clock, if it is to have one: the whole call happens on it. 0 or -1. */
static int use_clock(struct call *call)
{
	struct record *clock = param_record(call, "test_clock", "test_helpers.test_clock");
	const struct list *rows;

	if (!clock)
		return call->fail.status ? -1 : 0;
	rows = list_by(call, call->route->resource, BY_CLOCK, clock->id);
	if (rows->count >= CLOCK_CUSTOMERS)
		return fail_invalid(call, NULL, "test_clock",
			"You can have up to %d customers on a test clock, and `%s` has reached that limit.",
			CLOCK_CUSTOMERS, clock->id);
	call->now = timeline_now(account_clock(call->account, clock->id));
	return 0;
}

static const char *new_prefix(struct call *call)
{
	const struct schema_resource *type = schema_find_object("customer");
	char *prefix = arena_alloc(&call->arena, ID_CODE_ROOM);

	do
		id_invoice_prefix(prefix, call->account->seed, account_draw(call->account, "invoice prefix"));
	while (list_by(call, type, "@prefix", prefix)->count);
	return prefix;
}

static json_t *customer_body(struct call *call)
{
	json_t *body = generic_body(call, customer_by_hand);

	if (!body)
		return NULL;
	js_put_text(body, "test_clock", param_text(call, "test_clock"));
	js_put_int(body, "created", call->now);
	if (customer_apply(call, body)) {
		json_decref(body);
		return NULL;
	}
	return body;
}

/* Attaching comes first: a card that is declined leaves no customer behind. */
static int attach_method(struct call *call, struct record *customer, struct record **attached)
{
	const char *id = param_text(call, "payment_method");

	if (!id)
		return 0;
	*attached = method_resolve(call, id, customer, "payment_method");
	return *attached ? method_attach(call, *attached, customer) : -1;
}

/* A card of old, from a token: the one given with the customer is its default from then on. */
static int add_source(struct call *call, struct record *customer)
{
	const char *token = param_text(call, "source");
	struct record *source = token ? source_add(call, customer, token, "source") : NULL;

	if (!token)
		return 0;
	if (!source)
		return -1;
	js_put_text(journal_edit(&call->journal, customer), "default_source", source->id);
	return 0;
}

static int make_tax_ids(struct call *call, struct record *customer)
{
	const json_t *given = param(call, "tax_id_data");

	for (size_t i = 0; i < json_array_size(given); i++) {
		const json_t *one = json_array_get(given, i);

		if (!customer_tax_id_make(call, customer, js_text(one, "type"), js_text(one, "value"),
			    name_at(call, "tax_id_data", i)))
			return -1;
	}
	return 0;
}

/* coupon, promotion_code of older versions; "" takes the discount off. */
static int apply_discount_of_old(struct call *call, struct record *customer)
{
	const char *coupon = js_text(call->aside, "coupon"), *code = js_text(call->aside, "promotion_code");
	const char *old = js_text_at(record_tree(customer), "discount.id");

	if (!coupon && !code)
		return 0;
	if ((coupon && *coupon) || (code && *code))
		return discount_of_customer(call, customer, call->aside, NULL);
	if (old && discount_find(call, old))
		discount_end(call, discount_find(call, old));
	js_put_null(journal_edit(&call->journal, customer), "discount");
	return 0;
}

static int customer_create(struct call *call)
{
	struct record *customer, *attached = NULL;
	json_t *body;

	if (use_clock(call) || customer_check(call, NULL))
		return -1;
	body = customer_body(call);
	if (!body)
		return -1;
	customer = object_store(call, call->route->resource, body);
	if (attach_method(call, customer, &attached) || add_source(call, customer) ||
		customer_apply_defaults(call, customer, attached) ||
		customer_apply_balance(call, customer, "initial") || apply_discount_of_old(call, customer))
		return -1;
	customer_apply_cash(call, customer);
	emit(call, "customer.created", customer);
	if (make_tax_ids(call, customer))
		return -1;
	return answer_record(call, customer);
}

/* ---- changing, deleting ---- */

static int customer_update(struct call *call)
{
	struct record *customer = path_object(call, 0, "customer");
	json_t *draft;

	if (!customer)
		return -1;
	call_use_clock(call, customer);
	if (customer_check(call, customer))
		return -1;
	draft = journal_edit(&call->journal, customer);
	if (params_apply(call, draft, customer->type, customer_by_hand) || customer_apply(call, draft) ||
		add_source(call, customer) || customer_apply_defaults(call, customer, NULL) ||
		customer_apply_balance(call, customer, "adjustment") || apply_discount_of_old(call, customer))
		return -1;
	customer_apply_cash(call, customer);
	emit_changed(call, "customer.updated", customer);
	return answer_record(call, customer);
}

/* Customers on a test clock are listed only when their clock is asked for. Source: Stripe docs "List all customers". */
static bool match_clock(struct call *call, struct record *customer, json_t *wanted)
{
	const json_t *clock = js_get(record_tree(customer), "test_clock");

	(void)call;
	return wanted ? json_equal(wanted, clock) : !json_is_string(clock);
}

static int customer_list(struct call *call)
{
	struct record *clock = param_record(call, "test_clock", "test_helpers.test_clock");
	struct list_want want = { BY_CLOCK, NULL };

	if (!clock)
		return call->fail.status ? -1 : generic_list(call);
	want.value = clock->id;
	return list_answer(call, call->route->resource, &want, 1, call->path);
}

/* Its payment methods stay readable, but belong to nobody. */
static void release_methods(struct call *call, const struct record *customer)
{
	const struct schema_resource *type = schema_find_object("payment_method");
	const struct list *rows = list_by(call, type, "customer", customer->id);

	for (size_t i = 0; i < rows->count; i++)
		js_put_null(journal_edit(&call->journal, rows->at[i]), "customer");
}

/* The cards and bank accounts of old go with it. */
static void remove_sources(struct call *call, const struct record *customer)
{
	static const char *const kinds[] = { "card", "bank_account" };
	const struct list *rows;

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		while ((rows = list_by(call, schema_find_object(kinds[i]), LIST_PARENT, customer->id))->count)
			journal_delete(&call->journal, rows->at[rows->count - 1]);
}

static int customer_on_delete(struct call *call, struct record *customer)
{
	struct record *discount;

	call_use_clock(call, customer);
	if (subscriptions_of_customer_end(call, customer))
		return -1;
	discount = discount_find(call, js_text_at(record_tree(customer), "discount.id"));
	if (discount)
		discount_end(call, discount);
	release_methods(call, customer);
	remove_sources(call, customer);
	return 0;
}

/* ---- for other resources ---- */

int customer_use_currency(struct call *call, struct record *customer, const char *currency, const char *name)
{
	const char *present = js_text(record_tree(customer), "currency");

	if (!present)
		js_put_text(journal_edit(&call->journal, customer), "currency", currency);
	else if (strcmp(present, currency) != 0)
		return fail_invalid(call, NULL, name,
			"You cannot combine currencies on a single customer. This customer has had a subscription, "
			"coupon, or "
			"invoice item with currency %s",
			present);
	return 0;
}

/* One sequence for all customers, kept with the account's own object; its prefix is none of theirs. */
static const char *account_invoice_number(struct call *call)
{
	json_t *private = journal_edit_private(&call->journal, account_self(call));
	int64_t next = js_int(private, "next_invoice_sequence", 1);

	if (!js_text(private, "invoice_prefix"))
		js_put_text(private, "invoice_prefix", new_prefix(call));
	js_put_int(private, "next_invoice_sequence", next + 1);
	return arena_format(&call->arena, "%s-%04lld", js_text(private, "invoice_prefix"), (long long)next);
}

const char *customer_invoice_number(struct call *call, struct record *customer)
{
	json_t *draft;
	int64_t next;

	if (account_setting_is(call, "invoice_numbering", "account"))
		return account_invoice_number(call);
	draft = journal_edit(&call->journal, customer);
	next = js_int(draft, "next_invoice_sequence", 1);
	js_put_int(draft, "next_invoice_sequence", next + 1);
	return arena_format(&call->arena, "%s-%04lld", js_text(draft, "invoice_prefix"), (long long)next);
}

/* ---- the table ---- */

static void customer_fill(struct call *call, json_t *body)
{
	js_put_text(body, "invoice_prefix", new_prefix(call));
	js_put_int(body, "next_invoice_sequence", 1);
	js_put_flag(body, "delinquent", false);
	js_put_new(body, "preferred_locales", json_array());
	js_put_text(body, "tax_exempt", "none");
}

const struct resource customer_resource = {
	.name = "Customer",
	.routes =
		(const struct resource_route[]) {
			{ "GET", "/v1/customers", customer_list },
			{ "POST", "/v1/customers", customer_create },
			{ "POST", "/v1/customers/{id}", customer_update },
			{ 0 },
		},
	.filters =
		(const struct resource_filter[]) {
			{ .param = BY_CLOCK, .path = "test_clock" },
			{ .param = "@prefix", .path = "invoice_prefix" },
			{ .param = "test_clock", .match = match_clock },
			{ 0 },
		},
	.includes =
		(const struct resource_include[]) {
			{ "cash_balance", customer_cash_balance },
			{ "invoice_credit_balance", customer_credit_balance },
			{ "sources", customer_sources },
			{ "subscriptions", customer_subscriptions },
			{ "tax", customer_tax },
			{ "tax_ids", customer_tax_ids },
			{ 0 },
		},
	.fill = customer_fill,
	.on_delete = customer_on_delete,
};
