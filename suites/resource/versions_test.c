/* SPDX-License-Identifier: MIT */

/*
 * Clients of older API versions: what they send is understood, what they get has the shape of their version, exactly.
 * Source: Stripe docs "Changelog", "API upgrades", "Webhooks and versioning".
 */
#include "billing.h"

#define ENDIVE "2026-10-28.endive"
#define DAHLIA "2026-08-26.dahlia"
#define CLOVER "2025-09-30.clover"
#define BASIL "2025-08-27.basil"
#define ACACIA "2025-02-24.acacia"
#define Y2024 "2024-06-20"
#define Y2022 "2022-08-01"
#define Y2020 "2020-03-02"

static const struct answer *as(
	struct house *h, const char *version, const char *method, const char *path, const char *body)
{
	const char *headers[] = { text_of(h, "Stripe-Version: %s", version), NULL };
	const struct answer *a = api_with(h, method, path, body, headers);

	assert_status(a, 200);
	return a;
}

static const struct answer *refused(
	struct house *h, const char *version, const char *method, const char *path, const char *body)
{
	const char *headers[] = { text_of(h, "Stripe-Version: %s", version), NULL };

	return api_with(h, method, path, body, headers);
}

/* The names of an object's members in order, with blanks between. */
static const char *names_of(struct house *h, const struct answer *a, const char *path)
{
	const char *all = "", *key;
	json_t *value;

	json_object_foreach(field_json(a, path), key, value)
	{
		all = text_of(h, "%s%s%s", all, *all ? " " : "", key);
	}
	return all;
}

struct shop {
	const char *customer, *price, *sub, *invoice, *intent, *charge;
};

static struct shop shop_open(struct house *h)
{
	struct shop s = { .customer = customer_new(h, "email=a@example.com", "visa"),
		.price = monthly(h, "Pro", 2000) };
	const struct answer *sub = subscribe(h, s.customer, s.price, "metadata[team]=blue"), *payments;

	s.sub = field(sub, "id");
	s.invoice = field(sub, "latest_invoice");
	payments = api_ok(h, "GET", text_of(h, "/v1/invoice_payments?invoice=%s", s.invoice), NULL);
	s.intent = field(payments, "data.0.payment.payment_intent");
	s.charge = field(get(h, "payment_intents", s.intent), "latest_charge");
	return s;
}

/* ---- subscriptions ---- */

static void subscription__has_its_period_before_basil(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const struct answer *a = as(h, ACACIA, "GET", get_path(h, "subscriptions", s.sub), NULL);

	assert_money(a, "current_period_start", HOUSE_NOW);
	assert_money(a, "current_period_end", FEB_1);
	assert_absent(a, "items.data.0.current_period_end");
	assert_absent(a, "items.data.0.current_period_start");
	assert_field(a, "discount", NULL);
	assert_field(a, "plan.id", s.price);
	assert_money(a, "quantity", 1);
	assert_field(a, "items.data.0.price.recurring.aggregate_usage", NULL);
	assert_field(a, "plan.aggregate_usage", NULL);
}

static void subscription__keeps_its_period_on_the_items_from_basil(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const struct answer *a = as(h, BASIL, "GET", get_path(h, "subscriptions", s.sub), NULL);

	assert_absent(a, "current_period_end");
	assert_absent(a, "discount");
	assert_money(a, "items.data.0.current_period_end", FEB_1);
}

static void subscription__keys_are_in_order(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const struct answer *a = as(h, ACACIA, "GET", get_path(h, "subscriptions", s.sub), NULL);
	const char *names = names_of(h, a, "");

	assert_int_equal(strncmp(names, "id object application ", 22), 0);
	assert_non_null(strstr(names, " created currency current_period_end current_period_start customer "));
}

static void subscription__lists_are_shown_so_too(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const struct answer *a = as(h, ACACIA, "GET", text_of(h, "/v1/subscriptions?customer=%s", s.customer), NULL);

	assert_field(a, "object", "list");
	assert_flag(a, "has_more", false);
	assert_money(a, "data.0.current_period_end", FEB_1);
	assert_absent(a, "data.0.items.data.0.current_period_end");
}

