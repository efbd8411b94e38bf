/* SPDX-License-Identifier: MIT */
#include "actions/widget/demo.h"

#include <string.h>

#include "actions/people/account.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#define SHOWN_MOST 100
#define TOKEN_LIFETIME 3600 /* seconds */
#define LISTED_MOST 5

json_t *demo_contacts(const struct agent *a)
{
	json_t *out = json_object(), *list = json_array(), *page = contacts_page(&a->contacts, 0, SHOWN_MOST), *contact;
	size_t i;

	json_array_foreach(page, i, contact)
	{
		json_t *row = json_object();
		const char *id = js_text(contact, "external_id"), *name = js_text(contact, "name");

		js_put_text(row, "external_id", id);
		js_put_text(row, "name", name ? name : id);
		json_array_append_new(list, row);
	}
	json_decref(page);
	js_put_new(out, "contacts", list);
	return out;
}

/* RFC 4648 section 5, without padding, as RFC 7515 wants it. */
static void base64url_put(struct text *out, const void *from, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const unsigned char *at = from;

	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		unsigned bits = (unsigned)at[i] << 16 | (left > 1 ? (unsigned)at[i + 1] << 8 : 0) |
				(left > 2 ? (unsigned)at[i + 2] : 0);

		for (unsigned k = 0; k < (left > 2 ? 4 : left + 1); k++)
			text_char(out, digits[bits >> (18 - 6 * k) & 63]);
	}
}

/* A compact JWS of the claims, HS256 with the agent's current secret (RFC 7515, RFC 7519). */
static void token_sign(const struct agent *a, const json_t *claims, struct text *out)
{
	static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
	const char *secret = a->config->secrets[0].secret;
	unsigned char mac[DIGEST_SIZE];
	struct text payload;

	text_init(&payload, TEXT_NO_CEILING);
	js_write(&payload, claims);
	base64url_put(out, header, sizeof(header) - 1);
	text_char(out, '.');
	base64url_put(out, payload.data, payload.length);
	digest_make(secret, strlen(secret), out->data, out->length, mac);
	text_char(out, '.');
	base64url_put(out, mac, sizeof(mac));
	text_clear(&payload);
}

json_t *demo_session(const struct agent *a, const char *id)
{
	json_t *contact = id ? contacts_find(&a->contacts, id) : NULL, *claims, *out;
	int64_t now = clock_now(&a->clock);
	struct text token;

	if (!contact)
		return NULL;
	claims = json_object();
	js_put_text(claims, "user_id", id);
	js_put_int(claims, "iat", now);
	js_put_int(claims, "exp", now + TOKEN_LIFETIME);
	text_init(&token, TEXT_NO_CEILING);
	token_sign(a, claims, &token);
	json_decref(claims);
	out = json_object();
	js_put_text(out, "name", js_text(contact, "name"));
	js_put_text(out, "token", token.data);
	text_clear(&token);
	json_decref(contact);
	return out;
}

/* ---- what the simulator holds ---- */

/* Members that are shown, and where they stand in Stripe's object. */
struct shown {
	const char *name, *path;
};
static const struct shown customer_shown[] = { { "id", "id" }, { "name", "name" }, { "email", "email" },
	{ "phone", "phone" }, { "city", "address.city" }, { "country", "address.country" },
	{ "card", "invoice_settings.default_payment_method.card.last4" },
	{ "brand", "invoice_settings.default_payment_method.card.brand" } };
static const struct shown subscription_shown[] = { { "id", "id" }, { "status", "status" },
	{ "price", "items.data.0.price.nickname" }, { "price_id", "items.data.0.price.id" },
	{ "quantity", "items.data.0.quantity" }, { "period_end", "items.data.0.current_period_end" },
	{ "cancel_at_period_end", "cancel_at_period_end" }, { "schedule", "schedule" } };
static const struct shown invoice_shown[] = { { "id", "id" }, { "number", "number" }, { "status", "status" },
	{ "total", "total" }, { "currency", "currency" }, { "created", "created" } };

static json_t *pick(const json_t *from, const struct shown *shown, size_t count)
{
	json_t *out = json_object();

	for (size_t i = 0; i < count; i++)
		js_put(out, shown[i].name, js_at(from, shown[i].path));
	return out;
}

static json_t *pick_all(const json_t *answer, const struct shown *shown, size_t count)
{
	json_t *out = json_array(), *row;
	size_t i;

	json_array_foreach(js_get(answer, "data"), i, row) json_array_append_new(out, pick(row, shown, count));
	return out;
}

static json_t *ask_for(struct agent *a, const char *path, const char *customer, const char *expand, struct problem *why)
{
	js_auto params = json_object();
	struct stripe_ask ask = { .method = "GET", .path = path, .params = params };

	if (customer) {
		js_put_text(params, "customer", customer);
		js_put_int(params, "limit", LISTED_MOST);
		if (strstr(path, "subscriptions"))
			js_put_text(params, "status", "all");
	}
	if (expand) {
		json_t *list = json_array();

		json_array_append_new(list, json_string(expand));
		js_put_new(params, "expand", list);
	}
	return stripe_call(&a->stripe, &ask, why);
}

static json_t *held(struct agent *a, const struct account *account, struct problem *why)
{
	json_t *out = json_object(), *answer;

	js_put_text(out, "label", account->label);
	answer = ask_for(a, arena_format(why->arena, "/v1/customers/%s", account->customer), NULL,
		"invoice_settings.default_payment_method", why);
	js_put_new(out, "customer", pick(answer, customer_shown, COUNT_OF(customer_shown)));
	answer = ask_for(a, "/v1/subscriptions", account->customer, NULL, why);
	js_put_new(out, "subscriptions", pick_all(answer, subscription_shown, COUNT_OF(subscription_shown)));
	answer = ask_for(a, "/v1/invoices", account->customer, NULL, why);
	js_put_new(out, "invoices", pick_all(answer, invoice_shown, COUNT_OF(invoice_shown)));
	return out;
}

json_t *demo_customer(struct agent *a, const char *id)
{
	json_t *contact = id ? contacts_find(&a->contacts, id) : NULL, *entry, *out, *list;
	struct arena arena = { 0 };
	struct problem why;
	size_t i;

	if (!contact)
		return NULL;
	problem_init(&why, &arena);
	out = json_object();
	list = json_array();
	json_array_foreach(js_get(contact, "stripe_accounts"), i, entry)
	{
		struct account account;

		/* One that is not good is left out: the chat says of it what it has to. */
		if (account_resolve(contact, js_text(entry, "label"), &a->stripe, &account, &why))
			json_array_append_new(list, held(a, &account, &why));
		problem_clear(&why);
	}
	js_put_new(out, "accounts", list);
	problem_clear(&why);
	arena_free(&arena);
	json_decref(contact);
	return out;
}
