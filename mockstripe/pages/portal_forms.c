/* SPDX-License-Identifier: MIT */
/* The portal's forms: another plan and what it costs, the end, a pause, another card, other billing details. */
#include "api/list.h"
#include "base/mem.h"
#include "pages/portal_view.h"
#include "resources/billing/sub.h"
#include "resources/price.h"

static void begin_form(struct portal_view *p, const char *verb)
{
	html(&p->v->html, "<section class=\"card\"><form method=\"post\" action=\"%s/subscriptions/%s/%s\">", p->base,
		p->sub->id, verb);
}

static void end_form(struct portal_view *p, const char *look, const char *words)
{
	html(&p->v->html, "<div class=\"row\"><button class=\"%s\">%s</button>", look, words);
	if (!portal_flow(p->session))
		html(&p->v->html, "<a class=\"button quiet\" href=\"%s\">Go back</a>", p->base);
	text_put(&p->v->html, "</div></form></section>");
}

/* ---- another plan ---- */

static void show_plan(struct portal_view *p, const char *id, const char *chosen)
{
	struct record *price = account_find(p->call->account, id), *product;

	if (!price || price->deleted)
		return;
	product = price_product(p->call, price);
	html(&p->v->html,
		"<label class=\"choice\"><input type=\"radio\" name=\"price\" value=\"%s\"%s required><span>%s%s</span>"
		"<span class=\"end\">%s</span></label>",
		id, text_is(id, chosen) ? " checked" : "", js_text(record_tree(product), "name"),
		text_is(id, js_text_at(record_tree(p->sub), "items.data.0.price.id")) ? " (current)" : "",
		html_price(&p->v->arena, record_tree(price)));
}

static void show_plans(struct portal_view *p)
{
	const char *present = js_text_at(record_tree(p->sub), "items.data.0.price.id");
	const char *chosen = visit_given(p->v, "price") ? visit_given(p->v, "price") : present;
	json_t *product, *price;
	size_t i, k;

	text_put(&p->v->html, "<fieldset><legend>Choose a plan</legend>");
	json_array_foreach(js_at(p->features, "subscription_update.products"), i, product)
	{
		json_array_foreach(json_object_get(product, "prices"), k, price)
		{
			show_plan(p, json_string_value(price), chosen);
		}
	}
	text_put(&p->v->html, "</fieldset>");
}

void portal_plans(struct portal_view *p)
{
	json_t *allowed = js_at(p->features, "subscription_update.default_allowed_updates");
	int64_t quantity = js_int_at(record_tree(p->sub), "items.data.0.quantity", 1);

	portal_frame(p, "Update your plan", false);
	html(&p->v->html, "<section class=\"card\"><form method=\"get\" action=\"%s/subscriptions/%s/preview\">",
		p->base, p->sub->id);
	if (portal_lists(allowed, "price"))
		show_plans(p);
	if (portal_lists(allowed, "quantity"))
		html_field(&p->v->html, "number", "quantity", "Quantity",
			arena_format(&p->v->arena, "%lld", (long long)quantity), "min=\"1\" required");
	if (portal_lists(allowed, "promotion_code"))
		html_field(&p->v->html, "text", "promotion_code", "Promotion code (optional)",
			visit_given(p->v, "promotion_code"), "autocomplete=\"off\"");
	end_form(p, "", "Continue");
}

static void keep(struct portal_view *p, const char *name, const char *value)
{
	if (value)
		html(&p->v->html, "<input type=\"hidden\" name=\"%s\" value=\"%s\">", name, value);
}

static void show_forecast(struct portal_view *p)
{
	const struct portal_forecast *f = p->forecast;
	struct arena *arena = &p->v->arena;
	struct text *out = &p->v->html;

	text_put(out, "<dl>");
	if (f->starts)
		html(out, "<dt>Starts on</dt><dd>%s</dd>", html_date(arena, f->starts));
	html(out, "<dt class=\"sum\">Amount due today</dt><dd class=\"sum\">%s</dd>",
		html_money(arena, f->due_now, f->currency));
	if (f->next_at)
		html(out, "<dt>Then on %s</dt><dd>%s</dd>", html_date(arena, f->next_at),
			html_money(arena, f->next_total, f->currency));
	text_put(out, "</dl><p></p>");
}

