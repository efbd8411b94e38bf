/* SPDX-License-Identifier: MIT */
/*
 * What a customer has filled in on the page, checked against what the session asks (collect.c), and where it goes: to
 * the session and to the customer. Sources: as there.
 */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/check.h"
#include "resources/checkout/inside.h"
#include "resources/payments/inside.h"
#include "resources/tax_id_form.h"
#include "value/country.h"
#include "value/email.h"

#define FIELD_VALUE 255 /* Stripe docs "Add custom fields": characters of an answer */

#define MADE_UP_EMAIL "jenny.rosen@example.com"
#define MADE_UP_NAME "Jenny Rosen"
#define MADE_UP_PHONE "+15555550123"
#define MADE_UP_COMPANY "Rosen & Co."

static const char *const address_keys[] = { "city", "country", "line1", "line2", "postal_code", "state" };

/* ---- custom fields ---- */

static bool has_option(json_t *options, const char *value)
{
	json_t *option;
	size_t i;

	json_array_foreach(options, i, option)
	{
		if (text_is(js_text(option, "value"), value))
			return true;
	}
	return false;
}

static int check_value(struct call *call, json_t *part, const char *type, const char *value, const char *where)
{
	size_t length = strlen(value);

	if (text_is(type, "dropdown") && !has_option(json_object_get(part, "options"), value))
		return fail_invalid(call, NULL, where, "`%s` is none of the options.", value);
	if (text_is(type, "numeric") && strspn(value, "0123456789") != length)
		return fail_invalid(call, NULL, where, "Enter digits only.");
	if ((int64_t)length > js_int(part, "maximum_length", FIELD_VALUE))
		return fail_invalid(call, NULL, where, "Enter at most %lld characters.",
			(long long)js_int(part, "maximum_length", FIELD_VALUE));
	if ((int64_t)length < js_int(part, "minimum_length", 0))
		return fail_invalid(call, NULL, where, "Enter at least %lld characters.",
			(long long)js_int(part, "minimum_length", 0));
	return 0;
}

/* The field with its value; NULL with the failure. New reference. */
static json_t *field_answered(struct call *call, json_t *field, json_t *given)
{
	const char *key = js_text(field, "key"), *type = js_text(field, "type"), *value = js_text(given, key);
	const char *where = name_in(call, "custom_fields", key);
	json_t *answered, *part = json_object_get(field, type);

	if (!value || !*value)
		value = js_text(part, "default_value");
	if (!value && !js_flag(field, "optional", false)) {
		fail_invalid(call, "parameter_missing", where, "The custom field `%s` must be filled in.", key);
		return NULL;
	}
	if (value && check_value(call, part, type, value, where))
		return NULL;
	answered = json_deep_copy(field);
	js_put_text(json_object_get(answered, type), "value", value);
	return answered;
}

static bool is_asked_for(json_t *fields, const char *key)
{
	json_t *field;
	size_t i;

	json_array_foreach(fields, i, field)
	{
		if (text_is(js_text(field, "key"), key))
			return true;
	}
	return false;
}

static int read_fields(struct call *call, json_t *session, json_t *given, struct collected *out)
{
	json_t *fields = json_object_get(session, "custom_fields"), *field, *list, *value;
	const char *key;
	size_t i;

	json_object_foreach(given, key, value)
	{
		if (!is_asked_for(fields, key))
			return fail_invalid(call, NULL, name_in(call, "custom_fields", key),
				"This Checkout Session has no custom field `%s`.", key);
	}
	if (!json_array_size(fields))
		return 0;
	list = js_lent(&call->arena, json_array());
	json_array_foreach(fields, i, field)
	{
		json_t *answered = field_answered(call, field, given);

		if (!answered)
			return -1;
		json_array_append_new(list, answered);
	}
	out->custom_fields = list;
	return 0;
}

/* ---- addresses ---- */

/* An address with all its keys. NULL with the failure. The call's. */
static json_t *read_address(struct call *call, json_t *given, const char *where)
{
	const char *country = js_text(given, "country"), *known = country_find(country);
	json_t *out;

	if (country && *country && check_country(call, country, name_in(call, where, "country")))
		return NULL;
	out = js_lent(&call->arena, json_object());
	for (size_t i = 0; i < COUNT_OF(address_keys); i++) {
		const char *text = js_text(given, address_keys[i]);

		js_put_text(out, address_keys[i], text && *text ? text : NULL);
	}
	js_put_text(out, "country", known);
	return out;
}

