/* SPDX-License-Identifier: MIT */
#include "resources/discount.h"

#include <string.h>

#include "api/fail.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/billing/subscription.h"
#include "resources/check.h"
#include "resources/coupon.h"
#include "resources/customer.h"
#include "resources/discount_terms.h"
#include "resources/generic.h"
#include "value/calendar.h"

/* ---- making ---- */

/* Stripe announces discounts of customers and subscriptions, not those of single invoices. */
static bool is_announced(const struct discount_owner *owner)
{
	return owner->customer && !owner->invoice && !owner->invoice_item && !owner->checkout_session;
}

static json_t *source_body(const struct record *coupon)
{
	json_t *source = json_object();

	js_put_text(source, "coupon", coupon->id);
	js_put_text(source, "type", "coupon");
	return source;
}

static void put_span(json_t *body, const json_t *coupon, int64_t start)
{
	int64_t months = js_int(coupon, "duration_in_months", 0), end;

	js_put_int(body, "start", start);
	if (months && calendar_add(start, CALENDAR_INTERVAL_MONTH, months, &end))
		js_put_int(body, "end", end);
}

/* One of a customer or a subscription leaves it when its months are over; that of an invoice stays on it. */
static void plan_end(json_t *body)
{
	json_t *hidden = js_own(body, PRIVATE_KEY);

	if (js_flag(hidden, "announced", false) && json_is_integer(js_get(body, "end")))
		js_put_int(hidden, "due", js_int(body, "end", 0));
}

static struct record *discount_make(
	struct call *call, const struct discount_owner *owner, struct record *coupon, struct record *code)
{
	const struct schema_resource *type = schema_find_object("discount");
	json_t *body = shape_new(call, type, NULL);
	const char *clock = owner->customer ? js_text(record_tree(owner->customer), "test_clock") : NULL;
	struct record *discount;
	json_t *hidden;

	js_put_text(body, "checkout_session", owner->checkout_session);
	js_put_text(body, "customer", owner->customer ? owner->customer->id : NULL);
	js_put_text(body, "invoice", owner->invoice);
	js_put_text(body, "invoice_item", owner->invoice_item);
	js_put_text(body, "promotion_code", code ? code->id : NULL);
	js_put_new(body, "source", source_body(coupon));
	js_put_text(body, "subscription", owner->subscription);
	js_put_text(body, "subscription_item", owner->subscription_item);
	put_span(body, record_tree(coupon), owner->start ? owner->start : call->now);
	hidden = js_own(body, PRIVATE_KEY);
	js_put_new(hidden, "terms", discount_terms(coupon));
	js_put_flag(hidden, "announced", is_announced(owner));
	plan_end(body);
	if (clock)
		js_put_text(hidden, "clock", clock);
	discount = object_store(call, type, body);
	coupon_count(call, coupon);
	if (code)
		promotion_code_count(call, code);
	if (is_announced(owner))
		emit(call, "customer.discount.created", discount);
	return discount;
}

static struct record *redeem_coupon(
	struct call *call, const char *id, const struct discount_owner *owner, const char *where)
{
	const struct schema_resource *type = schema_find_object("coupon");
	struct record *coupon = account_get(call->account, id, type);

	if (!coupon) {
		fail_no_such_param(call, type, id, where);
		return NULL;
	}
	return coupon_check(call, coupon, owner, where) ? NULL : discount_make(call, owner, coupon, NULL);
}

static struct record *redeem_code(
	struct call *call, const char *id, const struct discount_owner *owner, const char *where)
{
	const struct schema_resource *type = schema_find_object("promotion_code");
	struct record *code = account_get(call->account, id, type);
	struct record *coupon;

	if (!code) {
		fail_no_such_param(call, type, id, where);
		return NULL;
	}
	coupon = account_get(
		call->account, js_text_at(record_tree(code), "promotion.coupon"), schema_find_object("coupon"));
	if (promotion_code_check(call, code, owner, where))
		return NULL;
	if (!coupon) {
		fail_invalid(call, "coupon_expired", where, "Coupon expired: %s",
			js_text_at(record_tree(code), "promotion.coupon"));
		return NULL;
	}
	return coupon_check(call, coupon, owner, where) ? NULL : discount_make(call, owner, coupon, code);
}

