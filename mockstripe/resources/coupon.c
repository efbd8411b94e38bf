/* SPDX-License-Identifier: MIT */
#include "resources/coupon.h"

#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/check.h"
#include "resources/generic.h"
#include "value/currency.h"

/* ---- validity ---- */

bool coupon_is_open(struct call *call, struct record *coupon)
{
	const json_t *body = record_tree(coupon);

	return js_flag(body, "valid", false) && call->now <= js_int(body, "redeem_by", INT64_MAX);
}

static void coupon_close(struct call *call, struct record *coupon)
{
	js_put_flag(journal_edit(&call->journal, coupon), "valid", false);
	json_object_del(journal_edit_private(&call->journal, coupon), "due");
	promotion_codes_close(call, coupon);
}

void coupon_count(struct call *call, struct record *coupon)
{
	json_t *draft = journal_edit(&call->journal, coupon);
	int64_t times = js_int(draft, "times_redeemed", 0) + 1;

	js_put_int(draft, "times_redeemed", times);
	if (times >= js_int(draft, "max_redemptions", INT64_MAX))
		coupon_close(call, coupon);
}

int fail_coupon_expired(struct call *call, const struct record *coupon, const char *where)
{
	return fail_invalid(call, "coupon_expired", where, "Coupon expired: %s", coupon->id);
}

/* redeem_by has passed. */
static void coupon_on_due(struct call *call, struct record *coupon)
{
	coupon_close(call, coupon);
}

#define PERCENT_OFF_PLACES 2 /* Stripe docs "Coupons and promotion codes" */

/* ---- creating ---- */

static int check_worth(struct call *call)
{
	bool percent = param_given(call, "percent_off"), amount = param_given(call, "amount_off");

	if (percent && amount)
		return fail_invalid(call, NULL, NULL,
			"Received both percent_off and amount_off parameters. Please pass in only one.");
	if (!percent && !amount)
		return fail_invalid(call, "parameter_missing", NULL, "Must provide percent_off or amount_off.");
	if (amount && !param_text(call, "currency"))
		return fail_invalid(call, NULL, "currency", "You must pass currency when passing amount_off");
	if (!amount && param_given(call, "currency_options"))
		return fail_invalid(
			call, NULL, "currency_options", "You can only pass currency_options when passing amount_off");
	return check_decimals(call, "percent_off", PERCENT_OFF_PLACES);
}

static int check_duration(struct call *call)
{
	const char *duration = param_text(call, "duration");
	bool repeating = text_is(duration, "repeating");

	if (repeating && !param_given(call, "duration_in_months"))
		return fail_invalid(call, NULL, "duration",
			"The duration_in_months param must be set when creating a coupon with a repeating duration");
	if (!repeating && param_given(call, "duration_in_months"))
		return fail_invalid(call, NULL, "duration_in_months",
			"The duration_in_months param can only be set when creating a coupon with a repeating "
			"duration");
	return 0;
}

static int check_products(struct call *call)
{
	const json_t *products = js_at(call->params, "applies_to.products");
	const struct schema_resource *type = schema_find_object("product");

	for (size_t i = 0; i < json_array_size(products); i++) {
		const char *id = json_string_value(json_array_get(products, i));

		if (!account_get(call->account, id, type))
			return fail_no_such_param(call, type, id, name_at(call, "applies_to[products]", i));
	}
	return 0;
}

/* Merges the given amounts in other currencies into the private state. */
static int merge_options(struct call *call, json_t *hidden, const char *own_currency)
{
	const char *key;
	json_t *value;
	json_t *options = js_own(hidden, "currency_options");

	json_object_foreach(param(call, "currency_options"), key, value)
	{
		const struct currency *known = currency_find(key);

		if (!known)
			return fail_invalid(
				call, NULL, name_in(call, "currency_options", key), "Invalid currency: %s.", key);
		if (strcmp(known->code, own_currency) != 0)
			js_put(options, known->code, value);
	}
	return 0;
}

