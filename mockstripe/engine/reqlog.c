/* SPDX-License-Identifier: MIT */
#include "engine/reqlog.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct slot_text { /* one allocation for all copied texts of an entry, reused from round to round */
	char *data;
	size_t room;
};

struct reqlog {
	pthread_mutex_t lock;
	struct logged *ring;
	struct slot_text *texts;
	size_t capacity;
	uint64_t count; /* ever added */
};

struct reqlog *reqlog_new(size_t capacity)
{
	struct reqlog *log = mem_alloc(sizeof *log);

	pthread_mutex_init(&log->lock, NULL);
	log->capacity = capacity;
	log->ring = mem_alloc(capacity * sizeof *log->ring);
	log->texts = mem_alloc(capacity * sizeof *log->texts);
	return log;
}

static void forget(struct logged *e)
{
	bytes_drop(e->request);
	bytes_drop(e->response);
	*e = (struct logged) { 0 };
}

void reqlog_free(struct reqlog *log)
{
	if (!log)
		return;
	for (size_t i = 0; i < log->capacity; i++) {
		forget(&log->ring[i]);
		free(log->texts[i].data);
	}
	free(log->ring);
	free(log->texts);
	pthread_mutex_destroy(&log->lock);
	free(log);
}

/* Moves the copied texts behind each other into the entry's own memory. */
static void copy_texts(struct logged *e, struct slot_text *room)
{
	const char **texts[] = { &e->account, &e->method, &e->target, &e->key, &e->request_id, &e->idempotency_key,
		&e->version };
	size_t lengths[COUNT_OF(texts)], need = 0, at = 0;

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		lengths[i] = *texts[i] ? strlen(*texts[i]) + 1 : 0;
		need += lengths[i];
	}
	if (need > room->room) {
		room->room = need + 64;
		room->data = mem_resize(room->data, room->room);
	}
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		if (!lengths[i])
			continue;
		memcpy(room->data + at, *texts[i], lengths[i]);
		*texts[i] = room->data + at;
		at += lengths[i];
	}
}

uint64_t reqlog_add(struct reqlog *log, const struct logged *exchange)
{
	uint64_t number;

	pthread_mutex_lock(&log->lock);
	size_t at = log->count % log->capacity;
	struct logged *e = &log->ring[at];

	number = ++log->count;
	forget(e);
	*e = *exchange;
	e->number = number;
	if (e->request)
		bytes_keep(e->request);
	if (e->response)
		bytes_keep(e->response);
	copy_texts(e, &log->texts[at]);
	pthread_mutex_unlock(&log->lock);
	return number;
}

void reqlog_each(struct reqlog *log, const char *account, void (*each)(void *arg, const struct logged *e), void *arg)
{
	pthread_mutex_lock(&log->lock);
	for (size_t i = 0; i < log->capacity; i++) {
		const struct logged *e = &log->ring[(log->count + i) % log->capacity];

		if (e->number && (!account || (e->account && !strcmp(e->account, account))))
			each(arg, e);
	}
	pthread_mutex_unlock(&log->lock);
}

void reqlog_clear(struct reqlog *log, const char *account)
{
	pthread_mutex_lock(&log->lock);
	for (size_t i = 0; i < log->capacity; i++) {
		struct logged *e = &log->ring[i];

		if (e->number && (!account || (e->account && !strcmp(e->account, account))))
			forget(e);
	}
	pthread_mutex_unlock(&log->lock);
}