/* ---- keeping ---- */

static bool holds(const json_t *ids, const char *id)
{
	for (size_t i = 0; i < json_array_size(ids); i++) {
		const char *one = json_string_value(json_array_get(ids, i));

		if (text_is(one, id))
			return true;
	}
	return false;
}

static struct record *keep_discount(
	struct call *call, const char *id, const struct discount_owner *owner, const json_t *present, const char *where)
{
	struct record *discount = discount_find(call, id);
	const char *customer = discount ? js_text(record_tree(discount), "customer") : NULL;
	bool theirs = customer && owner->customer && !strcmp(customer, owner->customer->id);

	if (discount && (holds(present, id) || (theirs && discount_counts(discount, call->now))))
		return discount;
	fail_no_such_param(call, schema_find_object("discount"), id, where);
	return NULL;
}

struct record *discount_redeem(struct call *call, const json_t *entry, const struct discount_owner *owner,
	const json_t *present, const char *where)
{
	const char *coupon = js_text(entry, "coupon"), *code = js_text(entry, "promotion_code");
	const char *kept = js_text(entry, "discount");

	if ((coupon != NULL) + (code != NULL) + (kept != NULL) != 1) {
		fail_invalid(call, NULL, where,
			"You must pass exactly one of `coupon`, `promotion_code` and `discount` for each discount.");
		return NULL;
	}
	if (kept)
		return keep_discount(call, kept, owner, present, name_in(call, where, "discount"));
	return coupon ? redeem_coupon(call, coupon, owner, name_in(call, where, "coupon"))
		      : redeem_code(call, code, owner, name_in(call, where, "promotion_code"));
}

/* ---- a whole list ---- */

/* What two entries must not share: the discount itself, or the coupon behind it. */
static bool is_double(struct call *call, const json_t *ids, struct record *discount)
{
	const char *coupon = js_text_at(record_tree(discount), "source.coupon");

	for (size_t i = 0; i < json_array_size(ids); i++) {
		struct record *other = discount_find(call, json_string_value(json_array_get(ids, i)));

		if (other == discount || text_is(js_text_at(record_tree(other), "source.coupon"), coupon))
			return true;
	}
	return false;
}

json_t *discounts_redeem(struct call *call, const json_t *entries, const struct discount_owner *owner,
	const json_t *present, const char *name)
{
	json_t *ids = json_array();

	for (size_t i = 0; i < json_array_size(entries); i++) {
		const char *where = name_at(call, name, i);
		struct record *discount = discount_redeem(call, json_array_get(entries, i), owner, present, where);

		if (discount && is_double(call, ids, discount)) {
			fail_invalid(call, NULL, name,
				"You cannot pass the same coupon, promotion code or discount more than once in `%s`.",
				name);
			discount = NULL;
		}
		if (!discount) {
			json_decref(ids);
			return NULL;
		}
		json_array_append_new(ids, json_string(discount->id));
	}
	for (size_t i = 0; i < json_array_size(present); i++) {
		const char *id = json_string_value(json_array_get(present, i));

		if (id && !holds(ids, id) && discount_find(call, id))
			discount_end(call, discount_find(call, id));
	}
	return ids;
}

/* ---- ending ---- */

void discount_end(struct call *call, struct record *discount)
{
	json_t *hidden;

	if (js_int(record_private(discount), "ended_at", 0))
		return;
	hidden = journal_edit_private(&call->journal, discount);
	js_put_int(hidden, "ended_at", call->now);
	json_object_del(hidden, "due");
	if (js_flag(hidden, "announced", false))
		emit(call, "customer.discount.deleted", discount);
}

