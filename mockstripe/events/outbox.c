/* SPDX-License-Identifier: MIT */
#include "events/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/list.h"
#include "base/mem.h"
#include "events/older.h"
#include "events/tries.h"

struct outbox {
	struct deliverer *deliverer;
	const struct schema_resource *event, *endpoint;
	uint64_t generation; /* how often the account was emptied or rewound */
	struct list fresh;   /* ids of events made since the last commit that was noticed; char * */
	struct list untold;  /* ids of events that the embedding program has not been told of; char * */
	bool telling;
};

static void forget_ids(struct list *ids)
{
	for (size_t i = 0; i < ids->count; i++)
		free(ids->at[i]);
	list_clear(ids);
}

void outbox_open(struct account *a, struct deliverer *d)
{
	struct outbox *box = mem_alloc(sizeof *box);

	box->deliverer = d;
	box->event = schema_find_object("event");
	box->endpoint = schema_find_object("webhook_endpoint");
	a->outbox = box;
}

void outbox_close(struct account *a)
{
	struct outbox *box = a->outbox;

	if (!box)
		return;
	forget_ids(&box->fresh);
	forget_ids(&box->untold);
	free(box);
	a->outbox = NULL;
}

void outbox_forget(struct account *a)
{
	struct outbox *box = a->outbox;

	box->generation++;
	forget_ids(&box->fresh);
	forget_ids(&box->untold);
}

/* ---- queueing ---- */

static bool queue(struct account *a, const char *event, const char *endpoint, bool by_hand)
{
	const struct outbox *box = a->outbox;
	struct job job = {
		.account = a,
		.generation = box->generation,
		.by_hand = by_hand,
		.event = event,
		.endpoint = endpoint,
	};

	return deliver(box->deliverer, &job);
}

/* The row of an attempt that goes out now; when the line is full it is as if the attempt had failed. */
static json_t *row_queued(struct record *event, const char *endpoint, int64_t at, int64_t attempts)
{
	json_t *row = try_new(endpoint, "queued", at, attempts), *failed;

	if (queue(event->account, event->id, endpoint, false))
		return row;
	failed = try_failed(row, js_flag(record_tree(event), "livemode", false));
	json_decref(row);
	return failed;
}

static void watch(struct record *event)
{
	const struct outbox *box = event->account->outbox;

	if (event->due && event->account->time.wall)
		deliver_watch(box->deliverer, event->account);
}

/* ---- new events ---- */

static const struct list *endpoints_of(struct account *a)
{
	const struct outbox *box = a->outbox;

	return &account_shelf(a, box->endpoint)->records;
}

static bool is_enabled(struct record *endpoint)
{
	const char *status = js_text(record_tree(endpoint), "status");

	return status && !strcmp(status, "enabled") && !js_flag(record_private(endpoint), "connect", false);
}

static bool listens(struct record *endpoint, const char *type)
{
	size_t i;
	json_t *wanted;

	if (!is_enabled(endpoint))
		return false;
	json_array_foreach(js_get(record_tree(endpoint), "enabled_events"), i, wanted)
	{
		const char *name = json_string_value(wanted);

		if (name && (!strcmp(name, "*") || !strcmp(name, type)))
			return true;
	}
	return false;
}

static bool posts(struct account *a)
{
	const struct outbox *box = a->outbox;

	return !deliverer_options(box->deliverer)->off && endpoints_of(a)->count > 0;
}

static bool tells(const struct account *a)
{
	const struct outbox *box = a->outbox;

	return deliverer_options(box->deliverer)->on_event != NULL;
}

void outbox_note(struct account *a, const char *event_id)
{
	struct outbox *box = a->outbox;

	if (box && (tells(a) || posts(a)))
		list_add(&box->fresh, mem_copy_text(event_id));
}

static void post_event(struct journal *j, struct record *event)
{
	const struct list *endpoints = endpoints_of(event->account);
	const char *type = js_text(record_tree(event), "type");
	int64_t now = timeline_now(&event->account->time);
	json_t *rows = json_array();

	for (size_t i = 0; type && i < endpoints->count; i++) {
		struct record *endpoint = endpoints->at[i];

		if (listens(endpoint, type))
			json_array_append_new(rows, row_queued(event, endpoint->id, now, 0));
	}
	if (json_array_size(rows))
		tries_set(j, event, rows);
	else
		json_decref(rows);
}

