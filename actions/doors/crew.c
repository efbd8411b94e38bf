/* SPDX-License-Identifier: MIT */
#include "actions/doors/crew.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct task {
	struct crew *crew;
	void (*work)(void *arg);
	void *arg;
};

void crew_init(struct crew *c)
{
	memset(c, 0, sizeof(*c));
	if (pthread_mutex_init(&c->lock, NULL) || pthread_cond_init(&c->done, NULL))
		die("locks could not be made");
}

static void count(struct crew *c, int by)
{
	pthread_mutex_lock(&c->lock);
	c->at_work = by > 0 ? c->at_work + 1 : c->at_work - 1;
	if (!c->at_work)
		pthread_cond_broadcast(&c->done);
	pthread_mutex_unlock(&c->lock);
}

static void *begin(void *arg)
{
	struct task task = *(struct task *)arg;

	free(arg);
	task.work(task.arg);
	count(task.crew, -1);
	return NULL;
}

bool crew_run(struct crew *c, void (*work)(void *arg), void *arg)
{
	struct task *task = mem_alloc(sizeof(*task));
	pthread_t thread;

	*task = (struct task) { .crew = c, .work = work, .arg = arg };
	count(c, +1);
	if (pthread_create(&thread, NULL, begin, task) == 0) {
		pthread_detach(thread);
		return true;
	}
	count(c, -1);
	free(task);
	return false;
}

void crew_stop(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_mutex_unlock(&c->lock);
}

bool crew_is_stopping(struct crew *c)
{
	bool stopping;

	pthread_mutex_lock(&c->lock);
	stopping = c->stopping;
	pthread_mutex_unlock(&c->lock);
	return stopping;
}

void crew_clear(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	while (c->at_work)
		pthread_cond_wait(&c->done, &c->lock);
	pthread_mutex_unlock(&c->lock);
	pthread_cond_destroy(&c->done);
	pthread_mutex_destroy(&c->lock);
}
