/* SPDX-License-Identifier: MIT */
/*
 * What the description cannot know, for suites that walk all routes: parameters that go together, and what has to be so
 * before a route can succeed. A resource that gets rules of its own gets its rows here.
 */
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "suites/support/fill.h"

/*
 * Parameters that have to be this way: rules across fields, and ids whose kind the declarations do not tell. Added to
 * what the description asks for; {Name} is the id of an object of that resource.
 */
static const struct recipe {
	const char *route, *params;
} recipes[] = {
	{ "GET /v1/billing/meters/{id}/event_summaries",
		"{\"customer\": \"{Customer}\", \"start_time\": 1767139200, \"end_time\": 1767225600}" },
	{ "GET /v1/charges/search", "{\"query\": \"amount>0\"}" },
	{ "GET /v1/credit_notes/preview", "{\"invoice\": \"{Invoice}\", \"amount\": 100}" },
	{ "GET /v1/credit_notes/preview/lines", "{\"invoice\": \"{Invoice}\", \"amount\": 100}" },
	{ "GET /v1/customers/search", "{\"query\": \"created>0\"}" },
	{ "GET /v1/invoices/search", "{\"query\": \"total>0\"}" },
	{ "GET /v1/payment_intents/search", "{\"query\": \"amount>0\"}" },
	{ "GET /v1/payment_methods", "{\"customer\": \"{Customer}\"}" },
	{ "GET /v1/prices/search", "{\"query\": \"active:'true'\"}" },
	{ "GET /v1/products/search", "{\"query\": \"active:'true'\"}" },
	{ "GET /v1/subscriptions/search", "{\"query\": \"created>0\"}" },
	{ "POST /v1/billing/meter_event_adjustments", "{\"cancel\": {\"identifier\": \"one\"}}" },
	{ "POST /v1/billing/meter_events",
		"{\"payload\": {\"stripe_customer_id\": \"{Customer}\", \"value\": \"5\"}}" },
	{ "POST /v2/billing/meter_event_adjustments", "{\"cancel\": {\"identifier\": \"one\"}}" },
	{ "POST /v2/billing/meter_event_stream",
		"{\"events\": [{\"event_name\": \"some text\", \"payload\": {\"stripe_customer_id\": \"{Customer}\","
		" \"value\": \"5\"}}]}" },
	{ "POST /v2/billing/meter_events",
		"{\"payload\": {\"stripe_customer_id\": \"{Customer}\", \"value\": \"5\"}}" },
	{ "POST /v1/billing_portal/configurations", "{\"features\": {\"invoice_history\": {\"enabled\": true}}}" },
	{ "POST /v1/billing_portal/sessions",
		"{\"customer\": \"{Customer}\", \"configuration\": \"{BillingPortal.Configuration}\"}" },
	{ "POST /v1/charges", "{\"amount\": 2000, \"currency\": \"usd\", \"source\": \"tok_visa\"}" },
	{ "POST /v1/checkout/sessions",
		"{\"mode\": \"payment\", \"success_url\": \"https://example.com/ok\", \"line_items\": [{\"price_data\":"
		" {\"currency\": \"usd\", \"product\": \"{Product}\", \"unit_amount\": 1000}, \"quantity\": 1}]}" },
	{ "POST /v1/coupons", "{\"percent_off\": 25}" },
	{ "POST /v1/credit_notes", "{\"invoice\": \"{Invoice}\", \"amount\": 100}" },
	{ "POST /v1/customers/{id}/sources", "{\"source\": \"tok_visa\"}" },
	{ "POST /v1/customers/{id}/tax_ids", "{\"type\": \"eu_vat\", \"value\": \"DE123456789\"}" },
	{ "POST /v1/customers/{id}/funding_instructions",
		"{\"currency\": \"eur\", \"bank_transfer\": {\"type\": \"eu_bank_transfer\","
		" \"eu_bank_transfer\": {\"country\": \"DE\"}}, \"funding_type\": \"bank_transfer\"}" },
	{ "POST /v1/invoiceitems", "{\"customer\": \"{Customer}\", \"amount\": 500, \"currency\": \"usd\"}" },
	{ "POST /v1/invoices", "{\"customer\": \"{Customer}\", \"pending_invoice_items_behavior\": \"include\"}" },
	{ "POST /v1/invoices/create_preview", "{\"customer\": \"{Customer}\", \"subscription_details\":"
					      " {\"items\": [{\"price\": \"{Price}\"}]}}" },
	{ "POST /v1/invoices/{id}/remove_lines",
		"{\"lines\": [{\"id\": \"{InvoiceLineItem}\", \"behavior\": \"unassign\"}]}" },
	{ "POST /v1/invoices/{id}/update_lines",
		"{\"lines\": [{\"id\": \"{InvoiceLineItem}\", \"description\": \"Setup\"}]}" },
	{ "POST /v1/payouts", "{\"amount\": 500, \"currency\": \"usd\"}" },
	{ "POST /v1/payment_intents", "{\"amount\": 2000, \"currency\": \"usd\", \"customer\": \"{Customer}\"}" },
	{ "POST /v1/payment_intents/{id}/confirm",
		"{\"payment_method\": \"pm_card_visa\", \"return_url\": \"https://example.com/back\"}" },
	{ "POST /v1/payment_intents/{id}/increment_authorization", "{\"amount\": 3000}" },
	{ "POST /v1/payment_links", "{\"line_items\": [{\"price\": \"{Price}\", \"quantity\": 1}]}" },
	{ "POST /v1/payment_methods", "{\"type\": \"card\", \"card\": {\"token\": \"tok_visa\"}}" },
	{ "POST /v1/payment_methods/{id}/attach", "{\"customer\": \"{Customer}\"}" },
	{ "POST /v1/plans", "{\"amount\": 1000, \"product\": \"{Product}\"}" },
	{ "POST /v1/prices",
		"{\"unit_amount\": 1000, \"product\": \"{Product}\", \"recurring\": {\"interval\": \"month\"}}" },
	{ "POST /v1/products/{id}/features", "{\"entitlement_feature\": \"{Entitlements.Feature}\"}" },
	{ "POST /v1/promotion_codes", "{\"promotion\": {\"type\": \"coupon\", \"coupon\": \"{Coupon}\"}}" },
	{ "POST /v1/refunds", "{\"charge\": \"{Charge}\", \"amount\": 500}" },
	{ "POST /v1/setup_intents/{id}/confirm",
		"{\"payment_method\": \"pm_card_visa\", \"return_url\": \"https://example.com/back\"}" },
	{ "POST /v1/issuing/cards",
		"{\"cardholder\": \"{Issuing.Cardholder}\", \"currency\": \"usd\", \"type\": \"physical\", "
		"\"shipping\":"
		" {\"name\": \"Ada\", \"address\": {\"city\": \"Paris\", \"country\": \"FR\", \"line1\": \"1 Rue\","
		" \"postal_code\": \"75001\"}}}" },
	{ "POST /v1/subscription_items",
		"{\"subscription\": \"{Subscription}\", \"price_data\": {\"currency\": \"usd\", \"product\":"
		" \"{Product}\", \"recurring\": {\"interval\": \"month\"}, \"unit_amount\": 500}}" },
	{ "POST /v1/subscription_schedules",
		"{\"customer\": \"{Customer}\", \"start_date\": \"now\", \"phases\": [{\"items\": [{\"price\":"
		" \"{Price}\"}], \"duration\": {\"interval\": \"month\", \"interval_count\": 3}}]}" },
	{ "POST /v1/subscriptions",
		"{\"customer\": \"{Customer}\", \"items\": [{\"price\": \"{Price}\"}], \"trial_period_days\": 7}" },
	{ "POST /v1/tax_ids", "{\"type\": \"eu_vat\", \"value\": \"DE123456789\"}" },
	{ "POST /v1/test_helpers/test_clocks", "{\"frozen_time\": 1767225600}" },
	{ "POST /v1/test_helpers/test_clocks/{id}/advance", "{\"frozen_time\": 1767312000}" },
	{ "POST /v1/tokens", "{\"pii\": {\"id_number\": \"000000000\"}}" },
	{ "POST /v1/transfers", "{\"amount\": 400, \"currency\": \"usd\", \"destination\": \"{Account}\"}" },
	{ "POST /v1/webhook_endpoints", "{\"url\": \"https://example.com/hook\", \"enabled_events\": [\"*\"]}" },
};

