/* SPDX-License-Identifier: MIT */
#ifndef EVENTS_EMIT_H
#define EVENTS_EMIT_H

#include "api/call.h"

/*
 * Events: what changed, as a record of its own. An event keeps a reference to the frozen body of its object as it was
 * at that moment, and makes its own text only when it is asked for. Nothing is visible before the call commits; a call
 * that is taken back whatever happens (call->discard) makes none.
 * Source: Stripe docs "Event object", "Types of events"; protocol reference section 12.
 */

/* Announces r under that type; freezes its draft first. No previous_attributes. */
void emit(struct call *call, const char *type, struct record *r);
/* The same with previous_attributes against the body before this call (or its last event); nothing when nothing
 * changed. */
void emit_changed(struct call *call, const char *type, struct record *r);
/* With given previous_attributes (taken; NULL: none). */
void emit_with(struct call *call, const char *type, struct record *r, json_t *previous);
/* For an object that is not a record any more: the last body before a deletion, a computed one. Keeps body. */
void emit_body(struct call *call, const char *type, struct body *body, json_t *previous);
/*
 * A place in the order of events, taken now and filled later in the same call: what is announced there is known only
 * after what follows it. A place that stays empty leaves no trace.
 */
uint64_t emit_reserve(struct call *call);
void emit_reserved(struct call *call, uint64_t place, const char *type, struct record *r);
void emit_changed_reserved(struct call *call, uint64_t place, const char *type, struct record *r);

/*
 * The event of a resource and a word, "payout.canceled"; NULL when there is none. Arena text. Events are mostly called
 * by the object, but not all: issuing_card.updated is about an issuing.card. Those of /v2 are thin, of another kind:
 * not here.
 */
const char *emit_type(struct call *call, const struct schema_resource *type, const char *verb);
/* "<object>.<verb>" when the description knows such an event, e.g. ("coupon", "created"); false when not. */
bool emit_verb(struct call *call, struct record *r, const char *verb);

/*
 * What has become of an event's deliveries: `private` (taken) is the record's private member from now on, and `pending`
 * its pending_webhooks. The event stays as small as it was.
 */
void event_set_deliveries(struct journal *j, struct record *event, json_t *private, int64_t pending);

/* The old values of what differs: changed top-level keys, only the changed leaves of objects, whole old arrays; a key
   that is new shows null. New reference; NULL when nothing differs. */
json_t *previous_attributes(const json_t *before, const json_t *after);

#endif