void portal_preview(struct portal_view *p)
{
	const char *id = p->choice.price;
	struct record *price = account_find(p->call->account, id ? id : "");

	portal_frame(p, "Confirm your update", false);
	if (p->confirms)
		html(&p->v->html, "<section class=\"card\"><form method=\"post\" action=\"%s/confirm\">", p->base);
	else
		begin_form(p, "update");
	html(&p->v->html, "<h2>%s</h2>",
		js_text(record_tree(account_find(p->call->account,
				price ? js_text(record_tree(price), "product")
				      : js_text_at(record_tree(p->sub), "items.data.0.price.product"))),
			"name"));
	html(&p->v->html, "<p>%s%s</p>",
		html_price(&p->v->arena, price ? record_tree(price) : js_at(record_tree(p->sub), "items.data.0.price")),
		p->choice.quantity ? arena_format(&p->v->arena, " × %lld", (long long)p->choice.quantity) : "");
	if (p->forecast)
		show_forecast(p);
	if (!p->confirms) {
		keep(p, "price", visit_given(p->v, "price"));
		keep(p, "quantity", visit_given(p->v, "quantity"));
		keep(p, "promotion_code", visit_given(p->v, "promotion_code"));
	}
	end_form(p, "", "Confirm");
}

/* ---- the end, a pause ---- */

static void show_reasons(struct portal_view *p)
{
	static const struct {
		const char *option, *says;
	} all[] = {
		{ "too_expensive", "It's too expensive" },
		{ "missing_features", "Some features are missing" },
		{ "switched_service", "I found an alternative" },
		{ "unused", "I no longer need it" },
		{ "customer_service", "Customer service was less than expected" },
		{ "too_complex", "Ease of use was less than expected" },
		{ "low_quality", "Quality was less than expected" },
		{ "other", "Other reason" },
	};
	json_t *reason = js_at(p->features, "subscription_cancel.cancellation_reason");

	if (!js_flag(reason, "enabled", false))
		return;
	text_put(&p->v->html, "<fieldset><legend>Why are you leaving? (optional)</legend>");
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (portal_lists(json_object_get(reason, "options"), all[i].option))
			html(&p->v->html,
				"<label class=\"choice\"><input type=\"radio\" name=\"feedback\" "
				"value=\"%s\"%s>%s</label>",
				all[i].option, text_is(visit_given(p->v, "feedback"), all[i].option) ? " checked" : "",
				all[i].says);
	html(&p->v->html,
		"</fieldset><label>Anything else? (optional)<textarea name=\"comment\" rows=\"3\" "
		"maxlength=\"5000\">%s</textarea></label>",
		visit_given(p->v, "comment"));
}

/* "25% off", "$5.00 off". Arena. */
static const char *coupon_words(struct portal_view *p, const json_t *coupon)
{
	const json_t *percent = js_get(coupon, "percent_off");

	if (json_is_number(percent))
		return arena_format(&p->v->arena, "%.4g%% off", json_number_value(percent));
	return arena_format(&p->v->arena, "%s off",
		html_money(&p->v->arena, js_int(coupon, "amount_off", 0), js_text(coupon, "currency")));
}

static void show_offer(struct portal_view *p)
{
	json_t *flow = js_at(record_tree(p->session), "flow.subscription_cancel");
	struct record *coupon = account_find(p->call->account, js_text_at(flow, "retention.coupon_offer.coupon"));
	const char *name;

	if (!coupon || !portal_flow(p->session) || !text_is(js_text(flow, "subscription"), p->sub->id))
		return;
	name = js_text(record_tree(coupon), "name");
	begin_form(p, "stay");
	html(&p->v->html, "<h2>Stay, and save</h2><p>%s: %s</p><button>Accept offer</button></form></section>",
		name ? name : "A discount for you", coupon_words(p, record_tree(coupon)));
}

void portal_cancel_form(struct portal_view *p)
{
	bool now = text_is(js_text_at(p->features, "subscription_cancel.mode"), "immediately");

	portal_frame(p, "Cancel your subscription", false);
	show_offer(p);
	begin_form(p, "cancel");
	html(&p->v->html, "<h2>%s</h2>", portal_plan_name(p, p->sub));
	if (now)
		text_put(&p->v->html, "<p>Your subscription ends at once.</p>");
	else
		html(&p->v->html,
			"<p>Your subscription will be canceled on %s, the end of your billing period. You can "
			"change your mind until then.</p>",
			html_date(&p->v->arena, sub_period_end(p->sub)));
	show_reasons(p);
	end_form(p, "danger", "Cancel subscription");
}