/*
 * Calls to make before a route's own, in this order. {Name} is the id of an object of that resource; `made` says of
 * which resource the answer, or the first of its list, is the one that is meant from then on (NULL: nothing new).
 */
static const struct step {
	const char *route, *made, *method, *path, *params;
} steps[] = {
	{ "DELETE /v1/subscriptions/{id}/discount", "Subscription", "POST", "/v1/subscriptions",
		"customer={Customer}&items[0][price]={Price}&trial_period_days=7&discounts[0][coupon]={Coupon}" },
	{ "GET /v1/credit_notes/preview", NULL, "POST", "/v1/invoiceitems",
		"customer={Customer}&amount=500&currency=usd" },
	{ "GET /v1/credit_notes/preview", "Invoice", "POST", "/v1/invoices",
		"customer={Customer}&pending_invoice_items_behavior=include" },
	{ "GET /v1/credit_notes/preview", NULL, "POST", "/v1/invoices/{Invoice}/finalize", "" },
	{ "GET /v1/credit_notes/preview/lines", NULL, "POST", "/v1/invoiceitems",
		"customer={Customer}&amount=500&currency=usd" },
	{ "GET /v1/credit_notes/preview/lines", "Invoice", "POST", "/v1/invoices",
		"customer={Customer}&pending_invoice_items_behavior=include" },
	{ "GET /v1/credit_notes/preview/lines", NULL, "POST", "/v1/invoices/{Invoice}/finalize", "" },
	{ "GET /v1/customers/{customerId}/payment_methods/{id}", NULL, "POST",
		"/v1/payment_methods/{PaymentMethod}/attach", "customer={Customer}" },
	{ "GET /v1/customers/{customerId}/cash_balance_transactions/{id}", "CustomerCashBalanceTransaction", "POST",
		"/v1/test_helpers/customers/{Customer}/fund_cash_balance", "amount=500&currency=usd" },
	{ "GET /v1/disputes/{id}", NULL, "POST", "/v1/charges", "amount=2000&currency=usd&source=tok_createDispute" },
	{ "GET /v1/disputes/{id}", "Dispute", "GET", "/v1/disputes", NULL },
	{ "GET /v1/events/{id}", NULL, "POST", "/v1/customers", "" },
	{ "GET /v2/core/events/{id}", NULL, "POST", "/v1/customers", "" },
	{ "GET /v2/core/events/{id}", "V2.Core.Event", "GET", "/v2/core/events", NULL },
	{ "POST /v1/billing/meter_event_adjustments", NULL, "GET", "/v1/billing/meters/{Billing.Meter}", NULL },
	{ "POST /v1/billing/meter_event_adjustments", NULL, "POST", "/v1/billing/meter_events",
		"event_name=some+text&identifier=one&payload[stripe_customer_id]={Customer}&payload[value]=5" },
	{ "POST /v1/billing/meter_events", NULL, "GET", "/v1/billing/meters/{Billing.Meter}", NULL },
	{ "POST /v2/billing/meter_event_adjustments", NULL, "GET", "/v1/billing/meters/{Billing.Meter}", NULL },
	{ "POST /v2/billing/meter_event_adjustments", NULL, "POST", "/v1/billing/meter_events",
		"event_name=some+text&identifier=one&payload[stripe_customer_id]={Customer}&payload[value]=5" },
	{ "POST /v2/billing/meter_event_stream", NULL, "GET", "/v1/billing/meters/{Billing.Meter}", NULL },
	{ "POST /v2/billing/meter_events", NULL, "GET", "/v1/billing/meters/{Billing.Meter}", NULL },
	{ "POST /v1/billing/meters/{id}/reactivate", NULL, "POST", "/v1/billing/meters/{Billing.Meter}/deactivate",
		"" },
	{ "POST /v1/charges/{id}/capture", "Charge", "POST", "/v1/charges",
		"amount=2000&currency=usd&source=tok_visa&capture=false" },
	{ "POST /v1/credit_notes", NULL, "POST", "/v1/invoiceitems", "customer={Customer}&amount=500&currency=usd" },
	{ "POST /v1/credit_notes", "Invoice", "POST", "/v1/invoices",
		"customer={Customer}&pending_invoice_items_behavior=include" },
	{ "POST /v1/credit_notes", NULL, "POST", "/v1/invoices/{Invoice}/finalize", "" },
	{ "POST /v1/payouts", NULL, "POST", "/v1/charges", "amount=2000&currency=usd&source=tok_bypassPending" },
	{ "POST /v1/disputes/{id}", NULL, "POST", "/v1/charges", "amount=2000&currency=usd&source=tok_createDispute" },
	{ "POST /v1/disputes/{id}", "Dispute", "GET", "/v1/disputes", NULL },
	{ "POST /v1/disputes/{id}/close", NULL, "POST", "/v1/charges",
		"amount=2000&currency=usd&source=tok_createDispute" },
	{ "POST /v1/disputes/{id}/close", "Dispute", "GET", "/v1/disputes", NULL },
	{ "POST /v1/invoices/{id}/mark_uncollectible", NULL, "POST", "/v1/invoiceitems",
		"customer={Customer}&amount=500&currency=usd" },
	{ "POST /v1/invoices/{id}/mark_uncollectible", NULL, "POST", "/v1/invoices/{Invoice}/finalize", "" },
	{ "POST /v1/invoices/{id}/remove_lines", NULL, "POST", "/v1/invoiceitems",
		"customer={Customer}&amount=500&currency=usd" },
	{ "POST /v1/invoices/{id}/remove_lines", "InvoiceLineItem", "GET", "/v1/invoices/{Invoice}/lines", NULL },
	{ "POST /v1/invoices/{id}/send", NULL, "POST", "/v1/invoiceitems",
		"customer={Customer}&amount=500&currency=usd" },
	{ "POST /v1/invoices/{id}/send", "Invoice", "POST", "/v1/invoices",
		"customer={Customer}&collection_method=send_invoice&days_until_due=30"
		"&pending_invoice_items_behavior=include" },
	{ "POST /v1/invoices/{id}/update_lines", NULL, "POST", "/v1/invoiceitems",
		"customer={Customer}&amount=500&currency=usd" },
	{ "POST /v1/invoices/{id}/update_lines", "InvoiceLineItem", "GET", "/v1/invoices/{Invoice}/lines", NULL },
	{ "POST /v1/invoices/{id}/void", NULL, "POST", "/v1/invoiceitems",
		"customer={Customer}&amount=500&currency=usd" },
	{ "POST /v1/invoices/{id}/void", NULL, "POST", "/v1/invoices/{Invoice}/finalize", "" },
	{ "POST /v1/invoices/{invoiceId}/lines/{id}", NULL, "POST", "/v1/invoiceitems",
		"customer={Customer}&amount=500&currency=usd" },
	{ "POST /v1/invoices/{invoiceId}/lines/{id}", "InvoiceLineItem", "GET", "/v1/invoices/{Invoice}/lines", NULL },
	{ "POST /v1/payment_intents/{id}/capture", "PaymentIntent", "POST", "/v1/payment_intents",
		"amount=2000&currency=usd&capture_method=manual&confirm=true&payment_method=pm_card_visa"
		"&return_url=https://example.com/back" },
	{ "POST /v1/payment_intents/{id}/increment_authorization", "PaymentIntent", "POST", "/v1/payment_intents",
		"amount=2000&currency=usd&capture_method=manual&confirm=true&payment_method=pm_card_visa"
		"&return_url=https://example.com/back"
		"&payment_method_options[card][request_incremental_authorization]=if_available" },
	{ "POST /v1/payment_methods/{id}", NULL, "POST", "/v1/payment_methods/{PaymentMethod}/attach",
		"customer={Customer}" },
	{ "POST /v1/payment_methods/{id}/detach", NULL, "POST", "/v1/payment_methods/{PaymentMethod}/attach",
		"customer={Customer}" },
	{ "POST /v1/subscriptions/{id}/migrate", "Subscription", "POST", "/v1/subscriptions",
		"customer={Customer}&items[0][price]={Price}&trial_period_days=7&billing_mode[type]=classic" },
	{ "POST /v1/subscriptions/{id}/pause", NULL, "POST", "/v1/payment_methods/{PaymentMethod}/attach",
		"customer={Customer}" },
	{ "POST /v1/subscriptions/{id}/pause", "Subscription", "POST", "/v1/subscriptions",
		"customer={Customer}&items[0][price]={Price}&default_payment_method={PaymentMethod}" },
	{ "POST /v1/subscriptions/{id}/resume", NULL, "POST", "/v1/payment_methods/{PaymentMethod}/attach",
		"customer={Customer}" },
	{ "POST /v1/subscriptions/{id}/resume", "Subscription", "POST", "/v1/subscriptions",
		"customer={Customer}&items[0][price]={Price}&default_payment_method={PaymentMethod}" },
	{ "POST /v1/subscriptions/{id}/resume", NULL, "POST", "/v1/subscriptions/{Subscription}/pause",
		"type=subscription" },
};

