/* SPDX-License-Identifier: MIT */

/*
 * The customer portal: configurations, sessions with their flows and refusals, and what customers do on the page.
 * Source: Stripe docs "Customer portal", "Configure the customer portal", "Customer portal deep links and flows".
 */
#include "billing.h"

#define CONFIGURATIONS "/v1/billing_portal/configurations"
#define SESSIONS "/v1/billing_portal/sessions"
#define NO_DEFAULT                                                                                                     \
	"No configuration provided and your test mode default configuration has not been created. Provide a "          \
	"configuration or create your default by saving your customer portal settings in test mode at "                \
	"https://dashboard.stripe.com/test/settings/billing/portal."

struct shop {
	const char *customer, *pro, *max, *product, *sub, *item;
};

static struct shop shop_open(struct house *h, const char *more)
{
	struct shop s = { .customer = customer_new(h, "email=a@example.com", "visa"),
		.pro = monthly(h, "Pro", 2000),
		.max = monthly(h, "Max", 5000) };
	const struct answer *sub = subscribe(h, s.customer, s.pro, more);

	s.product = field(get(h, "prices", s.max), "product");
	s.sub = field(sub, "id");
	s.item = field(sub, "items.data.0.id");
	return s;
}

static const char *configuration(struct house *h, const char *features)
{
	return field(api_ok(h, "POST", CONFIGURATIONS, features), "id");
}

static const char *switching(struct house *h, const struct shop *s)
{
	return configuration(h,
		text_of(h,
			"features[subscription_update][enabled]=true&features[subscription_update][default_allowed_"
			"updates][]="
			"price&features[subscription_update][default_allowed_updates][]=quantity&features[subscription_"
			"update][products][0][product]=%s&features[subscription_update][products][0][prices][]=%s&"
			"features["
			"subscription_update][proration_behavior]=create_prorations",
			s->product, s->max));
}

static const struct answer *open_for(struct house *h, const struct shop *s, const char *config, const char *more)
{
	return api(h, "POST", SESSIONS,
		text_of(h, "customer=%s%s%s%s%s", s->customer, config ? "&configuration=" : "", config ? config : "",
			more ? "&" : "", more ? more : ""));
}

static const char *session_id(struct house *h, const struct shop *s, const char *config)
{
	const struct answer *a = open_for(h, s, config, NULL);

	assert_status(a, 200);
	return field(a, "id");
}

static const struct answer *on_page(struct house *h, const char *session, const char *deed, const char *body)
{
	return api(h, "POST", text_of(h, "/_mockstripe/portal/sessions/%s/%s", session, deed), body);
}

static void assert_refused(const struct answer *a, int status, const char *message)
{
	assert_status(a, status);
	assert_field(a, "error.message", message);
}

/* ---- configurations ---- */

static void configuration__has_stripes_defaults(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", CONFIGURATIONS,
		"features[invoice_history][enabled]=true&business_profile[headline]=Hello&metadata[a]=b");

	assert_flag(a, "active", true);
	assert_flag(a, "is_default", false);
	assert_field(a, "business_profile.headline", "Hello");
	assert_field(a, "business_profile.privacy_policy_url", NULL);
	assert_field(a, "default_return_url", NULL);
	assert_flag(a, "features.invoice_history.enabled", true);
	assert_flag(a, "features.customer_update.enabled", false);
	assert_json(h, a, "features.customer_update.allowed_updates", "[]");
	assert_flag(a, "features.payment_method_update.enabled", false);
	assert_flag(a, "features.subscription_cancel.enabled", false);
	assert_field(a, "features.subscription_cancel.mode", "at_period_end");
	assert_field(a, "features.subscription_cancel.proration_behavior", "none");
	assert_json(h, a, "features.subscription_cancel.cancellation_reason.options",
		"[\"too_expensive\",\"missing_features\",\"switched_service\",\"unused\",\"other\"]");
	assert_flag(a, "features.subscription_update.enabled", false);
	assert_field(a, "features.subscription_update.proration_behavior", "none");
	assert_field(a, "features.subscription_update.trial_update_behavior", "end_trial");
	assert_flag(a, "login_page.enabled", false);
	assert_field(a, "login_page.url", NULL);
	assert_money(a, "created", HOUSE_NOW);
	assert_money(a, "updated", HOUSE_NOW);
	assert_field(a, "metadata.a", "b");
	assert_field(
		events_after(h, field(api_ok(h, "GET", "/v1/events?limit=1", NULL), "data.0.id")), "object", "list");
	assert_field(
		api_ok(h, "GET", "/v1/events?limit=1", NULL), "data.0.type", "billing_portal.configuration.created");
}

