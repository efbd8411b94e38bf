/* SPDX-License-Identifier: MIT */

/*
 * The events of billing as a whole: that what they carry agrees with the objects, that replaying their
 * previous_attributes leads back, and the scenarios whose order the other suites do not show. Source: Stripe docs
 * "Event object", "Types of events", "Subscription webhooks".
 */
#include "billing.h"

static json_t *all_events(struct house *h)
{
	json_t *all = json_array();
	const char *path = "/v1/events?limit=100";
	bool more = true;

	while (more) {
		const struct answer *a = api_ok(h, "GET", path, NULL);
		size_t i;
		json_t *event;

		json_array_foreach(field_json(a, "data"), i, event)
		{
			json_array_insert(all, 0, event);
		}
		more = field_flag(a, "has_more");
		if (more)
			path = text_of(h, "/v1/events?limit=100&starting_after=%s",
				field(a, text_of(h, "data.%zu.id", field_count(a, "data") - 1)));
	}
	return all;
}

static bool is_type(json_t *event, const char *ending)
{
	const char *type = json_string_value(json_object_get(event, "type"));
	size_t length = strlen(type), end = strlen(ending);

	return length >= end && !strcmp(type + length - end, ending);
}

/* Puts the old values back: objects leaf by leaf, everything else whole. A new metadata key shows as null. */
static void take_back(json_t *object, json_t *previous, bool metadata)
{
	const char *key;
	json_t *old;

	json_object_foreach(previous, key, old)
	{
		json_t *now = json_object_get(object, key);

		if (json_is_object(old) && json_is_object(now) && strcmp(key, "items"))
			take_back(now, old, !strcmp(key, "metadata"));
		else if (metadata && json_is_null(old))
			json_object_del(object, key);
		else
			json_object_set(object, key, old);
	}
}

/* A busy month of everything. */
static void busy(struct house *h)
{
	const char *customer = customer_new(h, "name=Ada", "visa"), *starter = monthly(h, "Starter", 1000);
	const char *pro = monthly(h, "Pro", 2000), *sub, *item;
	const struct answer *a = subscribe(h, customer, starter, NULL);

	sub = field(a, "id");
	item = field(a, "items.data.0.id");
	go_to(h, HOUSE_NOW + 5 * DAY);
	post(h, "subscriptions", sub, text_of(h, "items[0][id]=%s&items[0][price]=%s", item, pro));
	post(h, "subscriptions", sub, "metadata[a]=b&description=Hello");
	go_to(h, HOUSE_NOW + 10 * DAY);
	post(h, "subscriptions", sub,
		text_of(h, "items[0][id]=%s&items[0][quantity]=3&proration_behavior=always_invoice", item));
	post(h, "subscriptions", sub, "cancel_at_period_end=true");
	post(h, "subscriptions", sub, "cancel_at_period_end=false");
	go_to(h, FEB_1 + HOUR);
	card_attach(h, customer, "chargeCustomerFail");
	go_to(h, MAR_1 + 30 * DAY);
}

static void events__previous_attributes_lead_back(void **state)
{
	struct house *h = *state;
	json_t *all, *event, *last;
	size_t i, checked = 0;

	busy(h);
	all = all_events(h);
	last = json_object(); /* the object of an id as its latest event showed it */
	json_array_foreach(all, i, event)
	{
		json_t *object = json_object_get(json_object_get(event, "data"), "object");
		json_t *previous = json_object_get(json_object_get(event, "data"), "previous_attributes");
		const char *id = json_string_value(json_object_get(object, "id"));
		json_t *before = id ? json_object_get(last, id) : NULL;

		assert_int_equal(previous != NULL, is_type(event, ".updated"));
		if (previous && before && is_type(event, "customer.subscription.updated")) {
			json_t *back = json_deep_copy(object);

			take_back(back, previous, false);
			if (!json_equal(back, before)) {
				char *text = json_dumps(event, JSON_INDENT(1));

				print_error("does not lead back:\n%s\n", text);
				free(text);
			}
			assert_true(json_equal(back, before));
			checked++;
			json_decref(back);
		}
		if (id)
			json_object_set(last, id, object);
	}
	assert_true(checked >= 6);
	json_decref(last);
	json_decref(all);
}