static int put_hidden(struct call *call, json_t *body)
{
	json_t *hidden = js_own(body, PRIVATE_KEY);

	if (json_array_size(js_at(call->params, "applies_to.products")))
		js_put(hidden, "applies_to", param(call, "applies_to"));
	/* The last second of redeem_by still counts. */
	if (param_given(call, "redeem_by"))
		js_put_int(hidden, "due", param_int(call, "redeem_by", 0) + 1);
	if (param_given(call, "currency_options"))
		return merge_options(call, hidden, js_text(body, "currency"));
	return 0;
}

static int coupon_create(struct call *call)
{
	static const char *const except[] = { "applies_to", "currency_options", "currency", NULL };
	json_t *body;

	if (check_worth(call) || check_duration(call) ||
		(param_given(call, "redeem_by") &&
			check_deadline(call, param_int(call, "redeem_by", 0), "redeem_by")) ||
		check_products(call))
		return -1;
	body = generic_body(call, except);
	if (!body)
		return -1;
	/* A percentage has no currency, whatever was sent. */
	if (param_given(call, "amount_off"))
		js_put_text(body, "currency", param_text(call, "currency"));
	if (put_hidden(call, body)) {
		json_decref(body);
		return -1;
	}
	return generic_create(call, body);
}

/* ---- changing, deleting ---- */

static int coupon_update(struct call *call)
{
	static const char *const except[] = { "currency_options", NULL };
	struct record *coupon = path_object(call, 0, "coupon");
	const char *currency;

	if (!coupon)
		return -1;
	currency = js_text(record_tree(coupon), "currency");
	if (param_given(call, "currency_options") && !currency)
		return fail_invalid(call, NULL, "currency_options",
			"You can only pass currency_options for a coupon with an amount_off");
	if (params_apply(call, journal_edit(&call->journal, coupon), coupon->type, except))
		return -1;
	if (param_given(call, "currency_options") &&
		merge_options(call, journal_edit_private(&call->journal, coupon), currency))
		return -1;
	emit_changed(call, "coupon.updated", coupon);
	return answer_record(call, coupon);
}

/* Discounts made with it stay: they keep its terms. coupon.deleted shows it as it is at last, not valid. */
static int coupon_on_delete(struct call *call, struct record *coupon)
{
	coupon_close(call, coupon);
	return 0;
}

/* ---- what shows only when it is expanded ---- */

static json_t *include_applies_to(struct call *call, struct record *coupon)
{
	(void)call;
	return json_incref(js_get(record_private(coupon), "applies_to"));
}

/* Stripe lists the coupon's own currency among its options. A percentage has none. */
static json_t *include_options(struct call *call, struct record *coupon)
{
	json_t *stored = js_get(record_private(coupon), "currency_options");
	const json_t *body = record_tree(coupon);
	json_t *own, *options;

	(void)call;
	if (!js_text(body, "currency"))
		return NULL;
	own = json_object();
	js_put(own, "amount_off", js_get(body, "amount_off"));
	options = stored ? json_copy(stored) : json_object();
	js_put_new(options, js_text(body, "currency"), own);
	return options;
}

static void coupon_fill(struct call *call, json_t *body)
{
	(void)call;
	js_put_text(body, "duration", "once");
}

static void coupon_adopt(struct call *call, struct record *coupon)
{
	int64_t until = js_int(record_tree(coupon), "redeem_by", 0);

	if (until && js_flag(record_tree(coupon), "valid", false))
		js_put_int(journal_edit_private(&call->journal, coupon), "due", until + 1);
}

const struct resource coupon_resource = {
	.name = "Coupon",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/coupons", coupon_create },
			{ "POST", "/v1/coupons/{id}", coupon_update },
			{ 0 },
		},
	.includes =
		(const struct resource_include[]) {
			{ "applies_to", include_applies_to },
			{ "currency_options", include_options },
			{ 0 },
		},
	.fill = coupon_fill,
	.adopt = coupon_adopt,
	.on_due = coupon_on_due,
	.on_delete = coupon_on_delete,
};
