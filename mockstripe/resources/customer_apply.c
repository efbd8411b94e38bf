/* SPDX-License-Identifier: MIT */
#include "resources/customer_apply.h"

#include <ctype.h>
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/check.h"
#include "resources/customer.h"
#include "resources/payments/pay.h"
#include "value/country.h"
#include "value/email.h"

#define PREFIX_LEAST 3
#define PREFIX_MOST 12

const char *const customer_by_hand[] = { "address", "balance", "cash_balance", "default_source", "invoice_settings",
	"name", "phone", "shipping", "tax", "tax_exempt", "test_clock", NULL };

/* ---- addresses ---- */

static const char *const address_keys[] = { "city", "country", "line1", "line2", "postal_code", "state" };

int address_apply(struct call *call, json_t *draft, const char *key, json_t *given, const char *where)
{
	json_t *address;

	if (!given)
		return 0;
	if (json_is_null(given)) {
		js_put_null(draft, key);
		return 0;
	}
	if (check_country(call, js_text(given, "country"), name_in(call, where, "country")))
		return -1;
	address = js_own(draft, key);
	for (size_t i = 0; i < COUNT_OF(address_keys); i++) {
		json_t *value = js_get(given, address_keys[i]);

		if (value)
			js_put(address, address_keys[i], value);
		else if (!js_get(address, address_keys[i]))
			js_put_null(address, address_keys[i]);
	}
	if (js_text(given, "country"))
		js_put_text(address, "country", country_find(js_text(given, "country")));
	return 0;
}

/* ---- checks ---- */

/* RFC 5646, as far as Stripe's list of locales goes: two or three letters, then parts of two to eight joined by '-'. */
static bool is_locale(const char *tag)
{
	size_t part = 0, parts = 0;

	for (;; tag++) {
		if (isalnum((unsigned char)*tag) && (parts || isalpha((unsigned char)*tag))) {
			part++;
			continue;
		}
		if (part < 2 || part > (parts ? 8 : 3) || (*tag && *tag != '-'))
			return false;
		if (!*tag)
			return true;
		parts++;
		part = 0;
	}
}

static int check_locales(struct call *call)
{
	const json_t *locales = param(call, "preferred_locales");

	for (size_t i = 0; i < json_array_size(locales); i++)
		if (!is_locale(json_string_value(json_array_get(locales, i))))
			return fail_invalid(call, NULL, name_at(call, "preferred_locales", i),
				"Not a valid language, try using an IETF language tag, such as 'en-US'. For more "
				"information, check "
				"https://tools.ietf.org/html/rfc5646");
	return 0;
}

static int check_prefix(struct call *call, const struct record *self)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	const char *prefix = param_text(call, "invoice_prefix");
	const struct list *rows;
	size_t length = prefix ? strlen(prefix) : 0;

	if (!prefix)
		return 0;
	if (length < PREFIX_LEAST || length > PREFIX_MOST || strspn(prefix, alphabet) != length)
		return fail_invalid(call, NULL, "invoice_prefix",
			"The invoice prefix must be %d to %d uppercase letters or numbers.", PREFIX_LEAST, PREFIX_MOST);
	rows = list_by(call, schema_find_object("customer"), "@prefix", prefix);
	if (rows->count && rows->at[0] != self)
		return fail_invalid(call, NULL, "invoice_prefix",
			"The invoice prefix `%s` is already used by another customer.", prefix);
	return 0;
}

static int check_sequence(struct call *call, const struct record *self, int64_t present)
{
	if (!self || param_int(call, "next_invoice_sequence", present) >= present)
		return 0;
	return fail_invalid(call, "parameter_invalid_integer", "next_invoice_sequence",
		"This value must be greater than or equal to %lld.", (long long)present);
}

/* tax[validate_location]=immediately: there must be something to find the customer by. */
static int check_location(struct call *call, const json_t *body)
{
	const char *when = param_text_at(call, "tax.validate_location");
	const json_t *address = param(call, "address");
	const char *country = js_text(address ? address : js_get(body, "address"), "country");

	if (!when || strcmp(when, "immediately") != 0 || country || param_text_at(call, "tax.ip_address") ||
		js_text_at(body, PRIVATE_KEY ".tax.ip_address") || param_text_at(call, "shipping.address.country") ||
		js_text_at(body, "shipping.address.country"))
		return 0;
	return fail_invalid(call, "customer_tax_location_invalid", "tax[validate_location]",
		"The customer's location isn't recognized. Set a valid customer address in order to automatically "
		"calculate "
		"tax.");
}

int customer_check(struct call *call, const struct record *self)
{
	struct record *stored = self ? account_find(call->account, self->id) : NULL;
	const json_t *body = record_tree(stored);
	const char *email = param_text(call, "email");

	if (email && !email_is_valid(email))
		return fail_invalid(call, "email_invalid", "email", "Invalid email address: %s", email);
	if (check_locales(call) || check_country(call, param_text_at(call, "address.country"), "address[country]") ||
		check_country(call, param_text_at(call, "shipping.address.country"), "shipping[address][country]") ||
		check_prefix(call, self) || check_sequence(call, self, js_int(body, "next_invoice_sequence", 1)))
		return -1;
	return check_location(call, body);
}

