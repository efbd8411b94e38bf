/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_SNAPSHOT_H
#define ENGINE_SNAPSHOT_H

#include "engine/engine.h"

/*
 * An account as a fixture of the state form, private state included: loading it into an empty account gives the same
 * account byte for byte - objects with their order, deleted ones, events, what falls due when, the present, and the ids
 * that come next. Kept answers of idempotency keys and deliveries that are under way are not part of it.
 *
 * The text is malloc'd, indented, one object after the other in order of creation. Wants the account's lock held.
 */
char *snapshot_text(struct account *a);

#endif
