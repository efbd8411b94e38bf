/* SPDX-License-Identifier: MIT */
/* Meters, their events and summaries, and metered prices billed in arrears. */
#include "suites/resource/billing.h"

/* A meter of that event name and formula; its id. */
static const char *meter_new(struct house *h, const char *name, const char *formula)
{
	return field(api_ok(h, "POST", "/v1/billing/meters",
			     text_of(h, "display_name=%s&event_name=%s&default_aggregation[formula]=%s", name, name,
				     formula)),
		"id");
}

static const struct answer *use(struct house *h, const char *name, const char *customer, const char *value, int64_t at)
{
	return api_ok(h, "POST", "/v1/billing/meter_events",
		text_of(h, "event_name=%s&payload[stripe_customer_id]=%s&payload[value]=%s&timestamp=%lld", name,
			customer, value, (long long)at));
}

static const char *metered(struct house *h, const char *product, const char *meter, const char *terms)
{
	return price_new(h, product,
		text_of(h, "recurring[interval]=month&recurring[usage_type]=metered&recurring[meter]=%s&%s", meter,
			terms));
}

static const char *summaries(struct house *h, const char *meter, const char *customer, int64_t from, int64_t to)
{
	return text_of(h, "/v1/billing/meters/%s/event_summaries?customer=%s&start_time=%lld&end_time=%lld", meter,
		customer, (long long)from, (long long)to);
}

/* ---- meters ---- */

static void meter__is_made_with_defaults(void **state)
{
	struct house *h = *state;
	const char *mark = (customer_new(h, "email=a@b.c", NULL), events_mark(h));
	const struct answer *a = api_ok(h, "POST", "/v1/billing/meters",
		"display_name=API calls&event_name=api_call&default_aggregation[formula]=sum&event_time_window=day");

	assert_field(a, "object", "billing.meter");
	assert_field(a, "status", "active");
	assert_field(a, "event_time_window", "day");
	assert_field(a, "customer_mapping.event_payload_key", "stripe_customer_id");
	assert_field(a, "customer_mapping.type", "by_id");
	assert_field(a, "value_settings.event_payload_key", "value");
	assert_field(a, "status_transitions.deactivated_at", NULL);
	assert_money(a, "updated", HOUSE_NOW);
	a = post(h, "billing/meters", field(a, "id"), "display_name=Calls");
	assert_field(a, "display_name", "Calls");
	assert_events(h, mark, "billing.meter.created\nbilling.meter.updated\n");
}

