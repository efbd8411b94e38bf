/* SPDX-License-Identifier: MIT */
#include "actions/catalog/permissions.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"

/* ---- what a configuration comes to ---- */

static bool has_offer(const struct config *c, enum offer_kind kind)
{
	for (size_t i = 0; i < c->retention.n_offers; i++)
		if (c->retention.offers[i].kind == kind)
			return true;
	return false;
}

static bool has_coupons(const struct config *c)
{
	return has_offer(c, OFFER_COUPON) || c->promotion_codes;
}

static bool changes_now(const struct config *c)
{
	return (c->upgrade.enabled && !c->upgrade.at_period_end) ||
	       (c->downgrade.enabled && !c->downgrade.at_period_end);
}

static bool changes_later(const struct config *c)
{
	return (c->upgrade.enabled && c->upgrade.at_period_end) || (c->downgrade.enabled && c->downgrade.at_period_end);
}

static bool has_codes(const struct config *c)
{
	return c->promotion_codes;
}

static bool credits(const struct config *c)
{
	return c->cancellation.enabled && c->cancellation.mode != CANCEL_AT_PERIOD_END &&
	       c->cancellation.credit != CREDIT_NONE;
}

static bool previews(const struct config *c)
{
	return changes_now(c) || credits(c);
}

static bool cancels_now(const struct config *c)
{
	return c->cancellation.enabled && c->cancellation.mode != CANCEL_AT_PERIOD_END;
}

static bool lets_go(const struct config *c)
{
	return changes_later(c) || c->downgrade.undo_enabled || c->cancellation.enabled;
}

static bool updates(const struct config *c)
{
	return changes_now(c) || c->cancellation.enabled || c->cancellation.undo_enabled || c->retention.n_offers;
}

static bool has_portal(const struct config *c)
{
	return c->payment_method.mode == PAYMENT_METHOD_PORTAL;
}

static bool has_intent(const struct config *c)
{
	return c->payment_method.mode == PAYMENT_METHOD_INTENT;
}

static bool has_tax_ids(const struct config *c)
{
	return c->billing_fields & FIELD_TAX_ID;
}

static bool has_fields(const struct config *c)
{
	return c->billing_fields & ~(unsigned)FIELD_TAX_ID;
}

/* ---- the requests ---- */

#define NOBODY "\"cus_stripe_actions_doctor\""
#define INFO PERMISSION_INFO
#define INVOICES PERMISSION_INVOICES
#define MANAGE PERMISSION_MANAGE
#define BILLING PERMISSION_BILLING
#define LINES (INFO | MANAGE)
#define CUSTOMERS "Customers"
#define SUBSCRIPTIONS "Subscriptions"

