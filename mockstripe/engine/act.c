/* SPDX-License-Identifier: MIT */
#include "engine/act.h"

void engine_then(struct engine *e, const struct call *done)
{
	struct call next;

	if (!done->then)
		return;
	call_init(&next, engine_api(e), done->account, done->now);
	next.automatic = true;
	next.livemode = done->livemode;
	if (done->then(&next, done->then_id) && !next.fail.keep)
		journal_roll_back(&next.journal);
	else
		journal_commit(&next.journal);
	if (next.events && next.api->on_events)
		next.api->on_events(next.api->engine, next.account);
	call_end(&next);
}

int engine_act(struct engine *e, struct account *a, const struct act *act)
{
	struct call call;
	bool stays;
	int failed;

	pthread_mutex_lock(&a->lock);
	engine_catch_up(e, a);
	call_init(&call, engine_api(e), a, timeline_now(&a->time));
	call.automatic = true;
	failed = act->run(&call, act->arg);
	stays = !act->discard && (!failed || call.fail.keep);
	if (stays || !failed)
		journal_freeze_all(&call.journal);
	if (act->show)
		act->show(&call, act->arg, failed);
	if (stays)
		journal_commit(&call.journal);
	else
		journal_roll_back(&call.journal);
	if (stays && call.events && call.api->on_events)
		call.api->on_events(call.api->engine, a);
	if (stays)
		engine_then(e, &call);
	call_end(&call);
	account_cool(a);
	pthread_mutex_unlock(&a->lock);
	return failed;
}