void portal_pause_form(struct portal_view *p)
{
	json_t *option;
	size_t i;

	portal_frame(p, "Pause your subscription", false);
	begin_form(p, "pause");
	html(&p->v->html, "<h2>%s</h2><p>Nothing is billed while your subscription is paused.</p>",
		portal_plan_name(p, p->sub));
	if (text_is(js_text_at(p->features, "subscription_pause.duration.type"), "interval_options")) {
		text_put(&p->v->html, "<fieldset><legend>For how long?</legend>");
		json_array_foreach(js_at(p->features, "subscription_pause.duration.interval_options"), i, option)
		{
			int64_t count = js_int(option, "interval_count", 1);

			html(&p->v->html,
				"<label class=\"choice\"><input type=\"radio\" name=\"duration\" value=\"%s:%lld\"%s "
				"required>%lld %s%s</label>",
				js_text(option, "interval"), (long long)count, i ? "" : " checked", (long long)count,
				js_text(option, "interval"), count == 1 ? "" : "s");
		}
		text_put(&p->v->html, "</fieldset>");
	}
	end_form(p, "", "Pause subscription");
}

/* ---- a card, billing details ---- */

void portal_method_form(struct portal_view *p)
{
	js_auto saved = saved_methods(p->call, p->customer->id);

	portal_frame(p, "Payment method", false);
	html(&p->v->html, "<section class=\"card\"><form method=\"post\" action=\"%s/payment-methods\">", p->base);
	card_form(p->v, saved);
	end_form(p, "", "Use this card");
}

static void address_fields(struct portal_view *p, const char *group, const json_t *address)
{
	static const struct {
		const char *name, *label;
	} parts[] = {
		{ "line1", "Address" },
		{ "line2", "Address, second line" },
		{ "postal_code", "Postal code" },
		{ "city", "City" },
		{ "state", "State or region" },
		{ "country", "Country (two letters)" },
	};
	const json_t *typed = visit_group(p->v, group);

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		html_field(&p->v->html, "text", arena_format(&p->v->arena, "%s[%s]", group, parts[i].name),
			parts[i].label, js_text(typed ? typed : address, parts[i].name),
			text_is(parts[i].name, "country") ? "maxlength=\"2\" autocomplete=\"country\"" : "");
}

static void text_field(struct portal_view *p, json_t *allowed, const char *type, const char *name, const char *label)
{
	const char *typed = visit_given(p->v, name);

	if (portal_lists(allowed, name))
		html_field(&p->v->html, type, name, label, typed ? typed : js_text(record_tree(p->customer), name), "");
}

void portal_customer_form(struct portal_view *p)
{
	json_t *allowed = js_at(p->features, "customer_update.allowed_updates"), *tree = record_tree(p->customer);

	portal_frame(p, "Billing information", false);
	html(&p->v->html, "<section class=\"card\"><form method=\"post\" action=\"%s/customer/update\">", p->base);
	text_field(p, allowed, "text", "name", "Name");
	text_field(p, allowed, "email", "email", "Email");
	text_field(p, allowed, "tel", "phone", "Phone");
	if (portal_lists(allowed, "address")) {
		text_put(&p->v->html, "<fieldset><legend>Billing address</legend>");
		address_fields(p, "address", json_object_get(tree, "address"));
		text_put(&p->v->html, "</fieldset>");
	}
	if (portal_lists(allowed, "shipping")) {
		text_put(&p->v->html, "<fieldset><legend>Shipping address</legend>");
		html_field(&p->v->html, "text", "shipping_name", "Name", js_text_at(tree, "shipping.name"), "");
		address_fields(p, "shipping_address", js_at(tree, "shipping.address"));
		text_put(&p->v->html, "</fieldset>");
	}
	if (portal_lists(allowed, "tax_id")) {
		text_put(&p->v->html, "<fieldset><legend>Tax ID (optional)</legend><div class=\"pair\">");
		html_field(&p->v->html, "text", "tax_id[type]", "Type", js_text(visit_group(p->v, "tax_id"), "type"),
			"placeholder=\"eu_vat\" autocomplete=\"off\"");
		html_field(&p->v->html, "text", "tax_id[value]", "Number",
			js_text(visit_group(p->v, "tax_id"), "value"),
			"placeholder=\"DE123456789\" autocomplete=\"off\"");
		text_put(&p->v->html, "</div></fieldset>");
	}
	end_form(p, "", "Save");
}

/* ---- after a flow ---- */

void portal_confirmed(struct portal_view *p)
{
	const char *message =
		js_text_at(record_tree(p->session), "flow.after_completion.hosted_confirmation.custom_message");

	portal_frame(p, "You're all set", true);
	html(&p->v->html, "<section class=\"card\"><p>%s</p></section>",
		message ? message : "Your changes have been made.");
}
