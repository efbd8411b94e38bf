/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_BILLING_METER_H
#define RESOURCES_BILLING_METER_H

#include "resources/billing/sub.h"

/*
 * Meters, the events they count, and what metered prices cost by them. An event is a record without an id of its own;
 * it is found by its meter and customer, in the order in which it came. Usage counts at once: nothing is asynchronous
 * here. Source: Stripe docs "Usage-based billing", "Record usage for billing with the API", "The Meter object".
 */
#define METER_NAME "@event_name"       /* meters by their event_name */
#define METER_EVENTS "@usage"	       /* events by PRIVATE_KEY.of: "mtr_… cus_…" */
#define METER_BACK (35 * CALENDAR_DAY) /* how far an event may lie in the past, in seconds */
#define METER_AHEAD INT64_C(300)       /* and in the future */

const struct schema_resource *meter_type(void);
const struct schema_resource *meter_event_type(void);
/* One report of usage, as a caller of either API sends it. */
struct meter_report {
	const char *event_name, *identifier; /* identifier: NULL: one is made */
	json_t *payload;		     /* an object of texts; borrowed */
	const int64_t *timestamp;	     /* Unix seconds; NULL: now, on the customer's clock */
};
/* Counts it: the new event. NULL with the failure: no active meter, a payload without its keys, a time out of bounds,
   an identifier that was used in the last 24 hours. */
struct record *meter_report(struct call *call, const struct meter_report *r);
/* Takes an event back within 24 hours; -1 with the failure. */
int meter_cancel(struct call *call, const char *event_name, const char *identifier);
/* What an adjustment of either API says of it. */
void meter_put_cancel(json_t *adjustment, const char *event_name, const char *identifier);
/* What events of a meter are indexed under, arena text. */
const char *meter_usage_key(struct call *call, const char *meter, const char *customer);

/* The customer's usage in [from, to) by the meter's formula; 0 when nothing happened. False when the sum overflows. */
bool meter_usage(struct call *call, struct record *meter, const char *customer, struct span when, struct decimal *out);
/* Whether the customer has any event there. */
bool meter_used(struct call *call, struct record *meter, const char *customer, struct span when);

/*
 * Usage records, of versions before 2025-03-31.basil: usage reported for an item whose price has no meter. They are
 * kept as events under the item's id. How a price adds them up stands in its private aggregate_usage.
 */
const char *usage_aggregation(struct record *price); /* "sum" unless the price says otherwise */
bool usage_is_aggregation(const char *name);
/* What was recorded for an item whose price has no meter; false when the sum overflows. */
bool usage_recorded(
	struct call *call, struct record *item, struct record *price, struct span when, struct decimal *out);
/* The item in the path, whose price is metered without a meter. NULL with the failure. */
struct record *usage_item(struct call *call);
/* amount_too_large: the item's usage cannot be summed up. -1. */
int fail_usage(struct call *call, struct record *item);
/* POST /v1/subscription_items/{id}/usage_records as it was: quantity in payload, see versions/basil_usage.c. */
int usage_record_create(struct call *call);
/* GET /v1/subscription_items/{id}/usage_record_summaries as it was: the running period, then those that were billed. */
int usage_summaries(struct call *call);

#endif
