/* SPDX-License-Identifier: MIT */
/* The portal's first page: plans, the way to pay, the customer's own data, bills. */
#include <string.h>

#include "api/list.h"
#include "base/mem.h"
#include "pages/portal_view.h"
#include "resources/billing/sub.h"

#define SHOWN 20 /* subscriptions, and bills, on one page */

size_t portal_subscriptions(struct portal_view *p, struct record **out, size_t room)
{
	const struct list *rows = list_by(p->call, sub_type(), "customer", p->customer->id);
	size_t n = 0;

	for (size_t i = rows->count; i-- > 0 && n < room;)
		if (subscription_is_live(rows->at[i]))
			out[n++] = rows->at[i];
	return n;
}

static const char *product_name(struct portal_view *p, const json_t *item)
{
	const char *id = js_text_at(item, "price.product"), *name;

	name = js_text(record_tree(account_find(p->call->account, id)), "name");
	return name ? name : "Subscription";
}

const char *portal_plan_name(struct portal_view *p, struct record *sub)
{
	json_t *items = js_at(record_tree(sub), "items.data"), *first = json_array_get(items, 0);
	const char *name = product_name(p, first);
	int64_t quantity = js_int(first, "quantity", 1);
	size_t more = json_array_size(items) ? json_array_size(items) - 1 : 0;

	if (more)
		return arena_format(&p->v->arena, "%s and %zu more", name, more);
	return quantity == 1 ? name : arena_format(&p->v->arena, "%s × %lld", name, (long long)quantity);
}

void portal_frame(struct portal_view *p, const char *title, bool home)
{
	const char *back = js_text(record_tree(p->session), "return_url"), *business = visit_business(p->v, p->call);
	bool leaves = home || portal_flow(p->session);

	visit_begin(p->v,
		&(struct frame) {
			.title = title,
			.business = business,
			.back = leaves ? back : p->base,
			.back_words = leaves ? arena_format(&p->v->arena, "Return to %s", business) : "Back to billing",
		});
	html(&p->v->html, "<h1>%s</h1>", title);
	visit_show_problem(p->v);
}

/* ---- a subscription ---- */

static void show_badge(struct portal_view *p, struct record *sub)
{
	static const struct {
		const char *status, *look;
	} looks[] = {
		{ "active", "good" },
		{ "trialing", "good" },
		{ "past_due", "bad" },
		{ "unpaid", "bad" },
		{ "incomplete", "bad" },
		{ "paused", "note" },
	};
	const char *status = js_text(record_tree(sub), "status"), *look = "";

	for (size_t i = 0; i < COUNT_OF(looks); i++)
		if (!strcmp(looks[i].status, status))
			look = looks[i].look;
	html(&p->v->html, " <span class=\"badge %s\">%s</span>", look, html_words(&p->v->arena, status));
}

/* What comes next: the end, the change that is scheduled, the trial's end, the next bill. */
static void show_next(struct portal_view *p, struct record *sub)
{
	struct text *out = &p->v->html;
	struct arena *arena = &p->v->arena;
	json_t *tree = record_tree(sub);
	int64_t cut = js_int(tree, "cancel_at", 0);
	struct record *schedule = portal_schedule(p->call, sub);

	if (cut)
		html(out, "<p><span class=\"badge note\">Cancels</span> on %s. You can use it until then.</p>",
			html_date(arena, cut));
	else if (schedule)
		html(out, "<p><span class=\"badge note\">Changes</span> to another plan on %s.</p>",
			html_date(arena, sub_period_end(sub)));
	else if (sub_status_is(sub, "trialing"))
		html(out, "<p class=\"soft\">Your trial ends on %s.</p>",
			html_date(arena, js_int(tree, "trial_end", 0)));
	else if (sub_status_is(sub, "paused"))
		text_put(out, "<p class=\"soft\">Paused: nothing is billed until you resume.</p>");
	else if (sub_status_is(sub, "past_due") || sub_status_is(sub, "unpaid"))
		text_put(out,
			"<p class=\"soft\">The last payment did not go through. Update your payment method, or pay "
			"the open invoice below.</p>");
	else
		html(out, "<p class=\"soft\">Your next billing date is %s.</p>", html_date(arena, sub_period_end(sub)));
}

