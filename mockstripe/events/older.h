/* SPDX-License-Identifier: MIT */
#ifndef EVENTS_OLDER_H
#define EVENTS_OLDER_H

#include "api/call.h"

/*
 * An event as an endpoint of an older API version gets it: its api_version, its object, and previous_attributes, which
 * are what differs between the older shapes. What the object links to in that shape is as it is now. One reference to
 * the bytes; NULL when that version has the newest shape. With the account's lock held. Source: Stripe docs "Webhooks
 * and versioning".
 */
struct bytes *event_older(const struct api *api, struct record *event, const char *version);

#endif
