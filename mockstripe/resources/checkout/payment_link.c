/* SPDX-License-Identifier: MIT */
/*
 * Payment links: a page that anybody may open, as often as they like; each visit is a Checkout session of its own
 * (recover.c). Source: Stripe docs "Payment Links", "The Payment Link object".
 *
 * Private state: given (the parameters, which each session is made from), mode (payment or subscription).
 */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/check.h"
#include "resources/checkout/inside.h"
#include "resources/generic.h"
#include "resources/page_url.h"

#define LINK_ITEMS 20 /* Stripe docs "Create a payment link" */

static const struct schema_resource *link_type(void)
{
	return schema_find_object("payment_link");
}

static const char *const by_hand[] = { "line_items", "custom_fields", "optional_items", "consent_collection",
	"custom_text", "restrictions", "shipping_options", NULL };

/* The mode follows from the prices: one that recurs makes all of it a subscription. */
static int read_items(struct call *call, struct basket *b)
{
	struct basket_order order = {
		.mode = "any", .currency = param_text(call, "currency"), .items = param(call, "line_items")
	};

	if (json_array_size(order.items) > LINK_ITEMS)
		return fail_invalid(call, NULL, "line_items", "You can pass at most %d line items.", LINK_ITEMS);
	return basket_read(call, b, &order);
}

static void put_restrictions(struct call *call, json_t *body)
{
	json_t *limit = js_at(call->params, "restrictions.completed_sessions.limit"), *sessions, *out;

	if (!limit)
		return;
	sessions = json_object();
	out = json_object();
	js_put_int(sessions, "count", js_int_at(body, "restrictions.completed_sessions.count", 0));
	js_put(sessions, "limit", limit);
	js_put_new(out, "completed_sessions", sessions);
	js_put_new(body, "restrictions", out);
}

static int check_after(struct call *call)
{
	json_t *after = param(call, "after_completion");
	const char *type = js_text(after, "type");

	if (text_is(type, "redirect") && !js_text_at(after, "redirect.url"))
		return fail_missing_param(call, "after_completion[redirect][url]");
	return check_url(call, js_text_at(after, "redirect.url"), "after_completion[redirect][url]");
}

static int link_create(struct call *call)
{
	struct basket *b = arena_alloc(&call->arena, sizeof *b);
	struct record *link;
	json_t *body, *private;

	if (!json_array_size(param(call, "line_items")))
		return fail_missing_param(call, "line_items");
	if (check_after(call) || read_items(call, b) || collect_check(call, b->recurs ? "subscription" : "payment"))
		return -1;
	body = generic_body(call, by_hand);
	if (!body)
		return -1;
	collect_show(call, body);
	put_restrictions(call, body);
	js_put_text(body, "currency", b->currency);
	js_put_text(body, "url",
		page_url(call, "buy.stripe.com",
			arena_format(&call->arena, "/b/%s", page_word(call, link_type(), js_text(body, "id")))));
	if (!param_given(call, "customer_creation"))
		js_put_text(body, "customer_creation", b->recurs ? "always" : "if_required");
	if (!param_given(call, "payment_method_collection"))
		js_put_text(body, "payment_method_collection", b->recurs ? "always" : "if_required");
	private = js_own(body, PRIVATE_KEY);
	js_put(private, "given", call->params);
	js_put_text(private, "mode", b->recurs ? "subscription" : "payment");
	link = object_store(call, link_type(), body);
	basket_store(call, b, link->id);
	emit_verb(call, link, "created");
	return answer_record(call, link);
}

/* Quantities of items that are there, by their ids. */
static int update_items(struct call *call, struct record *link)
{
	json_t *entry;
	size_t i;

	json_array_foreach(param(call, "line_items"), i, entry)
	{
		const char *id = js_text(entry, "id"), *where = name_at(call, "line_items", i);
		struct record *row = account_get(call->account, id, line_item_type());
		const char *parent = js_text(record_private(row), "parent");

		if (!row || !parent || strcmp(parent, link->id))
			return fail_no_such_param(call, line_item_type(), id, name_in(call, where, "id"));
		if (json_object_get(entry, "quantity"))
			js_put(journal_edit(&call->journal, row), "quantity", json_object_get(entry, "quantity"));
		if (json_object_get(entry, "adjustable_quantity"))
			js_put_new(journal_edit(&call->journal, row), "adjustable_quantity", adjustable_body(entry));
	}
	return 0;
}

static int link_update(struct call *call)
{
	struct record *link = path_record(call, 0, link_type());
	const char *mode;
	json_t *draft, *given;

	if (!link)
		return -1;
	mode = js_text(record_private(link), "mode");
	if (check_after(call) || collect_check(call, mode ? mode : "payment") || update_items(call, link))
		return -1;
	draft = journal_edit(&call->journal, link);
	if (params_apply(call, draft, link_type(), by_hand))
		return -1;
	collect_update(call, draft);
	put_restrictions(call, draft);
	given = js_own(js_own(draft, PRIVATE_KEY), "given");
	json_object_update(given, call->params);
	emit_changed(call, "payment_link.updated", link);
	return answer_record(call, link);
}

static int list_items(struct call *call)
{
	struct record *link = path_record(call, 0, link_type());
	struct list_want want;

	if (!link)
		return -1;
	want = (struct list_want) { LIST_PARENT, link->id };
	return list_answer_oldest_first(call, line_item_type(), &want, 1, call->path);
}

static json_t *include_items(struct call *call, struct record *link)
{
	return items_object(call, link, arena_format(&call->arena, "/v1/payment_links/%s/line_items", link->id));
}

static void fill(struct call *call, json_t *body)
{
	json_t *after = js_own(body, "after_completion"), *shown = json_object();

	(void)call;
	js_put_null(shown, "custom_message");
	js_put_new(after, "hosted_confirmation", shown);
	js_put_text(after, "type", "hosted_confirmation");
	js_put_flag(body, "active", true);
	js_put_text(body, "submit_type", "auto");
}

const struct resource payment_link_resource = {
	.name = "PaymentLink",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/payment_links", link_create },
			{ "POST", "/v1/payment_links/{id}", link_update },
			{ "GET", "/v1/payment_links/{id}/line_items", list_items },
			{ 0 },
		},
	.includes =
		(const struct resource_include[]) {
			{ "line_items", include_items },
			{ 0 },
		},
	.fill = fill,
};
