/* SPDX-License-Identifier: MIT */
#ifndef CONTROL_STATE_H
#define CONTROL_STATE_H

#include "engine/engine.h"
#include "store/mark.h"

/*
 * What the embedding API and the control routes both do to an account, once. All lock the account themselves and must
 * not be called with a lock held. An account is named by its id, NULL is the default one; an account that is not there
 * is not made.
 */

/* The log of its requests and the faults that name it go too. false: no such account. */
bool state_reset(struct engine *e, const char *account);
void state_reset_all(struct engine *e);				     /* with all faults */
bool state_now(struct engine *e, const char *account, int64_t *now); /* false: no such account */
/* Forward through everything that falls due. false: no such account, or seconds < 0, or past TIME_MOST. */
bool state_advance(struct engine *e, const char *account, int64_t seconds);
#define TIME_MOST INT64_C(253402300799) /* the end of the year 9999 */
/* The stored object, indented, as a GET without expansion answers it; deleted ones in their deleted form. NULL: none.
 */
struct bytes *state_peek(struct engine *e, const char *account, const char *id);

/* The account as a fixture (engine/snapshot.h); free() it. NULL: no such account. */
char *state_snapshot(struct engine *e, const char *account);

/*
 * A mark with what the engine keeps beside the records: the answers under idempotency keys. Frees and restores under
 * the lock of its account, which lives as long as the engine.
 */
struct picture;
struct picture *picture_take(struct engine *e, const char *account); /* NULL: no such account */
void picture_restore(const struct picture *p);
void picture_free(struct picture *p); /* NULL-safe; before the engine */

#endif
