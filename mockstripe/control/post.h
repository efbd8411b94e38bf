/* SPDX-License-Identifier: MIT */
#ifndef CONTROL_POST_H
#define CONTROL_POST_H

#include "engine/engine.h"

/* What the embedding API and the control routes both do about webhooks. All lock accounts themselves. */

/*
 * Whether deliveries of the account (NULL: of any) are still to be attempted, after doing what is due at the present:
 * a retry whose time came while a clock was advanced is attempted too. Retries whose time is to come do not count.
 */
bool post_is_busy(struct engine *e, struct account *a);
/* Waits until that is not so. Not on a thread that deliveries may need in order to be answered. */
void post_flush(struct engine *e, struct account *a);

/* An attempt by hand, to one endpoint or (NULL) to all that the event was for. -1 and *why (a literal): neither is
 * there. */
int post_again(struct engine *e, struct account *a, const char *event, const char *endpoint, const char **why);

/*
 * Makes an event that nothing has happened for, and delivers it. The object is an id (text), an object as it shall be
 * shown, completed with what its kind always has, or NULL: the newest object of the kind that the type is about.
 * previous: previous_attributes, or NULL. Gives the event as GET shows it; NULL and *why (free() it) when refused.
 */
struct bytes *post_event(
	struct engine *e, struct account *a, const char *type, const json_t *object, json_t *previous, char **why);
/* The same with the object as text: an id, or JSON in braces. NULL: none. */
struct bytes *post_event_text(struct engine *e, struct account *a, const char *type, const char *object, char **why);

#endif
