/* SPDX-License-Identifier: MIT */
#include "actions/stripe/answer.h"

#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

struct error_row {
	int status;	  /* 0: any */
	const char *code; /* NULL: any */
	const char *says; /* part of Stripe's message; NULL: any */
	enum problem_code problem;
};

/* The first row that fits decides. */
static const struct error_row rows[] = {
	{ 401, "api_key_expired", NULL, PROBLEM_STRIPE_KEY_EXPIRED },
	{ 401, NULL, "xpired API", PROBLEM_STRIPE_KEY_EXPIRED },
	{ 401, NULL, NULL, PROBLEM_STRIPE_KEY_INVALID },
	{ 403, NULL, NULL, PROBLEM_STRIPE_PERMISSION_DENIED },
	{ 0, "resource_missing", "a similar object exists in", PROBLEM_STRIPE_CUSTOMER_WRONG_MODE },
	{ 0, "livemode_mismatch", NULL, PROBLEM_STRIPE_CUSTOMER_WRONG_MODE },
	{ 0, "testmode_charges_only", NULL, PROBLEM_STRIPE_CUSTOMER_WRONG_MODE },
	{ 0, "resource_missing", "payment method", PROBLEM_PAYMENT_METHOD_MISSING },
	{ 0, "resource_missing", "payment source", PROBLEM_PAYMENT_METHOD_MISSING },
	{ 404, NULL, NULL, PROBLEM_RESOURCE_NOT_FOUND },
	{ 0, "resource_missing", NULL, PROBLEM_RESOURCE_NOT_FOUND },
	{ 0, "authentication_required", NULL, PROBLEM_PAYMENT_ACTION_REQUIRED },
	{ 0, "invoice_payment_intent_requires_action", NULL, PROBLEM_PAYMENT_ACTION_REQUIRED },
	{ 0, "subscription_payment_intent_requires_action", NULL, PROBLEM_PAYMENT_ACTION_REQUIRED },
	{ 0, "payment_intent_authentication_failure", NULL, PROBLEM_PAYMENT_ACTION_REQUIRED },
	{ 402, NULL, NULL, PROBLEM_PAYMENT_DECLINED },
	{ 0, "lock_timeout", NULL, PROBLEM_STRIPE_BUSY },
	{ 409, NULL, NULL, PROBLEM_STRIPE_BUSY },
	{ 429, NULL, NULL, PROBLEM_STRIPE_RATE_LIMITED },
	{ 0, "email_invalid", NULL, PROBLEM_EMAIL_INVALID },
	{ 0, "postal_code_invalid", NULL, PROBLEM_BILLING_ADDRESS_INVALID },
	{ 0, "country_code_invalid", NULL, PROBLEM_BILLING_ADDRESS_INVALID },
	{ 0, "state_unsupported", NULL, PROBLEM_BILLING_ADDRESS_INVALID },
	{ 0, "customer_tax_location_invalid", NULL, PROBLEM_BILLING_ADDRESS_INVALID },
	{ 0, "product_inactive", NULL, PROBLEM_PLAN_NOT_AVAILABLE },
	{ 400, NULL, NULL, PROBLEM_STRIPE_REJECTED },
};

static enum problem_code classify(int status, const char *code, const char *message)
{
	if (status >= 500 || status == 424)
		return PROBLEM_STRIPE_SERVER_ERROR;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct error_row *row = &rows[i];

		if ((!row->status || row->status == status) && (!row->code || (code && !strcmp(row->code, code))) &&
			(!row->says || strstr(message, row->says)))
			return row->problem;
	}
	return status >= 400 ? PROBLEM_STRIPE_REJECTED : PROBLEM_STRIPE_BAD_RESPONSE;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '*';
}

/* How much of a word at `s` may be shown when the word is a secret; 0 when it is none. */
static size_t secret_prefix(const char *s)
{
	static const char *const prefixes[] = { "sk_live_", "sk_test_", "rk_live_", "rk_test_", "sk_", "rk_",
		"whsec_" };

	for (size_t i = 0; i < COUNT_OF(prefixes); i++)
		if (!strncmp(s, prefixes[i], strlen(prefixes[i])))
			return strlen(prefixes[i]);
	return 0;
}