static void events__the_last_one_shows_the_object_as_it_is(void **state)
{
	struct house *h = *state;
	json_t *all, *event, *last = json_object(), *shown;
	const char *id;
	size_t i, checked = 0;

	busy(h);
	all = all_events(h);
	json_array_foreach(all, i, event)
	{
		json_t *object = json_object_get(json_object_get(event, "data"), "object");
		const char *kind = json_string_value(json_object_get(object, "object"));

		if (!strcmp(kind, "subscription") || !strcmp(kind, "invoice"))
			json_object_set(last, json_string_value(json_object_get(object, "id")), object);
	}
	json_object_foreach(last, id, shown)
	{
		const char *kind = json_string_value(json_object_get(shown, "object"));
		const struct answer *a = get(h, !strcmp(kind, "invoice") ? "invoices" : "subscriptions", id);

		if (!json_equal(shown, a->json)) {
			char *text = json_dumps(shown, JSON_INDENT(1));

			print_error("the last event says\n%s\nthe object is\n%s\n", text, a->text);
			free(text);
		}
		assert_true(json_equal(shown, a->json));
		checked++;
	}
	assert_true(checked >= 5);
	json_decref(last);
	json_decref(all);
}

static void events__are_dated_in_order_and_name_their_request(void **state)
{
	struct house *h = *state;
	json_t *all, *event;
	int64_t at = 0;
	size_t i, automatic = 0, asked = 0;

	busy(h);
	all = all_events(h);
	json_array_foreach(all, i, event)
	{
		json_t *request = json_object_get(event, "request");

		assert_true(json_integer_value(json_object_get(event, "created")) >= at);
		at = json_integer_value(json_object_get(event, "created"));
		if (json_is_null(json_object_get(request, "id")))
			automatic++;
		else
			asked++;
	}
	assert_true(automatic > 10 && asked > 10);
	json_decref(all);
}

static void events__of_one_call_share_its_request(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000), *mark = events_mark(h);
	const struct answer *a = subscribe(h, customer, price, NULL), *e = events_after(h, mark);

	for (size_t i = 0; i < field_count(e, "data"); i++)
		assert_field(e, text_of(h, "data.%zu.request.id", i), header_of(a, "Request-Id"));
}

static void events__trial_of_a_customer_without_method(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *price = monthly(h, "Pro", 2000), *mark = events_mark(h);

	subscribe(h, customer, price, "trial_period_days=10");
	go_to(h, HOUSE_NOW + 10 * DAY + HOUR);
	assert_events(h, mark,
		"invoice.created\n"
		"invoice.finalized\n"
		"invoice.paid\n"
		"invoice.payment_succeeded\n"
		"setup_intent.created\n"
		"customer.subscription.created\n"
		"invoice.upcoming\n"
		"customer.subscription.trial_will_end\n"
		"customer.subscription.updated\n"
		"invoice.created\n"
		"invoice.finalized\n"
		"payment_intent.created\n"
		"invoice.payment_failed\n"
		"invoice.updated\n"
		"customer.subscription.updated\n"
		"customer.updated\n");
}

static void events__deleting_a_customer(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000), *mark;

	subscribe(h, customer, price, NULL);
	subscribe(h, customer, price, NULL);
	mark = events_mark(h);
	api_ok(h, "DELETE", get_path(h, "customers", customer), NULL);
	assert_events(h, mark, "customer.subscription.deleted\ncustomer.subscription.deleted\ncustomer.deleted\n");
}

static void events__redeeming_a_coupon(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000), *sub, *mark;

	api_ok(h, "POST", "/v1/coupons", "id=half&percent_off=50&duration=forever");
	sub = field(subscribe(h, customer, price, NULL), "id");
	mark = events_mark(h);
	post(h, "subscriptions", sub, "discounts[0][coupon]=half");
	assert_events(h, mark, "customer.discount.created\ncustomer.subscription.updated\n");
	mark = events_mark(h);
	assert_flag(api_ok(h, "DELETE", text_of(h, "/v1/subscriptions/%s/discount", sub), NULL), "deleted", true);
	assert_events(h, mark, "customer.discount.deleted\ncustomer.subscription.updated\n");
}

