/* SPDX-License-Identifier: MIT */
#include "actions/catalog/catalog.h"

#include <string.h>

#include "actions/catalog/billing_fields.h"
#include "actions/core/wording.h"
#include "base/json.h"
#include "base/mem.h"
#include "value/email.h"

/* Change Billing Information: address, e-mail, phone, name, tax number and shipping, as far as the operator allows
 * each. */

static const struct input address_inputs[] = {
	{ .name = "line1", .kind = INPUT_TEXT, .max = 200, .what = "Street and number." },
	{ .name = "line2", .kind = INPUT_TEXT, .max = 200, .what = "Flat, floor, company; an empty text clears it." },
	{ .name = "city", .kind = INPUT_TEXT, .max = 100, .what = "City." },
	{ .name = "state", .kind = INPUT_TEXT, .max = 100, .what = "State or region; an empty text clears it." },
	{ .name = "postal_code", .kind = INPUT_TEXT, .max = 20, .what = "Postal code." },
	{ .name = "country",
		.kind = INPUT_TEXT,
		.max = 2,
		.what = "Country as its two-letter code, such as US or DE." },
	{ 0 },
};

static const struct input tax_id_inputs[] = {
	{ .name = "type",
		.kind = INPUT_TEXT,
		.required = true,
		.min = 2,
		.max = 32,
		.what = "Stripe's name of the kind, such as eu_vat, gb_vat, us_ein." },
	{ .name = "value", .kind = INPUT_TEXT, .required = true, .min = 3, .max = 40, .what = "The number." },
	{ 0 },
};

static const struct input shipping_inputs[] = {
	{ .name = "name", .kind = INPUT_TEXT, .min = 1, .max = 256, .what = "Who receives it." },
	{ .name = "phone", .kind = INPUT_TEXT, .min = 5, .max = 32, .what = "Phone number with country code." },
	{ .name = "address",
		.kind = INPUT_OBJECT,
		.fields = address_inputs,
		.what = "The address, or only the parts of it that change." },
	{ 0 },
};

static const struct input inputs[] = {
	ACCOUNT_INPUT,
	{ .name = "address",
		.kind = INPUT_OBJECT,
		.fields = address_inputs,
		.what = "The billing address, or only the parts of it that change." },
	{ .name = "email",
		.kind = INPUT_TEXT,
		.min = 3,
		.max = 254,
		.what = "E-mail address for invoices and receipts." },
	{ .name = "name", .kind = INPUT_TEXT, .min = 1, .max = 256, .what = "Name on invoices." },
	{ .name = "phone", .kind = INPUT_TEXT, .min = 5, .max = 32, .what = "Phone number with country code." },
	{ .name = "tax_id",
		.kind = INPUT_OBJECT,
		.fields = tax_id_inputs,
		.what = "A tax number to be added to invoices." },
	{ .name = "shipping",
		.kind = INPUT_OBJECT,
		.fields = shipping_inputs,
		.what = "Where goods are sent, or only the parts of it that change." },
	{ 0 },
};

static const struct {
	const char *name;
	enum billing_field field;
} fields[] = {
	{ "address", FIELD_ADDRESS },
	{ "email", FIELD_EMAIL },
	{ "name", FIELD_NAME },
	{ "phone", FIELD_PHONE },
	{ "tax_id", FIELD_TAX_ID },
	{ "shipping", FIELD_SHIPPING },
};

static bool fields_allowed(struct action_run *run)
{
	json_t *allowed = run_own(run, json_array());
	const char *refused = NULL;
	size_t given = 0;

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		bool may = run->config->billing_fields & fields[i].field;

		if (may)
			json_array_append_new(allowed, json_string(fields[i].name));
		if (!js_get(run->inputs, fields[i].name))
			continue;
		given++;
		if (!may)
			refused = fields[i].name;
	}
	if (refused) {
		problem_raise(run->why, PROBLEM_FIELD_NOT_ALLOWED, "billing_fields does not list %s", refused);
		problem_show(run->why, "allowed", allowed);
		return false;
	}
	if (given)
		return true;
	problem_raise(run->why, PROBLEM_ARGUMENTS_INVALID, "nothing to change was given");
	problem_show(run->why, "allowed", allowed);
	problem_say(run->why, say(run, "What would you like to change in your billing details?"));
	return false;
}

