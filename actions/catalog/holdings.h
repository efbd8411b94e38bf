/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_HOLDINGS_H
#define ACTIONS_HOLDINGS_H

#include "actions/catalog/action.h"

/*
 * The customer's subscriptions. Each has a handle, sub_1 for the oldest, that the model uses in place of Stripe's id:
 * it can only ever point into this customer's own list. Stripe's id is taken as well when it is in the list.
 */
struct holding {
	const char *handle;
	json_t *subscription; /* as Stripe has it; borrowed */
};

struct holdings {
	struct holding *list; /* oldest first */
	size_t count;
};

/* Reads them all, ended ones included. Everything Stripe sends is checked to be this customer's. */
bool holdings_load(struct action_run *run, struct holdings *out);

/* Whether the subscription is over for good: canceled or incomplete_expired (Stripe docs, "How subscriptions work"). */
bool holding_is_over(const json_t *subscription);
/* Whether a member is there and not null. */
bool holding_has(const json_t *object, const char *key);
/* Whether the text at a path is that one: "recurring.interval". */
bool holding_says(const json_t *object, const char *path, const char *wanted);
/* Whether an invoice's line makes up for a part of a period (API reference, "Invoice line items"). */
bool line_is_proration(const json_t *line);
bool holding_is_status(const json_t *subscription, const char *status);

/*
 * The one that the input `subscription` names (by its handle, its number, its id, or a plan that only one of those that
 * are not over has), or the only one for which `fits` holds (NULL: any that is not over). Raises resource_not_found,
 * no_subscriptions or subscription_choice (with the choices) and gives NULL otherwise.
 */
const struct holding *holding_pick(struct action_run *run, const struct holdings *all, bool (*fits)(const json_t *));

/* The item of a subscription with exactly one licensed item; NULL for other shapes. */
json_t *holding_item(const json_t *subscription);
/* The earliest end of a running period over the items, Unix seconds; 0 when unknown. Periods live on the items. */
int64_t holding_period_end(const json_t *subscription);
/* When it ends by cancellation: cancel_at, or the period's end under cancel_at_period_end; 0 when it does not. */
int64_t holding_ends_at(const json_t *subscription);

/* The plan's name: the catalogue's label, else the product's name, read once a run. NULL with run->why raised. */
const char *holding_name(struct action_run *run, const json_t *subscription);
const char *price_name(struct action_run *run, const json_t *price);
/*
 * "Pro (49.00 USD per month): active. It renews on 10 December 2026 (UTC)."; name as holding_name gives it (outlook.c).
 */
const char *holding_text(struct action_run *run, const json_t *subscription, const char *name);
/*
 * Where the newest open invoice of a subscription that waits for money can be paid. NULL when there is none, it waits
 * for none, or run->why is raised.
 */
const char *holding_pay_link(struct action_run *run, const json_t *subscription);
/* "3 x 20.00 USD = 60.00 USD per month", "49.00 USD per month", "billed by use". */
const char *price_text(struct action_run *run, const json_t *price, int64_t quantity);
/* The price as data: amount, currency, interval, interval_count, text. A new reference. */
json_t *price_data(struct action_run *run, const json_t *price, int64_t quantity);

#endif