static void configuration__is_refused(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, NULL);
	const char *once = one_time(h, "Setup", 100), *other = field(get(h, "prices", s.pro), "product");

	assert_error(api(h, "POST", CONFIGURATIONS, NULL), 400, "parameter_missing", "features", NULL);
	assert_error(api(h, "POST", CONFIGURATIONS, "features[customer_update][enabled]=true"), 400,
		"parameter_missing", "features[customer_update][allowed_updates]", "Missing required param");
	assert_error(api(h, "POST", CONFIGURATIONS, "features[subscription_update][enabled]=true"), 400,
		"parameter_missing", "features[subscription_update][default_allowed_updates]", NULL);
	assert_error(
		api(h, "POST", CONFIGURATIONS,
			"features[subscription_update][enabled]=true&features[subscription_update][default_allowed_"
			"updates][]=price"),
		400, "parameter_missing", "features[subscription_update][products]", NULL);
	assert_error(api(h, "POST", CONFIGURATIONS,
			     text_of(h,
				     "features[subscription_update][enabled]=true&features[subscription_update]["
				     "default_allowed_updates][]=price&features[subscription_update][products][0]["
				     "product]=%s&features[subscription_update]["
				     "products][0][prices][]=%s",
				     other, s.max)),
		400, NULL, "features[subscription_update][products][0][prices][0]", "does not belong to the product");
	assert_error(api(h, "POST", CONFIGURATIONS,
			     text_of(h,
				     "features[subscription_update][enabled]=true&features[subscription_update]["
				     "default_allowed_updates][]=price&features[subscription_update][products][0]["
				     "product]=%s&features[subscription_update]["
				     "products][0][prices][]=%s",
				     field(get(h, "prices", once), "product"), once)),
		400, NULL, "features[subscription_update][products][0][prices][0]", "is not recurring");
	assert_error(
		api(h, "POST", CONFIGURATIONS,
			"features[subscription_cancel][enabled]=true&features[subscription_cancel][proration_behavior]="
			"create_prorations"),
		400, NULL, "features[subscription_cancel][proration_behavior]", NULL);
	assert_error(
		api(h, "POST", CONFIGURATIONS, "features[invoice_history][enabled]=true&default_return_url=nowhere"),
		400, "url_invalid", "default_return_url", "Not a valid URL");
	assert_error(api(h, "POST", CONFIGURATIONS,
			     "features[subscription_cancel][enabled]=true&features[subscription_cancel][mode]=later"),
		400, NULL, "features[subscription_cancel][mode]", NULL);
}

static void configuration__is_updated_in_part(void **state)
{
	struct house *h = *state;
	const char *id = configuration(h, "features[subscription_cancel][enabled]=true"), *mark = events_mark(h);
	const struct answer *a;

	go_to(h, HOUSE_NOW + 60);
	a = api_ok(h, "POST", text_of(h, CONFIGURATIONS "/%s", id),
		"features[subscription_cancel][mode]=immediately&login_page[enabled]=true&active=false");
	assert_flag(a, "features.subscription_cancel.enabled", true);
	assert_field(a, "features.subscription_cancel.mode", "immediately");
	assert_flag(a, "active", false);
	assert_money(a, "updated", HOUSE_NOW + 60);
	assert_int_equal(strncmp(field(a, "login_page.url"), "https://billing.stripe.com/p/login/test_", 40), 0);
	assert_events(h, mark, "billing_portal.configuration.updated\n");
	assert_int_equal(field_count(api_ok(h, "GET", CONFIGURATIONS "?active=false", NULL), "data"), 1);
	assert_int_equal(field_count(api_ok(h, "GET", CONFIGURATIONS "?is_default=true", NULL), "data"), 0);
}

