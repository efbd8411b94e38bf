/* SPDX-License-Identifier: MIT */
/* Canceling at once. Source: Stripe docs "Cancel subscriptions"; API reference "Cancel a subscription". */
#include <string.h>

#include "base/json.h"
#include "resources/billing/sub.h"

/* The first invoice of one that never became active is not to be paid any more. */
static int void_first(struct call *call, const char *id)
{
	struct record *invoice = account_find(call->account, id);

	if (!invoice || strcmp(js_text(record_tree(invoice), "status"), "open"))
		return 0;
	return invoice_void(call, invoice);
}

int sub_cancel(struct call *call, struct record *sub, bool prorate, bool invoice_now, struct record **invoice)
{
	struct sub_change *c = arena_alloc(&call->arena, sizeof *c);
	const char *unpaid;

	*invoice = NULL;
	if (sub_change_begin(call, c, sub))
		return -1;
	for (size_t i = 0; i < c->n; i++) {
		c->items[i].has_new = false;
		c->items[i].changed = true;
	}
	if (prorate && sub_prorate(c))
		return -1;
	if (!prorate && !invoice_now)
		invoice_items_drop_prorations(call, sub);
	if (invoice_now && sub_usage_lines(c, call->now))
		return -1;
	if (invoice_now && sub_invoice_now(c, "subscription_cycle",
				   (struct span) { c->n ? c->items[0].old.period.from : call->now, call->now },
				   ALLOW_INCOMPLETE, invoice))
		return -1;
	unpaid = sub_status_is(sub, "incomplete") ? js_text(record_tree(sub), "latest_invoice") : NULL;
	subscription_end(call, sub, SUBSCRIPTION_REQUESTED);
	return unpaid ? void_first(call, unpaid) : 0;
}
