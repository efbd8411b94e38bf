/* SPDX-License-Identifier: MIT */
/*
 * Intents of both kinds as requests describe them: which method, and whether it may be used. Source: Stripe docs "The
 * Payment Intents API", "The Setup Intents API".
 */
#include "resources/payments/confirm.h"

#include <ctype.h>
#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "resources/generic.h"

/* A confirmation token names the method that its preview was made of. */
static struct record *token_method(struct call *call, const char *id, struct record *customer)
{
	const struct schema_resource *type = schema_find_object("confirmation_token");
	struct record *token = account_get(call->account, id, type);
	const char *method = token ? js_text(record_private(token), "payment_method") : NULL;

	if (!token) {
		fail_no_such_param(call, type, id, "confirmation_token");
		return NULL;
	}
	if (!method) {
		fail_invalid(call, NULL, "confirmation_token",
			"The ConfirmationToken %s holds no payment method. Create it with `payment_method`.", id);
		return NULL;
	}
	return method_resolve(call, method, customer, "confirmation_token");
}

static const char *const ways[] = { "payment_method", "payment_method_data", "confirmation_token" };

static bool names(const struct call *call, const char *way)
{
	return param_given(call, way) && !param_is_unset(call, way);
}

bool request_has_method(const struct call *call, struct record *intent)
{
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		if (names(call, ways[i]))
			return true;
	return js_text(record_tree(intent), "payment_method") != NULL;
}

/* The method that the request names, in one of the ways. NULL without failure when it names none. */
static struct record *request_method(struct call *call, struct record *customer)
{
	const char *given = NULL;

	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		if (!names(call, ways[i]))
			continue;
		if (given) {
			fail_invalid(call, NULL, given, "You may only specify one of these parameters: %s, %s.", given,
				ways[i]);
			return NULL;
		}
		given = ways[i];
	}
	if (!given)
		return NULL;
	if (!strcmp(given, "payment_method"))
		return method_resolve(call, param_text(call, given), customer, given);
	if (!strcmp(given, "confirmation_token"))
		return token_method(call, param_text(call, given), customer);
	return method_from_params(call, param(call, given), given);
}

static const char *word_of(const json_t *body)
{
	return text_is(js_text(body, "object"), "setup_intent") ? "SetupIntent" : "PaymentIntent";
}

/* The method's type is one that the intent's body accepts; 0 or -1. */
static int check_method_type(struct call *call, json_t *body, struct record *method)
{
	const char *kind = method_kind(method);
	json_t *types = json_object_get(body, "payment_method_types");
	struct text list;
	size_t i;
	json_t *one;

	if (json_is_object(json_object_get(body, "automatic_payment_methods")))
		return 0;
	text_init(&list, 4096);
	json_array_foreach(types, i, one)
	{
		if (!strcmp(json_string_value(one), kind)) {
			text_clear(&list);
			return 0;
		}
		text_format(&list, "%s%s", i ? ", " : "", json_string_value(one));
	}
	fail_invalid(call,
		!strcmp(word_of(body), "SetupIntent") ? "payment_method_unsupported_type"
						      : "payment_intent_invalid_parameter",
		"payment_method",
		"The PaymentMethod provided (%s) is not allowed for this %s. Please attach a PaymentMethod of one of "
		"the "
		"following types: %s. Alternatively update the allowed payment_method_types for this %s to include "
		"\"%s\".",
		kind, word_of(body), list.data, word_of(body), kind);
	text_clear(&list);
	return -1;
}

bool request_off_session(const struct call *call)
{
	return param_text(call, "off_session") || param_flag(call, "off_session", false);
}

/* A method that may redirect needs a return_url, unless nobody is there or the client's library handles it; 0 or -1. */
static int check_return_url(struct call *call, json_t *body)
{
	json_t *automatic = json_object_get(body, "automatic_payment_methods");
	const char *redirects = js_text(automatic, "allow_redirects");

	if (!js_flag(automatic, "enabled", false) || text_is(redirects, "never"))
		return 0;
	if (param_text(call, "return_url") || request_off_session(call) || param_flag(call, "use_stripe_sdk", false) ||
		js_text(json_object_get(body, PRIVATE_KEY), "return_url"))
		return 0;
	return fail_invalid(call, NULL, NULL,
		"This %s is configured to accept payment methods enabled in your Dashboard. Because some of these "
		"payment "
		"methods might redirect your customer off of your page, you must provide a `return_url`. If you don't "
		"want to "
		"accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and "
		"`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment "
		"Intents.",
		word_of(body));
}

