/* SPDX-License-Identifier: MIT */
/* The left column of Checkout: the items with what may be changed about them, the promotion code, the sum. */
#include <string.h>

#include "api/list.h"
#include "base/mem.h"
#include "pages/checkout_view.h"
#include "resources/price.h"
#include "value/money.h"

static json_t *tree_of(struct checkout_view *c)
{
	return record_tree(c->session);
}

static const char *money(struct checkout_view *c, int64_t amount)
{
	return html_money(&c->v->arena, amount, js_text(tree_of(c), "currency"));
}

static void begin_choice(struct checkout_view *c)
{
	html(&c->v->html, "<form method=\"post\" action=\"/c/pay/%s/choose\">", c->session->id);
}

/* ---- the headline ---- */

static const char *product_of(struct checkout_view *c, const struct list *rows)
{
	const char *name = rows->count ? js_text(record_tree(rows->at[0]), "description") : NULL;

	if (!name)
		return "your order";
	return rows->count == 1 ? name : arena_format(&c->v->arena, "%s and %zu more", name, rows->count - 1);
}

/* What the first recurring item costs each time, before taxes and discounts, and how many there are beside it. */
static const char *recurring_words(struct checkout_view *c, const struct list *rows)
{
	const char *words = "";
	size_t more = 0;

	for (size_t i = 0; i < rows->count; i++) {
		json_t *tree = record_tree(rows->at[i]), *price = json_object_get(tree, "price");
		json_t *unit = json_object_get(price, "unit_amount");
		int64_t amount;

		if (!json_is_object(json_object_get(price, "recurring")))
			continue;
		if (*words)
			more++;
		else if (json_is_integer(unit) &&
			 money_multiply(json_integer_value(unit), js_int(tree, "quantity", 1), &amount))
			words = arena_format(
				&c->v->arena, "%s%s", money(c, amount), html_interval(&c->v->arena, price));
		else
			words = html_price(&c->v->arena, price);
	}
	return more ? arena_format(&c->v->arena, "%s and %zu more", words, more) : words;
}

static void show_headline(struct checkout_view *c, const struct list *rows)
{
	const char *mode = js_text(tree_of(c), "mode"), *product = product_of(c, rows);
	json_t *trial = js_at(record_private(c->session), "subscription_data.trial_period_days");
	bool subscribes = !strcmp(mode, "subscription");

	html(&c->v->html, "<p class=\"soft\">%s</p>",
		subscribes ? arena_format(&c->v->arena, "Subscribe to %s", product) : product);
	html(&c->v->html, "<p class=\"amount\">%s</p>", money(c, js_int(tree_of(c), "amount_total", 0)));
	if (subscribes && trial)
		html(&c->v->html, "<p>%lld days free, then %s</p>", (long long)json_integer_value(trial),
			recurring_words(c, rows));
	else if (subscribes)
		html(&c->v->html, "<p class=\"soft\">Due today; then %s</p>", recurring_words(c, rows));
}

/* ---- the items ---- */

static void show_quantity(struct checkout_view *c, struct record *row)
{
	json_t *rule = json_object_get(record_tree(row), "adjustable_quantity");

	if (!js_flag(rule, "enabled", false))
		return;
	begin_choice(c);
	html(&c->v->html,
		"<div class=\"inline small\"><label>Quantity<input type=\"number\" name=\"quantities[%s]\" "
		"value=\"%lld\" "
		"min=\"%lld\" max=\"%lld\" required></label><button class=\"quiet\">Update</button></div></form>",
		row->id, (long long)js_int(record_tree(row), "quantity", 1), (long long)js_int(rule, "minimum", 0),
		(long long)js_int(rule, "maximum", 99));
}

static void show_item(struct checkout_view *c, struct record *row)
{
	const json_t *tree = record_tree(row);
	int64_t quantity = js_int(tree, "quantity", 1);

	html(&c->v->html, "<tr><td>%s", js_text(tree, "description"));
	if (quantity != 1)
		html(&c->v->html, " × %lld", (long long)quantity);
	html(&c->v->html, "<div class=\"soft\">%s</div>", html_price(&c->v->arena, js_get(tree, "price")));
	show_quantity(c, row);
	html(&c->v->html, "</td><td>%s</td></tr>", money(c, js_int(tree, "amount_subtotal", 0)));
}

static bool is_taken(const struct list *rows, const char *price)
{
	for (size_t i = 0; i < rows->count; i++) {
		const char *option = js_text(record_private(rows->at[i]), "option");

		if (text_is(option, price))
			return true;
	}
	return false;
}

