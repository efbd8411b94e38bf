/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_BILLING_SUB_H
#define RESOURCES_BILLING_SUB_H

#include "resources/billing/inside.h"
#include "resources/billing/subscription.h"

/*
 * What the files about subscriptions share. A change of a subscription is worked out on a `struct sub_change`: its
 * items before and after, the times that move, and the lines that follow. The same change serves an update, an item
 * route, a renewal's shortened period and a preview.
 */
#define SUB_LIVE "@live" /* the key of a customer's live subscriptions: PRIVATE_KEY.live, kept by sub_plan */
#define SUB_ITEMS 20	 /* Stripe docs "Subscriptions": items of one subscription */

struct item_change {
	bool has_old, has_new;
	bool idle;		    /* its period goes on: no line on the invoice of the moment */
	bool changed;		    /* the price or the quantity is another one, or it comes or goes */
	struct item_facts old, new; /* `new` also for what stays as it is */
	json_t *given;		    /* its entry in the request; NULL: not mentioned */
	const char *where;	    /* "items[0]" */
	const char *id;		    /* a new item: the id it is to have; NULL: a fresh one */
};

enum sub_behavior { CREATE_PRORATIONS, ALWAYS_INVOICE, NO_PRORATIONS };
enum pay_behavior { ALLOW_INCOMPLETE, DEFAULT_INCOMPLETE, ERROR_IF_INCOMPLETE, PENDING_IF_INCOMPLETE };

struct sub_change {
	struct call *call;
	struct record *sub, *customer; /* sub is NULL until a new one is stored */
	const char *currency;	       /* NULL: settled by the first price */
	bool flexible;
	bool itemized; /* proration lines show their discounts beside them (sub_prorate.c) */
	int64_t anchor, old_anchor;
	int64_t cancel_at; /* where its last period is cut short; 0: not at all */
	struct item_change items[2 * SUB_ITEMS];
	size_t n;
	enum sub_behavior behavior;
	int64_t at;		 /* the proration date; call->now unless given */
	bool restarts;		 /* the period begins anew, now */
	bool worthless;		 /* the running time is a trial: nothing to credit */
	struct bill_lines lines; /* full or trial lines for an invoice of the moment */
	unsigned prorations;	 /* pending items made */
	bool by_schedule;	 /* its first invoice stays a draft for an hour, as a schedule's do */
	bool quiet;		 /* they are announced after the invoice and the subscription (sub_announce_items) */
	struct record *unannounced[BILL_LINES];
	size_t n_unannounced;
	struct usage_billed {
		struct record *item, *price;
		struct span period;
		struct decimal quantity;
	} usage[SUB_ITEMS]; /* what the lines of metered items count, those of nothing included */
	size_t n_usage;
	bool tentative; /* deleted items stay until the invoice is paid (sub_pending.c) */
};

/* ---- reading (sub_read.c) ---- */
const struct schema_resource *sub_type(void);
const struct schema_resource *sub_item_type(void);
const char *sub_status(struct record *sub);
bool sub_status_is(struct record *sub, const char *status);
/* A change with the subscription's items as they stand, on both sides; *c is zeroed memory. 0 or -1. */
int sub_change_begin(struct call *call, struct sub_change *c, struct record *sub);
struct cycle sub_cycle(const struct sub_change *c, const struct item_facts *item);
/* The item's period from `from` on: to the next boundary of its cycle, or to cancel_at before it. 0 or -1. */
int sub_set_period(const struct sub_change *c, struct item_facts *item, int64_t from);
/*
 * The whole period that the item's period is a part of, by the cycle of that anchor: a stub before an anchor and a last
 * period that is cut short cost their share of it. The period itself where it is no such part (an imported one).
 */
struct span sub_natural(const struct item_facts *item, int64_t anchor);
/* The earliest end of an item's running period, and the latest. */
int64_t sub_period_end(struct record *sub);
int64_t sub_latest_period_end(struct record *sub);
/* Whether the latest invoice's payment is in the bank's hands; until it answers an incomplete subscription does not
   expire, whatever the 23 hours say. Source: Stripe docs "Subscription lifecycle", payment status `processing`; "ACH
   Direct Debit for subscriptions": ten days to verify an account. */
