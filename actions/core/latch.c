/* SPDX-License-Identifier: MIT */
#include "actions/core/latch.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void latches_init(struct latches *l)
{
	memset(l, 0, sizeof(*l));
	if (pthread_mutex_init(&l->lock, NULL) || pthread_cond_init(&l->dropped, NULL))
		die("locks could not be made");
}

void latches_clear(struct latches *l)
{
	list_clear(&l->held);
	pthread_cond_destroy(&l->dropped);
	pthread_mutex_destroy(&l->lock);
}

/* There are as many names at most as there are threads: a walk is as fast as anything. The count when it is free. */
static size_t held_find(const struct latches *l, const char *name)
{
	size_t i = 0;

	while (i < l->held.count && strcmp(l->held.at[i], name) != 0)
		i++;
	return i;
}

void latch_take(struct latches *l, const char *name)
{
	pthread_mutex_lock(&l->lock);
	while (held_find(l, name) < l->held.count)
		pthread_cond_wait(&l->dropped, &l->lock);
	list_add(&l->held, mem_copy_text(name));
	pthread_mutex_unlock(&l->lock);
}

void latch_drop(struct latches *l, const char *name)
{
	size_t i;

	pthread_mutex_lock(&l->lock);
	i = held_find(l, name);
	if (i == l->held.count)
		die("a lock was dropped that nobody held");
	free(l->held.at[i]);
	list_remove(&l->held, i);
	pthread_cond_broadcast(&l->dropped);
	pthread_mutex_unlock(&l->lock);
}
