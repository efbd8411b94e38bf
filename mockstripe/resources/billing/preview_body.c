/* SPDX-License-Identifier: MIT */
/* A previewed invoice as it is shown. Source: API reference "Create a preview invoice"; Stripe docs "Types of events".
 */
#include "base/json.h"
#include "resources/billing/preview.h"
#include "resources/billing/sub.h"

/* A copy of a frozen invoice that may be changed where a preview differs from one; the rest is shared. */
static json_t *open_copy(struct record *invoice)
{
	json_t *body = json_copy(record_tree(invoice));
	json_t *rows = js_own_array(js_own(body, "lines"), "data"), *line;
	size_t i;

	json_object_del(body, PRIVATE_KEY);
	json_array_foreach(rows, i, line)
	{
		json_array_set_new(rows, i, json_copy(line));
	}
	return body;
}

static void show_as_draft(struct call *call, json_t *body)
{
	json_t *transitions = js_own(body, "status_transitions"), *at;
	const char *name;

	js_put_text(body, "status", "draft");
	js_put_text(body, "billing_reason", "upcoming");
	js_put_flag(body, "attempted", false);
	js_put_int(body, "attempt_count", 0);
	js_put_int(body, "amount_remaining", js_int(body, "amount_due", 0));
	js_put_null(body, "number");
	js_put_null(body, "hosted_invoice_url");
	js_put_null(body, "invoice_pdf");
	js_put_null(body, "effective_at");
	js_put_null(body, "automatically_finalizes_at");
	json_object_foreach(transitions, name, at)
	{
		json_object_set_new(transitions, name, json_null());
	}
	js_put_int(body, "next_payment_attempt", js_int(body, "created", call->now) + 3600);
}

/* proration_date: the moment that the preview's prorations are worked out for, which the update is to be sent with. */
json_t *preview_body(struct call *call, struct record *invoice, int64_t proration_date)
{
	json_t *body = open_copy(invoice), *line;
	const char *id = arena_format(&call->arena, "upcoming_%s", invoice->id);
	size_t i;

	show_as_draft(call, body);
	js_put_text(body, "id", id);
	if (js_flag(record_private(account_find(call->account, js_text(body, "customer"))), "imagined", false))
		js_put_null(body, "customer");
	js_put_text(json_object_get(body, "lines"), "url", arena_format(&call->arena, "/v1/invoices/%s/lines", id));
	json_array_foreach(js_at(body, "lines.data"), i, line)
	{
		js_put_text(line, "invoice", id);
	}
	if (proration_date && json_is_object(js_at(body, "parent.subscription_details")))
		js_put_int(js_own(js_own(body, "parent"), "subscription_details"), "subscription_proration_date",
			proration_date);
	return body;
}

/* As events show it: it has no id, and its lines have passing ones (events recorded in public repositories). */
static json_t *upcoming_body(struct call *call, struct record *invoice, struct record *sub)
{
	static const char line_prefix[] = "il_";
	json_t *body = open_copy(invoice), *line;
	size_t i;

	show_as_draft(call, body);
	json_object_del(body, "id");
	js_put_text(json_object_get(body, "lines"), "url",
		arena_format(&call->arena, "/v1/invoices/upcoming/lines?customer=%s&subscription=%s",
			js_text(body, "customer"), sub->id));
	json_array_foreach(js_at(body, "lines.data"), i, line)
	{
		js_put_text(line, "id",
			arena_format(&call->arena, "il_tmp_%s", js_text(line, "id") + sizeof line_prefix - 1));
		js_put_null(line, "invoice");
	}
	return body;
}

json_t *preview_upcoming(struct call *call, struct record *sub)
{
	struct call scratch;
	struct record *invoice;
	json_t *body = NULL;

	journal_freeze_all(&call->journal);
	call_init(&scratch, call->api, call->account, call->now);
	scratch.arena = call->arena;
	scratch.automatic = scratch.discard = true;
	scratch.livemode = call->livemode;
	invoice = preview_next(&scratch, sub);
	if (invoice) {
		journal_freeze_all(&scratch.journal);
		body = upcoming_body(&scratch, invoice, sub);
	}
	journal_roll_back(&scratch.journal);
	call->arena = scratch.arena;
	scratch.arena = (struct arena) { 0 };
	call_end(&scratch);
	return body;
}