bool sub_awaits_bank(struct call *call, struct record *sub);
/* Works out what falls due next and writes it down; after every change of dates or status. */
void sub_plan(struct call *call, struct record *sub);
void sub_set_status(struct call *call, struct record *sub, const char *status);
/* After a change: plans what falls due and emits customer.subscription.updated. */
void sub_changed(struct call *call, struct record *sub);
/* When customer.subscription.trial_will_end is due; 0: it was told, or there is no trial. */
int64_t sub_trial_notice_due(struct record *sub);
/* next_pending_invoice_item_invoice: one pending_invoice_item_interval after `from`; null without such an interval. */
void sub_set_pending_interval(json_t *draft, int64_t from);
/* Refuses a pending_invoice_item_interval of more than a year (Stripe API reference, "Create a subscription"). 0 or -1.
 */
int sub_check_pending_interval(struct call *call, const json_t *given);
/* Refuses a trial_end that is over, or more than two years ahead. name: how messages call it. 0 or -1. */
int sub_check_trial_end(struct call *call, int64_t end, const char *name);
/* Refuses billing_schedules: prebilling is not simulated. name: how messages call the parameter. 0 or -1. */
int sub_check_billing_schedules(struct call *call, const json_t *given, const char *name);
/* Puts the items' trees into the subscription's body. */
void sub_show_items(struct call *call, struct record *sub, struct record *const *items, size_t n);
size_t sub_item_records(struct call *call, struct record *sub, struct record *out[SUB_ITEMS]);

/* ---- items of a request (sub_items.c) ---- */
/* Reads an `items` array into the change; `name` is how messages call it. 0 or -1. */
int sub_items_wanted(struct sub_change *c, json_t *items, const char *name);
/* trial_from_plan: the longest trial that a price of the new side brings, in days; 0: none does. */
int64_t sub_trial_days(const struct sub_change *c);
/* Writes the new side: item records made, changed, deleted; periods as in the facts. 0 or -1. */
int sub_items_store(struct sub_change *c);

/* ---- prorations (sub_prorate.c, sub_originals.c) ---- */
/* Makes the pending items of the change (none with NO_PRORATIONS), and the full lines when the period restarts. */
int sub_prorate(struct sub_change *c);
/* Remembers which lines charged for each item's running period: what a later credit undoes. */
void sub_remember_lines(struct sub_change *c);

/* amount_too_large: a change whose amounts cannot be billed. -1. */
int sub_fail_amount(struct call *call);
/* The full lines as pending items instead, for an invoice to come. */
void sub_lines_pending(struct sub_change *c);
/* invoiceitem.created for what was made quietly: Stripe announces it after what it led to. */
void sub_announce_items(struct sub_change *c);

/* ---- lines of a period that begins (sub_lines.c) ---- */
/* One line for a part of a whole period, billed pro rata: a stub before an anchor, a period cut short. The line's own
   period begins at `from`. 0 or -1. */
int sub_stub_line(struct sub_change *c, size_t which, struct span part, struct span whole, int64_t from);
/* Lines for an item's time from a backdated start to `end`: in flexible mode one for each natural period, in classic
   mode one for all (sub_backdate.c). 0 or -1. */
int sub_backdated_lines(struct sub_change *c, int64_t start, size_t which, int64_t end);
/* Lines for the new period of every item that is not idle; pro rata where it is a part of a whole one. 0 or -1. */
int sub_full_lines(struct sub_change *c);
/* Lines for the usage of a metered item's old side in its running period, up to `until` (usage.c). 0 or -1. */
int sub_usage_line(struct sub_change *c, size_t which, int64_t until);
int sub_usage_lines(struct sub_change *c, int64_t until); /* of all items */

/* ---- changes that wait for their payment (sub_pending.c) ---- */
/*
 * payment_behavior=pending_if_incomplete. The change is carried out and invoiced; when the invoice stays unpaid the
 * subscription is put back as it was (sub_pending_keep remembers that) and shows the change as its pending_update. The
 * invoice's payment applies it, its end or 23 hours drop it. Source: Stripe docs "Pending updates".
 */