static void subscription__is_classic_before_clover(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000);
	const char *body = text_of(h, "customer=%s&items[0][price]=%s", customer, price);

	assert_field(as(h, BASIL, "POST", "/v1/subscriptions", body), "billing_mode.type", "classic");
	assert_field(as(h, CLOVER, "POST", "/v1/subscriptions", body), "billing_mode.type", "flexible");
}

static void subscription__takes_a_coupon_before_basil(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000);
	const struct answer *a, *i;

	api_ok(h, "POST", "/v1/coupons", "id=HALF&percent_off=50&duration=forever");
	a = as(h, ACACIA, "POST", "/v1/subscriptions",
		text_of(h, "customer=%s&items[0][price]=%s&coupon=HALF&expand[]=latest_invoice", customer, price));
	assert_field(a, "discount.object", "discount");
	assert_field(a, "discount.coupon.id", "HALF");
	assert_field(a, "discount.coupon.object", "coupon");
	assert_absent(a, "discount.source");
	assert_field(a, "discounts.0", field(a, "discount.id"));
	assert_money(a, "latest_invoice.total", 1000);
	assert_field(a, "latest_invoice.discount.coupon.id", "HALF");
	i = as(h, ACACIA, "POST", get_path(h, "subscriptions", field(a, "id")), "coupon=");
	assert_field(i, "discount", NULL);
	assert_json(h, i, "discounts", "[]");
}

static void subscription__does_not_take_a_coupon_from_basil(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000);

	assert_error(refused(h, BASIL, "POST", "/v1/subscriptions",
			     text_of(h, "customer=%s&items[0][price]=%s&coupon=HALF", customer, price)),
		400, "parameter_unknown", "coupon", "Received unknown parameter: coupon");
}

static void subscription__anchor_is_a_word_before_endive(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const struct answer *a;

	go_to(h, HOUSE_NOW + 10 * DAY);
	a = as(h, DAHLIA, "POST", get_path(h, "subscriptions", s.sub), "billing_cycle_anchor=now");
	assert_money(a, "billing_cycle_anchor", HOUSE_NOW + 10 * DAY);
	assert_money(a, "items.data.0.current_period_start", HOUSE_NOW + 10 * DAY);
	assert_error(refused(h, ENDIVE, "POST", get_path(h, "subscriptions", s.sub), "billing_cycle_anchor=now"), 400,
		NULL, "billing_cycle_anchor", NULL);
}

static void subscription__prorate_is_a_flag_before_august_2020(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const char *path = get_path(h, "subscriptions", s.sub);

	go_to(h, HOUSE_NOW + 10 * DAY);
	as(h, Y2020, "POST", path,
		text_of(h, "items[0][id]=%s&items[0][quantity]=2&prorate=false",
			field(get(h, "subscriptions", s.sub), "items.data.0.id")));
	assert_int_equal(field_count(pending_items(h, s.customer), "data"), 0);
	as(h, Y2020, "POST", path,
		text_of(h, "items[0][id]=%s&items[0][quantity]=3&prorate=true",
			field(get(h, "subscriptions", s.sub), "items.data.0.id")));
	assert_int_equal(field_count(pending_items(h, s.customer), "data"), 2);
	assert_error(refused(h, Y2022, "POST", path, "prorate=true"), 400, "parameter_unknown", "prorate", NULL);
}

/* ---- invoices ---- */

static void invoice__has_its_links_before_basil(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const struct answer *a = as(h, ACACIA, "GET", get_path(h, "invoices", s.invoice), NULL);

	assert_field(a, "subscription", s.sub);
	assert_field(a, "payment_intent", s.intent);
	assert_field(a, "charge", s.charge);
	assert_flag(a, "paid", true);
	assert_flag(a, "paid_out_of_band", false);
	assert_field(a, "quote", NULL);
	assert_field(a, "discount", NULL);
	assert_field(a, "tax", NULL);
	assert_json(h, a, "total_tax_amounts", "[]");
	assert_json(h, a, "subscription_details", "{\"metadata\":{\"team\":\"blue\"}}");
	assert_field(a, "transfer_data", NULL);
	assert_field(a, "application_fee_amount", NULL);
	assert_absent(a, "parent");
	assert_absent(a, "total_taxes");
	assert_absent(a, "amount_overpaid");
}

