/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_ACT_H
#define ENGINE_ACT_H

#include "engine/engine.h"

/*
 * Something done to an account by other means than a request of its own: by a customer on a hosted page, by a test. It
 * is a call like any other - the account's lock, its present after all that was due, one transaction, its events handed
 * out - but has no route and no parameters, and its events name no request.
 */
struct act {
	int (*run)(struct call *call, void *arg); /* 0, or -1 with the call's failure */
	/*
	 * What came of it, with drafts frozen and nothing yet committed or taken back: records are read here. The
	 * failure, if any, is the call's. NULL: nothing is read.
	 */
	void (*show)(struct call *call, void *arg, int failed);
	void *arg;
	bool discard; /* everything written is taken back: a look at what would be */
};
/* 0 or -1, as run() gave. */
int engine_act(struct engine *e, struct account *a, const struct act *act);

/* What a call that was committed has left for later (call->then): a transaction of its own, under the same lock. */
void engine_then(struct engine *e, const struct call *done);

#endif
