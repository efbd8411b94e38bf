/* SPDX-License-Identifier: MIT */
#include "control/state.h"

#include <string.h>

#include "base/mem.h"
#include "engine/faults.h"
#include "engine/idempotency.h"
#include "engine/snapshot.h"
#include "events/deliver.h"
#include "events/outbox.h"

static void reset(void *engine, struct account *a)
{
	pthread_mutex_lock(&a->lock);
	engine_reset(engine, a);
	pthread_mutex_unlock(&a->lock);
	reqlog_clear(engine_log(engine), a->id);
	attempts_clear(deliver_log(engine_deliverer(engine)), a->id);
}

bool state_reset(struct engine *e, const char *account)
{
	struct account *a = engine_account(e, account, false);

	if (!a)
		return false;
	reset(e, a);
	faults_clear(engine_faults(e), a->id);
	return true;
}

void state_reset_all(struct engine *e)
{
	engine_each_account(e, reset, e);
	faults_clear(engine_faults(e), NULL);
	/* Those that opened no account, too. */
	reqlog_clear(engine_log(e), NULL);
}

bool state_now(struct engine *e, const char *account, int64_t *now)
{
	struct account *a = engine_account(e, account, false);

	if (!a)
		return false;
	pthread_mutex_lock(&a->lock);
	*now = timeline_now(&a->time);
	pthread_mutex_unlock(&a->lock);
	return true;
}

bool state_advance(struct engine *e, const char *account, int64_t seconds)
{
	struct account *a = engine_account(e, account, false);
	bool done = false;

	if (!a || seconds < 0)
		return false;
	pthread_mutex_lock(&a->lock);
	int64_t now = timeline_now(&a->time);

	if (now <= TIME_MOST && seconds <= TIME_MOST - now) {
		engine_move_time(e, a, now + seconds);
		done = true;
	}
	pthread_mutex_unlock(&a->lock);
	outbox_tell(a);
	return done;
}

struct bytes *state_peek(struct engine *e, const char *account, const char *id)
{
	struct account *a = engine_account(e, account, false);
	struct bytes *bytes = NULL;
	struct record *r;
	struct text out;

	if (!a || !id)
		return NULL;
	pthread_mutex_lock(&a->lock);
	engine_catch_up(e, a);
	r = account_find(a, id);
	if (r) {
		text_init(&out, TEXT_NO_CEILING);
		body_write_indented(r->body, &out, 0);
		bytes = text_bytes(&out);
		text_clear(&out);
	}
	pthread_mutex_unlock(&a->lock);
	return bytes;
}

char *state_snapshot(struct engine *e, const char *account)
{
	struct account *a = engine_account(e, account, false);
	char *text;

	if (!a)
		return NULL;
	pthread_mutex_lock(&a->lock);
	engine_catch_up(e, a);
	text = snapshot_text(a);
	pthread_mutex_unlock(&a->lock);
	return text;
}

struct picture {
	struct account *account;
	struct mark *mark;
	struct list replays; /* of struct replay, own copies that share the bodies */
};

static void copy_replay(void *arg, const char *key, void *value)
{
	struct list *replays = arg;
	const struct replay *r = value;
	struct replay *copy = mem_alloc(sizeof *copy);

	*copy = *r;
	copy->key = mem_copy_text(key);
	copy->method = mem_copy_text(r->method);
	copy->path = mem_copy_text(r->path);
	copy->request_id = mem_copy_text(r->request_id);
	copy->body = bytes_keep(r->body);
	list_add(replays, copy);
}

struct picture *picture_take(struct engine *e, const char *account)
{
	struct account *a = engine_account(e, account, false);
	struct picture *p;

	if (!a)
		return NULL;
	p = mem_alloc(sizeof *p);
	p->account = a;
	pthread_mutex_lock(&a->lock);
	p->mark = mark_take(a);
	if (a->replays)
		map_each(a->replays, copy_replay, &p->replays);
	pthread_mutex_unlock(&a->lock);
	return p;
}

void picture_restore(const struct picture *p)
{
	struct account *a = p->account;

	pthread_mutex_lock(&a->lock);
	mark_restore(a, p->mark);
	outbox_forget(a);
	replays_clear(a);
	for (size_t i = 0; i < p->replays.count; i++) {
		const struct replay *r = p->replays.at[i];

		replay_keep(a, r->key, r->method, r->path, r->fingerprint, r->request_id, r->status, r->body,
			r->content_type, r->until - IDEMPOTENCY_SECONDS);
	}
	pthread_mutex_unlock(&a->lock);
}

void picture_free(struct picture *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->account->lock);
	mark_free(p->mark);
	pthread_mutex_unlock(&p->account->lock);
	for (size_t i = 0; i < p->replays.count; i++) {
		struct replay *r = p->replays.at[i];

		free(r->key);
		free(r->method);
		free(r->path);
		free(r->request_id);
		bytes_drop(r->body);
		free(r);
	}
	list_clear(&p->replays);
	free(p);
}