void discounts_end(struct call *call, const json_t *ids)
{
	for (size_t i = 0; i < json_array_size(ids); i++) {
		struct record *discount = discount_find(call, json_string_value(json_array_get(ids, i)));

		if (discount)
			discount_end(call, discount);
	}
}

/* ---- of a customer as a whole ---- */

int discount_of_customer(struct call *call, struct record *customer, const json_t *entry, const char *where)
{
	struct discount_owner owner = {
		.customer = customer, .currency = js_text(record_tree(customer), "currency"), .amount = -1
	};
	struct record *discount = discount_redeem(call, entry, &owner, NULL, where);
	const char *currency, *old;

	if (!discount)
		return -1;
	currency = js_text_at(record_private(discount), "terms.currency");
	if (currency && customer_use_currency(call, customer, currency, where))
		return -1;
	old = js_text_at(record_tree(customer), "discount.id");
	if (old && discount_find(call, old))
		discount_end(call, discount_find(call, old));
	js_put(journal_edit(&call->journal, customer), "discount", record_tree(discount));
	return 0;
}

static void clear_of_customer(struct call *call, struct record *customer, struct record *discount)
{
	const char *shown = js_text_at(record_tree(customer), "discount.id");

	discount_end(call, discount);
	if (!shown || strcmp(shown, discount->id) != 0)
		return;
	js_put_null(journal_edit(&call->journal, customer), "discount");
	emit_changed(call, "customer.updated", customer);
}

static void discount_on_due(struct call *call, struct record *discount)
{
	const json_t *tree = record_tree(discount);
	struct record *customer = account_get(call->account, js_text(tree, "customer"), schema_find_object("customer"));
	const char *sub = js_text(tree, "subscription");

	if (sub)
		subscription_discount_over(call, sub, discount);
	else if (customer)
		clear_of_customer(call, customer, discount);
	else
		discount_end(call, discount);
	json_object_del(journal_edit_private(&call->journal, discount), "due");
}

/* DELETE /v1/customers/{id}/discount: the discount as it was, and `deleted`. */
static int customer_discount_delete(struct call *call)
{
	struct record *customer = path_object(call, 0, "customer");
	struct record *discount;
	json_t *answer;

	if (!customer)
		return -1;
	discount = discount_find(call, js_text_at(record_tree(customer), "discount.id"));
	if (!discount)
		return fail_status(
			call, 404, "resource_missing", NULL, "No active discount for customer: %s", customer->id);
	clear_of_customer(call, customer, discount);
	answer = json_copy(record_tree(discount));
	json_object_del(answer, PRIVATE_KEY);
	json_object_del(answer, "end");
	js_put_flag(answer, "deleted", true);
	return answer_tree(call, answer, discount->type);
}

/* A discount out of a fixture takes its terms from its coupon, as at redemption. */
static void discount_loaded(struct call *call, struct record *discount)
{
	const json_t *body = record_tree(discount);
	const char *coupon_id = js_text_at(body, "source.coupon");
	struct record *coupon = coupon_id ? account_get(call->account, coupon_id, schema_find_object("coupon")) : NULL;
	json_t *hidden;

	if (!coupon) {
		fail_invalid(call, NULL, NULL,
			"is a discount without its coupon; add the coupon, or copy the discount with "
			"expand[]=source.coupon");
		return;
	}
	hidden = journal_edit_private(&call->journal, discount);
	js_put_new(hidden, "terms", discount_terms(coupon));
	js_put_flag(hidden, "announced",
		(js_text(body, "customer") || js_text(body, "subscription")) && !js_text(body, "invoice") &&
			!js_text(body, "invoice_item"));
	if (js_int(body, "end", INT64_MAX) > call->now)
		plan_end(journal_edit(&call->journal, discount));
}

const struct resource discount_resource = {
	.name = "Discount",
	.routes =
		(const struct resource_route[]) {
			{ "DELETE", "/v1/customers/{id}/discount", customer_discount_delete },
			{ 0 },
		},
	.adopt = discount_loaded,
	.on_due = discount_on_due,
};