static void meter__name_is_unique_among_active_ones(void **state)
{
	struct house *h = *state;
	const char *id = meter_new(h, "calls", "sum"), *mark = events_mark(h);
	const char *again = "display_name=x&event_name=calls&default_aggregation[formula]=count";
	const struct answer *a;

	assert_error(api(h, "POST", "/v1/billing/meters", again), 400, "resource_already_exists", "event_name", id);
	a = api_ok(h, "POST", text_of(h, "/v1/billing/meters/%s/deactivate", id), NULL);
	assert_field(a, "status", "inactive");
	assert_money(a, "status_transitions.deactivated_at", HOUSE_NOW);
	assert_error(api(h, "POST", text_of(h, "/v1/billing/meters/%s/deactivate", id), NULL), 400, NULL, NULL,
		"already inactive");
	api_ok(h, "POST", "/v1/billing/meters", again);
	assert_error(api(h, "POST", text_of(h, "/v1/billing/meters/%s/reactivate", id), NULL), 400,
		"resource_already_exists", "event_name", NULL);
	assert_events(h, mark, "billing.meter.deactivated\nbilling.meter.created\n");
	a = api_ok(h, "GET", "/v1/billing/meters?status=inactive", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.id", id);
}

static void meter__can_be_reactivated(void **state)
{
	struct house *h = *state;
	const char *id = meter_new(h, "calls", "sum"), *mark;
	const struct answer *a;

	api_ok(h, "POST", text_of(h, "/v1/billing/meters/%s/deactivate", id), NULL);
	mark = events_mark(h);
	a = api_ok(h, "POST", text_of(h, "/v1/billing/meters/%s/reactivate", id), NULL);
	assert_field(a, "status", "active");
	assert_field(a, "status_transitions.deactivated_at", NULL);
	assert_events(h, mark, "billing.meter.reactivated\n");
}

/* ---- events ---- */

static void event__is_answered_as_it_was_sent(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", NULL);
	const struct answer *a;

	meter_new(h, "calls", "sum");
	a = api_ok(h, "POST", "/v1/billing/meter_events",
		text_of(h, "event_name=calls&payload[stripe_customer_id]=%s&payload[value]=25&identifier=one",
			customer));
	assert_field(a, "object", "billing.meter_event");
	assert_field(a, "event_name", "calls");
	assert_field(a, "identifier", "one");
	assert_field(a, "payload.value", "25");
	assert_field(a, "payload.stripe_customer_id", customer);
	assert_money(a, "timestamp", HOUSE_NOW);
	assert_money(a, "created", HOUSE_NOW);
	assert_absent(a, "id");
}

static void event__identifier_counts_once_a_day(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", NULL);
	const char *body =
		text_of(h, "event_name=calls&payload[stripe_customer_id]=%s&payload[value]=1&identifier=one", customer);

	meter_new(h, "calls", "sum");
	api_ok(h, "POST", "/v1/billing/meter_events", body);
	assert_error(api(h, "POST", "/v1/billing/meter_events", body), 400, "resource_already_exists", "identifier",
		"An event already exists with identifier one.");
	go_to(h, HOUSE_NOW + DAY);
	api_ok(h, "POST", "/v1/billing/meter_events", body);
}

static void event__refusals(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", NULL), *id = meter_new(h, "calls", "sum");
	const char *fine = text_of(h, "event_name=calls&payload[stripe_customer_id]=%s&payload[value]=1", customer);

	assert_error(api(h, "POST", "/v1/billing/meter_events",
			     text_of(h, "event_name=none&payload[stripe_customer_id]=%s&payload[value]=1", customer)),
		400, "resource_missing", "event_name", "`none`");
	assert_error(api(h, "POST", "/v1/billing/meter_events", "event_name=calls&payload[value]=1"), 400,
		"parameter_missing", "payload", "stripe_customer_id");
	assert_error(api(h, "POST", "/v1/billing/meter_events",
			     "event_name=calls&payload[stripe_customer_id]=cus_none&payload[value]=1"),
		400, "resource_missing", "payload[stripe_customer_id]", "No such customer: 'cus_none'");
	assert_error(api(h, "POST", "/v1/billing/meter_events",
			     text_of(h, "event_name=calls&payload[stripe_customer_id]=%s", customer)),
		400, "parameter_missing", "payload", "value");
	assert_error(
		api(h, "POST", "/v1/billing/meter_events",
			text_of(h, "event_name=calls&payload[stripe_customer_id]=%s&payload[value]=many", customer)),
		400, NULL, "payload[value]", "must be a number");
	assert_error(api(h, "POST", "/v1/billing/meter_events",
			     text_of(h, "%s&timestamp=%lld", fine, (long long)(HOUSE_NOW - 35 * DAY - 1))),
		400, NULL, "timestamp", "35 days");
	assert_error(api(h, "POST", "/v1/billing/meter_events",
			     text_of(h, "%s&timestamp=%lld", fine, (long long)(HOUSE_NOW + 301))),
		400, NULL, "timestamp", "5 minutes");
	api_ok(h, "POST", "/v1/billing/meter_events",
		text_of(h, "%s&timestamp=%lld", fine, (long long)(HOUSE_NOW + 300)));
	api_ok(h, "POST", text_of(h, "/v1/billing/meters/%s/deactivate", id), NULL);
	assert_error(api(h, "POST", "/v1/billing/meter_events", fine), 400, "archived_meter", "event_name", "inactive");
}

static void adjustment__cancels_an_event(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", NULL), *id = meter_new(h, "calls", "sum");
	const char *cancel = "event_name=calls&type=cancel&cancel[identifier]=one";
	const struct answer *a;

	use(h, "calls", customer, "5", HOUSE_NOW);
	api_ok(h, "POST", "/v1/billing/meter_events",
		text_of(h, "event_name=calls&payload[stripe_customer_id]=%s&payload[value]=7&identifier=one",
			customer));
	a = api_ok(h, "POST", "/v1/billing/meter_event_adjustments", cancel);
	assert_field(a, "object", "billing.meter_event_adjustment");
	assert_field(a, "status", "pending");
	assert_field(a, "cancel.identifier", "one");
	a = api_ok(h, "GET", summaries(h, id, customer, HOUSE_NOW, HOUSE_NOW + DAY), NULL);
	assert_money(a, "data.0.aggregated_value", 5);
	assert_error(api(h, "POST", "/v1/billing/meter_event_adjustments", cancel), 400, NULL, "cancel[identifier]",
		"already been canceled");
	assert_error(api(h, "POST", "/v1/billing/meter_event_adjustments",
			     "event_name=calls&type=cancel&cancel[identifier]=two"),
		400, "resource_missing", "cancel[identifier]", "two");
}

static void adjustment__comes_within_a_day(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", NULL);

	meter_new(h, "calls", "sum");
	api_ok(h, "POST", "/v1/billing/meter_events",
		text_of(h, "event_name=calls&payload[stripe_customer_id]=%s&payload[value]=7&identifier=one",
			customer));
	go_to(h, HOUSE_NOW + DAY + 1);
	assert_error(api(h, "POST", "/v1/billing/meter_event_adjustments",
			     "event_name=calls&type=cancel&cancel[identifier]=one"),
		400, NULL, "cancel[identifier]", "within 24 hours");
}

/* ---- summaries ---- */

static void summary__by_formula(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", NULL), *other = customer_new(h, "email=d@e.f", NULL);
	const char *sum = meter_new(h, "s", "sum"), *count = meter_new(h, "c", "count"),
		   *last = meter_new(h, "l", "last");
	const char *const names[] = { "s", "c", "l" };

	for (size_t i = 0; i < 3; i++) {
		use(h, names[i], customer, "10", HOUSE_NOW - 2 * DAY);
		use(h, names[i], customer, "2.5", HOUSE_NOW - DAY);
		use(h, names[i], customer, "4", HOUSE_NOW - 3 * DAY);
		use(h, names[i], other, "99", HOUSE_NOW - DAY);
	}
	assert_money(api_ok(h, "GET", summaries(h, count, customer, HOUSE_NOW - 3 * DAY, HOUSE_NOW), NULL),
		"data.0.aggregated_value", 3);
	assert_json(h, api_ok(h, "GET", summaries(h, sum, customer, HOUSE_NOW - 3 * DAY, HOUSE_NOW), NULL),
		"data.0.aggregated_value", "16.5");
	assert_json(h, api_ok(h, "GET", summaries(h, last, customer, HOUSE_NOW - 3 * DAY, HOUSE_NOW), NULL),
		"data.0.aggregated_value", "2.5");
	/* The end is not part of it. */
	assert_money(api_ok(h, "GET", summaries(h, sum, customer, HOUSE_NOW - 3 * DAY, HOUSE_NOW - DAY), NULL),
		"data.0.aggregated_value", 14);
	assert_money(api_ok(h, "GET", summaries(h, sum, customer, HOUSE_NOW, HOUSE_NOW + DAY), NULL),
		"data.0.aggregated_value", 0);
}

static void summary__by_window(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", NULL), *id = meter_new(h, "calls", "sum");
	const char *path =
		text_of(h, "%s&value_grouping_window=day", summaries(h, id, customer, HOUSE_NOW - 4 * DAY, HOUSE_NOW));
	const struct answer *a;

	use(h, "calls", customer, "1", HOUSE_NOW - 4 * DAY);
	use(h, "calls", customer, "2", HOUSE_NOW - 4 * DAY + HOUR);
	use(h, "calls", customer, "4", HOUSE_NOW - DAY);
	a = api_ok(h, "GET", path, NULL);
	assert_same_int((int64_t)field_count(a, "data"), 2);
	assert_money(a, "data.0.aggregated_value", 4);
	assert_money(a, "data.0.start_time", HOUSE_NOW - DAY);
	assert_money(a, "data.0.end_time", HOUSE_NOW);
	assert_money(a, "data.1.aggregated_value", 3);
	assert_field(a, "data.1.meter", id);
	assert_flag(a, "has_more", false);
	a = api_ok(h, "GET", text_of(h, "%s&limit=1", path), NULL);
	assert_flag(a, "has_more", true);
	a = api_ok(h, "GET", text_of(h, "%s&limit=1&starting_after=%s", path, field(a, "data.0.id")), NULL);
	assert_money(a, "data.0.aggregated_value", 3);
	assert_flag(a, "has_more", false);
	assert_error(api(h, "GET",
			     text_of(h, "%s&value_grouping_window=hour",
				     summaries(h, id, customer, HOUSE_NOW - DAY + 60, HOUSE_NOW)),
			     NULL),
		400, NULL, "start_time", "hour");
	assert_error(api(h, "GET", summaries(h, id, customer, HOUSE_NOW - DAY, HOUSE_NOW - 1), NULL), 400, NULL,
		"end_time", "minute");
}

/* ---- metered prices ---- */

static void renewal__bills_the_usage_of_the_past_period(void **state)
{
	struct house *h = *state;
	const char *meter = meter_new(h, "calls", "sum"), *customer = customer_new(h, "email=a@b.c", "visa");
	const char *price = metered(h, "API calls", meter, "unit_amount=10");
	const char *sub = field(subscribe(h, customer, price, NULL), "id");
	const struct answer *a = latest_invoice(h, sub);
	const struct line lines[] = { { 350, HOUSE_NOW, FEB_1, "35 × API calls (at $0.10 / month)" } };

	assert_money(a, "total", 0);
	assert_absent(get(h, "subscriptions", sub), "items.data.0.quantity");
	go_to(h, HOUSE_NOW + 10 * DAY);
	use(h, "calls", customer, "30", HOUSE_NOW + 10 * DAY);
	use(h, "calls", customer, "5", HOUSE_NOW + 3 * DAY);
	use(h, "calls", customer, "100", HOUSE_NOW - 1); /* before it began */
	go_to(h, FEB_1 + 2 * HOUR);
	a = latest_invoice(h, sub);
	assert_field(a, "billing_reason", "subscription_cycle");
	assert_lines(h, a, "lines.data", lines, 1);
	assert_money(a, "lines.data.0.quantity", 35);
	assert_field(a, "lines.data.0.pricing.unit_amount_decimal", "10");
	assert_field(a, "lines.data.0.pricing.price_details.price", price);
	assert_money(a, "total", 350);
	assert_field(a, "status", "paid");
	/* What is used after the boundary belongs to the next one. */
	use(h, "calls", customer, "7", FEB_1);
	go_to(h, MAR_1);
	assert_money(latest_invoice(h, sub), "total", 70);
}

static void renewal__licensed_and_metered_together(void **state)
{
	struct house *h = *state;
	const char *meter = meter_new(h, "calls", "count"), *customer = customer_new(h, "email=a@b.c", "visa");
	const char *sub =
		field(subscribe(h, customer, monthly(h, "Base", 2000),
			      text_of(h, "items[1][price]=%s", metered(h, "Calls", meter, "unit_amount_decimal=0.25"))),
			"id");
	const struct line lines[] = { { 1, HOUSE_NOW, FEB_1, "3 × Calls (at $0.0025 / month)" },
		{ 2000, FEB_1, MAR_1, "1 × Base (at $20.00 / month)" } };

	for (int i = 0; i < 3; i++)
		use(h, "calls", customer, "1", HOUSE_NOW);
	assert_money(latest_invoice(h, sub), "total", 2000);
	go_to(h, FEB_1);
	assert_lines(h, latest_invoice(h, sub), "lines.data", lines, 2);
}

static void renewal__by_graduated_tiers(void **state)
{
	struct house *h = *state;
	const char *meter = meter_new(h, "calls", "sum"), *customer = customer_new(h, "email=a@b.c", "visa");
	const char *price = metered(h, "Calls", meter,
		"billing_scheme=tiered&tiers_mode=graduated&tiers[0][up_to]=10&tiers[0][unit_amount]=0&tiers[1][up_to]="
		"100&"
		"tiers[1][unit_amount]=5&tiers[2][up_to]=inf&tiers[2][unit_amount]=3");
	const char *sub = field(subscribe(h, customer, price, NULL), "id");
	const struct line lines[] = {
		{ 0, HOUSE_NOW, FEB_1, "10 × Calls (Tier 1 at $0.00 / month)" },
		{ 450, HOUSE_NOW, FEB_1, "90 × Calls (Tier 2 at $0.05 / month)" },
		{ 150, HOUSE_NOW, FEB_1, "50 × Calls (Tier 3 at $0.03 / month)" },
	};

	use(h, "calls", customer, "150", HOUSE_NOW);
	go_to(h, FEB_1);
	assert_lines(h, latest_invoice(h, sub), "lines.data", lines, 3);
	assert_money(latest_invoice(h, sub), "total", 600);
}

static void renewal__by_volume_and_the_last_value(void **state)
{
	struct house *h = *state;
	const char *meter = meter_new(h, "seats", "last"), *customer = customer_new(h, "email=a@b.c", "visa");
	const char *price = metered(h, "Seats", meter,
		"billing_scheme=tiered&tiers_mode=volume&tiers[0][up_to]=10&tiers[0][unit_amount]=500&tiers[1][up_to]="
		"inf&"
		"tiers[1][unit_amount]=400");
	const char *sub = field(subscribe(h, customer, price, NULL), "id");

	use(h, "seats", customer, "5", HOUSE_NOW);
	go_to(h, HOUSE_NOW + DAY);
	use(h, "seats", customer, "12", HOUSE_NOW + DAY);
	go_to(h, FEB_1);
	assert_money(latest_invoice(h, sub), "total", 4800);
}

static void renewal__without_usage(void **state)
{
	struct house *h = *state;
	const char *meter = meter_new(h, "calls", "sum"), *customer = customer_new(h, "email=a@b.c", "visa");
	const char *price = metered(h, "Calls", meter, "unit_amount=10");
	const char *flexible = field(subscribe(h, customer, price, "billing_mode[type]=flexible"), "id");
	const char *classic = field(subscribe(h, customer, price, "billing_mode[type]=classic"), "id");
	const struct line lines[] = { { 0, HOUSE_NOW, FEB_1, "0 × Calls (at $0.10 / month)" } };

	go_to(h, FEB_1);
	assert_same_int((int64_t)field_count(latest_invoice(h, flexible), "lines.data"), 0);
	assert_lines(h, latest_invoice(h, classic), "lines.data", lines, 1);
	assert_money(latest_invoice(h, classic), "lines.data.0.quantity", 0);
}

static void renewal__usage_of_a_trial_is_free(void **state)
{
	struct house *h = *state;
	const char *meter = meter_new(h, "calls", "sum"), *customer = customer_new(h, "email=a@b.c", "visa");
	const char *sub = field(
		subscribe(h, customer, metered(h, "Calls", meter, "unit_amount=10"), "trial_period_days=10"), "id");

	use(h, "calls", customer, "1000", HOUSE_NOW);
	go_to(h, HOUSE_NOW + 10 * DAY);
	assert_field(get(h, "subscriptions", sub), "status", "active");
	assert_money(latest_invoice(h, sub), "total", 0);
	use(h, "calls", customer, "3", HOUSE_NOW + 10 * DAY);
	go_to(h, HOUSE_NOW + 41 * DAY);
	assert_money(latest_invoice(h, sub), "total", 30);
}

static void renewal__takes_discounts_and_taxes(void **state)
{
	struct house *h = *state;
	const char *meter = meter_new(h, "calls", "sum"), *customer = customer_new(h, "email=a@b.c", "visa");
	const char *coupon = field(api_ok(h, "POST", "/v1/coupons", "percent_off=50&duration=forever"), "id");
	const char *rate =
		field(api_ok(h, "POST", "/v1/tax_rates", "display_name=VAT&percentage=20&inclusive=false"), "id");
	const char *sub = field(subscribe(h, customer, metered(h, "Calls", meter, "unit_amount=10"),
					text_of(h, "discounts[0][coupon]=%s&default_tax_rates[0]=%s", coupon, rate)),
		"id");
	const struct answer *a;

	use(h, "calls", customer, "100", HOUSE_NOW);
	go_to(h, FEB_1);
	a = latest_invoice(h, sub);
	assert_money(a, "subtotal", 1000);
	assert_money(a, "total_discount_amounts.0.amount", 500);
	assert_money(a, "total_taxes.0.amount", 100);
	assert_money(a, "total", 600);
}

static void preview__shows_the_usage_so_far(void **state)
{
	struct house *h = *state;
	const char *meter = meter_new(h, "calls", "sum"), *customer = customer_new(h, "email=a@b.c", "visa");
	const char *sub = field(subscribe(h, customer, metered(h, "Calls", meter, "unit_amount=10"), NULL), "id");
	const struct answer *a;

	use(h, "calls", customer, "8", HOUSE_NOW);
	a = api_ok(h, "POST", "/v1/invoices/create_preview", text_of(h, "subscription=%s", sub));
	assert_money(a, "total", 80);
	post(h, "subscriptions", sub, "cancel_at_period_end=true");
	a = api_ok(h, "POST", "/v1/invoices/create_preview", text_of(h, "subscription=%s", sub));
	assert_money(a, "total", 80);
	assert_field(a, "lines.data.0.description", "8 × Calls (at $0.10 / month)");
}

static void cancel__at_the_period_end_bills_the_usage(void **state)
{
	struct house *h = *state;
	const char *meter = meter_new(h, "calls", "sum"), *customer = customer_new(h, "email=a@b.c", "visa");
	const char *sub = field(subscribe(h, customer, metered(h, "Calls", meter, "unit_amount=10"), NULL), "id");

	use(h, "calls", customer, "8", HOUSE_NOW);
	post(h, "subscriptions", sub, "cancel_at_period_end=true");
	go_to(h, FEB_1 + 2 * HOUR);
	assert_field(get(h, "subscriptions", sub), "status", "canceled");
	assert_money(latest_invoice(h, sub), "total", 80);
	assert_field(latest_invoice(h, sub), "status", "paid");
}

static void cancel__now_bills_it_with_invoice_now_only(void **state)
{
	struct house *h = *state;
	const char *meter = meter_new(h, "calls", "sum"), *customer = customer_new(h, "email=a@b.c", "visa");
	const char *price = metered(h, "Calls", meter, "unit_amount=10");
	const char *one = field(subscribe(h, customer, price, NULL), "id");
	const char *two = field(subscribe(h, customer, price, NULL), "id");
	const struct line lines[] = { { 80, HOUSE_NOW, HOUSE_NOW + 5 * DAY, "8 × Calls (at $0.10 / month)" } };

	use(h, "calls", customer, "8", HOUSE_NOW);
	go_to(h, HOUSE_NOW + 5 * DAY);
	api_ok(h, "DELETE", get_path(h, "subscriptions", one), NULL);
	assert_money(latest_invoice(h, one), "total", 0);
	api_ok(h, "DELETE", get_path(h, "subscriptions", two), "invoice_now=true");
	assert_lines(h, latest_invoice(h, two), "lines.data", lines, 1);
	assert_field(latest_invoice(h, two), "status", "paid");
}

static void update__with_a_new_period_bills_the_old_ones_usage(void **state)
{
	struct house *h = *state;
	const char *meter = meter_new(h, "calls", "sum"), *customer = customer_new(h, "email=a@b.c", "visa");
	const char *sub = field(
		subscribe(h, customer, metered(h, "Calls", meter, "unit_amount=10"), "billing_mode[type]=classic"),
		"id");

	use(h, "calls", customer, "8", HOUSE_NOW);
	go_to(h, HOUSE_NOW + 5 * DAY);
	post(h, "subscriptions", sub, "billing_cycle_anchor[type]=now");
	assert_money(latest_invoice(h, sub), "total", 80);
	go_to(h, HOUSE_NOW + 36 * DAY);
	assert_money(latest_invoice(h, sub), "total", 0); /* it is billed once */
}

static void update__never_prorates_usage(void **state)
{
	struct house *h = *state;
	const char *meter = meter_new(h, "calls", "sum"), *customer = customer_new(h, "email=a@b.c", "visa");
	const char *sub = field(subscribe(h, customer, metered(h, "Calls", meter, "unit_amount=10"), NULL), "id");
	const char *item = field(get(h, "subscriptions", sub), "items.data.0.id");

	use(h, "calls", customer, "8", HOUSE_NOW);
	go_to(h, HOUSE_NOW + 5 * DAY);
	post(h, "subscriptions", sub,
		text_of(h, "items[0][id]=%s&items[0][price]=%s", item, metered(h, "Calls 2", meter, "unit_amount=20")));
	assert_same_int((int64_t)field_count(pending_items(h, customer), "data"), 0);
	go_to(h, FEB_1);
	assert_money(latest_invoice(h, sub), "total", 160); /* the price of the period's end */
}

/* ---- the same over API v2 ---- */

static const char *const json_header[] = { "Content-Type: application/json", NULL };

static const struct answer *use_v2(struct house *h, const char *path, const char *body)
{
	return api_with(h, "POST", text_of(h, "/v2/billing/%s", path), body, json_header);
}

static const struct answer *stream(struct house *h, const char *token, const char *body)
{
	const char *key = h->key;
	const struct answer *a;

	h->key = token;
	a = use_v2(h, "meter_event_stream", body);
	h->key = key;
	return a;
}

static void v2_event__counts_on_the_same_meter(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", NULL), *meter = meter_new(h, "calls", "sum");
	const struct answer *a = use_v2(h, "meter_events",
		text_of(h,
			"{\"event_name\":\"calls\",\"identifier\":\"one\",\"timestamp\":\"2025-12-31T23:00:00Z\","
			"\"payload\":{\"stripe_customer_id\":\"%s\",\"value\":\"25\"}}",
			customer));

	assert_status(a, 200);
	assert_field(a, "object", "v2.billing.meter_event");
	assert_field(a, "created", "2026-01-01T00:00:00.000Z");
	assert_field(a, "timestamp", "2025-12-31T23:00:00.000Z");
	assert_field(a, "identifier", "one");
	assert_field(a, "payload.value", "25");
	a = api_ok(h, "GET", summaries(h, meter, customer, HOUSE_NOW - 86400, HOUSE_NOW), NULL);
	assert_money(a, "data.0.aggregated_value", 25);
	a = use_v2(h, "meter_event_adjustments",
		"{\"event_name\":\"calls\",\"type\":\"cancel\",\"cancel\":{\"identifier\":\"one\"}}");
	assert_status(a, 200);
	assert_field(a, "object", "v2.billing.meter_event_adjustment");
	assert_field(a, "cancel.identifier", "one");
	a = api_ok(h, "GET", summaries(h, meter, customer, HOUSE_NOW - 86400, HOUSE_NOW), NULL);
	assert_money(a, "data.0.aggregated_value", 0);
}

static void v2_event__errors_have_one_code_for_fields(void **state)
{
	struct house *h = *state;
	const struct answer *a = use_v2(h, "meter_events",
		"{\"event_name\":\"none\",\"payload\":{\"stripe_customer_id\":\"x\",\"value\":\"1\"}}");

	assert_error(a, 400, "invalid_fields", NULL, "No active meter found for event name `none`.");
	assert_absent(a, "error.type");
	meter_new(h, "calls", "sum");
	assert_error(use_v2(h, "meter_events",
			     "{\"event_name\":\"calls\",\"timestamp\":\"today\",\"payload\":{\"value\":\"1\"}}"),
		400, "invalid_fields", NULL, "Invalid timestamp: today. It must be an ISO 8601 time");
	assert_error(api(h, "GET", "/v2/core/events/evt_none", NULL), 404, "not_found", NULL, "evt_none");
}

static void v2_stream__is_opened_by_a_sessions_token(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", NULL), *meter = meter_new(h, "calls", "sum"), *token;
	const char *two = text_of(h,
		"{\"events\":[{\"event_name\":\"calls\",\"payload\":{\"stripe_customer_id\":\"%s\",\"value\":\"2\"}},"
		"{\"event_name\":\"calls\",\"payload\":{\"stripe_customer_id\":\"%s\",\"value\":\"3\"}}]}",
		customer, customer);
	const struct answer *a = use_v2(h, "meter_event_session", NULL);

	assert_status(a, 200);
	assert_field(a, "object", "v2.billing.meter_event_session");
	assert_field(a, "expires_at", "2026-01-01T00:15:00.000Z");
	token = field(a, "authentication_token");
	assert_status(use_v2(h, "meter_event_stream", two), 401);
	assert_status(stream(h, text_of(h, "%sx", token), two), 401);
	a = stream(h, token, two);
	assert_status(a, 200);
	assert_string_equal(a->text, "{}");
	/* One bad event refuses its batch. */
	assert_error(stream(h, token, "{\"events\":[{\"event_name\":\"none\",\"payload\":{}}]}"), 400, "invalid_fields",
		NULL, "No active meter");
	assert_error(stream(h, token, "{\"events\":[]}"), 400, "invalid_fields", NULL, "from 1 to 100 events, not 0");
	a = api_ok(h, "GET", summaries(h, meter, customer, HOUSE_NOW - 86400, HOUSE_NOW + 60), NULL);
	assert_money(a, "data.0.aggregated_value", 5);
	/* The token opens nothing else. */
	h->key = token;
	a = api(h, "GET", "/v1/customers", NULL);
	h->key = "sk_test_suite";
	assert_status(a, 401);
	ms_advance(h->ms, NULL, 900);
	a = stream(h, token, two);
	assert_error(a, 400, "billing_meter_event_session_expired", NULL, "15 minutes");
	assert_field(a, "error.type", "temporary_session_expired");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(meter__is_made_with_defaults),
		BILLING_TEST(meter__name_is_unique_among_active_ones),
		BILLING_TEST(meter__can_be_reactivated),
		BILLING_TEST(event__is_answered_as_it_was_sent),
		BILLING_TEST(event__identifier_counts_once_a_day),
		BILLING_TEST(event__refusals),
		BILLING_TEST(adjustment__cancels_an_event),
		BILLING_TEST(adjustment__comes_within_a_day),
		BILLING_TEST(summary__by_formula),
		BILLING_TEST(summary__by_window),
		BILLING_TEST(renewal__bills_the_usage_of_the_past_period),
		BILLING_TEST(renewal__licensed_and_metered_together),
		BILLING_TEST(renewal__by_graduated_tiers),
		BILLING_TEST(renewal__by_volume_and_the_last_value),
		BILLING_TEST(renewal__without_usage),
		BILLING_TEST(renewal__usage_of_a_trial_is_free),
		BILLING_TEST(renewal__takes_discounts_and_taxes),
		BILLING_TEST(preview__shows_the_usage_so_far),
		BILLING_TEST(cancel__at_the_period_end_bills_the_usage),
		BILLING_TEST(cancel__now_bills_it_with_invoice_now_only),
		BILLING_TEST(update__with_a_new_period_bills_the_old_ones_usage),
		BILLING_TEST(update__never_prorates_usage),
		BILLING_TEST(v2_event__counts_on_the_same_meter),
		BILLING_TEST(v2_event__errors_have_one_code_for_fields),
		BILLING_TEST(v2_stream__is_opened_by_a_sessions_token),
	};

	return cmocka_run_group_tests_name("meters", tests, NULL, NULL);
}
