/* SPDX-License-Identifier: MIT */
#ifndef EVENTS_OUTBOX_H
#define EVENTS_OUTBOX_H

#include "api/call.h"
#include "base/bytes.h"
#include "events/deliver.h"

/*
 * An account's side of webhooks: which endpoint gets which event, what has become of it, and when it is tried again.
 * The posting itself is deliver.c's.
 *
 * The state of an event's deliveries is state of the event (tries.h), so that marks, snapshots and the timeline know of
 * it. Retries run on the account's own time, those of events on test clocks too: on a frozen clock they happen when it
 * is advanced. A disabled endpoint lets its attempts pass unmade; enabled again it gets those that are left. A reset
 * and a rewind call off what is on its way. An endpoint for Connect (connect: true) gets nothing: events of connected
 * accounts stay with those accounts. Source: Stripe docs "Receive Stripe events in your webhook endpoint".
 */

/* Every account has one from the beginning; the deliverer outlives it. */
void outbox_open(struct account *a, struct deliverer *d);
void outbox_close(struct account *a);

/* All below want the account's lock held, unless they say otherwise. */

/* A call made this event and may yet be rolled back. */
void outbox_note(struct account *a, const char *event_id);
/* The noted events that are still there go to the endpoints that listen for them: after a commit. */
void outbox_post(struct account *a);
/* The account was emptied or rewound: what is on its way concerns it no more. */
void outbox_forget(struct account *a);
/* An event came with a snapshot: attempts that were on their way when that was written are made. */
void outbox_resume(struct record *event);
/* Takes the lock itself: hands to the callback of the deliverer, in order and without the lock, what was not told yet.
 */
void outbox_tell(struct account *a);

/* The on_due of events: attempts whose time has come. */
void outbox_due(struct call *call, struct record *event);
/*
 * Sends an event again, whatever became of it before: to that endpoint, or with NULL to every one that it was for.
 * Gives how many attempts are on their way. Retries that wait go on, unless one of these attempts succeeds.
 */
size_t outbox_send_again(struct account *a, struct record *event, const char *endpoint);

/* An attempt's content, all owned. */
struct letter {
	struct bytes *body; /* as GET /v1/events/{id} shows the event */
	char *type, *url, *secret;
	int64_t at;	  /* the account's time */
	unsigned attempt; /* 1 for the first; 0: by hand */
	bool livemode;
};

/* Both take the lock themselves; for the worker. `generation` is the account's when the job was queued. */
bool outbox_write_letter(const struct job *job, struct letter *out); /* false: there is nothing to send any more */
/* Gives when the next attempt is due on the account's time, 0: never. */
int64_t outbox_settle(const struct job *job, bool delivered);
void letter_clear(struct letter *l);

#endif