/* ---- values ---- */

/* Stripe strips the blanks around names and telephone numbers. */
static void put_stripped(struct call *call, json_t *body, const char *key)
{
	const char *text = param_text(call, key), *end;

	if (!param_given(call, key))
		return;
	if (text) {
		text += strspn(text, " \t\r\n");
		for (end = text + strlen(text); end > text && strchr(" \t\r\n", end[-1]); end--)
			;
		text = arena_range(&call->arena, text, (size_t)(end - text));
	}
	js_put_text(body, key, text && *text ? text : NULL);
}

static int apply_shipping(struct call *call, json_t *body)
{
	json_t *given = param(call, "shipping");
	json_t *shipping;

	if (!given || (json_is_object(given) && !json_object_size(given)))
		return 0;
	if (json_is_null(given)) {
		js_put_null(body, "shipping");
		return 0;
	}
	shipping = js_own(body, "shipping");
	if (address_apply(call, shipping, "address", js_get(given, "address"), "shipping[address]"))
		return -1;
	if (js_get(given, "name"))
		js_put(shipping, "name", js_get(given, "name"));
	if (js_get(given, "phone") || !js_get(shipping, "phone"))
		js_put(shipping, "phone", js_get(given, "phone"));
	return 0;
}

static void apply_rendering(json_t *settings, json_t *given)
{
	json_t *options;

	if (!given)
		return;
	if (json_is_null(given)) {
		js_put_null(settings, "rendering_options");
		return;
	}
	options = js_own(settings, "rendering_options");
	for (int i = 0; i < 2; i++) {
		const char *key = i ? "template" : "amount_tax_display";

		if (js_get(given, key) || !js_get(options, key))
			js_put(options, key, js_get(given, key));
	}
}

static void apply_settings(struct call *call, json_t *body)
{
	const json_t *given = param(call, "invoice_settings");
	json_t *settings;

	if (!json_is_object(given))
		return;
	settings = js_own(body, "invoice_settings");
	if (js_get(given, "custom_fields"))
		js_put(settings, "custom_fields",
			json_array_size(js_get(given, "custom_fields")) ? js_get(given, "custom_fields") : NULL);
	if (js_get(given, "footer"))
		js_put(settings, "footer", js_get(given, "footer"));
	apply_rendering(settings, js_get(given, "rendering_options"));
}

int customer_apply(struct call *call, json_t *body)
{
	json_t *ip = js_at(call->params, "tax.ip_address");

	put_stripped(call, body, "name");
	put_stripped(call, body, "phone");
	if (address_apply(call, body, "address", param(call, "address"), "address") || apply_shipping(call, body))
		return -1;
	apply_settings(call, body);
	if (param_given(call, "tax_exempt"))
		js_put_text(
			body, "tax_exempt", param_text(call, "tax_exempt") ? param_text(call, "tax_exempt") : "none");
	if (ip)
		js_put(js_own(js_own(body, PRIVATE_KEY), "tax"), "ip_address", ip);
	return 0;
}

/* ---- defaults ---- */

static int apply_default_method(struct call *call, struct record *customer, struct record *attached)
{
	static const char where[] = "invoice_settings[default_payment_method]";
	json_t *given = js_at(call->params, "invoice_settings.default_payment_method");
	const char *id = json_string_value(given);
	struct record *method = NULL;

	if (!given)
		return 0;
	if (id)
		method = attached && !strcmp(id, param_text(call, "payment_method"))
				 ? attached
				 : method_attached(call, id, customer, where);
	if (id && !method)
		return -1;
	js_put_text(js_own(journal_edit(&call->journal, customer), "invoice_settings"), "default_payment_method",
		method ? method->id : NULL);
	return 0;
}

/* Sources are the older cards and bank accounts; they know their customer by name or as their parent. */
static int apply_default_source(struct call *call, struct record *customer)
{
	const char *id = param_text(call, "default_source");
	struct record *source = id ? account_find(call->account, id) : NULL;
	const char *owner = source ? js_text(record_tree(source), "customer") : NULL;

	if (!param_given(call, "default_source"))
		return 0;
	if (source && !owner)
		owner = js_text(record_private(source), "parent");
	if (id && (!source || source->deleted || !owner || strcmp(owner, customer->id) != 0))
		return fail_invalid(call, "resource_missing", "default_source", "No such source: '%s'", id);
	js_put_text(journal_edit(&call->journal, customer), "default_source", id);
	return 0;
}

int customer_apply_defaults(struct call *call, struct record *customer, struct record *attached)
{
	return apply_default_method(call, customer, attached) || apply_default_source(call, customer) ? -1 : 0;
}
