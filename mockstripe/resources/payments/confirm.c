/* SPDX-License-Identifier: MIT */
/* Confirming: which method, and whether it may be used. Source: Stripe docs "The Payment Intents API". */
#include "resources/payments/confirm.h"

#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "base/text.h"

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

struct record *request_method(struct call *call, struct record *customer)
{
	static const char *const ways[] = { "payment_method", "payment_method_data", "confirmation_token" };
	const char *given = NULL;

	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		if (!param_given(call, ways[i]) || param_is_unset(call, ways[i]))
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
	return !strcmp(js_text(body, "object"), "setup_intent") ? "SetupIntent" : "PaymentIntent";
}

int check_method_type(struct call *call, json_t *body, struct record *method)
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

int check_return_url(struct call *call, json_t *body)
{
	json_t *automatic = json_object_get(body, "automatic_payment_methods");
	const char *redirects = js_text(automatic, "allow_redirects");

	if (!js_flag(automatic, "enabled", false) || (redirects && !strcmp(redirects, "never")))
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

void settle_method_types(struct call *call, json_t *body)
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

void keep_return_url(struct call *call, json_t *body)
{
	if (param_text(call, "return_url"))
		js_put_text(js_own(body, PRIVATE_KEY), "return_url", param_text(call, "return_url"));
}
