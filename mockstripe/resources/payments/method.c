/* SPDX-License-Identifier: MIT */
/* Payment methods as things to pay with: making them, owning them, what is known of them. */
#include <stdio.h>
#include <string.h>

#include "api/fail.h"
#include "api/shape.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/check.h"
#include "resources/payments/inside.h"

const struct schema_resource *method_type(void)
{
	return schema_find_object("payment_method");
}

const char *method_kind(struct record *method)
{
	const char *kind = method->type == method_type() ? js_text(record_tree(method), "type") : "card";

	return kind ? kind : "card";
}

bool is_card(struct record *method)
{
	return !strcmp(method_kind(method), "card");
}

json_t *card_part(struct record *method)
{
	json_t *tree = record_tree(method);

	return record_is(method, "card") ? tree : json_object_get(tree, "card");
}

const struct test_card *method_card(struct record *method)
{
	json_t *tree;
	const struct test_card *card = test_card_of_key(js_text(record_private(method), "test"));

	if (card || !is_card(method))
		return card;
	/* Put there by a fixture, which shows no number. */
	tree = card_part(method);
	return test_card_like(js_text(tree, "brand"), js_text(tree, "country"), js_text(tree, "last4"));
}

bool method_must_ask(struct record *method, bool off_session, const char *request_three_d_secure)
{
	const struct test_card *card = method_card(method);
	bool set_up = card && (card->set_up || js_flag(record_private(method), "set_up", false));

	if (!card || card->asks == ASKS_ALWAYS)
		return card != NULL;
	if (card->asks == ASKS_UNTIL_SET_UP)
		return !(off_session && set_up);
	/* Only the card that supports it asks when asked to; an ordinary card passes without friction. */
	return !off_session && request_three_d_secure && strcmp(request_three_d_secure, "automatic") &&
	       text_is(card->name, "threeDSecureOptional");
}

bool method_pays_off_session(struct record *method)
{
	return !method_must_ask(method, true, NULL);
}

static const char *or_pass(const char *check, const json_t *given)
{
	return check ? check : json_is_string(given) ? "pass" : NULL;
}

/* What the bank says of the checks once the card was really used. */
static void put_checks(struct call *call, struct record *method)
{
	const struct test_card *test = method_card(method);
	json_t *draft = journal_edit(&call->journal, method);
	json_t *address = js_at(draft, "billing_details.address");
	json_t *card, *checks;

	if (!json_is_object(json_object_get(draft, "card")))
		return;
	card = js_own(draft, "card");
	checks = js_own(card, "checks");
	if (!json_object_get(checks, "cvc_check")) /* a card out of a fixture that says nothing of checks */
		js_put_null(checks, "cvc_check");
	if (js_text(checks, "cvc_check"))
		js_put_text(checks, "cvc_check", test->cvc_check ? test->cvc_check : "pass");
	js_put_text(checks, "address_line1_check", or_pass(test->line1_check, js_get(address, "line1")));
	js_put_text(checks, "address_postal_code_check", or_pass(test->postal_check, js_get(address, "postal_code")));
}

void method_used(struct call *call, struct record *method)
{
	if (method->type == method_type() && is_card(method))
		put_checks(call, method);
}

void method_spend(struct call *call, struct record *method)
{
	if (method->type == method_type() && !js_text(record_tree(method), "customer"))
		js_put_flag(journal_edit_private(&call->journal, method), "used", true);
}

void method_set_up(struct call *call, struct record *method)
{
	js_put_flag(journal_edit_private(&call->journal, method), "set_up", true);
}

/* ---- making ---- */

json_t *billing_details_blank(void)
{
	static const char *const address_keys[] = { "city", "country", "line1", "line2", "postal_code", "state" };
	static const char *const keys[] = { "email", "name", "phone", "tax_id" };
	json_t *details = json_object(), *address = json_object();

	for (size_t i = 0; i < sizeof address_keys / sizeof *address_keys; i++)
		js_put_null(address, address_keys[i]);
	js_put_new(details, "address", address);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		js_put_null(details, keys[i]);
	return details;
}

json_t *method_blank(struct call *call, const char *type, const char *id)
{
	json_t *body = shape_new(call, method_type(), id);

	js_put_text(body, "type", type);
	js_put_text(body, "allow_redisplay", "unspecified");
	js_put_new(body, "billing_details", billing_details_blank());
	js_put_null(body, "customer");
	js_put_new(body, "radar_options", json_object());
	js_put_new(body, type, field_shape(call, method_type(), type));
	return body;
}