static void default__is_what_the_dashboard_saves(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, NULL);
	const struct answer *a;
	const char *first, *second;

	assert_error(open_for(h, &s, NULL, NULL), 400, NULL, NULL, NO_DEFAULT);
	first = field(api_ok(h, "POST", "/_mockstripe/portal/default", NULL), "id");
	assert_string_equal(field(api_ok(h, "POST", "/_mockstripe/portal/default", NULL), "id"), first);
	a = api_ok(h, "GET", text_of(h, CONFIGURATIONS "/%s", first), NULL);
	assert_flag(a, "is_default", true);
	assert_flag(a, "features.subscription_cancel.enabled", true);
	assert_flag(a, "features.subscription_update.enabled", false);
	assert_json(h, a, "features.customer_update.allowed_updates", "[\"address\",\"email\",\"phone\",\"tax_id\"]");
	assert_error(api(h, "POST", text_of(h, CONFIGURATIONS "/%s", first), "active=false"), 400, NULL, "active",
		"The default configuration cannot be deactivated.");
	assert_field(open_for(h, &s, NULL, NULL), "configuration", first);
	second = switching(h, &s);
	api_ok(h, "POST", "/_mockstripe/portal/default", text_of(h, "configuration=%s", second));
	assert_field(open_for(h, &s, NULL, NULL), "configuration", second);
	assert_flag(api_ok(h, "GET", text_of(h, CONFIGURATIONS "/%s", first), NULL), "is_default", false);
}

/* ---- sessions ---- */

static void session__has_a_link(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, NULL);
	const char *config = configuration(
		h, "features[invoice_history][enabled]=true&default_return_url=https://example.com/account");
	const char *mark = events_mark(h);
	const struct answer *a = open_for(h, &s, config, "locale=de");

	assert_status(a, 200);
	assert_field(a, "object", "billing_portal.session");
	assert_field(a, "customer", s.customer);
	assert_field(a, "configuration", config);
	assert_field(a, "flow", NULL);
	assert_field(a, "locale", "de");
	assert_field(a, "on_behalf_of", NULL);
	assert_field(a, "return_url", "https://example.com/account");
	assert_money(a, "created", HOUSE_NOW);
	assert_int_equal(strncmp(field(a, "id"), "bps_", 4), 0);
	assert_int_equal(strncmp(field(a, "url"), "https://billing.stripe.com/p/session/test_", 42), 0);
	assert_events(h, mark, "billing_portal.session.created\n");
	a = open_for(h, &s, config, "return_url=https://example.com/back&expand[]=configuration");
	assert_field(a, "return_url", "https://example.com/back");
	assert_flag(a, "configuration.features.invoice_history.enabled", true);
}

static void session__is_refused(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, NULL);
	const char *config = configuration(h, "features[invoice_history][enabled]=true");

	assert_error(api(h, "POST", SESSIONS, text_of(h, "configuration=%s", config)), 400, "parameter_missing",
		"customer", "Missing required param: customer.");
	assert_error(api(h, "POST", SESSIONS, "customer=cus_none"), 400, "resource_missing", "customer",
		"No such customer: 'cus_none'");
	assert_error(open_for(h, &s, "bpc_none", NULL), 400, "resource_missing", "configuration", "'bpc_none'");
	assert_error(open_for(h, &s, config, "return_url=here"), 400, "url_invalid", "return_url", "Not a valid URL");
	api_ok(h, "POST", text_of(h, CONFIGURATIONS "/%s", config), "active=false");
	assert_error(open_for(h, &s, config, NULL), 400, NULL, "configuration", "is not active");
}

#define CANCEL_FLOW "flow_data[type]=subscription_cancel&flow_data[subscription_cancel][subscription]=%s"
#define UPDATE_FLOW "flow_data[type]=subscription_update&flow_data[subscription_update][subscription]=%s"
#define CONFIRM_FLOW                                                                                                   \
	"flow_data[type]=subscription_update_confirm&flow_data[subscription_update_confirm][subscription]=%s&flow_"    \
	"data[subscription_update_confirm][items][0][id]=%s&flow_data[subscription_update_confirm][items][0][price]="  \
	"%s"

static void flow__is_shown_with_nulls(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, NULL);
	const char *config = configuration(h, "features[subscription_cancel][enabled]=true");
	const struct answer *a = open_for(h, &s, config,
		text_of(h,
			CANCEL_FLOW "&flow_data[after_completion][type]=redirect&flow_data[after_completion][redirect]["
				    "return_url]=https://example.com/bye",
			s.sub));

	assert_status(a, 200);
	assert_field(a, "flow.type", "subscription_cancel");
	assert_field(a, "flow.subscription_cancel.subscription", s.sub);
	assert_field(a, "flow.subscription_cancel.retention", NULL);
	assert_field(a, "flow.subscription_update", NULL);
	assert_field(a, "flow.subscription_update_confirm", NULL);
	assert_field(a, "flow.after_completion.type", "redirect");
	assert_field(a, "flow.after_completion.redirect.return_url", "https://example.com/bye");
	assert_field(a, "flow.after_completion.hosted_confirmation", NULL);
	a = open_for(h, &s, switching(h, &s), text_of(h, CONFIRM_FLOW, s.sub, s.item, s.max));
	assert_status(a, 200);
	assert_field(a, "flow.subscription_update_confirm.items.0.id", s.item);
	assert_field(a, "flow.subscription_update_confirm.items.0.price", s.max);
	assert_field(a, "flow.after_completion.type", "portal_homepage");
}