static bool is_same_text(const json_t *object, const char *key, const char *wanted)
{
	const char *has = js_text(object, key);

	return !strcmp(has ? has : "", wanted);
}

static bool put_address(struct action_run *run, json_t *changes)
{
	const json_t *given = js_get(run->inputs, "address"), *old = js_get(run->customer, "address");
	const char *fault;
	json_t *merged;

	if (!given)
		return true;
	merged = run_own(run, address_merged(old, given, &fault));
	if (fault) {
		problem_raise(run->why, PROBLEM_BILLING_ADDRESS_INVALID, "address.%s is missing or wrong", fault);
		problem_show(
			run->why, "path", run_own(run, json_string(arena_format(run->arena, "address.%s", fault))));
		return false;
	}
	if (!address_same(merged, old))
		js_put(changes, "address", merged);
	return true;
}

static bool put_shipping(struct action_run *run, json_t *changes)
{
	json_t *shipping;

	if (!shipping_plan(run, &shipping))
		return false;
	if (shipping)
		js_put(changes, "shipping", shipping);
	return true;
}

static bool put_texts(struct action_run *run, json_t *changes)
{
	const char *email = js_text(run->inputs, "email"), *phone = js_text(run->inputs, "phone");
	const char *name = js_text(run->inputs, "name");

	if (email && !email_is_valid(email))
		return problem_raise(run->why, PROBLEM_EMAIL_INVALID, "email is not an address");
	if (email && !is_same_text(run->customer, "email", email))
		js_put_text(changes, "email", email);
	if (name && !is_same_text(run->customer, "name", name))
		js_put_text(changes, "name", name);
	if (!phone)
		return true;
	phone = phone_normal(run->arena, phone);
	if (!phone)
		return problem_raise(run->why, PROBLEM_PHONE_INVALID, "phone is not in international form");
	if (!is_same_text(run->customer, "phone", phone))
		js_put_text(changes, "phone", phone);
	return true;
}

/* The old e-mail address and phone number are masked: whoever sits at the screen has only proved a web login. */
static void tell_changes(struct action_run *run, const json_t *changes)
{
	struct text *out = &run->answer->message;
	struct arena *arena = run->arena;
	const char *email = js_text(changes, "email"), *phone = js_text(changes, "phone"),
		   *name = js_text(changes, "name");
	const char *old_email = js_text(run->customer, "email"), *old_phone = js_text(run->customer, "phone");

	text_put(out, say(run, "Change your billing details:"));
	if (js_get(changes, "address"))
		text_format(out, say(run, "\n- address: %s"), address_text(arena, js_get(changes, "address")));
	if (email)
		text_format(out,
			say(run, "\n- e-mail: %s (instead of %s). Invoices and receipts go there from now on."), email,
			old_email ? wording_masked_email(arena, old_email) : say(run, "none"));
	if (js_get(changes, "shipping"))
		text_format(out, say(run, "\n- shipping: %s"), shipping_text(arena, js_get(changes, "shipping")));
	if (name)
		text_format(out, say(run, "\n- name: %s"), name);
	if (phone)
		text_format(out, say(run, "\n- phone: %s (instead of %s)"), phone,
			old_phone ? wording_masked_phone(arena, old_phone) : say(run, "none"));
}

