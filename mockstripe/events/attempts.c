/* SPDX-License-Identifier: MIT */
#include "events/attempts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

struct attempts {
	pthread_mutex_t lock;
	struct delivery **ring; /* NULL: empty */
	size_t capacity;
	uint64_t count; /* ever added */
};

struct attempts *attempts_new(size_t capacity)
{
	struct attempts *log = mem_alloc(sizeof *log);

	pthread_mutex_init(&log->lock, NULL);
	log->capacity = capacity;
	log->ring = mem_alloc(capacity * sizeof *log->ring);
	return log;
}

static void forget(struct delivery **place)
{
	struct delivery *x = *place;

	if (!x)
		return;
	bytes_drop(x->body);
	bytes_drop(x->response);
	free(x);
	*place = NULL;
}

void attempts_free(struct attempts *log)
{
	if (!log)
		return;
	for (size_t i = 0; i < log->capacity; i++)
		forget(&log->ring[i]);
	free(log->ring);
	pthread_mutex_destroy(&log->lock);
	free(log);
}

static size_t room_of(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static const char *copied(char **at, const char *text)
{
	char *place = *at;
	size_t room = room_of(text);

	if (!text)
		return NULL;
	memcpy(place, text, room);
	*at += room;
	return place;
}

/* One allocation: the entry, the pointers to its headers, all texts. */
static struct delivery *copy(const struct delivery *x)
{
	size_t room = room_of(x->account) + room_of(x->event) + room_of(x->type) + room_of(x->endpoint) +
		      room_of(x->url) + room_of(x->error);
	size_t n = 0;
	struct delivery *own;
	const char **headers;
	char *at;

	for (; x->headers[n]; n++)
		room += room_of(x->headers[n]);
	own = mem_alloc(sizeof *own + (n + 1) * sizeof *headers + room);
	headers = (const char **)(own + 1);
	at = (char *)(headers + n + 1);
	*own = *x;
	own->account = copied(&at, x->account);
	own->event = copied(&at, x->event);
	own->type = copied(&at, x->type);
	own->endpoint = copied(&at, x->endpoint);
	own->url = copied(&at, x->url);
	own->error = copied(&at, x->error);
	for (size_t i = 0; i < n; i++)
		headers[i] = copied(&at, x->headers[i]);
	own->headers = headers;
	bytes_keep(own->body);
	bytes_keep(own->response);
	return own;
}

void attempts_add(struct attempts *log, const struct delivery *x)
{
	struct delivery *own = copy(x);

	pthread_mutex_lock(&log->lock);
	struct delivery **place = &log->ring[log->count % log->capacity];

	forget(place);
	own->number = ++log->count;
	*place = own;
	pthread_mutex_unlock(&log->lock);
}

void attempts_each(
	struct attempts *log, const char *account, void (*each)(void *arg, const struct delivery *x), void *arg)
{
	pthread_mutex_lock(&log->lock);
	for (size_t i = 0; i < log->capacity; i++) {
		const struct delivery *x = log->ring[(log->count + i) % log->capacity];

		if (x && (!account || !strcmp(x->account, account)))
			each(arg, x);
	}
	pthread_mutex_unlock(&log->lock);
}

void attempts_clear(struct attempts *log, const char *account)
{
	pthread_mutex_lock(&log->lock);
	for (size_t i = 0; i < log->capacity; i++)
		if (log->ring[i] && (!account || !strcmp(log->ring[i]->account, account)))
			forget(&log->ring[i]);
	pthread_mutex_unlock(&log->lock);
}
