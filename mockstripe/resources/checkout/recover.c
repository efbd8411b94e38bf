/* SPDX-License-Identifier: MIT */
/*
 * Sessions that nobody asks for by the API: one that takes the place of an expired one, and one for each visit of a
 * payment link. Source: Stripe docs "Recover abandoned carts", "Payment Links".
 */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/checkout/inside.h"
#include "resources/within.h"

#define SESSIONS "/v1/checkout/sessions"

struct record *checkout_recover(struct call *call, struct record *session)
{
	json_t *recovery = js_at(record_tree(session), "after_expiration.recovery"), *given;
	struct record *made;

	if (!js_text(recovery, "url")) {
		fail_invalid(call, NULL, NULL,
			"This Checkout Session cannot be recovered: it must have expired, and have been created with "
			"after_expiration[recovery][enabled].");
		return NULL;
	}
	if (call->now > js_int(recovery, "expires_at", 0)) {
		fail_invalid(call, NULL, NULL, "The recovery URL of this Checkout Session has expired.");
		return NULL;
	}
	given = json_copy(json_object_get(record_private(session), "given"));
	json_object_del(given, "expires_at"); /* it is over */
	if (js_flag(recovery, "allow_promotion_codes", false) && !json_object_get(given, "discounts"))
		js_put_flag(given, "allow_promotion_codes", true);
	made = call_within(call, "POST", SESSIONS, NULL, given);
	if (made)
		js_put_text(journal_edit(&call->journal, made), "recovered_from", session->id);
	return made;
}

/* ---- payment links ---- */

/* What a link has and a session has not, or has otherwise. */
static const char *const of_link_only[] = { "after_completion", "application_fee_amount", "application_fee_percent",
	"currency", "expand", "inactive_message", "line_items", "on_behalf_of", "payment_method_types", "restrictions",
	"transfer_data" };

static json_t *link_items(struct call *call, struct record *link)
{
	const struct list *rows = checkout_items(call, link);
	json_t *items = json_array();

	for (size_t i = 0; i < rows->count; i++) {
		json_t *tree = record_tree(rows->at[i]), *entry = json_object();
		json_t *adjustable = json_object_get(tree, "adjustable_quantity");

		js_put(entry, "price", js_at(tree, "price.id"));
		js_put(entry, "quantity", json_object_get(tree, "quantity"));
		if (json_is_object(adjustable))
			js_put(entry, "adjustable_quantity", adjustable);
		json_array_append_new(items, entry);
	}
	return items;
}

static int check_link(struct call *call, struct record *link)
{
	const json_t *tree = record_tree(link);
	const char *message = js_text(tree, "inactive_message");
	int64_t most = js_int_at(tree, "restrictions.completed_sessions.limit", INT64_MAX);

	if (js_flag(tree, "active", false) && js_int_at(tree, "restrictions.completed_sessions.count", 0) < most)
		return 0;
	return fail_invalid(call, NULL, NULL, "%s", message ? message : "The link is no longer active.");
}

struct record *checkout_from_link(struct call *call, struct record *link)
{
	json_t *tree = record_tree(link), *given;
	const char *url = js_text_at(tree, "after_completion.redirect.url");
	struct record *session;

	if (check_link(call, link))
		return NULL;
	given = json_copy(json_object_get(record_private(link), "given"));
	for (size_t i = 0; i < COUNT_OF(of_link_only); i++)
		json_object_del(given, of_link_only[i]);
	js_put_new(given, "line_items", link_items(call, link));
	js_put_text(given, "mode", js_text(record_private(link), "mode"));
	js_put_text(given, "success_url",
		url ? url : "https://stripe.com"); /* as Stripe's own sessions of a link have it */
	session = call_within(call, "POST", SESSIONS, NULL, given);
	if (session)
		js_put_text(journal_edit(&call->journal, session), "payment_link", link->id);
	return session;
}

void link_session_completed(struct call *call, struct record *session)
{
	struct record *link = account_find(call->account, js_text(record_tree(session), "payment_link"));
	json_t *sessions;

	if (!link || !json_is_object(js_at(record_tree(link), "restrictions.completed_sessions")))
		return;
	sessions = js_own(js_own(journal_edit(&call->journal, link), "restrictions"), "completed_sessions");
	js_put_int(sessions, "count", js_int(sessions, "count", 0) + 1);
}