static void invoice__lines_have_prices_before_basil(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const struct answer *sub = get(h, "subscriptions", s.sub);
	const struct answer *a = as(h, ACACIA, "GET", text_of(h, "/v1/invoices/%s/lines", s.invoice), NULL);

	assert_field(a, "data.0.object", "line_item");
	assert_field(a, "data.0.type", "subscription");
	assert_field(a, "data.0.price.id", s.price);
	assert_field(a, "data.0.price.object", "price");
	assert_field(a, "data.0.plan.id", s.price);
	assert_field(a, "data.0.plan.object", "plan");
	assert_flag(a, "data.0.proration", false);
	assert_json(h, a, "data.0.proration_details", "{\"credited_items\":null}");
	assert_field(a, "data.0.subscription", s.sub);
	assert_field(a, "data.0.subscription_item", field(sub, "items.data.0.id"));
	assert_money(a, "data.0.amount_excluding_tax", 2000);
	assert_field(a, "data.0.unit_amount_excluding_tax", "2000");
	assert_json(h, a, "data.0.tax_rates", "[]");
	assert_json(h, a, "data.0.tax_amounts", "[]");
	assert_absent(a, "data.0.invoice_item");
	assert_absent(a, "data.0.parent");
	assert_absent(a, "data.0.pricing");
	assert_absent(a, "data.0.taxes");
	assert_string_equal(names_of(h, a, "data.0"),
		"id object amount amount_excluding_tax currency description discount_amounts discountable discounts "
		"invoice livemode metadata period plan pretax_credit_amounts price proration proration_details "
		"quantity "
		"quantity_decimal subscription subscription_item tax_amounts tax_rates type unit_amount_excluding_tax");
}

static void invoice__expands_its_old_links(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const struct answer *a = as(h, ACACIA, "GET",
		text_of(h,
			"/v1/subscriptions/%s?expand[]=latest_invoice.payment_intent.payment_method&expand[]=latest_"
			"invoice.charge&expand[]=latest_invoice.lines.data.price.product",
			s.sub),
		NULL);

	assert_field(a, "latest_invoice.payment_intent.id", s.intent);
	assert_field(a, "latest_invoice.payment_intent.object", "payment_intent");
	assert_field(a, "latest_invoice.payment_intent.invoice", s.invoice);
	assert_field(a, "latest_invoice.payment_intent.payment_method.card.brand", "visa");
	assert_field(a, "latest_invoice.charge.id", s.charge);
	assert_field(a, "latest_invoice.charge.invoice", s.invoice);
	assert_field(a, "latest_invoice.lines.data.0.price.product.name", "Pro");
	a = as(h, ACACIA, "GET", "/v1/invoices?expand[]=data.subscription&expand[]=data.payment_intent", NULL);
	assert_money(a, "data.0.subscription.current_period_end", FEB_1);
	assert_field(a, "data.0.payment_intent.status", "succeeded");
}

/* What most integrations of those years do first. */
static void invoice__intent_is_there_for_a_subscription_to_be_paid(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *price = monthly(h, "Pro", 2000), *intent;
	const struct answer *a = as(h, Y2022, "POST", "/v1/subscriptions",
		text_of(h,
			"customer=%s&items[0][price]=%s&payment_behavior=default_incomplete&expand[]=latest_invoice."
			"payment_"
			"intent&payment_settings[save_default_payment_method]=on_subscription",
			customer, price));

	assert_field(a, "status", "incomplete");
	assert_field(a, "latest_invoice.payment_intent.status", "requires_payment_method");
	intent = field(a, "latest_invoice.payment_intent.id");
	assert_int_equal(strncmp(field(a, "latest_invoice.payment_intent.client_secret"), intent, strlen(intent)), 0);
	assert_int_equal(field_count(a, "latest_invoice.payment_intent.charges.data"), 0);
	assert_flag(a, "latest_invoice.paid", false);
	as(h, Y2022, "POST", text_of(h, "/v1/payment_intents/%s/confirm", intent), "payment_method=pm_card_visa");
	a = as(h, Y2022, "GET", text_of(h, "/v1/subscriptions/%s?expand[]=latest_invoice", field(a, "id")), NULL);
	assert_field(a, "status", "active");
	assert_flag(a, "latest_invoice.paid", true);
}