static void flow__is_refused(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, NULL);
	const char *none = configuration(h, "features[invoice_history][enabled]=true"), *switches = switching(h, &s);
	const char *cancels = configuration(h, "features[subscription_cancel][enabled]=true");
	const char *where = "flow_data[subscription_update][subscription]";

	assert_error(open_for(h, &s, none, text_of(h, UPDATE_FLOW, s.sub)), 400, NULL, where,
		"This subscription cannot be updated because the subscription update feature in the portal "
		"configuration "
		"is disabled.");
	assert_error(open_for(h, &s, none, text_of(h, CANCEL_FLOW, s.sub)), 400, NULL,
		"flow_data[subscription_cancel][subscription]",
		"This subscription cannot be canceled because the subscription cancel feature in the portal "
		"configuration "
		"is disabled.");
	assert_error(open_for(h, &s, none, "flow_data[type]=payment_method_update"), 400, NULL, "flow_data[type]",
		"payment method update feature");
	assert_error(open_for(h, &s, cancels, "flow_data[type]=subscription_cancel"), 400, "parameter_missing",
		"flow_data[subscription_cancel]", NULL);
	assert_error(open_for(h, &s, switches, text_of(h, UPDATE_FLOW, "sub_none")), 400, "resource_missing", where,
		"No such subscription: 'sub_none'");
	assert_error(open_for(h, &s, switches, text_of(h, CONFIRM_FLOW, s.sub, s.item, s.pro)), 400, NULL,
		"flow_data[subscription_update_confirm][items][0][price]", "not among the products");
	assert_error(open_for(h, &s, switches, text_of(h, CONFIRM_FLOW, s.sub, "si_none", s.max)), 400,
		"resource_missing", "flow_data[subscription_update_confirm][items][0][id]",
		"No such subscription item: 'si_none'");
	post(h, "subscriptions", s.sub, "cancel_at_period_end=true");
	assert_error(open_for(h, &s, cancels, text_of(h, CANCEL_FLOW, s.sub)), 400, NULL,
		"flow_data[subscription_cancel][subscription]",
		"This subscription cannot be canceled because it is already set to be canceled.");
	api_ok(h, "DELETE", get_path(h, "subscriptions", s.sub), NULL);
	assert_error(open_for(h, &s, switches, text_of(h, UPDATE_FLOW, s.sub)), 400, NULL, where,
		"This subscription cannot be updated because it is already canceled.");
}

static void flow__is_refused_for_several_items(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, text_of(h, "items[1][price]=%s", monthly(h, "Extra", 300)));

	assert_error(open_for(h, &s, switching(h, &s), text_of(h, UPDATE_FLOW, s.sub)), 400, NULL,
		"flow_data[subscription_update][subscription]",
		"This subscription cannot be updated because it contains more than one item.");
}

/* ---- the page ---- */

static void page__cancels_at_the_periods_end(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, NULL);
	const char *config = configuration(h,
		"features[subscription_cancel][enabled]=true&features[subscription_cancel][cancellation_reason]["
		"enabled]=true&features[subscription_cancel][cancellation_reason][options][]=too_expensive");
	const char *session = session_id(h, &s, config), *mark = events_mark(h);
	const struct answer *a, *events;

	a = on_page(
		h, session, "cancel", text_of(h, "subscription=%s&feedback=too_expensive&comment=Too%%20much", s.sub));
	assert_status(a, 200);
	assert_field(a, "status", "active");
	assert_money(a, "cancel_at", FEB_1);
	assert_field(a, "cancellation_details.feedback", "too_expensive");
	assert_field(a, "cancellation_details.comment", "Too much");
	assert_field(a, "cancellation_details.reason", "cancellation_requested");
	assert_events(h, mark, "customer.subscription.updated\n");
	events = events_after(h, mark);
	assert_field(events, "data.0.request.id", NULL);
	assert_refused(on_page(h, session, "cancel", text_of(h, "subscription=%s", s.sub)), 400,
		"This subscription cannot be canceled because it is already set to be canceled.");
	a = on_page(h, session, "renew", text_of(h, "subscription=%s", s.sub));
	assert_status(a, 200);
	assert_field(a, "cancel_at", NULL);
	assert_refused(on_page(h, session, "renew", text_of(h, "subscription=%s", s.sub)), 400,
		"This subscription is not set to be canceled.");
}

