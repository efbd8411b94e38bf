/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_WIDGET_DEMO_H
#define ACTIONS_WIDGET_DEMO_H

#include "actions/runtime/agent.h"

/* What the demo site's own server would do: know its customers, and prove to the agent who is signed in. */

/* {contacts: [{external_id, name}]}: a new tree. */
json_t *demo_contacts(const struct agent *a);
/* {name, token}: a new tree; NULL when there is no such contact. The token is good for an hour. */
json_t *demo_session(const struct agent *a, const char *contact);
/*
 * What Stripe (the simulator) holds of a contact: {accounts: [{label, customer, subscriptions, invoices}]}, a new tree;
 * NULL when there is no such contact. What cannot be read is empty.
 */
json_t *demo_customer(struct agent *a, const char *contact);

#endif