const char *answer_redact(struct arena *arena, const char *text)
{
	struct text out;
	const char *copy, *end, *mark;
	size_t shown;

	text_init(&out, TEXT_NO_CEILING);
	while (*text) {
		for (end = text; is_word(*end); end++)
			continue;
		if (end == text) {
			text_char(&out, *text++);
			continue;
		}
		mark = strstr(text, "_secret_");
		shown = secret_prefix(text);
		if (!shown && mark && mark < end)
			shown = (size_t)(mark - text) + strlen("_secret_");
		text_add(&out, text, shown ? shown : (size_t)(end - text));
		if (shown)
			text_put(&out, "...");
		text = end;
	}
	copy = arena_range(arena, out.data, out.length);
	text_clear(&out);
	return copy;
}

static bool ends_with(const char *text, size_t length, const char *end)
{
	size_t n = strlen(end);

	return length > n && !memcmp(text + length - n, end, n);
}

/*
 * The permission that a refusal names, "subscription_read": a word that ends so, with or without the rak_ that Stripe
 * puts before it. NULL when it names none.
 */
static const char *permission_named(struct arena *arena, const char *message)
{
	size_t length;

	for (const char *at = message; *at; at += length ? length : 1) {
		for (length = 0; isalnum((unsigned char)at[length]) || at[length] == '_'; length++)
			continue;
		if (!ends_with(at, length, "_read") && !ends_with(at, length, "_write"))
			continue;
		return !strncmp(at, "rak_", 4) ? arena_range(arena, at + 4, length - 4)
					       : arena_range(arena, at, length);
	}
	return NULL;
}

static const char *keep_text(struct arena *arena, const json_t *object, const char *key)
{
	const char *found = js_text(object, key);

	return found ? arena_text(arena, found) : NULL;
}

static void raise_error(const struct transport_response *r, const json_t *error, bool wrote, struct problem *why)
{
	struct arena *arena = why->arena;
	const char *message = js_text(error, "message"), *code = js_text(error, "code"), *permission = NULL;
	/* Which of the limits it was (Stripe docs, "Rate limits"). */
	const char *limited = transport_header(r, "Stripe-Rate-Limited-Reason");
	enum problem_code found = classify(r->status, code, message ? message : "");

	message = answer_redact(arena, message ? message : "Stripe gave no message");
	if (found == PROBLEM_STRIPE_PERMISSION_DENIED)
		permission = permission_named(arena, message);
	if (permission)
		problem_raise(why, found, "the key lacks the permission %s", permission);
	else if (limited)
		problem_raise(why, found, "Stripe answered %d (%s): %s", r->status, limited, message);
	else
		problem_raise(why, found, "Stripe answered %d: %s", r->status, message);
	why->permission = permission;
	why->stripe_type = keep_text(arena, error, "type");
	why->stripe_code = keep_text(arena, error, "code");
	why->stripe_param = keep_text(arena, error, "param");
	/* A declined payment is an answer; a server error may come after the change took effect. */
	why->outcome_unknown = wrote && found == PROBLEM_STRIPE_SERVER_ERROR;
}

json_t *answer_read(const struct transport_response *r, bool wrote, struct problem *why)
{
	const char *request_id = transport_header(r, "Request-Id");
	json_error_t error;
	json_t *body = json_loadb(r->body, r->length, 0, &error);

	js_lent(why->arena, body);
	if (json_is_object(body) && r->status >= 200 && r->status < 300)
		return body;
	if (r->status >= 500 || json_is_object(js_get(body, "error"))) {
		raise_error(r, js_get(body, "error"), wrote, why);
	} else {
		problem_raise(why, PROBLEM_STRIPE_BAD_RESPONSE, "status %d with a body that is not Stripe's JSON%s%s",
			r->status, body ? "" : ": ", body ? "" : error.text);
		why->outcome_unknown = wrote;
	}
	why->status = r->status;
	why->request_id = request_id ? arena_text(why->arena, request_id) : NULL;
	return NULL;
}

void answer_missing(enum transport_fate fate, const struct transport_response *r, bool wrote, struct problem *why)
{
	static const enum problem_code codes[] = {
		[FATE_ANSWERED] = PROBLEM_STRIPE_BAD_RESPONSE,
		[FATE_NOT_SENT] = PROBLEM_STRIPE_UNREACHABLE,
		[FATE_TIMEOUT] = PROBLEM_STRIPE_TIMEOUT,
		[FATE_LOST] = PROBLEM_STRIPE_BAD_RESPONSE,
	};

	problem_raise(why, codes[fate], "%s", answer_redact(why->arena, r->trouble ? r->trouble : "no answer"));
	why->outcome_unknown = wrote && fate != FATE_NOT_SENT;
}