static void show_options(struct checkout_view *c, const struct list *rows)
{
	json_t *options = json_object_get(tree_of(c), "optional_items"), *option;
	size_t i;

	if (!json_array_size(options))
		return;
	text_put(&c->v->html, "<h2>You may also like</h2>");
	json_array_foreach(options, i, option)
	{
		const char *id = js_text(option, "price");
		struct record *price = account_find(c->call->account, id);
		struct record *product = price_product(c->call, price);
		bool taken = is_taken(rows, id);

		begin_choice(c);
		html(&c->v->html,
			"<div class=\"row apart\"><span>%s <span class=\"soft\">%s</span></span><button "
			"class=\"quiet\" "
			"name=\"optional_items[%s]\" value=\"%lld\">%s</button></div></form>",
			js_text(record_tree(product), "name"), html_price(&c->v->arena, record_tree(price)), id,
			taken ? 0LL : (long long)js_int(option, "quantity", 1), taken ? "Remove" : "Add");
	}
}

/* ---- shipping, the code, the sum ---- */

static void show_shipping(struct checkout_view *c)
{
	json_t *options = json_object_get(tree_of(c), "shipping_options"), *option;
	const char *chosen = js_text_at(tree_of(c), "shipping_cost.shipping_rate");
	size_t i;

	if (json_array_size(options) < 2)
		return;
	begin_choice(c);
	text_put(&c->v->html, "<div class=\"inline\"><label>Shipping method<select name=\"shipping_rate\">");
	json_array_foreach(options, i, option)
	{
		const char *id = js_text(option, "shipping_rate");
		struct record *rate = account_find(c->call->account, id);

		html(&c->v->html, "<option value=\"%s\"%s>%s (%s)</option>", id, text_is(chosen, id) ? " selected" : "",
			js_text(record_tree(rate), "display_name"), money(c, js_int(option, "shipping_amount", 0)));
	}
	text_put(&c->v->html, "</select></label><button class=\"quiet\">Update</button></div></form>");
}

static void show_code(struct checkout_view *c)
{
	const char *id = js_text_at(tree_of(c), "discounts.0.promotion_code");
	struct record *code = account_find(c->call->account, id);

	if (!js_flag(tree_of(c), "allow_promotion_codes", false))
		return;
	begin_choice(c);
	if (code)
		html(&c->v->html,
			"<div class=\"row apart\"><span><span class=\"badge good\">%s</span> applied</span><button "
			"class=\"quiet\" name=\"promotion_code\" value=\"\">Remove</button></div></form>",
			js_text(record_tree(code), "code"));
	else
		html(&c->v->html,
			"<div class=\"inline\"><label>Promotion code<input type=\"text\" name=\"promotion_code\" "
			"value=\"%s\" autocomplete=\"off\" required></label><button "
			"class=\"quiet\">Apply</button></div></form>",
			visit_given(c->v, "promotion_code"));
}

static void sum(struct checkout_view *c, const char *name, int64_t amount, bool last)
{
	const char *look = last ? " class=\"sum\"" : "";

	text_format(&c->v->html, "<dt%s>", look);
	html(&c->v->html, "%s</dt>", name);
	text_format(&c->v->html, "<dd%s>", look);
	html(&c->v->html, "%s</dd>", money(c, amount));
}

static void show_sum(struct checkout_view *c)
{
	json_t *details = json_object_get(tree_of(c), "total_details");

	text_put(&c->v->html, "<dl>");
	sum(c, "Subtotal", js_int(tree_of(c), "amount_subtotal", 0), false);
	if (js_int(details, "amount_discount", 0))
		sum(c, "Discount", -js_int(details, "amount_discount", 0), false);
	if (json_is_object(json_object_get(tree_of(c), "shipping_cost")))
		sum(c, "Shipping", js_int(details, "amount_shipping", 0), false);
	if (js_int(details, "amount_tax", 0))
		sum(c, "Tax", js_int(details, "amount_tax", 0), false);
	sum(c, "Total due today", js_int(tree_of(c), "amount_total", 0), true);
	text_put(&c->v->html, "</dl>");
}

void checkout_summary(struct checkout_view *c)
{
	const struct list *rows = checkout_items(c->call, c->session);

	text_put(&c->v->html, "<section>");
	if (text_is(js_text(tree_of(c), "mode"), "setup")) {
		text_put(&c->v->html,
			"<h1>Save a payment method</h1><p class=\"soft\">Nothing is charged now.</p></section>");
		return;
	}
	show_headline(c, rows);
	text_put(&c->v->html, "<table><tbody>");
	for (size_t i = 0; i < rows->count; i++)
		show_item(c, rows->at[i]);
	text_put(&c->v->html, "</tbody></table>");
	show_options(c, rows);
	show_shipping(c);
	show_code(c);
	show_sum(c);
	text_put(&c->v->html, "</section>");
}
