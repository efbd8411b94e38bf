/* SPDX-License-Identifier: MIT */
/*
 * Mandates: the permission to debit an account, given once for each payment or, by a setup, for all that follow.
 * Source: Stripe docs "The Mandate object"; the mandate parts of the pages of each debit.
 */
#include "api/shape.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/payments/inside.h"

static const struct schema_resource *mandate_type(void)
{
	return schema_find_object("mandate");
}

/* How the customer agreed: as the request's mandate_data says, or on paper. */
static void put_acceptance(struct call *call, json_t *body)
{
	json_t *given = js_at(call->params, "mandate_data.customer_acceptance");
	json_t *acceptance = json_object();
	bool online = json_is_object(json_object_get(given, "online"));

	js_put(acceptance, "accepted_at", json_object_get(given, "accepted_at"));
	if (online) {
		json_t *shown = json_object();

		js_put(shown, "ip_address", js_at(given, "online.ip_address"));
		js_put(shown, "user_agent", js_at(given, "online.user_agent"));
		js_put_new(acceptance, "online", shown);
	} else {
		js_put_new(acceptance, "offline", json_object());
	}
	js_put_text(acceptance, "type", online ? "online" : "offline");
	js_put_new(body, "customer_acceptance", acceptance);
}

/* The number that the bank shows the customer, and where the text of the mandate is read. */
static void put_rail(struct call *call, json_t *body, const char *kind)
{
	json_t *details = json_object(), *rail;

	rail = field_shape(call, mandate_type(), arena_format(&call->arena, "payment_method_details.%s", kind));
	if (json_object_get(rail, "reference"))
		js_put_text(rail, "reference", made_word(call, "mandate_reference", 16));
	if (json_object_get(rail, "url"))
		js_put_text(rail, "url",
			arena_format(&call->arena, "https://payments.stripe.com/mandate/%s/%s", kind,
				made_word(call, "mandate_url", 24)));
	js_put_new(details, kind, rail);
	js_put_text(details, "type", kind);
	js_put_new(body, "payment_method_details", details);
}

/* single NULL: for all that follows; else for that payment. */
static struct record *mandate_new(struct call *call, struct record *method, struct record *single)
{
	json_t *body = shape_new(call, mandate_type(), NULL);

	put_acceptance(call, body);
	put_rail(call, body, method_kind(method));
	js_put_text(body, "payment_method", method->id);
	js_put_text(body, "status", "active");
	js_put_text(body, "type", single ? "single_use" : "multi_use");
	if (single) {
		json_t *use = json_object();

		js_put(use, "amount", json_object_get(record_tree(single), "amount"));
		js_put(use, "currency", json_object_get(record_tree(single), "currency"));
		js_put_new(body, "single_use", use);
	} else {
		js_put_new(body, "multi_use", json_object());
	}
	return object_store(call, mandate_type(), body_in_order(mandate_type(), body));
}

static struct record *standing(struct call *call, struct record *method)
{
	struct record *mandate = account_find(call->account, js_text(record_private(method), "mandate"));
	const char *status = js_text(record_tree(mandate), "status");

	return text_is(status, "active") ? mandate : NULL;
}

const char *mandate_for_setup(struct call *call, struct record *method)
{
	struct record *mandate = standing(call, method);

	if (!rail_is_debit(method_kind(method)))
		return NULL;
	if (!mandate) {
		mandate = mandate_new(call, method, NULL);
		js_put_text(journal_edit_private(&call->journal, method), "mandate", mandate->id);
	}
	return mandate->id;
}

const char *mandate_for_payment(struct call *call, struct record *intent, struct record *method)
{
	const char *usage = js_text(record_tree(intent), "setup_future_usage");
	struct record *mandate = standing(call, method);

	if (mandate)
		return mandate->id;
	if (text_is(usage, "off_session"))
		return mandate_for_setup(call, method);
	return mandate_new(call, method, intent)->id;
}

void mandate_end(struct call *call, const char *id)
{
	struct record *mandate = account_get(call->account, id, mandate_type());

	if (!mandate)
		return;
	js_put_text(journal_edit(&call->journal, mandate), "status", "inactive");
	emit_changed(call, "mandate.updated", mandate);
}
