/* SPDX-License-Identifier: MIT */
#ifndef EVENTS_DELIVER_H
#define EVENTS_DELIVER_H

#include "api/call.h"
#include "base/bytes.h"
#include "events/attempts.h"
#include "events/lines.h"

/*
 * The postman: one thread that posts events to webhook endpoints. It is started with the first delivery, so a simulator
 * without endpoints has none. Requests only leave a note here and never wait for a target.
 *
 * Each endpoint has a line of its own. Its events go out in order, the next one when the one before was answered; a
 * target that takes longer than a second is given the next ones beside it, up to eight, so that a slow one delays, but
 * does not hold up for ever. No redirect is followed, no proxy is used, certificates are checked, an attempt ends after
 * ten seconds. Success is any 2xx. Signatures carry the machine's time, not the account's: the receiver, a program
 * outside, compares it with its own clock. Source: Stripe docs "Receive Stripe events in your webhook endpoint".
 *
 * Locks: an account's comes before the deliverer's; none is held while the net is talked to.
 */
struct deliverer;

struct announced { /* an event handed to the program that embeds the simulator */
	const char *account, *id, *type;
	struct bytes *body; /* as GET /v1/events/{id} shows it */
};

struct deliverer_options {
	const struct api *api;
	size_t log_capacity; /* attempts kept; not 0 */
	bool off;	     /* endpoints get nothing, events have no deliveries */
	void (*on_event)(void *arg, const struct announced *event); /* NULL: nobody wants to know */
	void *on_event_arg;
};

struct deliverer *deliverer_new(const struct deliverer_options *options);
/* Ends the thread at once, attempts under way included, and lets go whoever waits. Nothing is posted afterwards. */
void deliverer_stop(struct deliverer *d);
void deliverer_free(struct deliverer *d); /* NULL-safe; stopped */
const struct deliverer_options *deliverer_options(const struct deliverer *d);

/* Puts an attempt into its line (the texts are copied); false: the line is full. With or without the account's lock. */
#define LINE_MOST 100000
bool deliver(struct deliverer *d, const struct job *job);
/* Whether attempts of the account (NULL: any) wait in line or are under way. */
bool deliver_is_busy(struct deliverer *d, const struct account *a);
/* Waits until that is not so. With no lock held. */
void deliver_wait(struct deliverer *d, const struct account *a);
/* Calls go_on(arg) once that is not so, perhaps at once, from whichever thread finds it out. */
void deliver_when_idle(struct deliverer *d, const struct account *a, void (*go_on)(void *arg), void *arg);
/* The account has retries to come on the machine's clock: the thread looks after them each second. */
void deliver_watch(struct deliverer *d, struct account *a);

struct attempts *deliver_log(struct deliverer *d);

#endif
