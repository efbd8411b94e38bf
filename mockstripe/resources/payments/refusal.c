/* SPDX-License-Identifier: MIT */
/* Declines as the API words them: a 402 card_error, and the same facts inside an intent. */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "resources/payments/inside.h"

struct fail refusal_of(const struct card_decline *decline)
{
	return (struct fail) {
		.status = 402,
		.type = "card_error",
		.code = decline->code,
		.message = decline->message,
		.decline_code = decline->decline_code,
		.advice_code = decline->advice_code,
		.network_decline_code = decline->network_decline_code,
	};
}

static void put_given(json_t *object, const char *key, const char *text)
{
	if (text)
		js_put_text(object, key, text);
}

json_t *refusal_error(struct call *call, const struct fail *refusal, struct record *method)
{
	json_t *error = json_object();

	put_given(error, "advice_code", refusal->advice_code);
	put_given(error, "charge", refusal->charge);
	put_given(error, "code", refusal->code);
	put_given(error, "decline_code", refusal->decline_code);
	if (refusal->code) {
		char *url = arena_format(&call->arena, "https://stripe.com/docs/error-codes/%s", refusal->code);

		for (char *c = strstr(url, "error-codes/"); *c; c++)
			*c = *c == '_' ? '-' : *c;
		js_put_text(error, "doc_url", url);
	}
	put_given(error, "message", refusal->message);
	put_given(error, "network_decline_code", refusal->network_decline_code);
	put_given(error, "param", refusal->param);
	if (method && method->type == method_type())
		js_put_new(error, "payment_method", record_shown(method));
	put_given(error, "payment_method_type", refusal->payment_method_type);
	if (method && method->type != method_type())
		js_put_new(error, "source", record_shown(method));
	js_put_text(error, "type", refusal->type);
	return error;
}

int fail_card_error(struct call *call, const char *code, const char *param, const char *message)
{
	fail_status(call, 402, code, param, "%s", message);
	call->fail.type = "card_error";
	return -1;
}

void refusal_clear(struct fail *refusal)
{
	json_decref(refusal->payment_intent);
	json_decref(refusal->payment_method);
	json_decref(refusal->setup_intent);
	*refusal = (struct fail) { 0 };
}

int fail_card(struct call *call, struct fail *refusal)
{
	if (call->fail.status) {
		refusal_clear(refusal);
		return -1;
	}
	call->fail = *refusal;
	call->fail.keep = true;
	*refusal = (struct fail) { 0 };
	return -1;
}
