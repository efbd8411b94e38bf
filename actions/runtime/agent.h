/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_AGENT_H
#define ACTIONS_AGENT_H

#include "actions/core/audit.h"
#include "actions/core/clock.h"
#include "actions/core/config.h"
#include "actions/core/digest.h"
#include "actions/core/latch.h"
#include "actions/people/contacts.h"
#include "actions/people/ledger.h"
#include "actions/stripe/call.h"
#include "actions/runtime/courier.h"
#include "actions/stripe/client.h"

/*
 * One configured agent, opened: configuration, contacts, the way to Stripe, the audit record. All state hangs from
 * here, so that several agents in one process never meet. Good for several threads at once, when the transport handed
 * in is: runs of one contact, or for one Stripe customer, wait for each other, all others go on side by side.
 */
struct agent {
	struct config *config;
	struct store *store; /* in a file when store.file is configured */
	struct contacts contacts;
	struct ledger ledger;
	struct client *wire; /* NULL when a transport was handed in */
	struct stripe_client stripe;
	struct courier *courier; /* NULL: no step-up is configured */
	struct clock clock;
	struct latches latches;		/* contacts and customers that a run is for */
	struct audit *audit;		/* NULL: none configured */
	unsigned char key[DIGEST_SIZE]; /* for confirmations, cursors and idempotency keys; derived, never the secret
					   itself */
	json_t *warnings; /* texts for the operator, found at load; none of them keeps the agent from running */
};

struct agent_options {
	const char *file; /* the configuration; or: */
	const char *json; /* the configuration as text, with `name` standing for the file */
	const char *name;
	struct transport transport; /* send NULL: libcurl to stripe.base_url */
	struct transport courier;   /* likewise, to step_up.deliver.url      */
	struct clock clock;	    /* now NULL: the machine's own           */
};

/* NULL with every fault in `why`, one a line. */
struct agent *agent_open(const struct agent_options *options, struct text *why);
void agent_close(struct agent *a); /* NULL-safe */

#endif