const struct permission permissions[] = {
	{ "customer_read", CUSTOMERS, "GET", "/v1/customers/{customer}", "whose account it is", PERMISSION_ALL, NULL,
		NULL },
	{ "customer_read", CUSTOMERS, "GET", "/v1/customers", "contacts that have an e-mail address in place of an id",
		PERMISSION_ALL, NULL, "{\"email\":\"nobody@stripe-actions.invalid\",\"limit\":1}" },
	{ "customer_read", CUSTOMERS, "GET", "/v1/customers/{customer}/tax_ids", "tax numbers there are", BILLING,
		has_tax_ids, NULL },
	{ "customer_write", CUSTOMERS, "POST", "/v1/customers/{customer}", "address, e-mail, phone, name, shipping",
		BILLING, has_fields, NULL },
	{ "customer_write", CUSTOMERS, "POST", "/v1/customers/{customer}/tax_ids", "a new tax number", BILLING,
		has_tax_ids, NULL },
	{ "subscription_read", SUBSCRIPTIONS, "GET", "/v1/subscriptions", "what the customer has",
		INFO | INVOICES | MANAGE, NULL, "{\"customer\":" NOBODY "}" },
	{ "subscription_read", SUBSCRIPTIONS, "GET", "/v1/subscriptions/{subscription}",
		"reading back what was changed", MANAGE, NULL, NULL },
	{ "subscription_read", SUBSCRIPTIONS, "GET", "/v1/subscription_schedules/{schedule}",
		"changes that are to come", LINES, NULL, NULL },
	{ "subscription_write", SUBSCRIPTIONS, "POST", "/v1/subscriptions/{subscription}",
		"another plan, cancelling at the period's end, taking that back, offers", MANAGE, updates, NULL },
	{ "subscription_write", SUBSCRIPTIONS, "DELETE", "/v1/subscriptions/{subscription}", "cancelling at once",
		MANAGE, cancels_now, NULL },
	{ "subscription_write", SUBSCRIPTIONS, "POST", "/v1/subscription_schedules", "a change at the period's end",
		MANAGE, changes_later, "{\"from_subscription\":\"sub_stripe_actions_doctor\"}" },
	{ "subscription_write", SUBSCRIPTIONS, "POST", "/v1/subscription_schedules/{schedule}",
		"a change at the period's end", MANAGE, changes_later, NULL },
	{ "subscription_write", SUBSCRIPTIONS, "POST", "/v1/subscription_schedules/{schedule}/release",
		"taking such a change back", MANAGE, lets_go, NULL },
	{ "invoice_read", "Invoices", "GET", "/v1/invoices", "invoices, and what is still to be paid",
		INFO | INVOICES | MANAGE, NULL, "{\"customer\":" NOBODY "}" },
	{ "invoice_read", "Invoices", "GET", "/v1/invoices/{invoice}", "what a change was charged with", MANAGE,
		changes_now, NULL },
	{ "invoice_read", "Invoices", "POST", "/v1/invoices/create_preview", "what a change will cost", MANAGE,
		previews, "{\"customer\":" NOBODY "}" },
	{ "plan_read", "Prices", "GET", "/v1/prices/{price}", "prices of the plans", LINES, NULL, NULL },
	{ "product_read", "Products", "GET", "/v1/products/{product}", "names of what is not in the plan catalogue",
		INFO | INVOICES | MANAGE, NULL, NULL },
	{ "coupon_read", "Coupons", "GET", "/v1/coupons/{coupon}", "whether an offer or a code still holds", MANAGE,
		has_coupons, NULL },
	{ "promotion_code_read", "Promotion codes", "GET", "/v1/promotion_codes", "codes that customers type", MANAGE,
		has_codes, "{\"code\":\"stripe-actions-doctor\"}" },
	{ "customer_portal_write", "Customer portal", "POST", "/v1/billing_portal/sessions",
		"the link for payment methods", MANAGE, has_portal, "{\"customer\":" NOBODY "}" },
	{ "setup_intent_write", "SetupIntents", "POST", "/v1/setup_intents", "the form for payment methods", MANAGE,
		has_intent, "{\"customer\":" NOBODY "}" },
	{ 0 },
};

static const struct {
	enum permission_kind kind;
	const char *name;
} kinds[] = {
	{ PERMISSION_INFO, "subscription_info" },
	{ PERMISSION_INVOICES, "invoices" },
	{ PERMISSION_MANAGE, "manage_subscriptions" },
	{ PERMISSION_BILLING, "billing_info" },
};

static unsigned kind_bit(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return kinds[i].kind;
	return 0;
}

bool permission_needed(const struct config *c, const struct permission *p)
{
	if (p->needed && !p->needed(c))
		return false;
	for (size_t i = 0; i < c->n_actions; i++)
		if (c->actions[i].enabled && p->kinds & kind_bit(c->actions[i].kind))
			return true;
	return false;
}

/* ---- as data ---- */

/* One line a family; writing includes reading, so that the higher level stays. */
static void family_add(json_t *list, const struct permission *p)
{
	json_t *last = json_array_get(list, json_array_size(list) - 1);
	const char *end = strrchr(p->name, '_');

	/* The table is in the order of families. */
	if (!last || strcmp(js_text(last, "family"), p->family) != 0) {
		last = json_object();
		json_array_append_new(list, last);
		js_put_text(last, "family", p->family);
	}
	js_put_text(last, "level", end + 1);
	js_put_text(last, "name", p->name);
}

static json_t *request_row(const struct config *c, const struct permission *p)
{
	json_t *row = json_object(), *actions = json_array();

	js_put_text(row, "method", p->method);
	js_put_text(row, "route", p->route);
	js_put_text(row, "permission", p->name);
	js_put_text(row, "use", p->use);
	for (size_t i = 0; i < c->n_actions; i++)
		if (c->actions[i].enabled && p->kinds & kind_bit(c->actions[i].kind))
			json_array_append_new(actions, json_string(c->actions[i].name));
	js_put_new(row, "actions", actions);
	return row;
}

json_t *permissions_list(const struct config *c)
{
	json_t *out = json_object(), *families = json_array(), *requests = json_array();

	for (const struct permission *p = permissions; p->name; p++) {
		if (!permission_needed(c, p))
			continue;
		family_add(families, p);
		json_array_append_new(requests, request_row(c, p));
	}
	js_put_new(out, "permissions", families);
	js_put_new(out, "requests", requests);
	return out;
}
