/* SPDX-License-Identifier: MIT */
/*
 * What the owner of a method has to do before an intent goes on: a page to visit, a voucher to pay in a shop, a code to
 * scan. The pages are this simulator's own: POST to /_mockstripe/authenticate/{intent} does what the owner would do
 * there. Source: Stripe docs "The PaymentIntent object", next_action; the payment methods' own pages.
 */
#include <string.h>

#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/payments/inside.h"
#include "value/calendar.h"

#define HOUR 3600

/* Methods that are not paid on a page of their own: the member that says how, and for how long it may be paid. */
static const struct {
	const char *kind, *action;
	int64_t seconds; /* 0: it does not lapse */
} actions[] = {
	{ "alipay", "alipay_handle_redirect", 0 },
	{ "blik", "blik_authorize", 0 },
	{ "boleto", "boleto_display_details", 3 * CALENDAR_DAY },
	{ "cashapp", "cashapp_handle_redirect_or_display_qr_code", 0 },
	{ "konbini", "konbini_display_details", 3 * CALENDAR_DAY },
	{ "multibanco", "multibanco_display_details", 7 * CALENDAR_DAY },
	{ "oxxo", "oxxo_display_details", 3 * CALENDAR_DAY },
	{ "paynow", "paynow_display_qr_code", HOUR },
	{ "pix", "pix_display_qr_code", CALENDAR_DAY },
	{ "promptpay", "promptpay_display_qr_code", HOUR },
	{ "swish", "swish_handle_redirect_or_display_qr_code", 0 },
	{ "upi", "upi_handle_redirect_or_display_qr_code", 0 },
	{ "wechat_pay", "wechat_pay_display_qr_code", 0 },
};

/* Where its owner is sent. */
struct visit {
	const char *url, *return_url; /* return_url NULL: none was given */
	int64_t until;
};

/* Fields are told apart by their names: addresses, times, and numbers to type in or to scan. */
static void fill(struct call *call, json_t *out, const struct schema_node *node, const struct visit *visit)
{
	for (size_t i = 0; i < node->n_fields; i++) {
		const struct schema_node *field = &node->fields[i];
		const char *name = field->name;

		if (field->kind == SCHEMA_OBJECT && field->flags & SCHEMA_NULLABLE)
			continue;
		if (field->kind == SCHEMA_OBJECT)
			fill(call, js_own(out, name), field, visit);
		else if (!strcmp(name, "return_url"))
			js_put_text(out, name, visit->return_url);
		else if (strstr(name, "image_url"))
			js_put_text(out, name,
				arena_format(&call->arena, "https://qr.stripe.com/test_%s.%s",
					made_word(call, "qr_code", 24), strstr(name, "svg") ? "svg" : "png"));
		else if (strstr(name, "url") || !strcmp(name, "pdf"))
			js_put_text(out, name, visit->url);
		else if (!strncmp(name, "expires_", 8))
			js_put_int(out, name, visit->until);
		else if (field->kind == SCHEMA_STRING && strcmp(name, "native_data"))
			js_put_text(out, name, made_word(call, name, 17));
	}
}

static json_t *named_action(struct call *call, const char *name, const struct visit *visit)
{
	const struct schema_node *node = schema_child(schema_field(intent_type(), "next_action"), name);
	json_t *action = json_object();

	js_put_new(action, name, shape_object(call, NULL, node->fields, node->n_fields));
	fill(call, json_object_get(action, name), node, visit);
	js_put_text(action, "type", name);
	return action;
}

json_t *redirect_action(struct call *call, struct record *intent, const char *return_url)
{
	const char *url = arena_format(&call->arena, "%s/_mockstripe/authenticate/%s", call->base_url, intent->id);
	json_t *action = json_object(), *inner = json_object();

	if (return_url) {
		js_put_text(inner, "return_url", return_url);
		js_put_text(inner, "url", url);
		js_put_new(action, "redirect_to_url", inner);
		js_put_text(action, "type", "redirect_to_url");
		return action;
	}
	js_put_text(inner, "source", arena_format(&call->arena, "payatt_%s", made_word(call, "payatt", 24)));
	js_put_text(inner, "stripe_js", url);
	js_put_text(inner, "type", "three_d_secure_redirect");
	js_put_text(action, "type", "use_stripe_sdk");
	js_put_new(action, "use_stripe_sdk", inner);
	return action;
}

json_t *payment_action(struct call *call, struct record *intent, const char *kind)
{
	struct visit visit = {
		.url = arena_format(&call->arena, "%s/_mockstripe/authenticate/%s", call->base_url, intent->id),
		.return_url = js_text(record_private(intent), "return_url"),
	};

	for (size_t i = 0; i < COUNT_OF(actions); i++) {
		if (strcmp(actions[i].kind, kind))
			continue;
		visit.until = call->now + (actions[i].seconds ? actions[i].seconds : CALENDAR_DAY);
		if (actions[i].seconds)
			payment_set_due(call, intent, visit.until);
		return named_action(call, actions[i].action, &visit);
	}
	return redirect_action(call, intent, visit.return_url);
}