static int compare_sequence(const void *a, const void *b)
{
	const struct record *x = *(struct record *const *)a, *y = *(struct record *const *)b;

	return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

/* A call that was rolled back may have left ids behind: of nothing, or of an event that was then made under one. */
static void find_fresh(struct account *a, struct list *events)
{
	struct outbox *box = a->outbox;
	size_t kept = 0;

	for (size_t i = 0; i < box->fresh.count; i++) {
		struct record *event = account_get(a, box->fresh.at[i], box->event);

		if (event)
			list_add(events, event);
	}
	forget_ids(&box->fresh);
	if (events->count > 1)
		qsort(events->at, events->count, sizeof *events->at, compare_sequence);
	for (size_t i = 0; i < events->count; i++)
		if (!i || events->at[i] != events->at[i - 1])
			events->at[kept++] = events->at[i];
	events->count = kept;
}

void outbox_post(struct account *a)
{
	struct outbox *box = a->outbox;
	bool post = posts(a), tell = tells(a);
	struct list events = { 0 };
	struct journal journal;

	if (!box->fresh.count)
		return;
	find_fresh(a, &events);
	journal_begin(&journal, a);
	for (size_t i = 0; i < events.count; i++) {
		struct record *event = events.at[i];

		if (post)
			post_event(&journal, event);
		if (tell)
			list_add(&box->untold, mem_copy_text(event->id));
	}
	journal_commit(&journal);
	for (size_t i = 0; i < events.count; i++)
		watch(events.at[i]);
	list_clear(&events);
}

static struct bytes *event_text(struct record *event)
{
	struct text out;
	struct bytes *bytes;

	text_init(&out, TEXT_NO_CEILING);
	body_write_indented(event->body, &out, 0);
	bytes = text_bytes(&out);
	text_clear(&out);
	return bytes;
}

void outbox_tell(struct account *a)
{
	struct outbox *box = a->outbox;

	if (!tells(a))
		return;
	pthread_mutex_lock(&a->lock);
	/* Whoever is at it already, perhaps below us in the same callback, tells the rest: they arrive in order. */
	while (!box->telling && box->untold.count) {
		const struct deliverer_options *options = deliverer_options(box->deliverer);
		struct list ids = box->untold;

		box->untold = (struct list) { 0 };
		box->telling = true;
		for (size_t i = 0; i < ids.count; i++) {
			struct record *event = account_get(a, ids.at[i], box->event);
			struct announced one = { .account = a->id, .id = ids.at[i] };
			char *type;

			if (!event)
				continue;
			one.type = type = mem_copy_text(js_text(record_tree(event), "type"));
			one.body = event_text(event);
			account_cool(a);
			pthread_mutex_unlock(&a->lock);
			options->on_event(options->on_event_arg, &one);
			pthread_mutex_lock(&a->lock);
			bytes_drop(one.body);
			free(type);
		}
		forget_ids(&ids);
		box->telling = false;
	}
	pthread_mutex_unlock(&a->lock);
}

/* ---- attempts ---- */

void outbox_due(struct call *call, struct record *event)
{
	bool livemode = js_flag(record_tree(event), "livemode", false);
	json_t *old = tries_of(event), *rows = json_array(), *row;
	size_t i;

	json_array_foreach(old, i, row)
	{
		const struct outbox *box = call->account->outbox;
		const char *id = js_text(row, "endpoint");
		struct record *endpoint = account_get(call->account, id, box->endpoint);
		int64_t at = js_int(row, "at", 0);

		if (!try_is(row, "waiting") || at > call->now)
			json_array_append(rows, row);
		else if (!endpoint || deliverer_options(box->deliverer)->off)
			json_array_append_new(rows, try_new(id, "stopped", at, js_int(row, "attempts", 0)));
		else if (!is_enabled(endpoint))
			json_array_append_new(rows, try_failed(row, livemode));
		else
			json_array_append_new(rows, row_queued(event, id, at, js_int(row, "attempts", 0)));
	}
	tries_set(&call->journal, event, rows);
}

size_t outbox_send_again(struct account *a, struct record *event, const char *endpoint)
{
	json_t *rows = tries_of(event), *row;
	const struct list *endpoints = endpoints_of(a);
	const char *type = js_text(record_tree(event), "type");
	size_t i, sent = 0;

	if (endpoint)
		return queue(a, event->id, endpoint, true);
	json_array_foreach(rows, i, row)
	{
		const char *id = js_text(row, "endpoint");

		if (id && !try_is(row, "stopped"))
			sent += queue(a, event->id, id, true);
	}
	/* It was for nobody then; it is for whoever listens now. */
	for (i = 0; !json_array_size(rows) && i < endpoints->count; i++)
		if (listens(endpoints->at[i], type))
			sent += queue(a, event->id, ((struct record *)endpoints->at[i])->id, true);
	return sent;
}

void outbox_resume(struct record *event)
{
	const json_t *rows = tries_of(event), *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const char *id = js_text(row, "endpoint");

		if (id && try_is(row, "queued"))
			queue(event->account, event->id, id, false);
	}
	watch(event);
}

