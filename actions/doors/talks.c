/* SPDX-License-Identifier: MIT */
#include "actions/doors/talks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"

void talks_init(struct talks *t)
{
	memset(t, 0, sizeof(*t));
	if (pthread_mutex_init(&t->lock, NULL) || pthread_cond_init(&t->dropped, NULL))
		die("locks could not be made");
}

static void talk_free(struct talk *one)
{
	conversation_free(one->conversation);
	free(one);
}

void talks_clear(struct talks *t)
{
	for (size_t i = 0; i < t->all.count; i++)
		talk_free(t->all.at[i]);
	list_clear(&t->all);
	pthread_cond_destroy(&t->dropped);
	pthread_mutex_destroy(&t->lock);
}

/* Out of the list, under the lock; freed when nobody has it. */
static void forget(struct talks *t, size_t index)
{
	struct talk *one = t->all.at[index];

	list_remove(&t->all, index);
	one->ended = true;
	if (!one->holders)
		talk_free(one);
}

char *talk_begin(struct talks *t, struct agent *a, const struct model *model)
{
	struct talk *one = mem_alloc(sizeof(*one));
	uint64_t chance[2];
	char *id;

	if (getrandom(chance, sizeof(chance), 0) != (ssize_t)sizeof(chance))
		die("the system gives no random numbers");
	id = mem_format("conv_%016" PRIx64 "%016" PRIx64, chance[0], chance[1]);
	one->conversation = conversation_new(a, model, NULL, id);
	pthread_mutex_lock(&t->lock);
	if (t->all.count >= TALKS_MOST)
		forget(t, 0);
	list_add(&t->all, one);
	pthread_mutex_unlock(&t->lock);
	return id;
}

/* The count when there is none. */
static size_t find(const struct talks *t, const char *id, size_t length)
{
	for (size_t i = 0; i < t->all.count; i++) {
		const char *own = ((const struct talk *)t->all.at[i])->conversation->id;

		if (strlen(own) == length && !memcmp(own, id, length))
			return i;
	}
	return t->all.count;
}

/* One holder less, under the lock. */
static void release(struct talk *one)
{
	one->holders--;
	if (one->ended && !one->holders)
		talk_free(one);
}

struct talk *talk_take(struct talks *t, const char *id, size_t length)
{
	struct talk *one = NULL;
	size_t index;

	pthread_mutex_lock(&t->lock);
	index = find(t, id, length);
	if (index < t->all.count) {
		one = t->all.at[index];
		list_remove(&t->all, index);
		list_add(&t->all, one);
		one->holders++;
		while (one->busy)
			pthread_cond_wait(&t->dropped, &t->lock);
		if (one->ended) {
			release(one);
			one = NULL;
		} else {
			one->busy = true;
		}
	}
	pthread_mutex_unlock(&t->lock);
	return one;
}

void talk_drop(struct talks *t, struct talk *one)
{
	pthread_mutex_lock(&t->lock);
	one->busy = false;
	release(one);
	pthread_cond_broadcast(&t->dropped);
	pthread_mutex_unlock(&t->lock);
}

bool talk_end(struct talks *t, const char *id, size_t length)
{
	size_t index;
	bool found;

	pthread_mutex_lock(&t->lock);
	index = find(t, id, length);
	found = index < t->all.count;
	if (found)
		forget(t, index);
	pthread_mutex_unlock(&t->lock);
	return found;
}