static void show_prices(struct portal_view *p, struct record *sub)
{
	json_t *items = js_at(record_tree(sub), "items.data"), *item;
	size_t i;

	json_array_foreach(items, i, item)
	{
		if (json_array_size(items) > 1)
			html(&p->v->html, "<p>%s: %s × %lld</p>", product_name(p, item),
				html_price(&p->v->arena, json_object_get(item, "price")),
				(long long)js_int(item, "quantity", 1));
		else
			html(&p->v->html, "<p>%s</p>", html_price(&p->v->arena, json_object_get(item, "price")));
	}
}

/* Links to what may be done; a form where it is one step. */
static void show_deeds(struct portal_view *p, struct record *sub)
{
	struct text *out = &p->v->html;
	bool ends = js_int(record_tree(sub), "cancel_at", 0) || portal_schedule(p->call, sub);
	bool paused = sub_status_is(sub, "paused");
	bool single = json_array_size(js_at(record_tree(sub), "items.data")) == 1;

	text_put(out, "<div class=\"row\">");
	if (ends)
		html(out, "<form method=\"post\" action=\"%s/subscriptions/%s/renew\"><button>%s</button></form>",
			p->base, sub->id, portal_schedule(p->call, sub) ? "Keep current plan" : "Don't cancel");
	if (!ends && !paused && single && portal_allows(p->features, "subscription_update"))
		html(out, "<a class=\"button\" href=\"%s/subscriptions/%s/update\">Update plan</a>", p->base, sub->id);
	if (paused && portal_allows(p->features, "subscription_pause"))
		html(out, "<form method=\"post\" action=\"%s/subscriptions/%s/resume\"><button>Resume</button></form>",
			p->base, sub->id);
	if (!paused && !ends && portal_allows(p->features, "subscription_pause"))
		html(out, "<a class=\"button quiet\" href=\"%s/subscriptions/%s/pause\">Pause</a>", p->base, sub->id);
	if (!ends && portal_allows(p->features, "subscription_cancel"))
		html(out, "<a class=\"button quiet\" href=\"%s/subscriptions/%s/cancel\">Cancel plan</a>", p->base,
			sub->id);
	text_put(out, "</div>");
}

static void show_subscriptions(struct portal_view *p)
{
	struct record *subs[SHOWN];
	size_t n = portal_subscriptions(p, subs, SHOWN);
	struct text *out = &p->v->html;

	if (!n)
		text_put(out, "<section class=\"card\"><h2>Current subscription</h2><p class=\"soft\">You have no "
			      "subscription.</p></section>");
	for (size_t i = 0; i < n; i++) {
		html(out, "<section class=\"card\"><h2>%s", portal_plan_name(p, subs[i]));
		show_badge(p, subs[i]);
		text_put(out, "</h2>");
		show_prices(p, subs[i]);
		show_next(p, subs[i]);
		show_deeds(p, subs[i]);
		text_put(out, "</section>");
	}
}

/* ---- paying, own data ---- */

static void show_method(struct portal_view *p)
{
	json_t *tree = record_tree(p->customer);
	const char *id = js_text_at(tree, "invoice_settings.default_payment_method");
	struct record *method = account_find(p->call->account, id ? id : js_text(tree, "default_source"));

	html(&p->v->html, "<section class=\"card\"><h2>Payment method</h2><p>%s</p>",
		method ? html_method(&p->v->arena, record_tree(method)) : "None is saved.");
	if (portal_allows(p->features, "payment_method_update"))
		html(&p->v->html, "<a class=\"button quiet\" href=\"%s/payment-methods\">%s</a>", p->base,
			method ? "Change payment method" : "Add payment method");
	text_put(&p->v->html, "</section>");
}

static void fact(struct portal_view *p, const char *name, const char *value)
{
	if (value && *value)
		html(&p->v->html, "<dt>%s</dt><dd>%s</dd>", name, value);
}

static const char *address_line(struct portal_view *p, const json_t *address)
{
	static const char *const parts[] = { "line1", "line2", "postal_code", "city", "state", "country" };
	const char *out = "";

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (js_text(address, parts[i]))
			out = arena_format(&p->v->arena, "%s%s%s", out, *out ? ", " : "", js_text(address, parts[i]));
	return out;
}

