/* SPDX-License-Identifier: MIT */
/*
 * Promotion codes: what customers type, for a coupon. Codes are compared without regard to case, so each keeps its code
 * in capitals in its private state, by which it is found. Source: Stripe docs "Coupons and promotion codes".
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/check.h"
#include "resources/coupon.h"
#include "resources/generic.h"
#include "value/id.h"

#define CODE_INDEX "@code" /* an index key, no parameter: the code in capitals */

static const char *capitals(struct call *call, const char *code)
{
	char *copy = arena_text(&call->arena, code);

	for (char *c = copy; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return copy;
}

/* ---- ending ---- */

static void code_close(struct call *call, struct record *code)
{
	js_put_flag(journal_edit(&call->journal, code), "active", false);
	json_object_del(journal_edit_private(&call->journal, code), "due");
}

void promotion_codes_close(struct call *call, const struct record *coupon)
{
	const struct list *rows = list_by(call, schema_find_object("promotion_code"), "coupon", coupon->id);

	for (size_t i = 0; i < rows->count; i++)
		if (js_flag(record_tree(rows->at[i]), "active", false))
			code_close(call, rows->at[i]);
}

static bool is_used_up(const json_t *body)
{
	return js_int(body, "times_redeemed", 0) >= js_int(body, "max_redemptions", INT64_MAX);
}

void promotion_code_count(struct call *call, struct record *code)
{
	json_t *draft = journal_edit(&call->journal, code);

	js_put_int(draft, "times_redeemed", js_int(draft, "times_redeemed", 0) + 1);
	if (is_used_up(draft))
		code_close(call, code);
}

/* ---- typing ---- */

struct record *promotion_code_typed(struct call *call, const char *text, const struct record *customer)
{
	const struct list *rows = list_by(call, schema_find_object("promotion_code"), CODE_INDEX, capitals(call, text));
	struct record *open = NULL;

	for (size_t i = 0; i < rows->count; i++) {
		const json_t *tree = record_tree(rows->at[i]);
		const char *of = js_text(tree, "customer");

		if (!js_flag(tree, "active", false))
			continue;
		if (of && customer && !strcmp(of, customer->id))
			return rows->at[i];
		if (!of)
			open = rows->at[i];
	}
	return open;
}

int fail_promotion_code_typed(struct call *call, const char *text)
{
	return fail_invalid(call, "resource_missing", "promotion_code", "The promotion code %s is not valid.", text);
}

/* ---- creating ---- */

static struct record *checked_coupon(struct call *call)
{
	const char *id = param_text_at(call, "promotion.coupon");
	const struct schema_resource *type = schema_find_object("coupon");
	struct record *coupon = id ? account_get(call->account, id, type) : NULL;

	if (!id)
		fail_invalid(call, "parameter_missing", "promotion.coupon",
			"You must pass promotion.coupon when passing promotion");
	else if (!coupon)
		fail_no_such_param(call, type, id, "promotion[coupon]");
	else if (!coupon_is_open(call, coupon))
		fail_coupon_expired(call, coupon, "promotion[coupon]");
	else
		return coupon;
	return NULL;
}

static int check_limits(struct call *call, const json_t *coupon)
{
	int64_t most = js_int(coupon, "max_redemptions", INT64_MAX), until = js_int(coupon, "redeem_by", INT64_MAX);

	if (param_int(call, "max_redemptions", 0) > most)
		return fail_invalid(call, NULL, "max_redemptions",
			"The max_redemptions of a promotion code can't be greater than that of its coupon, which is "
			"%lld.",
			(long long)most);
	if (!param_given(call, "expires_at"))
		return 0;
	if (check_deadline(call, param_int(call, "expires_at", 0), "expires_at"))
		return -1;
	if (param_int(call, "expires_at", 0) > until)
		return fail_invalid(call, NULL, "expires_at",
			"The expires_at of a promotion code can't be after the redeem_by of its coupon, which is %lld.",
			(long long)until);
	return 0;
}

static int check_restrictions(struct call *call)
{
	const json_t *given = param(call, "restrictions");

	if (js_get(given, "minimum_amount") && !js_text(given, "minimum_amount_currency"))
		return fail_invalid(call, NULL, "restrictions[minimum_amount_currency]",
			"You must pass minimum_amount_currency when passing minimum_amount");
	if (!js_get(given, "minimum_amount") && js_text(given, "minimum_amount_currency"))
		return fail_invalid(call, NULL, "restrictions[minimum_amount]",
			"You must pass minimum_amount when passing minimum_amount_currency");
	if (!js_get(given, "minimum_amount") && js_get(given, "currency_options"))
		return fail_invalid(call, NULL, "restrictions[currency_options]",
			"You can only pass currency_options when passing minimum_amount");
	return 0;
}

/* Two active codes may be spelled alike only when they are for two different customers. */
static int check_unique(struct call *call, const char *code, const char *customer, const struct record *except)
{
	const struct list *rows = list_by(call, schema_find_object("promotion_code"), CODE_INDEX, capitals(call, code));

	for (size_t i = 0; i < rows->count; i++) {
		const json_t *other = record_tree(rows->at[i]);
		const char *theirs = js_text(other, "customer");

		if (rows->at[i] != except && js_flag(other, "active", false) &&
			(!customer || !theirs || !strcmp(customer, theirs)))
			return fail_invalid(
				call, NULL, NULL, "An active promotion code with `code: %s` already exists.", code);
	}
	return 0;
}

/* The given code, or a new one that nobody has. NULL with the failure. */
static const char *chosen_code(struct call *call)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	const char *code = param_text(call, "code");
	char *made;

	if (code && strspn(code, alphabet) != strlen(code)) {
		fail_invalid(call, NULL, "code",
			"This value must match the regex pattern. (/\\A[a-zA-Z0-9\\-_]+\\z/ does not match for the "
			"value %s).",
			code);
		return NULL;
	}
	if (code)
		return check_unique(call, code, param_text(call, "customer"), NULL) ? NULL : code;
	made = arena_alloc(&call->arena, ID_CODE_ROOM);
	do
		id_promotion_code(made, call->account->seed, account_draw(call->account, "promotion code"));
	while (list_by(call, schema_find_object("promotion_code"), CODE_INDEX, made)->count);
	return made;
}