static json_t *card_networks(const char *brand)
{
	json_t *networks = json_object(), *available = json_array();

	json_array_append_new(available, json_string(brand));
	js_put_new(networks, "available", available);
	js_put_null(networks, "preferred");
	return networks;
}

static void put_card(struct call *call, json_t *body, const struct raw_card *raw)
{
	const struct test_card *test = raw->test;
	json_t *card = js_own(body, "card"), *checks = json_object(), *usage = json_object();

	js_put_text(card, "brand", test->brand);
	js_put_null(checks, "address_line1_check");
	js_put_null(checks, "address_postal_code_check");
	js_put_text(checks, "cvc_check", raw->has_cvc ? "unchecked" : NULL);
	js_put_new(card, "checks", checks);
	js_put_text(card, "country", test->country);
	js_put_text(card, "display_brand", brand_display(test->brand));
	js_put_int(card, "exp_month", raw->exp_month);
	js_put_int(card, "exp_year", raw->exp_year);
	js_put_text(card, "fingerprint", fingerprint(call, raw->number));
	js_put_text(card, "funding", test->funding);
	js_put_null(card, "generated_from");
	js_put_text(card, "last4", raw->number + strlen(raw->number) - 4);
	js_put_new(card, "networks", card_networks(test->brand));
	js_put_text(card, "regulated_status", "unregulated");
	js_put_flag(usage, "supported", !test->no_three_d_secure);
	js_put_new(card, "three_d_secure_usage", usage);
	js_put_null(card, "wallet");
	js_put_new(body, "card",
		in_order(schema_field(method_type(), "card")->fields, schema_field(method_type(), "card")->n_fields,
			json_incref(card)));
	js_put_text(js_own(body, PRIVATE_KEY), "test", test_card_key(test));
}

struct record *method_mint(struct call *call, const struct test_card *test)
{
	struct raw_card raw = { .test = test, .number = test->number, .has_cvc = true };
	json_t *body = method_blank(call, "card", NULL);

	raw.exp_year = default_exp_year(call, &raw.exp_month);
	put_card(call, body, &raw);
	return object_store(call, method_type(), body_in_order(method_type(), body));
}

bool is_balance(struct record *method)
{
	return !strcmp(method_kind(method), "customer_balance");
}

struct record *balance_method(struct call *call)
{
	json_t *body = method_blank(call, "customer_balance", NULL);

	return object_store(call, method_type(), body_in_order(method_type(), body));
}

static int read_card(struct call *call, json_t *given, const char *where, struct raw_card *out)
{
	const char *token = js_text(given, "token");

	if (token)
		return token_read(call, token, arena_format(&call->arena, "%s[token]", where), out);
	return raw_card_read(call, given, where, out);
}

static const char *const by_hand[] = { "card", "customer", "payment_method", "object", NULL };

struct record *method_from_params(struct call *call, json_t *params, const char *where)
{
	const char *type = js_text(params, "type");
	json_t *given = type ? json_object_get(params, type) : NULL;
	const char *id = where || account_find(call->account, call->own_id) ? NULL : call->own_id;
	struct raw_card raw;
	json_t *body;

	if (!type) {
		fail_missing_param(call, where ? arena_format(&call->arena, "%s[type]", where) : "type");
		return NULL;
	}
	if (where)
		where = arena_format(&call->arena, "%s[%s]", where, type);
	else
		where = arena_text(&call->arena, type);
	if (!strcmp(type, "card")) {
		if (!json_is_object(given)) {
			fail_missing_param(call, where);
			return NULL;
		}
		if (read_card(call, given, where, &raw))
			return NULL;
	}
	body = method_blank(call, type, id);
	if (spec_apply(call, body, method_type(), params, by_hand)) {
		json_decref(body);
		return NULL;
	}
	if (!strcmp(type, "card"))
		put_card(call, body, &raw);
	else if (given && bank_apply(call, body, type, given, where)) {
		json_decref(body);
		return NULL;
	}
	return object_store(call, method_type(), body_in_order(method_type(), body));
}

/* ---- owning ---- */

/* What the route is about, as messages name it. */
static const char *intent_word(const struct call *call)
{
	return call->route && strstr(call->route->pattern, "/setup_intents") ? "SetupIntent" : "PaymentIntent";
}