/* Stripe docs "Coupons and promotion codes": once is over with the first invoice that used it. */
static void events__a_discount_of_once_is_spent(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000), *sub, *discount, *mark;
	const struct answer *events;

	sub = field(subscribe(h, customer, price, NULL), "id");
	api_ok(h, "POST", "/v1/coupons", "id=first&percent_off=50&duration=once");
	discount = field(post(h, "subscriptions", sub, "discounts[0][coupon]=first"), "discounts.0");
	mark = events_mark(h);
	go_to(h, FEB_1 + HOUR);
	assert_events(h, mark,
		"invoice.upcoming\n"
		"customer.subscription.updated\n"
		"invoice.created\n"
		"invoice.finalized\n"
		"customer.discount.deleted\n"
		"customer.subscription.updated\n"
		"payment_intent.created\n"
		"charge.succeeded\n"
		"payment_intent.succeeded\n"
		"invoice.paid\n"
		"invoice.payment_succeeded\n"
		"invoice_payment.paid\n");
	events = events_after(h, mark);
	assert_field(events, "data.7.type", "customer.discount.deleted");
	assert_field(events, "data.7.data.object.id", discount);
	assert_field(events, "data.7.data.object.subscription", sub);
	assert_money(events, "data.7.created", FEB_1 + HOUR);
	assert_json(h, events, "data.6.data.previous_attributes", text_of(h, "{\"discounts\":[\"%s\"]}", discount));
	assert_money(latest_invoice(h, sub), "total", 1000);
	/* Told once only. */
	mark = events_mark(h);
	go_to(h, MAR_1 + HOUR);
	events = events_after(h, mark);
	for (size_t i = 0; i < field_count(events, "data"); i++)
		assert_string_not_equal(field(events, text_of(h, "data.%zu.type", i)), "customer.discount.deleted");
	assert_money(latest_invoice(h, sub), "total", 2000);
}

/* Spent by the invoice of the same call: what the call says of the subscription says that too. */
static void events__a_discount_of_once_is_spent_at_once(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000), *sub, *mark;

	api_ok(h, "POST", "/v1/coupons", "id=first&percent_off=50&duration=once");
	mark = events_mark(h);
	sub = field(subscribe(h, customer, price, "discounts[0][coupon]=first"), "id");
	assert_events(h, mark,
		"customer.discount.created\n"
		"invoice.created\n"
		"invoice.finalized\n"
		"customer.discount.deleted\n"
		"payment_intent.created\n"
		"charge.succeeded\n"
		"payment_intent.succeeded\n"
		"invoice.paid\n"
		"invoice.payment_succeeded\n"
		"invoice_payment.paid\n"
		"customer.subscription.created\n");
	assert_json(h, events_after(h, mark), "data.0.data.object.discounts", "[]");
	assert_money(latest_invoice(h, sub), "total", 1000);
	assert_int_equal(field_count(latest_invoice(h, sub), "discounts"), 1);
}

static void events__a_customers_discount_of_once_is_spent(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *sub, *mark, *discount;
	const struct answer *events;
	size_t deleted;

	sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), NULL), "id");
	api_ok(h, "POST", "/v1/coupons", "id=first&percent_off=50&duration=once");
	assert_status(api_with(h, "POST", get_path(h, "customers", customer), "coupon=first",
			      (const char *const[]) { "Stripe-Version: 2024-06-20", NULL }),
		200);
	discount = field(get(h, "customers", customer), "discount.id");
	mark = events_mark(h);
	go_to(h, FEB_1 + HOUR);
	events = events_after(h, mark);
	deleted = (size_t)atol(event_place(h, events, "customer.discount.deleted") + strlen("data."));
	assert_field(events, text_of(h, "data.%zu.type", deleted + 1), "invoice.finalized");
	assert_field(events, text_of(h, "data.%zu.type", deleted - 1), "customer.updated");
	assert_field(events, text_of(h, "data.%zu.data.previous_attributes.discount.id", deleted - 1), discount);
	assert_field(events, text_of(h, "data.%zu.data.object.discount", deleted - 1), NULL);
	assert_money(latest_invoice(h, sub), "total", 1000);
}

