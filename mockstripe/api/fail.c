/* SPDX-License-Identifier: MIT */
#include "api/fail.h"

#include <stdarg.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

/* Stripe docs, "Errors": the spelling of object names and of `param` is not regular; these are the exceptions. */
static const struct word {
	const char *resource, *word, *param;
} words[] = {
	{ "PromotionCode", "promotion code", "promotion_code" },
	{ "SetupIntent", "setupintent", "intent" },
	{ "PaymentIntent", "payment_intent", "intent" },
	{ "PaymentMethod", "PaymentMethod", "payment_method" },
	{ "BalanceTransaction", "balance transaction", "id" },
	{ "CustomerBalanceTransaction", "customer balance transaction", "transaction" },
	{ "WebhookEndpoint", "webhook endpoint", "webhook_endpoint" },
	{ "TestHelpers.TestClock", "billingclock", "test_clock" },
	{ "SubscriptionSchedule", "subscription_schedule", "schedule" },
	{ "TaxRate", "tax rate", "tax_rate" },
	{ "Price", "price", "price" },
	{ "Coupon", "coupon", "coupon" },
	{ "Refund", "refund", "refund" },
	{ "Dispute", "dispute", "dispute" },
	{ "Payout", "payout", "payout" },
	{ "Invoice", "invoice", "invoice" },
};

static const struct word *word_of(const struct schema_resource *type)
{
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (!strcmp(words[i].resource, type->name))
			return &words[i];
	return NULL;
}

const char *resource_word(const struct schema_resource *type)
{
	const struct word *w = word_of(type);
	const char *dot;

	if (w)
		return w->word;
	if (!type->object)
		return type->name;
	dot = strrchr(type->object, '.');
	return dot ? dot + 1 : type->object;
}

static int fail_list(struct call *call, int status, const char *type, const char *code, const char *param_name,
	const char *format, va_list list) __attribute__((format(printf, 6, 0)));

static int fail_list(struct call *call, int status, const char *type, const char *code, const char *param_name,
	const char *format, va_list list)
{
	char *message = NULL;

	if (call->fail.status)
		return -1;
	if (vasprintf(&message, format, list) < 0)
		die("out of memory");
	call->fail = (struct fail) {
		.status = status,
		.type = type,
		.code = code,
		.param = param_name && *param_name ? arena_text(&call->arena, param_name) : NULL,
		.message = arena_text(&call->arena, message),
	};
	free(message);
	return -1;
}

int fail_status(struct call *call, int status, const char *code, const char *param_name, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fail_list(call, status, "invalid_request_error", code, param_name, format, list);
	va_end(list);
	return -1;
}

int fail_invalid(struct call *call, const char *code, const char *param_name, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fail_list(call, 400, "invalid_request_error", code, param_name, format, list);
	va_end(list);
	return -1;
}

int fail_typed(struct call *call, int status, const char *type, const char *code, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fail_list(call, status, type, code, NULL, format, list);
	va_end(list);
	return -1;
}

int fail_api(struct call *call, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fail_list(call, 500, "api_error", NULL, NULL, format, list);
	va_end(list);
	return -1;
}

int fail_no_such(struct call *call, const struct schema_resource *type, const char *id)
{
	const struct word *w = word_of(type);

	if (!strcmp(type->name, "SubscriptionItem"))
		return fail_status(call, 404, NULL, NULL, "Invalid subscription_item id: %s", id);
	if (!strcmp(type->name, "InvoiceItem"))
		return fail_status(call, 404, "resource_missing", "id", "No such Invoice Item: '%s'(livemode=%s)", id,
			call->livemode ? "true" : "false");
	return fail_status(
		call, 404, "resource_missing", w ? w->param : "id", "No such %s: '%s'", resource_word(type), id);
}

int fail_no_such_param(struct call *call, const struct schema_resource *type, const char *id, const char *param_name)
{
	return fail_invalid(call, "resource_missing", param_name, "No such %s: '%s'", resource_word(type), id);
}

int fail_missing_param(struct call *call, const char *param_name)
{
	return fail_invalid(call, "parameter_missing", param_name, "Missing required param: %s.", param_name);
}

int fail_empty_param(struct call *call, const char *param_name)
{
	return fail_invalid(call, "parameter_invalid_empty", param_name,
		"You passed an empty string for '%s'. We assume empty values are an attempt to unset a parameter; "
		"however '%s' cannot be unset. You should remove '%s' from your request or supply a non-empty value.",
		param_name, param_name, param_name);
}

int fail_unrecognized_url(struct call *call)
{
	return fail_status(call, 404, NULL, NULL,
		"Unrecognized request URL (%s: %s). If you are trying to list objects, remove the trailing slash. If "
		"you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your "
		"code. Please see https://stripe.com/docs or we can help at https://support.stripe.com/.",
		call->method, call->path);
}

static void member(struct text *out, const char *key, const char *value)
{
	if (!value)
		return;
	if (out->data[out->length - 1] != '{')
		text_char(out, ',');
	text_char(out, '"');
	text_put(out, key);
	text_put(out, "\":");
	js_write_string(out, value, strlen(value));
}

static void member_tree(struct text *out, const char *key, const json_t *tree)
{
	if (!tree)
		return;
	if (out->data[out->length - 1] != '{')
		text_char(out, ',');
	text_char(out, '"');
	text_put(out, key);
	text_put(out, "\":");
	js_write_without(out, tree, PRIVATE_KEY);
}

void fail_write(const struct fail *f, const char *account_id, const char *request_id, struct text *out)
{
	struct text url;

	text_init(&url, 1024);
	text_put(out, "{\"error\":{");
	member(out, "advice_code", f->advice_code);
	member(out, "charge", f->charge);
	member(out, "code", f->code);
	member(out, "decline_code", f->decline_code);
	if (f->code) {
		text_put(&url, "https://stripe.com/docs/error-codes/");
		for (const char *c = f->code; *c; c++)
			text_char(&url, *c == '_' ? '-' : *c);
		member(out, "doc_url", url.data);
		text_reset(&url);
	}
	member(out, "message", f->message);
	member(out, "network_decline_code", f->network_decline_code);
	member(out, "param", f->param);
	member_tree(out, "payment_intent", f->payment_intent);
	member_tree(out, "payment_method", f->payment_method);
	member(out, "payment_method_type", f->payment_method_type);
	if (account_id && request_id && f->status != 401) {
		text_format(
			&url, "https://dashboard.stripe.com/%s/test/workbench/logs?object=%s", account_id, request_id);
		member(out, "request_log_url", url.data);
	}
	member_tree(out, "setup_intent", f->setup_intent);
	member(out, "type", f->type);
	text_put(out, "}}");
	text_clear(&url);
}

/* A code of v1 that says what a field of a request lacks. */
static bool is_of_field(const struct fail *f)
{
	static const char *const codes[] = { "parameter_missing", "parameter_unknown", "parameter_invalid_empty",
		"parameter_invalid_integer", "parameter_invalid_string_empty", "resource_missing" };

	if (f->status != 400 || strcmp(f->type, "invalid_request_error"))
		return false;
	for (size_t i = 0; f->code && i < COUNT_OF(codes); i++)
		if (!strcmp(f->code, codes[i]))
			return true;
	return !f->code;
}

void fail_write_v2(const struct fail *f, struct text *out)
{
	bool field = is_of_field(f);

	text_put(out, "{\"error\":{");
	member(out, "code", field ? "invalid_fields" : f->status == 404 ? "not_found" : f->code);
	member(out, "message", f->message);
	member(out, "type", field ? NULL : f->type);
	text_put(out, "}}");
}