/* The minimum amounts in other currencies, beside those that are there. */
static void put_options(struct call *call, json_t *body)
{
	const char *key;
	json_t *value;
	json_t *given = js_at(call->params, "restrictions.currency_options");

	if (!json_object_size(given))
		return;
	json_t *options = js_own(js_own(body, "restrictions"), "currency_options");

	json_object_foreach(given, key, value)
	{
		js_put(options, key, value);
	}
}

static int code_create(struct call *call)
{
	static const char *const except[] = { "code", NULL };
	struct record *coupon = checked_coupon(call);
	const char *code;
	json_t *body;

	if (!coupon || check_limits(call, record_tree(coupon)) || check_restrictions(call) ||
		params_check_references(call, call->route->resource))
		return -1;
	code = chosen_code(call);
	body = code ? generic_body(call, except) : NULL;
	if (!body)
		return -1;
	put_options(call, body);
	js_put_text(body, "code", code);
	js_put_text(js_own(body, PRIVATE_KEY), "code", capitals(call, code));
	if (param_given(call, "expires_at"))
		js_put_int(js_own(body, PRIVATE_KEY), "due", param_int(call, "expires_at", 0) + 1);
	return generic_create(call, body);
}

/* ---- changing ---- */

/* What has ended by itself cannot be made active again. */
static int check_reactivation(struct call *call, struct record *code)
{
	const json_t *body = record_tree(code);
	const char *coupon_id = js_text_at(body, "promotion.coupon");
	struct record *coupon = account_get(call->account, coupon_id, schema_find_object("coupon"));

	if (!param_flag(call, "active", false) || js_flag(body, "active", false))
		return 0;
	if (!coupon || !coupon_is_open(call, coupon))
		return fail_invalid(call, NULL, "active",
			"This promotion code cannot be activated because its coupon is no longer valid.");
	if (call->now > js_int(body, "expires_at", INT64_MAX))
		return fail_invalid(
			call, NULL, "active", "This promotion code cannot be activated because it has expired.");
	if (is_used_up(body))
		return fail_invalid(call, NULL, "active",
			"This promotion code cannot be activated because it has been redeemed the maximum number of "
			"times.");
	return check_unique(call, js_text(body, "code"), js_text(body, "customer"), code);
}

static int code_update(struct call *call)
{
	struct record *code = path_object(call, 0, "promotion_code");
	bool closes;

	if (!code || check_reactivation(call, code))
		return -1;
	if (js_at(call->params, "restrictions.currency_options") &&
		js_is_null(js_get(record_tree(code), "restrictions"), "minimum_amount"))
		return fail_invalid(call, NULL, "restrictions[currency_options]",
			"You can only pass currency_options for a promotion code with a minimum_amount");
	put_options(call, journal_edit(&call->journal, code));
	closes = !param_flag(call, "active", true);
	if (closes)
		json_object_del(journal_edit_private(&call->journal, code), "due");
	else if (param_flag(call, "active", false) && !js_is_null(record_tree(code), "expires_at"))
		js_put_int(journal_edit_private(&call->journal, code), "due",
			js_int(record_tree(code), "expires_at", 0) + 1);
	return generic_update(call);
}

static int code_list(struct call *call)
{
	struct list_want want = { CODE_INDEX, NULL };

	if (!param_text(call, "code"))
		return generic_list(call);
	want.value = capitals(call, param_text(call, "code"));
	return list_answer(call, call->route->resource, &want, 1, call->path);
}

static bool match_code(struct call *call, struct record *code, json_t *wanted)
{
	(void)call;
	return !json_is_string(wanted) || !strcasecmp(js_text(record_tree(code), "code"), json_string_value(wanted));
}

static void code_adopt(struct call *call, struct record *code)
{
	json_t *hidden = journal_edit_private(&call->journal, code);
	const json_t *body = record_tree(code);

	js_put_text(hidden, "code", capitals(call, js_text(body, "code")));
	if (js_int(body, "expires_at", 0) && js_flag(body, "active", false))
		js_put_int(hidden, "due", js_int(body, "expires_at", 0) + 1);
}

const struct resource promotion_code_resource = {
	.name = "PromotionCode",
	.routes =
		(const struct resource_route[]) {
			{ "GET", "/v1/promotion_codes", code_list },
			{ "POST", "/v1/promotion_codes", code_create },
			{ "POST", "/v1/promotion_codes/{id}", code_update },
			{ 0 },
		},
	.filters =
		(const struct resource_filter[]) {
			{ .param = CODE_INDEX, .path = PRIVATE_KEY ".code" },
			{ .param = "coupon", .path = "promotion.coupon" },
			{ .param = "code", .match = match_code },
			{ 0 },
		},
	.adopt = code_adopt,
	.on_due = code_close,
};