static bool billing_plan(struct action_run *run, struct proposal *out)
{
	json_t *changes = run_own(run, json_object()), *tax_id = NULL;

	if (!fields_allowed(run) || !put_address(run, changes) || !put_texts(run, changes) ||
		!put_shipping(run, changes))
		return false;
	if (!tax_id_plan(run, &tax_id))
		return false;
	out->writes = json_object_size(changes) > 0 || tax_id;
	if (!out->writes) {
		js_put_text(run->answer->data, "code", "no_change");
		text_put(&run->answer->message,
			say(run, "Your billing details say that already, so there is nothing to change."));
		return true;
	}
	out->before = run->customer;
	out->state = run_own(run, json_object());
	js_put_text(out->state, "operation", "change_billing_information");
	js_put(out->state, "changes", changes);
	js_put(run->answer->data, "changes", changes);
	tell_changes(run, changes);
	if (tax_id) {
		js_put(out->state, "tax_id", tax_id);
		js_put(run->answer->data, "tax_id", tax_id);
		text_format(&run->answer->message, say(run, "\n- tax number: %s is added"), js_text(tax_id, "value"));
	}
	return true;
}

static bool billing_applied(const json_t *customer, const void *arg)
{
	static const char *const texts[] = { "email", "name", "phone" };
	const json_t *changes = arg, *address = js_get(changes, "address");
	const json_t *shipping = js_get(changes, "shipping");

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (js_text(changes, texts[i]) && !is_same_text(customer, texts[i], js_text(changes, texts[i])))
			return false;
	return (!address || address_same(js_get(customer, "address"), address)) &&
	       (!shipping || shipping_same(js_get(customer, "shipping"), shipping));
}

/* The customer's own fields; gives the customer as it is then. */
static const json_t *changes_write(struct action_run *run, const char *path, json_t *changes)
{
	if (!json_object_size(changes))
		return run->customer;
	return run_write(run, &(struct run_write) {
				      .method = "POST",
				      .path = path,
				      .params = changes,
				      .step = "billing_info",
				      .read_path = path,
				      .applied = billing_applied,
				      .arg = changes,
			      });
}

static bool billing_perform(struct action_run *run, const struct proposal *agreed)
{
	json_t *changes = js_get(agreed->state, "changes");
	const char *path = arena_format(run->arena, "/v1/customers/%s", run->account.customer);
	struct text *out = &run->answer->message;
	json_t *tax_id = js_get(agreed->state, "tax_id");
	const json_t *now;

	/* The tax number first: it is what Stripe may refuse, and then nothing else has happened. */
	if (tax_id && !tax_id_perform(run, tax_id))
		return false;
	now = changes_write(run, path, changes);
	if (!now && tax_id && !run->why->outcome_unknown)
		problem_say(run->why, "%s",
			say(run,
				"The tax number was added, but the other details were not changed. Please try again in "
				"a minute."));
	if (!now)
		return false;
	text_reset(out);
	text_put(out, say(run, "Done. Your billing details now say:"));
	if (js_get(changes, "address"))
		text_format(out, say(run, "\n- address: %s"), address_text(run->arena, js_get(now, "address")));
	if (js_get(changes, "shipping"))
		text_format(out, say(run, "\n- shipping: %s"), shipping_text(run->arena, js_get(now, "shipping")));
	if (js_get(changes, "email"))
		text_format(out, say(run, "\n- e-mail: %s"), js_text(now, "email"));
	if (js_get(changes, "name"))
		text_format(out, say(run, "\n- name: %s"), js_text(now, "name"));
	if (js_get(changes, "phone"))
		text_format(out, say(run, "\n- phone: %s"), js_text(now, "phone"));
	if (tax_id)
		text_format(out, say(run, "\n- tax number: %s"), js_text(tax_id, "value"));
	return true;
}

const struct action_kind billing_info_kind = {
	.kind = "billing_info",
	.title = "Change Billing Information",
	.sentence =
		"Changes the signed-in customer's billing address, e-mail address, phone number, name, tax number or "
		"shipping address.",
	.contract = "A change answers needs_confirmation first: show its message to the customer in full, and let the "
		    "customer confirm. Send only what the customer asked to change; never card numbers.",
	.inputs = inputs,
	.effect = EFFECT_CHANGES,
	.unknown_input = PROBLEM_FIELD_NOT_ALLOWED,
	.plan = billing_plan,
	.perform = billing_perform,
};
