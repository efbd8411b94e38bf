/* SPDX-License-Identifier: MIT */
/*
 * Tokens. tok_visa and its like are there without having been made: looking one up shows a card token. This version of
 * the API makes tokens of accounts, persons, personal data and new security codes, none of cards.
 * ConfirmationTokens are made by a test helper, and hold the method that a confirmation will use.
 * Source: Stripe API reference "Tokens", "Confirmation Token".
 */
#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "resources/generic.h"
#include "resources/payments/inside.h"

#define CONFIRM_WITHIN (12 * 3600) /* seconds until a confirmation token expires */

static const struct schema_resource *token_type(void)
{
	return schema_find_object("token");
}

static int token_create(struct call *call)
{
	static const char *const kinds[] = { "account", "cvc_update", "person", "pii" };
	const char *type = NULL;
	json_t *body;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!param_given(call, kinds[i]))
			continue;
		if (type)
			return fail_invalid(call, NULL, NULL, "You may only specify one of these parameters: %s, %s.",
				type, kinds[i]);
		type = kinds[i];
	}
	if (!type)
		return fail_invalid(call, "parameter_missing", NULL,
			"One of the following params should be provided for this request: account, cvc_update, person "
			"or pii.");
	body = generic_body(call, NULL);
	if (!body)
		return -1;
	js_put_text(body, "type", type);
	js_put_flag(body, "used", false);
	return generic_create(call, body);
}

/* The card that a magic token stands for; a card id that is nobody's. */
static json_t *magic_card(struct call *call, const struct test_card *test)
{
	json_t *card = shape_new(call, schema_find_object("card"), NULL);
	int64_t month, year = default_exp_year(call, &month);

	js_put_text(card, "brand", brand_title(test->brand));
	js_put_text(card, "country", test->country);
	js_put_text(card, "cvc_check", "unchecked");
	js_put_int(card, "exp_month", month);
	js_put_int(card, "exp_year", year);
	js_put_text(card, "fingerprint", fingerprint(call, test->number));
	js_put_text(card, "funding", test->funding);
	js_put_text(card, "last4", test->number + strlen(test->number) - 4);
	js_put_new(card, "metadata", json_object());
	js_put_text(card, "regulated_status", "unregulated");
	return body_in_order(schema_find_object("card"), card);
}

static int token_retrieve(struct call *call)
{
	const char *id = call->ids[0];
	const struct test_card *test = !strncmp(id, "tok_", 4) ? test_card_named(id + 4) : NULL;
	json_t *body;

	if (!test || account_get(call->account, id, token_type()))
		return generic_retrieve(call);
	body = shape_new(call, token_type(), id);
	js_put_new(body, "card", magic_card(call, test));
	js_put_text(body, "type", "card");
	js_put_flag(body, "used", false);
	return answer_tree(call, body_in_order(token_type(), body), token_type());
}

const struct resource token_resource = {
	.name = "Token",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/tokens", token_create },
			{ "GET", "/v1/tokens/{id}", token_retrieve },
			{ 0 },
		},
};

/* ---- confirmation tokens ---- */

static int confirmation_create(struct call *call)
{
	static const char *const except[] = { "payment_method", "payment_method_data", NULL };
	const char *id = param_text(call, "payment_method");
	json_t *preview = json_object(), *body;
	const char *key;
	json_t *value;
	struct record *method;

	if (id)
		method = account_get(call->account, id, method_type());
	else if (param_given(call, "payment_method_data"))
		method = method_from_params(call, param(call, "payment_method_data"), "payment_method_data");
	else
		method = NULL;
	if (id && !method) /* a magic one, or nothing that is known */
		method = method_resolve(call, id, NULL, "payment_method");
	if (call->fail.status) {
		json_decref(preview);
		return -1;
	}
	body = generic_body(call, except);
	if (!body) {
		json_decref(preview);
		return -1;
	}
	js_put_int(body, "expires_at", call->now + CONFIRM_WITHIN);
	if (!method) {
		json_decref(preview);
		return generic_create(call, body);
	}
	json_object_foreach(record_tree(method), key, value)
	{
		static const char *const not_previewed[] = { "id", "object", "created", "livemode", "metadata",
			"radar_options", PRIVATE_KEY, NULL };

		if (!status_among(key, not_previewed))
			js_put(preview, key, value);
	}
	js_put_new(body, "payment_method_preview", preview);
	js_put_text(js_own(body, PRIVATE_KEY), "payment_method", method->id);
	return generic_create(call, body_in_order(call->route->resource, body));
}

const struct resource confirmation_token_resource = {
	.name = "ConfirmationToken",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/test_helpers/confirmation_tokens", confirmation_create },
			{ 0 },
		},
};
