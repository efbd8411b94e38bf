/* SPDX-License-Identifier: MIT */
/*
 * invoice.upcoming: some days before a period ends, what the renewal would bill as things stand. How many days is a
 * setting of the account. A period that is no longer than that gets its event at once when it begins, as
 * customer.subscription.trial_will_end comes at once for a short trial; public material does not say. Told once for
 * each end of a period, so an update that moves the end is told of again. None comes while collection is paused.
 * Source: Stripe docs "Types of events", "Using webhooks with subscriptions", "Pause payment collection".
 */
#include <string.h>

#include "base/json.h"
#include "events/emit.h"
#include "resources/account_settings.h"
#include "resources/billing/preview.h"
#include "resources/billing/sub.h"

#define TOLD "upcoming_told" /* private: the period end that the last event was about */

int64_t sub_upcoming_due(struct call *call, struct record *sub)
{
	int64_t end = sub_period_end(sub), days;

	if (!end || js_int(record_private(sub), TOLD, 0) == end ||
		json_is_object(json_object_get(record_tree(sub), "pause_collection")))
		return 0;
	days = account_setting_number(call, "invoice_upcoming_days");
	return days ? end - days * CALENDAR_DAY : 0;
}

static void mark(struct call *call, struct record *sub)
{
	js_put_int(journal_edit_private(&call->journal, sub), TOLD, sub_period_end(sub));
}

void sub_tell_upcoming(struct call *call, struct record *sub)
{
	json_t *tree = preview_upcoming(call, sub);

	mark(call, sub);
	if (tree) {
		struct body *body = body_new(tree);

		emit_body(call, "invoice.upcoming", body, NULL);
		body_drop(body);
	}
}

void sub_adopt(struct call *call, struct record *sub)
{
	int64_t due = sub_upcoming_due(call, sub);

	if (due && due <= call->now)
		mark(call, sub);
	sub_plan(call, sub);
}