static void page__cancels_at_once(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, "billing_mode[type]=classic");
	const char *config = configuration(h,
		"features[subscription_cancel][enabled]=true&features[subscription_cancel][mode]=immediately&features["
		"subscription_cancel][proration_behavior]=create_prorations");
	const char *session = session_id(h, &s, config);
	const struct answer *a = on_page(h, session, "cancel", text_of(h, "subscription=%s", s.sub));

	assert_status(a, 200);
	assert_field(a, "status", "canceled");
	assert_money(a, "ended_at", HOUSE_NOW);
	assert_money(pending_items(h, s.customer), "data.0.amount", -2000);
}

static void page__switches_the_price(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, NULL);
	const char *session = session_id(h, &s, switching(h, &s)), *mark = events_mark(h);
	const struct answer *a;

	assert_refused(on_page(h, session, "switch", text_of(h, "subscription=%s&price=%s", s.sub, s.pro)), 400,
		text_of(h,
			"This subscription cannot be updated because the price `%s` is not among the products of the "
			"portal "
			"configuration.",
			s.pro));
	a = on_page(h, session, "switch", text_of(h, "subscription=%s&price=%s&quantity=2", s.sub, s.max));
	assert_status(a, 200);
	assert_field(a, "items.data.0.price.id", s.max);
	assert_money(a, "items.data.0.quantity", 2);
	assert_events(h, mark, "invoiceitem.created\ninvoiceitem.created\ncustomer.subscription.updated\n");
	assert_refused(on_page(h, session, "switch", text_of(h, "subscription=%s&quantity=0", s.sub)), 400,
		"The quantity must be a whole number above 0.");
}

static void page__updates_the_customer(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, NULL);
	const char *config = configuration(h,
		"features[customer_update][enabled]=true&features[customer_update][allowed_updates][]=email&features["
		"customer_update][allowed_updates][]=address&features[payment_method_update][enabled]=true");
	const char *session = session_id(h, &s, config);
	const struct answer *a = on_page(h, session, "customer", "email=b@example.com&address[city]=Bern");

	assert_status(a, 200);
	assert_field(a, "email", "b@example.com");
	assert_field(a, "address.city", "Bern");
	assert_refused(on_page(h, session, "customer", "phone=123"), 400,
		"The portal configuration does not allow customers to update `phone`.");
	a = on_page(h, session, "payment_method", "payment_method=pm_card_mastercard");
	assert_status(a, 200);
	a = api_ok(h, "GET",
		text_of(h, "/v1/customers/%s?expand[]=invoice_settings.default_payment_method", s.customer), NULL);
	assert_field(a, "invoice_settings.default_payment_method.card.brand", "mastercard");
	assert_status(on_page(h, session, "payment_method", "payment_method=pm_card_chargeDeclined"), 402);
}

static void page__closes(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, NULL);
	const char *config = configuration(h, "features[subscription_cancel][enabled]=true");
	const char *early = session_id(h, &s, config), *late = session_id(h, &s, config);
	const char *body = text_of(h, "subscription=%s", s.sub);

	go_to(h, HOUSE_NOW + 200);
	assert_status(on_page(h, early, "cancel", body), 200);
	go_to(h, HOUSE_NOW + 301);
	assert_refused(on_page(h, late, "renew", body), 400, "This portal session has expired. Create a new one.");
	go_to(h, HOUSE_NOW + 3700);
	assert_status(on_page(h, early, "renew", body), 200);
	go_to(h, HOUSE_NOW + 3700 + 3601);
	assert_refused(on_page(h, early, "cancel", body), 400, "This portal session has expired. Create a new one.");
	assert_status(on_page(h, "bps_none", "cancel", body), 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(configuration__has_stripes_defaults),
		BILLING_TEST(configuration__is_refused),
		BILLING_TEST(configuration__is_updated_in_part),
		BILLING_TEST(default__is_what_the_dashboard_saves),
		BILLING_TEST(session__has_a_link),
		BILLING_TEST(session__is_refused),
		BILLING_TEST(flow__is_shown_with_nulls),
		BILLING_TEST(flow__is_refused),
		BILLING_TEST(flow__is_refused_for_several_items),
		BILLING_TEST(page__cancels_at_the_periods_end),
		BILLING_TEST(page__cancels_at_once),
		BILLING_TEST(page__switches_the_price),
		BILLING_TEST(page__updates_the_customer),
		BILLING_TEST(page__closes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