/* automatic_payment_methods and payment_method_types of a new body, after the parameters have been applied. */
static void settle_method_types(struct call *call, json_t *body)
{
	json_t *allowed = param(call, "allowed_payment_method_types");
	json_t *given = param(call, "automatic_payment_methods");
	json_t *automatic;

	if (json_array_size(allowed)) {
		js_put(body, "payment_method_types", allowed);
		js_put_null(body, "automatic_payment_methods");
		return;
	}
	if (given && !js_flag(given, "enabled", true)) {
		js_put_null(body, "automatic_payment_methods");
		return;
	}
	automatic = json_object();
	js_put_text(automatic, "allow_redirects",
		js_text(given, "allow_redirects") ? js_text(given, "allow_redirects") : "always");
	js_put_flag(automatic, "enabled", true);
	js_put_new(body, "automatic_payment_methods", automatic);
	js_put_new(body, "payment_method_types", default_method_types());
}

static void keep_return_url(struct call *call, json_t *body)
{
	if (param_text(call, "return_url"))
		js_put_text(js_own(body, PRIVATE_KEY), "return_url", param_text(call, "return_url"));
}

/* ---- the three requests ---- */

int fail_missing_method(struct call *call, const struct schema_resource *type, struct record *intent)
{
	const char *word = type == intent_type() ? "PaymentIntent" : "SetupIntent";
	const char *message = arena_format(&call->arena,
		"You cannot confirm this %s because it's missing a payment method. You can either update the %s with a "
		"payment method and then confirm it again, or confirm it again directly with a payment method or "
		"ConfirmationToken.",
		word, word);

	if (intent)
		return fail_intent_state(call, intent, "%s", message);
	return fail_invalid(call,
		type == intent_type() ? "payment_intent_unexpected_state" : "setup_intent_unexpected_state", NULL, "%s",
		message);
}

static json_t *new_body(struct call *call, const struct schema_resource *type, struct record *customer)
{
	/* `usage` is accepted, and the body says off_session all the same: so recorded at this version. */
	static const char *const except[] = { "payment_method", "automatic_payment_methods", "usage", NULL };
	json_t *body;

	if (call->own_id && account_find(call->account, call->own_id)) {
		char *word = arena_text(&call->arena, resource_word(type));

		*word = (char)toupper((unsigned char)*word);
		fail_invalid(call, "resource_already_exists", NULL, "%s already exists.", word);
		return NULL;
	}
	body = shape_new(call, type, call->own_id);
	if (params_apply(call, body, type, except)) {
		json_decref(body);
		return NULL;
	}
	settle_method_types(call, body);
	keep_return_url(call, body);
	body_use_clock(body, customer);
	return body;
}

static int check_confirm(struct call *call, json_t *body, struct record *method)
{
	if (is_balance(method))
		return bank_transfer_check(call, body);
	return check_return_url(call, body);
}

static int check_new(struct call *call, const struct schema_resource *type, json_t *body, struct record *method)
{
	if (method && check_method_type(call, body, method))
		return -1;
	if (!param_flag(call, "confirm", false))
		return 0;
	return method ? check_confirm(call, body, method) : fail_missing_method(call, type, NULL);
}

int intent_read_new(struct call *call, const struct schema_resource *type, struct intent_request *out)
{
	struct record *customer = param_record(call, "customer", "customer");
	struct record *method;
	json_t *body;

	if (call->fail.status)
		return -1;
	call_use_clock(call, customer);
	method = request_method(call, customer);
	if (call->fail.status)
		return -1;
	body = new_body(call, type, customer);
	if (!body || check_new(call, type, body, method)) {
		json_decref(body);
		return -1;
	}
	if (method) {
		js_put_text(body, "payment_method", method->id);
		js_put_text(body, "status", "requires_confirmation");
	}
	*out = (struct intent_request) { customer, method, body_in_order(type, body) };
	return 0;
}

struct record *intent_read_confirm(struct call *call, struct record *intent)
{
	static const char *const except[] = { "payment_method", NULL };
	struct record *method = request_method(call, customer_of(call, intent));
	json_t *draft;

	if (call->fail.status)
		return NULL;
	if (!method)
		method = account_find(call->account, js_text(record_tree(intent), "payment_method"));
	if (!method) {
		fail_missing_method(call, intent->type, intent);
		return NULL;
	}
	draft = journal_edit(&call->journal, intent);
	if (params_apply(call, draft, intent->type, except))
		return NULL;
	keep_return_url(call, draft);
	return check_method_type(call, draft, method) || check_confirm(call, draft, method) ? NULL : method;
}

int intent_read_update(struct call *call, struct record *intent)
{
	static const char *const except[] = { "payment_method", NULL };
	struct record *customer = param_record(call, "customer", "customer");
	struct record *method;
	json_t *draft;

	if (!customer && !call->fail.status)
		customer = customer_of(call, intent);
	method = call->fail.status ? NULL : request_method(call, customer);
	if (call->fail.status)
		return -1;
	draft = journal_edit(&call->journal, intent);
	if (params_apply(call, draft, intent->type, except))
		return -1;
	if (!method)
		return 0;
	if (check_method_type(call, draft, method))
		return -1;
	js_put_text(draft, "payment_method", method->id);
	js_put_null(draft, "next_action");
	js_put_text(draft, "status", "requires_confirmation");
	return 0;
}