/* "{Customer}" -> its id; what is no resource's name stays. */
static const char *with_ids(struct fill *f, const char *text)
{
	struct text out;
	const char *result;

	text_init(&out, TEXT_NO_CEILING);
	for (const char *c = text; *c; c++) {
		size_t length = *c == '{' ? strcspn(c, "}") : 0;
		char name[64] = "";

		if (!length || length >= sizeof name) {
			text_char(&out, *c);
			continue;
		}
		memcpy(name, c + 1, length - 1);
		text_put(&out, fill_object(f, schema_find_resource(name)));
		c += length;
	}
	result = text_of(f->house, "%s", out.data);
	text_clear(&out);
	return result;
}

/* Whether a row's "VERB PATTERN" is that route. */
static bool is_for(const char *row, const struct schema_route *route)
{
	size_t verb = strlen(route->method);

	return !strncmp(row, route->method, verb) && row[verb] == ' ' && !strcmp(row + verb + 1, route->pattern);
}

const char *fill_recipe(const struct schema_route *route)
{
	for (size_t i = 0; i < COUNT_OF(recipes); i++)
		if (is_for(recipes[i].route, route))
			return recipes[i].params;
	return NULL;
}

void fill_prepare(struct fill *f, const struct schema_route *route)
{
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		const struct answer *a;
		const char *path;

		if (!is_for(steps[i].route, route))
			continue;
		path = with_ids(f, steps[i].path);
		a = api_ok(f->house, steps[i].method, path, steps[i].params ? with_ids(f, steps[i].params) : NULL);
		if (steps[i].made)
			map_put(f->made, steps[i].made,
				(void *)(uintptr_t)(field_json(a, "data") ? field(a, "data.0.id") : field(a, "id")));
	}
}