static void invoice__does_not_expand_them_from_basil(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);

	assert_error(refused(h, BASIL, "GET", text_of(h, "/v1/invoices/%s?expand[]=payment_intent", s.invoice), NULL),
		400, NULL, NULL, "This property cannot be expanded (payment_intent).");
	assert_error(refused(h, ACACIA, "GET", text_of(h, "/v1/invoices/%s?expand[]=parent_intent", s.invoice), NULL),
		400, NULL, NULL, "This property cannot be expanded (parent_intent).");
}

static void invoice__taxes_have_their_old_form(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000);
	const char *rate = field(
		api_ok(h, "POST", "/v1/tax_rates", "display_name=VAT&percentage=20&inclusive=false&country=DE"), "id");
	const struct answer *sub = subscribe(h, customer, price, text_of(h, "default_tax_rates[0]=%s", rate));
	const char *invoice = field(sub, "latest_invoice");
	const struct answer *a =
		as(h, ACACIA, "GET", text_of(h, "/v1/invoices/%s?expand[]=total_tax_amounts.tax_rate", invoice), NULL);

	assert_money(a, "tax", 400);
	assert_money(a, "total", 2400);
	assert_money(a, "total_tax_amounts.0.amount", 400);
	assert_flag(a, "total_tax_amounts.0.inclusive", false);
	assert_money(a, "total_tax_amounts.0.taxable_amount", 2000);
	assert_field(a, "total_tax_amounts.0.tax_rate.id", rate);
	assert_field(a, "total_tax_amounts.0.tax_rate.display_name", "VAT");
	assert_field(a, "lines.data.0.tax_amounts.0.tax_rate", rate);
	assert_money(a, "lines.data.0.tax_amounts.0.amount", 400);
	assert_money(a, "lines.data.0.amount_excluding_tax", 2000);
}

static void invoice_item__has_its_price_before_basil(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *price = one_time(h, "Setup", 500);
	const struct answer *a = as(
		h, ACACIA, "POST", "/v1/invoiceitems", text_of(h, "customer=%s&price=%s&quantity=3", customer, price));

	assert_money(a, "amount", 1500);
	assert_field(a, "price.id", price);
	assert_field(a, "plan", NULL);
	assert_field(a, "subscription", NULL);
	assert_money(a, "unit_amount", 500);
	assert_field(a, "unit_amount_decimal", "500");
	assert_flag(a, "proration", false);
	assert_absent(a, "pricing");
	assert_absent(a, "parent");
	a = as(h, ACACIA, "POST", "/v1/invoiceitems",
		text_of(h, "customer=%s&unit_amount=250&currency=usd&quantity=2", customer));
	assert_money(a, "amount", 500);
	assert_money(a, "unit_amount", 250);
	assert_field(a, "price", NULL);
}

/* ---- upcoming invoices ---- */

static void upcoming__is_the_preview_without_an_id(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const struct answer *a = as(h, ACACIA, "GET",
		text_of(h, "/v1/invoices/upcoming?customer=%s&subscription=%s", s.customer, s.sub), NULL);

	assert_absent(a, "id");
	assert_field(a, "object", "invoice");
	assert_field(a, "billing_reason", "upcoming");
	assert_field(a, "subscription", s.sub);
	assert_money(a, "total", 2000);
	assert_money(a, "next_payment_attempt", FEB_1 + HOUR);
	assert_money(a, "lines.data.0.period.end", MAR_1);
	assert_field(a, "lines.data.0.price.id", s.price);
	assert_field(a, "payment_intent", NULL);
}

