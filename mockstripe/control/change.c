/* SPDX-License-Identifier: MIT */
/* Routes that change what an account holds, or when it is. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "control/inside.h"

static int done(struct order *o)
{
	o->answer = json_object();
	js_put_text(o->answer, "status", "ok");
	return 0;
}

static int post_reset(struct order *o)
{
	if (!o->account)
		state_reset_all(o->engine);
	else if (!state_reset(o->engine, o->account))
		return order_no_account(o);
	return done(o);
}

/* ---- the clock ---- */

static int tell_clock(struct order *o)
{
	struct account *a = order_account(o);

	if (!a)
		return order_no_account(o);
	o->answer = json_object();
	pthread_mutex_lock(&a->lock);
	js_put_text(o->answer, "account", a->id);
	js_put_int(o->answer, "now", timeline_now(&a->time));
	js_put_text(o->answer, "mode", a->time.wall ? "wall" : "frozen");
	pthread_mutex_unlock(&a->lock);
	return 0;
}

static int post_clock(struct order *o)
{
	int64_t seconds = 0, to = 0, now = 0;
	bool bad_seconds, bad_to;
	bool by = order_int(o, "advance", &seconds, &bad_seconds);
	bool until = order_int(o, "now", &to, &bad_to);

	if (!state_now(o->engine, o->account, &now))
		return order_no_account(o);
	if (by == until || bad_seconds || bad_to)
		return order_refuse(o, 400,
			"Send advance=SECONDS to move by, or now=UNIX_TIME to move to; one of the two.",
			"How far to move the clock is not said in one whole number.");
	if (until && (to < now || to > TIME_MOST))
		return order_refuse(o, 400, "Send a later time. To go back, take a mark before and rewind to it.",
			"The clock stands at %lld and cannot move to %lld.", (long long)now, (long long)to);
	if (until)
		seconds = to - now;
	if (!state_advance(o->engine, o->account, seconds))
		return order_refuse(o, 400, "Send a number of seconds from 0, within the year 9999.",
			"The clock stands at %lld and cannot move by %lld seconds.", (long long)now,
			(long long)seconds);
	return tell_clock(o);
}

/* ---- marks ---- */

static int post_mark(struct order *o)
{
	struct control *c = o->control;
	struct picture *p = picture_take(o->engine, o->account);
	char *name;

	if (!p)
		return order_no_account(o);
	pthread_mutex_lock(&c->lock);
	name = mem_format("mark_%llu", (unsigned long long)++c->marks_made);
	map_put(c->marks, name, p);
	pthread_mutex_unlock(&c->lock);
	o->answer = json_object();
	js_put_text(o->answer, "mark", name);
	free(name);
	return 0;
}

static int no_mark(struct order *o)
{
	const char *name = order_text(o, "mark");

	return order_refuse(o, name ? 404 : 400, "Send mark=NAME with the name that POST /_mockstripe/mark answered.",
		name ? "There is no mark '%s'." : "No mark is named%s.", name ? name : "");
}

static int post_rewind(struct order *o)
{
	struct control *c = o->control;
	const char *name = order_text(o, "mark");
	const struct picture *p;

	/* Locked throughout, so that the mark is not deleted meanwhile; an account's lock comes after this one. */
	pthread_mutex_lock(&c->lock);
	p = name ? map_get(c->marks, name) : NULL;
	if (p)
		picture_restore(p);
	pthread_mutex_unlock(&c->lock);
	return p ? done(o) : no_mark(o);
}

static int delete_mark(struct order *o)
{
	struct control *c = o->control;
	const char *name = order_text(o, "mark");
	struct picture *p;

	pthread_mutex_lock(&c->lock);
	p = name ? map_remove(c->marks, name) : NULL;
	pthread_mutex_unlock(&c->lock);
	if (!p)
		return no_mark(o);
	picture_free(p);
	return done(o);
}

const struct control_route state_routes[] = {
	{ "POST", "/reset", post_reset, "empties an account, without `account` all of them (account)" },
	{ "GET", "/clock", tell_clock, "the account's present (account)" },
	{ "POST", "/clock", post_clock,
		"moves it forward through all that falls due: advance=SECONDS or now=UNIX (account)" },
	{ "POST", "/mark", post_mark, "remembers the account's state and names the mark (account)" },
	{ "POST", "/rewind", post_rewind, "goes back to a mark, any number of times (mark)" },
	{ "DELETE", "/mark", delete_mark, "forgets a mark (mark)" },
	{ 0 },
};