/* The event of a job, under the lock; NULL when the account has been emptied or rewound since. */
static struct record *event_of(const struct job *job)
{
	const struct outbox *box = job->account->outbox;

	return job->generation == box->generation ? account_get(job->account, job->event, box->event) : NULL;
}

static bool write_letter(const struct job *job, struct letter *out)
{
	struct account *a = job->account;
	const struct outbox *box = a->outbox;
	struct record *event = event_of(job), *endpoint = account_get(a, job->endpoint, box->endpoint);
	json_t *rows;
	size_t i;

	if (!event || !endpoint || !js_text(record_private(endpoint), "secret"))
		return false;
	if (!job->by_hand && !is_enabled(endpoint))
		return false;
	*out = (struct letter) {
		.body = event_older(
			deliverer_options(box->deliverer)->api, event, js_text(record_tree(endpoint), "api_version")),
		.type = mem_copy_text(js_text(record_tree(event), "type")),
		.url = mem_copy_text(js_text(record_tree(endpoint), "url")),
		.secret = mem_copy_text(js_text(record_private(endpoint), "secret")),
		.at = timeline_now(&a->time),
		.livemode = js_flag(record_tree(event), "livemode", false),
	};
	if (!out->body)
		out->body = event_text(event);
	rows = tries_of(event);
	i = try_of(rows, job->endpoint);
	if (!job->by_hand && i != SIZE_MAX) {
		out->at = js_int(json_array_get(rows, i), "at", 0);
		out->attempt = (unsigned)js_int(json_array_get(rows, i), "attempts", 0) + 1;
	}
	return true;
}

bool outbox_write_letter(const struct job *job, struct letter *out)
{
	bool there;

	pthread_mutex_lock(&job->account->lock);
	there = write_letter(job, out);
	account_cool(job->account);
	pthread_mutex_unlock(&job->account->lock);
	return there;
}

static json_t *row_settled(const struct job *job, const json_t *row, bool delivered, bool livemode)
{
	const struct outbox *box = job->account->outbox;

	if (delivered)
		return try_new(
			job->endpoint, "delivered", js_int(row, "at", 0), js_int(row, "attempts", 0) + !job->by_hand);
	if (!account_get(job->account, job->endpoint, box->endpoint))
		return try_new(job->endpoint, "stopped", js_int(row, "at", 0), js_int(row, "attempts", 0));
	return try_failed(row, livemode);
}

static int64_t settle(const struct job *job, bool delivered)
{
	struct record *event = event_of(job);
	json_t *rows = event ? tries_of(event) : NULL, *row, *settled;
	size_t i = rows ? try_of(rows, job->endpoint) : SIZE_MAX;
	struct journal journal;
	int64_t next = 0;

	if (i == SIZE_MAX)
		return 0;
	row = json_array_get(rows, i);
	/* By hand, only success changes anything; and what was delivered meanwhile stays so. */
	if ((job->by_hand && !delivered) || try_is(row, "delivered"))
		return try_is(row, "waiting") ? js_int(row, "at", 0) : 0;
	settled = row_settled(job, row, delivered, js_flag(record_tree(event), "livemode", false));
	if (try_is(settled, "waiting"))
		next = js_int(settled, "at", 0);
	rows = json_copy(rows);
	json_array_set_new(rows, i, settled);
	journal_begin(&journal, job->account);
	tries_set(&journal, event, rows);
	journal_commit(&journal);
	watch(event);
	return next;
}

int64_t outbox_settle(const struct job *job, bool delivered)
{
	int64_t next;

	pthread_mutex_lock(&job->account->lock);
	next = settle(job, delivered);
	account_cool(job->account);
	pthread_mutex_unlock(&job->account->lock);
	return next;
}

void letter_clear(struct letter *l)
{
	bytes_drop(l->body);
	free(l->type);
	free(l->url);
	free(l->secret);
	*l = (struct letter) { 0 };
}
