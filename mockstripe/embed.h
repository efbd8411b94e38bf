/* SPDX-License-Identifier: MIT */
#ifndef EMBED_H
#define EMBED_H

#include <pthread.h>

#include "base/list.h"
#include "base/map.h"
#include "doors/front.h"
#include "doors/http.h"
#include "mockstripe.h"

/* What the files of the embedding API share. */
struct ms {
	struct engine *engine;
	struct front front;
	struct http_door *http, *https, *local;
	void (*on_exchange)(void *arg, const struct ms_exchange *exchange);
	void *on_exchange_arg;
	void (*on_event)(void *arg, const struct ms_event *event);
	void *on_event_arg;
	pthread_mutex_t lock; /* of what stands below; never held while an account's is taken */
	struct map *keys;     /* account -> the key that ms_key made */
	struct list marks;    /* of struct ms_mark, so that ms_stop can empty those that the caller still holds */
};

/* The marks that the caller still holds are of no simulator any more, and let go what they kept. */
void embed_marks_end(struct ms *ms);

#endif