static void upcoming__takes_the_old_parameters(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const char *pro = monthly(h, "Max", 5000);
	const char *item = field(get(h, "subscriptions", s.sub), "items.data.0.id");
	const char *query = text_of(h,
		"subscription=%s&subscription_items[0][id]=%s&subscription_items[0][price]=%s&subscription_proration_"
		"date=%lld",
		s.sub, item, pro, (long long)(HOUSE_NOW + 31 * DAY / 2));
	const struct answer *a = as(h, ACACIA, "GET", text_of(h, "/v1/invoices/upcoming?%s", query), NULL), *lines;

	assert_money(a, "total", 5000 + 1500);
	assert_money(a, "subscription_proration_date", HOUSE_NOW + 31 * DAY / 2);
	lines = as(h, ACACIA, "GET", text_of(h, "/v1/invoices/upcoming/lines?%s&expand[]=data.price.product", query),
		NULL);
	assert_field(lines, "object", "list");
	assert_int_equal(field_count(lines, "data"), 3);
	assert_flag(lines, "has_more", false);
	assert_flag(lines, "data.0.proration", true);
	assert_money(lines, "data.0.amount", 2500);
	assert_money(lines, "data.1.amount", -1000);
	assert_field(lines, "data.0.price.product.name", "Max");
	assert_money(lines, "data.2.amount", 5000);
	lines = as(h, ACACIA, "GET", text_of(h, "/v1/invoices/upcoming/lines?%s&limit=1", query), NULL);
	assert_int_equal(field_count(lines, "data"), 1);
	assert_flag(lines, "has_more", true);
	lines = as(h, ACACIA, "GET",
		text_of(h, "/v1/invoices/upcoming/lines?%s&starting_after=%s", query, field(lines, "data.0.id")), NULL);
	assert_int_equal(field_count(lines, "data"), 2);
	assert_money(lines, "data.0.amount", -1000);
	assert_int_equal(strncmp(field(lines, "data.0.id"), "il_tmp_", 7), 0);
	/* Nothing has happened. */
	assert_field(get(h, "subscriptions", s.sub), "items.data.0.price.id", s.price);
}

static void upcoming__is_gone_from_basil(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);

	assert_error(refused(h, BASIL, "GET", "/v1/invoices/upcoming", NULL), 404, "resource_missing", "invoice",
		"No such invoice: 'upcoming'");
	assert_error(refused(h, ACACIA, "GET", "/v1/invoices/upcoming?customer=cus_none", NULL), 400,
		"resource_missing", "customer", "No such customer: 'cus_none'");
	(void)s;
}

/* ---- coupons and promotion codes ---- */

static void promotion_code__has_its_coupon_before_clover(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	api_ok(h, "POST", "/v1/coupons", "id=HALF&percent_off=50&duration=once");
	a = as(h, BASIL, "POST", "/v1/promotion_codes", "coupon=HALF&code=SAVE");
	assert_field(a, "coupon.id", "HALF");
	assert_field(a, "code", "SAVE");
	assert_absent(a, "promotion");
	a = as(h, CLOVER, "GET", get_path(h, "promotion_codes", field(a, "id")), NULL);
	assert_field(a, "promotion.coupon", "HALF");
	assert_absent(a, "coupon");
	assert_error(refused(h, CLOVER, "POST", "/v1/promotion_codes", "coupon=HALF"), 400, "parameter_unknown",
		"coupon", NULL);
}

/* ---- payments ---- */

static void payment_intent__has_its_charges_before_november_2022(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const struct answer *a = as(h, Y2022, "GET",
		text_of(h, "/v1/payment_intents/%s?expand[]=charges.data.balance_transaction", s.intent), NULL);

	assert_field(a, "charges.object", "list");
	assert_int_equal(field_count(a, "charges.data"), 1);
	assert_field(a, "charges.data.0.id", s.charge);
	assert_field(a, "charges.data.0.invoice", s.invoice);
	assert_field(a, "charges.data.0.refunds.object", "list");
	assert_field(a, "charges.url", text_of(h, "/v1/charges?payment_intent=%s", s.intent));
	assert_field(a, "invoice", s.invoice);
	a = as(h, Y2024, "GET", get_path(h, "payment_intents", s.intent), NULL);
	assert_absent(a, "charges");
	assert_field(a, "latest_charge", s.charge);
}

