/* SPDX-License-Identifier: MIT */
#ifndef EMBED_WEBHOOKS_H
#define EMBED_WEBHOOKS_H

#include "events/deliver.h"
#include "mockstripe.h"

/* Events and their deliveries as the embedding API shows them. What is handed out is good for the call. */
struct ms_event embed_event(const struct announced *a);
void embed_each_delivery(struct deliverer *d, const char *account,
	void (*each)(void *arg, const struct ms_delivery *delivery), void *arg);

#endif
