/* SPDX-License-Identifier: MIT */
/*
 * A draft that waits for its webhook: an hour after every endpoint that listens for invoice.created has taken it, and
 * 72 hours after its creation at the latest, it is finalized. Source: Stripe docs "Status transitions and
 * finalization", API reference "Invoice", webhooks_delivered_at.
 *
 * Events are posted by another thread while a clock may jump over a year in one call, which never waits for the net.
 * What has not been answered by the time the draft is looked at counts as not delivered; so to see the hour exactly,
 * advance to the invoice's creation, flush (POST /_mockstripe/flush), and go on. Because of that no draft waits unless
 * the account's setting invoice_waits_for_webhook says so. Deliveries happen on the account's own time, those of a test
 * clock's events too: there only whether it was delivered counts, and the hour runs from the invoice's creation.
 */
#include "api/list.h"
#include "base/json.h"
#include "events/tries.h"
#include "resources/account_settings.h"
#include "resources/billing/inside.h"
#include "value/calendar.h"

#define QUIET INT64_C(3600)	      /* between the delivery and the finalization; and from one look to the next */
#define PATIENCE (72 * INT64_C(3600)) /* from the creation */

/* The invoice.created of this invoice, or NULL. */
static struct record *announcement_of(struct call *call, struct record *invoice)
{
	const struct list *all = list_by(call, schema_find_object("event"), "type", "invoice.created");

	for (size_t i = shelf_position(all, invoice->created, 0); i < all->count; i++) {
		struct record *event = all->at[i];
		const char *id =
			event->created == invoice->created ? js_text_at(record_tree(event), "data.object.id") : "";

		if (text_is(id, invoice->id))
			return event;
		if (event->created != invoice->created)
			return NULL;
	}
	return NULL;
}

static bool is_listening(struct call *call, const char *endpoint)
{
	struct record *r = account_get(call->account, endpoint, schema_find_object("webhook_endpoint"));
	const char *status = js_text(record_tree(r), "status");

	return text_is(status, "enabled");
}

/* When the last endpoint took it; 0 while one has not; the creation when none listens. */
static int64_t delivered_at(struct call *call, struct record *invoice)
{
	struct record *event = announcement_of(call, invoice);
	bool other_time = js_text(record_tree(invoice), "test_clock") != NULL;
	int64_t latest = invoice->created;
	size_t i;
	json_t *row;

	if (!event)
		return latest;
	json_array_foreach(tries_of(event), i, row)
	{
		if (try_is(row, "stopped") || !is_listening(call, js_text(row, "endpoint")))
			continue;
		if (!try_is(row, "delivered"))
			return 0;
		if (!other_time && js_int(row, "at", 0) > latest)
			latest = js_int(row, "at", 0);
	}
	return latest;
}

static void look_again(struct call *call, struct record *invoice, int64_t when)
{
	json_t *draft = journal_edit(&call->journal, invoice);

	js_put_int(draft, "automatically_finalizes_at", when + 1);
	if (json_is_integer(json_object_get(draft, "next_payment_attempt")))
		js_put_int(draft, "next_payment_attempt", when);
	js_put_int(js_own(draft, PRIVATE_KEY), "due", when);
}

bool invoice_waits(struct call *call, struct record *invoice)
{
	int64_t last = invoice->created + PATIENCE, at, when;

	if (!account_setting_is(call, "invoice_waits_for_webhook", "yes") || call->now >= last)
		return false;
	at = delivered_at(call, invoice);
	when = at ? at + QUIET : call->now + QUIET;
	if (at && when <= call->now) {
		js_put_int(journal_edit(&call->journal, invoice), "webhooks_delivered_at", at);
		return false;
	}
	look_again(call, invoice, when < last ? when : last);
	return true;
}