static json_t *made_up_address(struct call *call, const char *country)
{
	json_t *out = js_lent(&call->arena, json_object());

	js_put_text(out, "city", "South San Francisco");
	js_put_text(out, "country", country ? country : "US");
	js_put_text(out, "line1", "354 Oyster Point Blvd");
	js_put_null(out, "line2");
	js_put_text(out, "postal_code", "94080");
	js_put_text(out, "state", "CA");
	return out;
}

static int read_billing(struct call *call, json_t *session, const struct checkout_visitor *v, struct collected *out)
{
	bool required = text_is(js_text(session, "billing_address_collection"), "required");

	if (json_object_size(v->address))
		out->address = read_address(call, v->address, "address");
	else if (required && !v->typed)
		out->address = made_up_address(call, NULL);
	if (call->fail.status)
		return -1;
	if (required && !js_text(out->address, "line1"))
		return fail_missing_param(call, "address[line1]");
	if (required && !js_text(out->address, "country"))
		return fail_missing_param(call, "address[country]");
	return 0;
}

static bool lists(json_t *texts, const char *wanted)
{
	json_t *text;
	size_t i;

	json_array_foreach(texts, i, text)
	{
		if (text_is(json_string_value(text), wanted))
			return true;
	}
	return false;
}

static int read_shipping(struct call *call, json_t *session, const struct checkout_visitor *v, struct collected *out)
{
	json_t *allowed = js_at(session, "shipping_address_collection.allowed_countries"), *address, *shipping;
	const char *name = js_text(v->shipping, "name"), *country;

	if (!json_array_size(allowed))
		return json_object_size(v->shipping) ? fail_invalid(call, NULL, "shipping",
							       "This Checkout Session does not collect a shipping "
							       "address.")
						     : 0;
	if (json_object_size(v->shipping))
		address = read_address(
			call, json_object_get(v->shipping, "address"), name_in(call, "shipping", "address"));
	else
		address = v->typed ? NULL : made_up_address(call, json_string_value(json_array_get(allowed, 0)));
	if (call->fail.status)
		return -1;
	country = js_text(address, "country");
	if (!js_text(address, "line1"))
		return fail_missing_param(call, "shipping[address][line1]");
	if (!country || !lists(allowed, country))
		return fail_invalid(call, NULL, "shipping[address][country]", "We do not ship to this country: %s.",
			country ? country : "none given");
	shipping = js_lent(&call->arena, json_object());
	js_put(shipping, "address", address);
	js_put_text(shipping, "name", name && *name ? name : out->name);
	out->shipping = shipping;
	return 0;
}

/* ---- the rest ---- */

static const char *filled(const char *text)
{
	return text && *text ? text : NULL;
}

static int read_person(struct call *call, json_t *session, const struct checkout_visitor *v, struct collected *out)
{
	const char *own = js_text_at(session, "customer_details.email");
	bool phone = js_flag_at(session, "phone_number_collection.enabled", false);

	out->email = filled(v->email) ? v->email : own ? own : v->typed ? NULL : MADE_UP_EMAIL;
	if (!out->email && strcmp(js_text(session, "mode"), "setup"))
		return fail_missing_param(call, "email");
	if (out->email && !email_is_valid(out->email))
		return fail_invalid(call, "email_invalid", "email", "Invalid email address: %s", out->email);
	out->name = filled(v->name) ? v->name : v->typed ? NULL : MADE_UP_NAME;
	out->phone = filled(v->phone) ? v->phone : phone && !v->typed ? MADE_UP_PHONE : NULL;
	if (phone && !out->phone)
		return fail_missing_param(call, "phone");
	return 0;
}

/* business_name and individual_name, where name_collection asks for them. 0 or -1. */
static int read_name(struct call *call, json_t *session, const char *kind, const char *given, const char *made_up,
	bool typed, const char **out)
{
	json_t *rule = js_get(js_get(session, "name_collection"), kind);

	*out = filled(given);
	if (!js_flag(rule, "enabled", false) || *out || js_flag(rule, "optional", false))
		return 0;
	if (typed)
		return fail_missing_param(call, arena_format(&call->arena, "%s_name", kind));
	*out = made_up;
	return 0;
}

static int read_consent(struct call *call, json_t *session, const struct checkout_visitor *v, struct collected *out)
{
	json_t *asked = json_object_get(session, "consent_collection");
	bool promotions = text_is(js_text(asked, "promotions"), "auto"),
	     terms = text_is(js_text(asked, "terms_of_service"), "required");

	if (v->promotions && strcmp(v->promotions, "opt_in") && strcmp(v->promotions, "opt_out"))
		return fail_invalid(call, NULL, "promotions", "`promotions` must be opt_in or opt_out.");
	if (terms && v->refuses_terms)
		return fail_invalid(call, NULL, "terms_of_service", "You must agree to the terms of service to go on.");
	if (!promotions && !terms)
		return 0;
	out->consent = js_lent(&call->arena, json_object());
	js_put_text(out->consent, "promotions", !promotions ? NULL : v->promotions ? v->promotions : "opt_out");
	js_put_text(out->consent, "terms_of_service", terms ? "accepted" : NULL);
	return 0;
}