static void show_customer(struct portal_view *p)
{
	json_t *tree = record_tree(p->customer);
	const struct list *ids = list_by(p->call, schema_find_object("tax_id"), "customer", p->customer->id);

	text_put(&p->v->html, "<section class=\"card\"><h2>Billing information</h2><dl class=\"facts\">");
	fact(p, "Name", js_text(tree, "name"));
	fact(p, "Email", js_text(tree, "email"));
	fact(p, "Phone", js_text(tree, "phone"));
	fact(p, "Address", address_line(p, json_object_get(tree, "address")));
	for (size_t i = 0; i < ids->count; i++)
		fact(p, "Tax ID", js_text(record_tree(ids->at[i]), "value"));
	text_put(&p->v->html, "</dl>");
	if (portal_allows(p->features, "customer_update"))
		html(&p->v->html, "<p></p><a class=\"button quiet\" href=\"%s/customer/update\">Update information</a>",
			p->base);
	text_put(&p->v->html, "</section>");
}

/* ---- bills ---- */

static void show_invoice(struct portal_view *p, const json_t *invoice)
{
	struct arena *arena = &p->v->arena;
	const char *status = js_text(invoice, "status"), *url = js_text(invoice, "hosted_invoice_url");
	bool open = !strcmp(status, "open");

	html(&p->v->html, "<tr><td>");
	if (url)
		html(&p->v->html, "<a href=\"%s\">%s</a>", url, html_date(arena, js_int(invoice, "created", 0)));
	else
		html(&p->v->html, "%s", html_date(arena, js_int(invoice, "created", 0)));
	html(&p->v->html, "</td><td><span class=\"badge %s\">%s</span></td><td>%s</td></tr>",
		!strcmp(status, "paid") ? "good"
		: open			? "note"
					: "",
		html_words(arena, status),
		html_money(arena, js_int(invoice, "total", 0), js_text(invoice, "currency")));
}

static void show_invoices(struct portal_view *p)
{
	const struct list *rows = list_by(p->call, schema_find_object("invoice"), "customer", p->customer->id);
	size_t shown = 0;

	if (!portal_allows(p->features, "invoice_history"))
		return;
	text_put(&p->v->html, "<section class=\"card\"><h2>Invoice history</h2>");
	for (size_t i = rows->count; i-- > 0 && shown < SHOWN;) {
		if (text_is(js_text(record_tree(rows->at[i]), "status"), "draft"))
			continue;
		if (!shown++)
			text_put(&p->v->html,
				"<table><thead><tr><th scope=\"col\">Date</th><th scope=\"col\">Status</th><th "
				"scope=\"col\">Amount</th></tr></thead><tbody>");
		show_invoice(p, record_tree(rows->at[i]));
	}
	text_put(
		&p->v->html, shown ? "</tbody></table></section>" : "<p class=\"soft\">No invoices yet.</p></section>");
}

static void show_done(struct portal_view *p)
{
	static const struct {
		const char *word, *says;
	} all[] = {
		{ "canceled", "Your plan has been canceled." },
		{ "renewed", "Your plan goes on as it was." },
		{ "updated", "Your plan has been updated." },
		{ "stayed", "The offer has been applied to your subscription." },
		{ "paused", "Your subscription is paused." },
		{ "resumed", "Your subscription goes on." },
		{ "customer", "Your billing information has been updated." },
		{ "method", "Your payment method has been updated." },
	};
	const char *done = visit_given(p->v, "done");

	for (size_t i = 0; done && i < COUNT_OF(all); i++)
		if (!strcmp(all[i].word, done))
			html(&p->v->html, "<p class=\"done\" role=\"status\">%s</p>", all[i].says);
}

static void show_links(struct portal_view *p)
{
	struct record *r = account_find(p->call->account, js_text(record_tree(p->session), "configuration"));
	json_t *profile = json_object_get(record_tree(r), "business_profile");
	const char *privacy = js_text(profile, "privacy_policy_url"), *terms = js_text(profile, "terms_of_service_url");

	if (!privacy && !terms)
		return;
	text_put(&p->v->html, "<p class=\"row soft\">");
	if (terms)
		html(&p->v->html, "<a href=\"%s\">Terms</a>", terms);
	if (privacy)
		html(&p->v->html, "<a href=\"%s\">Privacy</a>", privacy);
	text_put(&p->v->html, "</p>");
}

void portal_home(struct portal_view *p)
{
	struct record *r = account_find(p->call->account, js_text(record_tree(p->session), "configuration"));
	const char *headline = js_text_at(record_tree(r), "business_profile.headline");

	portal_frame(p, headline ? headline : "Manage your billing", true);
	show_done(p);
	show_subscriptions(p);
	show_method(p);
	show_customer(p);
	show_invoices(p);
	show_links(p);
}
