/* SPDX-License-Identifier: MIT */
#include "resources/account.h"

#include <string.h>

#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "resources/generic.h"

#define PAYOUT_DAYS 2

/* The settings of a new account. Source: Stripe docs "The Account object". */
static json_t *settings_body(struct call *call, const struct schema_node *node, const char *country)
{
	json_t *settings = shape_object(call, NULL, node->fields, node->n_fields);
	json_t *invoices = json_object(), *payouts = json_object(), *schedule = json_object();

	js_put_null(invoices, "default_account_tax_ids");
	js_put_text(invoices, "hosted_payment_method_save", "offer");
	js_put_new(settings, "invoices", invoices);
	js_put_text(js_own(settings, "dashboard"), "timezone", !strcmp(country, "US") ? "America/New_York" : "Etc/UTC");
	js_put_flag(payouts, "debit_negative_balances", true);
	js_put_int(schedule, "delay_days", PAYOUT_DAYS);
	js_put_text(schedule, "interval", "daily");
	js_put_new(payouts, "schedule", schedule);
	js_put_null(payouts, "statement_descriptor");
	js_put_new(settings, "payouts", payouts);
	return settings;
}

static void account_fill(struct call *call, json_t *body)
{
	const struct schema_resource *type = schema_find_object("account");
	const struct schema_node *profile = schema_field(type, "business_profile");
	const char *country = param_text(call, "country") ? param_text(call, "country") : "US";

	js_put_new(body, "business_profile", shape_object(call, NULL, profile->fields, profile->n_fields));
	js_put_null(body, "business_type");
	js_put_new(body, "capabilities", json_object());
	js_put_text(body, "country", country);
	js_put_int(body, "created", call->now);
	js_put_text(body, "default_currency", "usd");
	js_put_new(body, "metadata", json_object());
	js_put_new(body, "settings", settings_body(call, schema_field(type, "settings"), country));
	js_put_text(body, "type", "standard");
}

/* The account itself is past its onboarding: it can be charged and paid out from the first call. */
struct record *account_self(struct call *call)
{
	const struct schema_resource *type = schema_find_object("account");
	struct record *self = account_get(call->account, call->account->id, type);
	json_t *body, *capabilities;

	if (self)
		return self;
	body = shape_new(call, type, call->account->id);
	capabilities = js_own(body, "capabilities");
	js_put_text(capabilities, "card_payments", "active");
	js_put_text(capabilities, "transfers", "active");
	js_put_flag(body, "charges_enabled", true);
	js_put_flag(body, "details_submitted", true);
	js_put_flag(body, "payouts_enabled", true);
	return object_store(call, type, body);
}

const char *account_currency(struct call *call)
{
	struct record *self = account_get(call->account, call->account->id, schema_find_object("account"));
	const char *currency = self ? js_text(record_tree(self), "default_currency") : NULL;

	return currency ? currency : "usd";
}

static int self_retrieve(struct call *call)
{
	return answer_record(call, account_self(call));
}

static bool is_self(const struct call *call)
{
	return !strcmp(call->ids[0], call->account->id);
}

static int account_retrieve(struct call *call)
{
	return is_self(call) ? self_retrieve(call) : generic_retrieve(call);
}

static int account_update(struct call *call)
{
	if (is_self(call))
		account_self(call);
	return generic_update(call);
}

const struct resource account_resource = {
	.name = "Account",
	.routes =
		(const struct resource_route[]) {
			{ "GET", "/v1/account", self_retrieve },
			{ "GET", "/v1/accounts/{id}", account_retrieve },
			{ "POST", "/v1/accounts/{id}", account_update },
			{ 0 },
		},
	.fill = account_fill,
};