int method_check_owner(struct call *call, struct record *method, struct record *customer, const char *param_name)
{
	const char *owner = js_text(record_tree(method), "customer");
	json_t *private = record_private(method);

	if (owner && customer && strcmp(owner, customer->id))
		return fail_invalid(call, NULL, param_name,
			"The PaymentMethod %s does not belong to the Customer you supplied %s. Please use this "
			"PaymentMethod with "
			"the Customer that it belongs to instead.",
			method->id, customer->id);
	if (owner && !customer)
		return fail_invalid(call, NULL, param_name,
			"The payment method supplied (%s) belongs to the Customer %s. Please include the Customer in "
			"the "
			"`customer` parameter on the %s.",
			method->id, owner, intent_word(call));
	if (!owner && (js_flag(private, "used", false) || js_flag(private, "detached", false)))
		return fail_invalid(call, NULL, NULL,
			"The provided PaymentMethod was previously used with a PaymentIntent without Customer "
			"attachment, shared "
			"with a connected account without Customer attachment, or was detached from a Customer. It may "
			"not be "
			"used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.");
	return 0;
}

static struct record *find_method(struct call *call, const char *id)
{
	struct record *r = account_find(call->account, id);

	return r && !r->deleted && (r->type == method_type() || record_is(r, "card") || record_is(r, "source")) ? r
														: NULL;
}

static const struct test_card *magic_card(const char *id)
{
	return !strncmp(id, "pm_card_", 8) ? test_card_named(id + 8) : NULL;
}

static const struct test_bank *magic_bank(const char *id)
{
	return !strncmp(id, "pm_", 3) ? test_bank_named(id + 3) : NULL;
}

bool method_is_magic(const char *id)
{
	return magic_card(id) || magic_bank(id);
}

struct record *method_minted(struct call *call, const char *id)
{
	if (magic_card(id))
		return method_mint(call, magic_card(id));
	return magic_bank(id) ? bank_mint(call, magic_bank(id)) : NULL;
}

struct record *method_resolve(struct call *call, const char *id, struct record *customer, const char *param_name)
{
	struct record *method = method_minted(call, id);

	if (!method)
		method = find_method(call, id);

	if (!method) {
		fail_no_such_param(call, method_type(), id, param_name);
		return NULL;
	}
	return method_check_owner(call, method, customer, param_name) ? NULL : method;
}

struct record *method_attached(struct call *call, const char *id, struct record *customer, const char *param_name)
{
	bool magic = method_is_magic(id);
	struct record *method = magic ? NULL : find_method(call, id);
	const char *owner = method ? js_text(record_tree(method), "customer") : NULL;

	if (!method && !magic) {
		fail_no_such_param(call, method_type(), id, param_name);
		return NULL;
	}
	if (owner && customer && !strcmp(owner, customer->id))
		return method;
	fail_invalid(call, "resource_missing", param_name,
		"The customer does not have a payment method with the ID %s. The payment method must be attached to "
		"the "
		"customer.",
		id);
	return NULL;
}

/* Cards that their bank refuses are refused here already; 4000000000000341 and its like only when they are charged. */
int method_attach(struct call *call, struct record *method, struct record *customer)
{
	const char *owner = js_text(record_tree(method), "customer");
	json_t *private = record_private(method);
	const struct test_card *test = is_card(method) ? method_card(method) : NULL;

	if (text_is(owner, customer->id))
		return 0;
	if (is_balance(method))
		return fail_invalid(call, NULL, NULL,
			"Payment methods of type customer_balance cannot be attached to a customer. Give its type in "
			"payment_method_data when confirming.");
	if (owner)
		return fail_invalid(
			call, NULL, NULL, "The payment method you provided has already been attached to a customer.");
	if (js_flag(private, "used", false) || js_flag(private, "detached", false))
		return fail_invalid(call, NULL, NULL,
			"This PaymentMethod was previously used without being attached to a Customer or was detached "
			"from a "
			"Customer, and may not be used again.");
	if (test && test->decline && !test->attaches) {
		struct fail refusal = refusal_of(test->decline);

		fail_card(call, &refusal);
		call->fail.keep = false;
		return -1;
	}
	js_put_text(journal_edit(&call->journal, method), "customer", customer->id);
	body_use_clock(journal_edit(&call->journal, method), customer);
	if (test)
		put_checks(call, method);
	emit(call, "payment_method.attached", method);
	return 0;
}