/* It goes when its time is over, not with the invoice after it; a draft made before that keeps it. */
static void events__a_discount_of_some_months_is_over(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000), *sub, *mark, *discount;
	const struct answer *events, *draft;

	api_ok(h, "POST", "/v1/coupons", "id=one&percent_off=10&duration=repeating&duration_in_months=1");
	sub = field(subscribe(h, customer, price, NULL), "id");
	go_to(h, HOUSE_NOW + HOUR / 2);
	discount = field(post(h, "subscriptions", sub, "discounts[0][coupon]=one"), "discounts.0");
	go_to(h, FEB_1 + HOUR / 2 - 1);
	draft = latest_invoice(h, sub);
	mark = events_mark(h);
	go_to(h, FEB_1 + HOUR / 2);
	assert_events(h, mark, "customer.discount.deleted\ncustomer.subscription.updated\n");
	events = events_after(h, mark);
	assert_field(events, "data.1.data.object.id", discount);
	assert_money(events, "data.1.data.object.end", FEB_1 + HOUR / 2);
	assert_money(events, "data.1.created", FEB_1 + HOUR / 2);
	assert_json(h, events, "data.0.data.previous_attributes", text_of(h, "{\"discounts\":[\"%s\"]}", discount));
	assert_int_equal(field_count(get(h, "subscriptions", sub), "discounts"), 0);
	assert_money(post(h, "invoices", field(draft, "id"), "description=Later"), "total", 1800);
	go_to(h, FEB_1 + HOUR);
	assert_money(latest_invoice(h, sub), "amount_paid", 1800);
	go_to(h, MAR_1 + HOUR);
	assert_money(latest_invoice(h, sub), "total", 2000);
}

/* Over in the moment of a renewal: that one is billed in full and does not list it. */
static void events__a_discount_is_over_with_the_renewal(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000), *sub, *mark;
	const struct answer *events;

	api_ok(h, "POST", "/v1/coupons", "id=one&percent_off=10&duration=repeating&duration_in_months=1");
	sub = field(subscribe(h, customer, price, "items[0][discounts][0][coupon]=one"), "id");
	mark = events_mark(h);
	go_to(h, FEB_1);
	events = events_after(h, mark);
	assert_money(
		events, text_of(h, "%s.data.object.end", event_place(h, events, "customer.discount.deleted")), FEB_1);
	assert_money(latest_invoice(h, sub), "total", 2000);
	assert_int_equal(field_count(latest_invoice(h, sub), "discounts"), 0);
	assert_int_equal(field_count(get(h, "subscriptions", sub), "items.data.0.discounts"), 0);
	/* A subscription that is over keeps what it had. */
	api_ok(h, "POST", "/v1/coupons", "id=two&percent_off=10&duration=repeating&duration_in_months=1");
	post(h, "subscriptions", sub, "discounts[0][coupon]=two");
	api_ok(h, "DELETE", get_path(h, "subscriptions", sub), NULL);
	mark = events_mark(h);
	go_to(h, MAR_1 + 5 * DAY);
	events = events_after(h, mark);
	for (size_t i = 0; i < field_count(events, "data"); i++)
		assert_string_not_equal(field(events, text_of(h, "data.%zu.type", i)), "customer.discount.deleted");
	assert_int_equal(field_count(get(h, "subscriptions", sub), "discounts"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(events__previous_attributes_lead_back),
		BILLING_TEST(events__the_last_one_shows_the_object_as_it_is),
		BILLING_TEST(events__are_dated_in_order_and_name_their_request),
		BILLING_TEST(events__of_one_call_share_its_request),
		BILLING_TEST(events__trial_of_a_customer_without_method),
		BILLING_TEST(events__deleting_a_customer),
		BILLING_TEST(events__redeeming_a_coupon),
		BILLING_TEST(events__a_discount_of_once_is_spent),
		BILLING_TEST(events__a_discount_of_once_is_spent_at_once),
		BILLING_TEST(events__a_customers_discount_of_once_is_spent),
		BILLING_TEST(events__a_discount_is_over_with_the_renewal),
		BILLING_TEST(events__a_discount_of_some_months_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