struct sub_kept {
	json_t *sub; /* the bodies before the change */
	json_t *items[SUB_ITEMS];
	struct record *records[SUB_ITEMS];
	size_t n;
};
/* Whether that way is open for these parameters; 0 or -1. */
int sub_pending_check(struct sub_change *c, json_t *given, const char *prefix);
void sub_pending_keep(struct sub_change *c, struct sub_kept *kept);
/* After the attempt to collect: true when the change stands, false when it waits. */
bool sub_pending_settle(struct sub_change *c, const struct sub_kept *kept, json_t *given, struct record *invoice);
/* The invoice was paid, or ended unpaid; true when it was a pending update's. */
bool sub_pending_paid(struct call *call, struct record *sub, struct record *invoice);
bool sub_pending_dropped(struct call *call, struct record *sub, struct record *invoice);
/* A pending update there may be gives way: its invoice is voided. 0 or -1. */
int sub_pending_replace(struct call *call, struct record *sub);
int64_t sub_pending_expires(struct record *sub); /* 0: none */
/* Applies a pending update's parameters as they stood at that moment, without prorations or an invoice. 0 or -1. */
int sub_update_settled(
	struct call *call, struct record *sub, json_t *given, json_t *new_ids, int64_t at, struct sub_change **change);

/* ---- money now (sub_pay.c) ---- */
/* Invoices the change's lines and the pending items at once and collects by the payment behaviour. 0 or -1. */
int sub_invoice_now(
	struct sub_change *c, const char *reason, struct span period, enum pay_behavior pay, struct record **invoice);
enum pay_behavior pay_behavior_of(const char *text);
enum sub_behavior sub_behavior_of(const char *text);
int fail_no_method(struct call *call);

/* ---- updating (sub_update.c) ---- */
/* An update's effects from `given` (an update's parameters, or a preview's subscription_details). 0 or -1. */
int sub_update(struct call *call, struct record *sub, json_t *given, const char *prefix, bool preview,
	struct record **invoice);
/*
 * The same for the start of a schedule's phase: `given` are the call's parameters meanwhile. Items whose period ends
 * now are left to the renewal that follows; the end of the subscription may be moved. 0 or -1.
 */
int sub_update_phase(struct call *call, struct record *sub, json_t *given, struct record **invoice);
int sub_cancel(struct call *call, struct record *sub, bool prorate, bool invoice_now, struct record **invoice);

/* A one-time entry of add_invoice_items as a pending item. 0 or -1. */
int sub_add_invoice_item(struct sub_change *c, json_t *entry, const char *where);

/* ---- renewing (sub_due.c) ---- */
/* The invoice of the renewal at `end`, with the items moved on to their next period. NULL with the failure. */
struct record *sub_renew(struct call *call, struct record *sub, int64_t end);
/* The invoice alone, for a call that is taken back. NULL with the failure. */
struct record *sub_renewal_preview(struct call *call, struct record *sub, int64_t end);
void sub_on_due(struct call *call, struct record *sub);
/* What an invoice counted when it was made, those of no usage too: [{item, price, from, to, quantity}], borrowed; NULL
   for none. */
const json_t *invoice_counted_usage(struct record *invoice);
/* A draft of what an ended subscription still owes: pending items and usage. NULL when that is nothing. */
struct record *sub_last_invoice(struct call *call, struct record *sub, const char *reason, int64_t end);
/* A trial ends and nothing can be charged: paused or canceled where the trial's settings say so. True when that was it.
 */
bool sub_trial_ends_here(struct call *call, struct record *sub);

/* ---- the invoice to come (sub_upcoming.c) ---- */
/* When invoice.upcoming is due for the running period; 0: it was told, or there is none. In the past: it is due now. */
int64_t sub_upcoming_due(struct call *call, struct record *sub);
/* Emits invoice.upcoming when something will be billed; once for each period end. */
void sub_tell_upcoming(struct call *call, struct record *sub);
/* A loaded subscription: what lies in the past was told there. */
void sub_adopt(struct call *call, struct record *sub);

/* ---- creating (sub_create.c) ---- */
int sub_create(struct call *call);
/* The same for a schedule's first phase; the call's parameters are the subscription's. NULL: of no schedule. */
int sub_create_scheduled(struct call *call, const char *schedule);

/* ---- what a schedule has to do with it (schedule_run.c) ---- */
/* A phase that begins now comes before the renewal that is due now. */
void subscription_schedule_first(struct call *call, struct record *sub);
/* A resumption that its schedule waits for has succeeded. */
void subscription_schedule_resumed(struct call *call, struct record *sub);
/* It ended before its schedule did: the schedule ends too. */
void subscription_schedule_ends(struct call *call, struct record *sub, enum subscription_end why);

#endif