static void payment_intent__types_are_named_the_old_way(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		as(h, CLOVER, "POST", "/v1/payment_intents", "amount=500&currency=usd&payment_method_types[]=card");

	assert_json(h, a, "payment_method_types", "[\"card\"]");
	assert_field(a, "automatic_payment_methods", NULL);
	assert_field(a, "capture_method", "automatic_async");
	assert_error(refused(h, ENDIVE, "POST", "/v1/payment_intents",
			     "amount=500&currency=usd&payment_method_types[]=card"),
		400, "parameter_unknown", "payment_method_types", NULL);
	a = as(h, Y2022, "POST", "/v1/payment_intents", "amount=500&currency=usd");
	assert_field(a, "automatic_payment_methods", NULL);
	assert_field(a, "capture_method", "automatic");
	a = as(h, Y2024, "POST", "/v1/payment_intents", "amount=500&currency=usd");
	assert_flag(a, "automatic_payment_methods.enabled", true);
}

static void failure__shows_its_objects_the_old_way(void **state)
{
	struct house *h = *state;
	const struct answer *a = refused(h, Y2022, "POST", "/v1/payment_intents",
		"amount=500&currency=usd&payment_method=pm_card_chargeDeclined&confirm=true");

	assert_status(a, 402);
	assert_field(a, "error.code", "card_declined");
	assert_int_equal(field_count(a, "error.payment_intent.charges.data"), 1);
	assert_field(a, "error.payment_intent.invoice", NULL);
}

/* ---- customers and products ---- */

static void customer__embeds_its_lists_before_august_2020(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const struct answer *a = as(h, Y2020, "GET", get_path(h, "customers", s.customer), NULL);

	assert_field(a, "subscriptions.data.0.id", s.sub);
	assert_money(a, "subscriptions.data.0.current_period_end", FEB_1);
	assert_field(a, "sources.object", "list");
	assert_field(a, "tax_ids.object", "list");
	a = as(h, Y2022, "GET", get_path(h, "customers", s.customer), NULL);
	assert_absent(a, "subscriptions");
	assert_absent(a, "sources");
}

static void customer__takes_a_coupon_before_basil(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	api_ok(h, "POST", "/v1/coupons", "id=HALF&percent_off=50&duration=forever");
	a = as(h, ACACIA, "POST", "/v1/customers", "email=a@example.com&coupon=HALF");
	assert_field(a, "discount.coupon.id", "HALF");
	assert_field(a, "discount.customer", field(a, "id"));
	assert_money(get(h, "coupons", "HALF"), "times_redeemed", 1);
	assert_field(get(h, "customers", field(a, "id")), "discount.source.coupon", "HALF");
	a = as(h, ACACIA, "POST", get_path(h, "customers", field(a, "id")), "coupon=");
	assert_field(a, "discount", NULL);
	assert_error(refused(h, ACACIA, "POST", "/v1/customers", "coupon=NONE"), 400, "resource_missing", "coupon",
		"No such coupon: 'NONE'");
	assert_error(
		refused(h, BASIL, "POST", "/v1/customers", "coupon=HALF"), 400, "parameter_unknown", "coupon", NULL);
}

static void failure__names_parameters_as_they_were_sent(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000);

	assert_error(refused(h, BASIL, "POST", "/v1/promotion_codes", "coupon=NONE"), 400, "resource_missing", "coupon",
		"No such coupon: 'NONE'");
	assert_error(refused(h, ACACIA, "POST", "/v1/subscriptions",
			     text_of(h, "customer=%s&items[0][price]=%s&coupon=NONE", customer, price)),
		400, "resource_missing", "coupon", "No such coupon: 'NONE'");
	assert_error(
		refused(h, ACACIA, "POST", "/v1/invoiceitems", text_of(h, "customer=%s&price=price_none", customer)),
		400, "resource_missing", "price", "No such price: 'price_none'");
	assert_error(refused(h, CLOVER, "POST", "/v1/payment_intents",
			     "amount=500&currency=usd&payment_method_types[]=cash"),
		400, NULL, "payment_method_types[0]", NULL);
}