static int read_tax_id(struct call *call, json_t *session, const struct checkout_visitor *v, struct collected *out)
{
	json_t *rule = json_object_get(session, "tax_id_collection");
	const char *type = filled(js_text(v->tax_id, "type")), *value = filled(js_text(v->tax_id, "value"));

	if (value && !js_flag(rule, "enabled", false))
		return fail_invalid(call, NULL, "tax_id", "This Checkout Session does not collect tax IDs.");
	if (!value && text_is(js_text(rule, "required"), "if_supported") && v->typed)
		return fail_missing_param(call, "tax_id[value]");
	if (!value)
		return 0;
	if (!type)
		return fail_missing_param(call, "tax_id[type]");
	if (!tax_id_is_valid(type, value))
		return fail_invalid(call, "tax_id_invalid", "tax_id[value]", "Invalid value for %s.", type);
	out->tax_type = type;
	out->tax_value = value;
	return 0;
}

static void put_information(struct call *call, struct collected *out)
{
	if (!out->shipping && !out->business_name && !out->individual_name)
		return;
	out->information = js_lent(&call->arena, json_object());
	js_put_text(out->information, "business_name", out->business_name);
	js_put_text(out->information, "individual_name", out->individual_name);
	js_put(out->information, "shipping_details", out->shipping);
}

int collect_read(struct call *call, json_t *session, const struct checkout_visitor *v, struct collected *out)
{
	*out = (struct collected) { 0 };
	if (read_person(call, session, v, out) || read_billing(call, session, v, out) ||
		read_shipping(call, session, v, out) ||
		read_name(
			call, session, "business", v->business_name, MADE_UP_COMPANY, v->typed, &out->business_name) ||
		read_name(call, session, "individual", v->individual_name, MADE_UP_NAME, v->typed,
			&out->individual_name) ||
		read_tax_id(call, session, v, out) || read_consent(call, session, v, out) ||
		read_fields(call, session, v->custom_fields, out))
		return -1;
	put_information(call, out);
	return 0;
}

/* ---- on the customer and on the session ---- */

/* rules NULL: a new customer takes everything. */
static bool may(json_t *rules, const char *what)
{
	return !rules || text_is(js_text(rules, what), "auto");
}

json_t *collect_customer(struct call *call, const struct collected *c, json_t *rules)
{
	json_t *given = json_object();

	(void)call;
	if (!rules && c->email)
		js_put_text(given, "email", c->email);
	if (may(rules, "name") && (c->business_name || c->name))
		js_put_text(given, "name", c->business_name ? c->business_name : c->name);
	if (c->address && may(rules, "address"))
		js_put(given, "address", c->address);
	if (c->phone && !rules)
		js_put_text(given, "phone", c->phone);
	if (c->shipping && may(rules, "shipping"))
		js_put(given, "shipping", c->shipping);
	return given;
}

void collect_put(struct call *call, const struct collected *c, struct record *customer, json_t *draft)
{
	static const char *const same[] = { "address", "email", "name", "phone", "tax_exempt" };
	json_t *details = field_shape(call, session_type(), "customer_details"), *tree = record_tree(customer), *ids;

	js_put_text(details, "name", c->name);
	js_put_text(details, "email", c->email);
	js_put_text(details, "tax_exempt", "none");
	for (size_t i = 0; i < COUNT_OF(same); i++)
		if (json_object_get(tree, same[i]) && !js_is_null(tree, same[i]))
			js_put(details, same[i], json_object_get(tree, same[i]));
	if (c->address)
		js_put(details, "address", c->address);
	if (c->phone)
		js_put_text(details, "phone", c->phone);
	js_put_text(details, "business_name", c->business_name);
	js_put_text(details, "individual_name", c->individual_name);
	ids = json_array();
	if (c->tax_type) {
		json_t *one = json_object();

		js_put_text(one, "type", c->tax_type);
		js_put_text(one, "value", c->tax_value);
		json_array_append_new(ids, one);
	}
	js_put_new(details, "tax_ids", ids);
	js_put_new(draft, "customer_details", details);
	if (c->custom_fields)
		js_put(draft, "custom_fields", c->custom_fields);
	if (c->consent)
		js_put(draft, "consent", c->consent);
	if (c->information)
		js_put(draft, "collected_information", c->information);
}
