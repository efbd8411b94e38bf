/* SPDX-License-Identifier: MIT */
#ifndef SUITES_SUPPORT_HARVEST_H
#define SUITES_SUPPORT_HARVEST_H

#include <stddef.h>

#include "mockstripe/mockstripe.h"

/*
 * Every exchange of every suite is held against the API description: house_open attaches this to each simulator, and a
 * suite that starts one by itself may do the same. With HARVEST=folder in the environment (ci/test.sh sets it) the
 * routes that were called are added to a file there, from which ci/harvest.sh tells which routes no suite calls.
 */
struct harvest;

/*
 * Puts itself in front of the options' own on_exchange, which is still called. The harvest is the caller's and must
 * live as long as the simulator. Thread-safe: exchanges may come from several threads.
 */
struct harvest *harvest_attach(struct ms_options *options);

/* Reads the events of every account that was used: their objects are bodies too. Before the simulator stops. */
void harvest_events(struct harvest *h, struct ms *ms);
/*
 * Writes down the routes and frees the harvest. Gives how many answers there were that the description does not allow;
 * they have been printed. After the simulator has stopped: a call may still be on its way to the harvest until then.
 */
size_t harvest_finish(struct harvest *h);

#endif
