/* SPDX-License-Identifier: MIT */
/* The page of a Checkout session: on the left what is bought, on the right who buys and how it is paid. */
#include "api/list.h"
#include "base/mem.h"
#include "pages/checkout_view.h"
#include "resources/payments/pay.h"

static json_t *tree_of(struct checkout_view *c)
{
	return record_tree(c->session);
}

/* ---- who ---- */

static void show_person(struct checkout_view *c)
{
	const char *email = js_text_at(tree_of(c), "customer_details.email"), *typed = visit_given(c->v, "email");
	struct record *customer = account_find(c->call->account, js_text(tree_of(c), "customer"));
	const char *name = visit_given(c->v, "name");

	html_field(&c->v->html, "email", "email", "Email", typed ? typed : email,
		email ? "required readonly" : "required autocomplete=\"email\"");
	if (js_flag_at(tree_of(c), "phone_number_collection.enabled", false))
		html_field(&c->v->html, "tel", "phone", "Phone number", visit_given(c->v, "phone"),
			"required autocomplete=\"tel\"");
	html_field(&c->v->html, "text", "name", "Full name", name ? name : js_text(record_tree(customer), "name"),
		"required autocomplete=\"name\"");
}

static void show_names(struct checkout_view *c)
{
	static const struct {
		const char *kind, *name, *label;
	} all[] = {
		{ "business", "business_name", "Business name" },
		{ "individual", "individual_name", "Your name" },
	};

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		json_t *rule = js_get(js_get(tree_of(c), "name_collection"), all[i].kind);
		bool optional = js_flag(rule, "optional", false);

		if (js_flag(rule, "enabled", false))
			html_field(&c->v->html, "text", all[i].name,
				arena_format(&c->v->arena, "%s%s", all[i].label, optional ? " (optional)" : ""),
				visit_given(c->v, all[i].name), optional ? "" : "required");
	}
}

static void address_fields(struct checkout_view *c, const char *group, bool required)
{
	static const struct {
		const char *name, *label;
		bool needed;
	} parts[] = {
		{ "line1", "Address", true },
		{ "line2", "Address, second line", false },
		{ "postal_code", "Postal code", false },
		{ "city", "City", false },
		{ "state", "State or region", false },
		{ "country", "Country (two letters)", true },
	};
	json_t *typed = visit_group(c->v, group);

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		html_field(&c->v->html, "text", arena_format(&c->v->arena, "%s[%s]", group, parts[i].name),
			parts[i].label, js_text(typed, parts[i].name),
			!required || !parts[i].needed	    ? ""
			: text_is(parts[i].name, "country") ? "required maxlength=\"2\""
							    : "required");
}

static void show_addresses(struct checkout_view *c)
{
	if (json_array_size(js_at(tree_of(c), "shipping_address_collection.allowed_countries"))) {
		text_put(&c->v->html, "<fieldset><legend>Shipping address</legend>");
		html_field(
			&c->v->html, "text", "shipping_name", "Name", visit_given(c->v, "shipping_name"), "required");
		address_fields(c, "shipping_address", true);
		text_put(&c->v->html, "</fieldset>");
	}
	if (text_is(js_text(tree_of(c), "billing_address_collection"), "required")) {
		text_put(&c->v->html, "<fieldset><legend>Billing address</legend>");
		address_fields(c, "address", true);
		text_put(&c->v->html, "</fieldset>");
	}
}

static void show_tax_id(struct checkout_view *c)
{
	json_t *typed = visit_group(c->v, "tax_id");

	if (!js_flag_at(tree_of(c), "tax_id_collection.enabled", false))
		return;
	text_put(&c->v->html, "<fieldset><legend>Tax ID, for a business</legend><div class=\"pair\">");
	html_field(&c->v->html, "text", "tax_id[type]", "Type", js_text(typed, "type"), "placeholder=\"eu_vat\"");
	html_field(
		&c->v->html, "text", "tax_id[value]", "Number", js_text(typed, "value"), "placeholder=\"DE123456789\"");
	text_put(&c->v->html, "</div></fieldset>");
}

/* ---- custom fields ---- */

static void show_dropdown(
	struct checkout_view *c, const char *name, const char *label, json_t *field, const char *value)
{
	json_t *option;
	size_t i;

	html(&c->v->html, "<label>%s<select name=\"%s\"%s><option value=\"\"></option>", label, name,
		js_flag(field, "optional", false) ? "" : " required");
	json_array_foreach(js_at(field, "dropdown.options"), i, option)
	{
		const char *own = js_text(option, "value");

		html(&c->v->html, "<option value=\"%s\"%s>%s</option>", own, text_is(own, value) ? " selected" : "",
			js_text(option, "label"));
	}
	text_put(&c->v->html, "</select></label>");
}

static void show_fields(struct checkout_view *c)
{
	json_t *field;
	size_t i;

	json_array_foreach(json_object_get(tree_of(c), "custom_fields"), i, field)
	{
		const char *key = js_text(field, "key"), *type = js_text(field, "type");
		const char *name = arena_format(&c->v->arena, "custom_fields[%s]", key);
		const char *value = js_text(visit_group(c->v, "custom_fields"), key);
		bool optional = js_flag(field, "optional", false);
		const char *label = arena_format(
			&c->v->arena, "%s%s", js_text_at(field, "label.custom"), optional ? " (optional)" : "");

		if (!value)
			value = js_text(json_object_get(field, type), "default_value");
		if (text_is(type, "dropdown"))
			show_dropdown(c, name, label, field, value);
		else
			html_field(&c->v->html, "text", name, label, value, optional ? "" : "required");
	}
}

