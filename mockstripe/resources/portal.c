/* SPDX-License-Identifier: MIT */
/*
 * Portal configurations. The API makes any number of them; the default one, which sessions take when they name none, is
 * saved in the Dashboard, or by a fixture with is_default. Source: Stripe docs "Configure the customer portal",
 * "The Portal Configuration object".
 */
#include "resources/portal.h"

#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/check.h"
#include "resources/generic.h"
#include "resources/page_url.h"
#include "resources/payments/inside.h"

#define PRODUCTS 10 /* Stripe docs "Configure the customer portal": products that can be switched between */
#define UPDATE "features[subscription_update]"

static const struct schema_resource *configuration_type(void)
{
	return schema_find_object("billing_portal.configuration");
}

static json_t *text_list(const char *const *texts, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(texts[i]));
	return list;
}

/* ---- checks ---- */

static int check_product(struct call *call, json_t *entry, const char *where)
{
	const char *id = js_text(entry, "product");
	json_t *prices = json_object_get(entry, "prices"), *one;
	size_t i;

	if (!account_get(call->account, id, schema_find_object("product")))
		return fail_no_such_param(call, schema_find_object("product"), id, name_in(call, where, "product"));
	json_array_foreach(prices, i, one)
	{
		const char *price = json_string_value(one), *at = name_at(call, name_in(call, where, "prices"), i);
		struct record *r = account_get(call->account, price, schema_find_object("price"));
		const char *of = js_text(record_tree(r), "product");

		if (!r)
			return fail_no_such_param(call, schema_find_object("price"), price, at);
		if (!of || strcmp(of, id))
			return fail_invalid(
				call, NULL, at, "The price `%s` does not belong to the product `%s`.", price, id);
		if (!json_is_object(json_object_get(record_tree(r), "recurring")))
			return fail_invalid(call, NULL, at,
				"The price `%s` is not recurring: customers can only switch between recurring prices.",
				price);
	}
	return 0;
}

static int check_products(struct call *call)
{
	json_t *products = js_at(call->params, "features.subscription_update.products"), *entry;
	size_t i;

	if (json_array_size(products) > PRODUCTS)
		return fail_invalid(call, NULL, UPDATE "[products]",
			"You can specify at most %d products; you passed %zu.", PRODUCTS, json_array_size(products));
	json_array_foreach(products, i, entry)
	{
		if (check_product(call, entry, name_at(call, UPDATE "[products]", i)))
			return -1;
	}
	return 0;
}

/* What is switched on needs its details; looked at on the body, so that an update may leave out what stands there. */
static int check_features(struct call *call, json_t *body)
{
	json_t *features = json_object_get(body, "features"),
	       *update = json_object_get(features, "subscription_update");
	json_t *cancel = json_object_get(features, "subscription_cancel");
	const char *mode = js_text(cancel, "mode"), *behavior = js_text(cancel, "proration_behavior");

	if (js_flag_at(features, "customer_update.enabled", false) &&
		!json_array_size(js_at(features, "customer_update.allowed_updates")))
		return fail_missing_param(call, "features[customer_update][allowed_updates]");
	if (mode && behavior && !strcmp(mode, "at_period_end") && strcmp(behavior, "none"))
		return fail_invalid(call, NULL, "features[subscription_cancel][proration_behavior]",
			"`proration_behavior` must be `none` when `mode` is `at_period_end`.");
	if (!js_flag(update, "enabled", false))
		return 0;
	if (!json_array_size(json_object_get(update, "default_allowed_updates")))
		return fail_missing_param(call, UPDATE "[default_allowed_updates]");
	if (!json_array_size(json_object_get(update, "products")))
		return fail_missing_param(call, UPDATE "[products]");
	return 0;
}

static int check_urls(struct call *call)
{
	static const char *const urls[][2] = {
		{ "business_profile.privacy_policy_url", "business_profile[privacy_policy_url]" },
		{ "business_profile.terms_of_service_url", "business_profile[terms_of_service_url]" },
		{ "default_return_url", "default_return_url" },
	};

	for (size_t i = 0; i < COUNT_OF(urls); i++)
		if (check_url(call, param_text_at(call, urls[i][0]), urls[i][1]))
			return -1;
	return check_products(call);
}

