/* SPDX-License-Identifier: MIT */
/* What customers show only when it is expanded. Source: Stripe docs "The Customer object". */
#include <string.h>

#include "api/list.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/billing/subscription.h"
#include "resources/customer.h"
#include "resources/customer_apply.h"

#define SHOWN_MOST 10 /* rows of an embedded list */

static const char *own_url(struct call *call, const struct record *customer, const char *what)
{
	return arena_format(&call->arena, "/v1/customers/%s/%s", customer->id, what);
}

json_t *customer_sources(struct call *call, struct record *customer)
{
	static const char *const kinds[] = { "card", "bank_account", "source" };
	json_t *data = json_array();

	for (size_t k = 0; k < COUNT_OF(kinds); k++) {
		const struct schema_resource *type = schema_find_object(kinds[k]);
		const struct list *rows = type ? list_by(call, type, LIST_PARENT, customer->id) : NULL;

		for (size_t i = rows ? rows->count : 0; i-- > 0;)
			json_array_append(data, record_tree(rows->at[i]));
	}
	return list_object(data, own_url(call, customer, "sources"));
}

/* The live ones, newest first. */
json_t *customer_subscriptions(struct call *call, struct record *customer)
{
	const struct list *rows = list_by(call, schema_find_object("subscription"), "customer", customer->id);
	json_t *data = json_array(), *list;
	bool more = false;

	for (size_t i = rows->count; i-- > 0;) {
		if (!subscription_is_live(rows->at[i]))
			continue;
		more = json_array_size(data) == SHOWN_MOST;
		if (more)
			break;
		json_array_append(data, record_tree(rows->at[i]));
	}
	list = list_object(data, own_url(call, customer, "subscriptions"));
	js_put_flag(list, "has_more", more);
	return list;
}

json_t *customer_tax_ids(struct call *call, struct record *customer)
{
	return list_embed(call, schema_find_object("tax_id"), "customer", customer->id, SHOWN_MOST,
		own_url(call, customer, "tax_ids"));
}

/* Where Stripe would calculate tax: by the address, else by where things are shipped to, else by the IP address. */
static json_t *tax_location(const json_t *body)
{
	static const struct {
		const char *path, *source;
	} places[] = { { "address", "billing_address" }, { "shipping.address", "shipping_destination" } };
	json_t *location;

	for (size_t i = 0; i < COUNT_OF(places); i++) {
		const json_t *address = js_at(body, places[i].path);

		if (!js_text(address, "country"))
			continue;
		location = json_object();
		js_put(location, "country", js_get(address, "country"));
		js_put_text(location, "source", places[i].source);
		js_put(location, "state", js_get(address, "state"));
		return location;
	}
	if (!js_text_at(body, PRIVATE_KEY ".tax.ip_address"))
		return NULL;
	/* Without a map of the network every test address is in the United States. */
	location = json_object();
	js_put_text(location, "country", "US");
	js_put_text(location, "source", "ip_address");
	js_put_null(location, "state");
	return location;
}

bool customer_is_located(struct record *customer)
{
	js_auto location = tax_location(record_tree(customer));

	return location != NULL;
}

json_t *customer_tax(struct call *call, struct record *customer)
{
	const json_t *body = record_tree(customer);
	json_t *tax = json_object(), *location = tax_location(body);

	(void)call;
	js_put_text(tax, "automatic_tax", location ? "supported" : "unrecognized_location");
	js_put(tax, "ip_address", js_at(body, PRIVATE_KEY ".tax.ip_address"));
	js_put_new(tax, "location", location);
	js_put_text(tax, "provider", "stripe");
	return tax;
}

/* Here a positive number is credit, unlike in `balance`. */
json_t *customer_credit_balance(struct call *call, struct record *customer)
{
	const json_t *body = record_tree(customer);
	const char *currency = js_text(body, "currency");
	json_t *balances = json_object();

	(void)call;
	if (currency)
		js_put_int(balances, currency, -js_int(body, "balance", 0));
	return balances;
}