static void product__has_features_before_april_2024(void **state)
{
	struct house *h = *state;
	const struct answer *a = as(h, Y2022, "POST", "/v1/products", "name=Pro&features[0][name]=Fast");

	assert_field(a, "features.0.name", "Fast");
	assert_absent(a, "marketing_features");
	assert_field(get(h, "products", field(a, "id")), "marketing_features.0.name", "Fast");
}

/* ---- events ---- */

static void events__keep_the_shape_they_were_made_in(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const struct answer *a = as(h, ACACIA, "GET", "/v1/events?type=customer.subscription.created", NULL);

	assert_field(a, "data.0.api_version", ENDIVE);
	assert_field(a, "data.0.data.object.id", s.sub);
	assert_absent(a, "data.0.data.object.current_period_end");
	assert_money(a, "data.0.data.object.items.data.0.current_period_end", FEB_1);
}

static void exchange__is_replayed_in_the_shape_it_had(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000);
	const char *headers[] = { "Stripe-Version: " ACACIA, "Idempotency-Key: k1", NULL };
	const char *body = text_of(h, "customer=%s&items[0][price]=%s", customer, price);
	const struct answer *a = api_with(h, "POST", "/v1/subscriptions", body, headers);
	const struct answer *b = api_with(h, "POST", "/v1/subscriptions", body, headers);

	assert_money(a, "current_period_end", FEB_1);
	assert_string_equal(a->text, b->text);
	assert_string_equal(header_of(b, "Idempotent-Replayed"), "true");
	assert_string_equal(header_of(b, "Stripe-Version"), ACACIA);
}

static void newest__is_the_same_with_and_without_the_header(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);

	assert_string_equal(as(h, ENDIVE, "GET", get_path(h, "invoices", s.invoice), NULL)->text,
		get(h, "invoices", s.invoice)->text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(subscription__has_its_period_before_basil),
		BILLING_TEST(subscription__keeps_its_period_on_the_items_from_basil),
		BILLING_TEST(subscription__keys_are_in_order),
		BILLING_TEST(subscription__lists_are_shown_so_too),
		BILLING_TEST(subscription__is_classic_before_clover),
		BILLING_TEST(subscription__takes_a_coupon_before_basil),
		BILLING_TEST(subscription__does_not_take_a_coupon_from_basil),
		BILLING_TEST(subscription__anchor_is_a_word_before_endive),
		BILLING_TEST(subscription__prorate_is_a_flag_before_august_2020),
		BILLING_TEST(invoice__has_its_links_before_basil),
		BILLING_TEST(invoice__lines_have_prices_before_basil),
		BILLING_TEST(invoice__expands_its_old_links),
		BILLING_TEST(invoice__intent_is_there_for_a_subscription_to_be_paid),
		BILLING_TEST(invoice__does_not_expand_them_from_basil),
		BILLING_TEST(invoice__taxes_have_their_old_form),
		BILLING_TEST(invoice_item__has_its_price_before_basil),
		BILLING_TEST(upcoming__is_the_preview_without_an_id),
		BILLING_TEST(upcoming__takes_the_old_parameters),
		BILLING_TEST(upcoming__is_gone_from_basil),
		BILLING_TEST(promotion_code__has_its_coupon_before_clover),
		BILLING_TEST(payment_intent__has_its_charges_before_november_2022),
		BILLING_TEST(payment_intent__types_are_named_the_old_way),
		BILLING_TEST(failure__shows_its_objects_the_old_way),
		BILLING_TEST(customer__embeds_its_lists_before_august_2020),
		BILLING_TEST(customer__takes_a_coupon_before_basil),
		BILLING_TEST(failure__names_parameters_as_they_were_sent),
		BILLING_TEST(product__has_features_before_april_2024),
		BILLING_TEST(events__keep_the_shape_they_were_made_in),
		BILLING_TEST(exchange__is_replayed_in_the_shape_it_had),
		BILLING_TEST(newest__is_the_same_with_and_without_the_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