/* ---- how ---- */

static bool needs_method(struct checkout_view *c)
{
	return js_int(tree_of(c), "amount_total", 0) > 0 ||
	       !text_is(js_text(tree_of(c), "payment_method_collection"), "if_required");
}

static void show_consent(struct checkout_view *c)
{
	json_t *asked = json_object_get(tree_of(c), "consent_collection");
	const char *terms = js_text_at(tree_of(c), "custom_text.terms_of_service_acceptance.message");

	if (text_is(js_text(asked, "promotions"), "auto"))
		text_put(&c->v->html, "<label class=\"tick\"><input type=\"checkbox\" name=\"promotions\" "
				      "value=\"opt_in\">Keep me updated with news and offers</label>");
	if (text_is(js_text(asked, "terms_of_service"), "required"))
		html(&c->v->html,
			"<label class=\"tick\"><input type=\"checkbox\" name=\"terms_of_service\" value=\"accepted\" "
			"required>%s</label>",
			terms ? terms : "I agree to the Terms of Service and Privacy Policy");
	else
		text_put(&c->v->html, "<input type=\"hidden\" name=\"terms_of_service\" value=\"accepted\">");
}

static const char *submit_words(struct checkout_view *c)
{
	const char *mode = js_text(tree_of(c), "mode"), *type = js_text(tree_of(c), "submit_type");
	int64_t total = js_int(tree_of(c), "amount_total", 0);

	if (text_is(mode, "setup"))
		return "Save card";
	if (text_is(type, "book"))
		return "Book";
	if (text_is(type, "donate"))
		return "Donate";
	if (text_is(mode, "subscription") && !text_is(type, "pay"))
		return total ? "Subscribe" : "Start trial";
	return arena_format(&c->v->arena, "Pay %s", html_money(&c->v->arena, total, js_text(tree_of(c), "currency")));
}

static void show_form(struct checkout_view *c)
{
	js_auto saved = saved_methods(c->call, js_text(tree_of(c), "customer"));
	const char *message = js_text_at(tree_of(c), "custom_text.submit.message");

	html(&c->v->html, "<section class=\"card\"><h2>%s</h2>",
		text_is(js_text(tree_of(c), "mode"), "setup") ? "Save your payment details" : "Pay with card");
	visit_show_problem(c->v);
	html(&c->v->html, "<form method=\"post\" action=\"/c/pay/%s\">", c->session->id);
	show_person(c);
	show_names(c);
	show_addresses(c);
	show_fields(c);
	show_tax_id(c);
	if (needs_method(c))
		card_form(c->v, saved);
	show_consent(c);
	html(&c->v->html, "<button class=\"wide\">%s</button></form>", submit_words(c));
	if (message)
		html(&c->v->html, "<p class=\"soft\">%s</p>", message);
	text_put(&c->v->html, "</section>");
}

void checkout_page(struct checkout_view *c)
{
	const char *business = visit_business(c->v, c->call), *back = js_text(tree_of(c), "cancel_url");

	visit_begin(c->v, &(struct frame) {
				  .title = arena_format(&c->v->arena, "%s - Checkout", business),
				  .business = business,
				  .back = back,
				  .back_words = "Cancel and go back",
				  .wide = true,
			  });
	checkout_summary(c);
	show_form(c);
	visit_end(c->v);
}

/* ---- the bank's question ---- */

static void hide(struct checkout_view *c, const char *name, json_t *value)
{
	const char *key;
	json_t *inner;

	if (json_is_string(value))
		html(&c->v->html, "<input type=\"hidden\" name=\"%s\" value=\"%s\">", name, json_string_value(value));
	json_object_foreach(value, key, inner)
	{
		hide(c, arena_format(&c->v->arena, "%s[%s]", name, key), inner);
	}
}

void checkout_ask_owner(struct checkout_view *c)
{
	const char *key;
	json_t *value;

	c->v->status = 200;
	visit_begin(c->v, &(struct frame) { .title = "Authenticate", .business = visit_business(c->v, c->call) });
	html(&c->v->html,
		"<h1>3D Secure</h1><section class=\"card\"><p>The bank asks whether it is you. This is where its own "
		"page "
		"would be: choose how it ends.</p><form method=\"post\" action=\"/c/pay/%s\">",
		c->session->id);
	json_object_foreach(c->v->given, key, value)
	{
		hide(c, key, value);
	}
	text_put(&c->v->html,
		"<div class=\"row\"><button name=\"authentication\" value=\"succeeded\">Complete</button><button "
		"class=\"quiet\" name=\"authentication\" value=\"failed\">Fail</button></div></form></section>");
	visit_end(c->v);
}

/* ---- afterwards ---- */

void checkout_done(struct checkout_view *c)
{
	struct record *link = account_find(c->call->account, js_text(tree_of(c), "payment_link"));
	const char *message = js_text_at(record_tree(link), "after_completion.hosted_confirmation.custom_message");
	const char *exit = checkout_exit(c->v, c->call, c->session), *business = visit_business(c->v, c->call);

	visit_begin(c->v, &(struct frame) { .title = "Thank you", .business = business });
	html(&c->v->html, "<section class=\"card plain\"><h1>%s</h1><p>%s</p>",
		text_is(js_text(tree_of(c), "mode"), "setup") ? "Your card is saved" : "Thanks for your payment",
		message ? message
			: arena_format(&c->v->arena, "%s has what it needs; you can close this page.", business));
	if (exit)
		html(&c->v->html, "<a class=\"button\" href=\"%s\">Return to %s</a>", exit, business);
	text_put(&c->v->html, "</section>");
	visit_end(c->v);
}