/* The page where customers log in by e-mail has an address while it is switched on. */
static void settle_login(struct call *call, json_t *body)
{
	json_t *login = js_own(body, "login_page");

	if (!js_flag(login, "enabled", false))
		js_put_null(login, "url");
	else if (!js_text(login, "url"))
		js_put_text(login, "url",
			page_url(call, "billing.stripe.com",
				arena_format(&call->arena, "/p/login/test_%s", made_word(call, "portal", 18))));
}

/* ---- routes ---- */

static int configuration_create(struct call *call)
{
	json_t *body;

	if (check_urls(call))
		return -1;
	body = generic_body(call, NULL);
	if (!body)
		return -1;
	if (check_features(call, body)) {
		json_decref(body);
		return -1;
	}
	settle_login(call, body);
	return generic_create(call, body);
}

static int configuration_update(struct call *call)
{
	struct record *r = path_record(call, 0, configuration_type());
	json_t *draft;

	if (!r || check_urls(call))
		return -1;
	if (js_flag(record_tree(r), "is_default", false) && !param_flag(call, "active", true))
		return fail_invalid(call, NULL, "active", "The default configuration cannot be deactivated.");
	draft = journal_edit(&call->journal, r);
	if (params_apply(call, draft, r->type, NULL) || check_features(call, draft))
		return -1;
	settle_login(call, draft);
	if (json_object_size(call->params))
		js_put_int(draft, "updated", call->now);
	emit_changed(call, "billing_portal.configuration.updated", r);
	return answer_record(call, r);
}

/* ---- the default ---- */

struct record *portal_default(struct call *call)
{
	const struct list *all = &account_shelf(call->account, configuration_type())->records;

	for (size_t i = all->count; i-- > 0;)
		if (js_flag(record_tree(all->at[i]), "is_default", false))
			return all->at[i];
	return NULL;
}

/* The settings that the Dashboard's page begins with: all but switching plans, for which it needs products. */
static json_t *dashboard_body(struct call *call)
{
	static const char *const updates[] = { "address", "email", "phone", "tax_id" };
	static const char *const on[] = { "invoice_history", "payment_method_update", "subscription_cancel" };
	json_t *body = shape_new(call, configuration_type(), NULL), *features = js_own(body, "features"), *customer;

	customer = js_own(features, "customer_update");
	js_put_new(customer, "allowed_updates", text_list(updates, COUNT_OF(updates)));
	js_put_flag(customer, "enabled", true);
	for (size_t i = 0; i < COUNT_OF(on); i++)
		js_put_flag(js_own(features, on[i]), "enabled", true);
	js_put_flag(body, "is_default", true);
	return body;
}

struct record *portal_save_default(struct call *call, const char *configuration)
{
	struct record *before = portal_default(call), *r;

	if (!configuration && before)
		return before;
	if (!configuration) {
		r = object_store(call, configuration_type(), dashboard_body(call));
		emit(call, "billing_portal.configuration.created", r);
		return r;
	}
	r = account_get(call->account, configuration, configuration_type());
	if (!r || !js_flag(record_tree(r), "active", false)) {
		fail_no_such(call, configuration_type(), configuration);
		return NULL;
	}
	if (before && before != r) {
		js_put_flag(journal_edit(&call->journal, before), "is_default", false);
		emit_changed(call, "billing_portal.configuration.updated", before);
	}
	js_put_flag(journal_edit(&call->journal, r), "is_default", true);
	emit_changed(call, "billing_portal.configuration.updated", r);
	return r;
}

static void fill(struct call *call, json_t *body)
{
	static const char *const reasons[] = { "too_expensive", "missing_features", "switched_service", "unused",
		"other" };
	json_t *features = js_own(body, "features"), *cancel = js_own(features, "subscription_cancel");
	json_t *update = js_own(features, "subscription_update");

	js_put_int(body, "updated", js_int(body, "created", call->now));
	js_put_flag(body, "active", true);
	js_put_new(js_own(cancel, "cancellation_reason"), "options", text_list(reasons, COUNT_OF(reasons)));
	js_put_text(cancel, "mode", "at_period_end");
	js_put_text(cancel, "proration_behavior", "none");
	js_put_text(update, "proration_behavior", "none");
	js_put_text(update, "trial_update_behavior", "end_trial");
}

const struct resource portal_configuration_resource = {
	.name = "BillingPortal.Configuration",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/billing_portal/configurations", configuration_create },
			{ "POST", "/v1/billing_portal/configurations/{id}", configuration_update },
			{ 0 },
		},
	.fill = fill,
};
