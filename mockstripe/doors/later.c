/* SPDX-License-Identifier: MIT */
#include "doors/later.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/list.h"
#include "base/mem.h"

struct waiting {
	int socket, timer; /* timer -1: none */
	void (*ready)(void *arg);
	void *arg;
};

struct later {
	pthread_mutex_t lock;
	struct list waiting;
	int poll, wake; /* -1 until the thread is started */
	pthread_t thread;
	bool started, over;
};

struct later *later_new(void)
{
	struct later *l = mem_alloc(sizeof *l);

	pthread_mutex_init(&l->lock, NULL);
	l->poll = l->wake = -1;
	return l;
}

static void finish(struct later *l, struct waiting *w)
{
	epoll_ctl(l->poll, EPOLL_CTL_DEL, w->socket, NULL);
	if (w->timer >= 0)
		close(w->timer);
	w->ready(w->arg);
	free(w);
}

/* The lock is held while the answer is let go, so that later_free cannot overtake it. */
static void finish_one(struct later *l, struct waiting *w)
{
	for (size_t i = 0; i < l->waiting.count; i++)
		if (l->waiting.at[i] == w) {
			list_remove(&l->waiting, i);
			finish(l, w);
			return;
		}
	/* A socket that closed in the moment its time was up is told twice. */
}

static void *wait_for_them(void *arg)
{
	struct later *l = arg;
	struct epoll_event events[16];
	bool over = false;
	int n;

	while (!over) {
		n = epoll_wait(l->poll, events, COUNT_OF(events), -1);
		if (n < 0 && errno != EINTR)
			die("epoll_wait: %s", strerror(errno));
		pthread_mutex_lock(&l->lock);
		for (int i = 0; i < n; i++)
			if (events[i].data.ptr)
				finish_one(l, events[i].data.ptr);
		over = l->over;
		pthread_mutex_unlock(&l->lock);
	}
	return NULL;
}

static void watch(struct later *l, int fd, uint32_t events, struct waiting *w)
{
	struct epoll_event event = { .events = events, .data.ptr = w };

	if (epoll_ctl(l->poll, EPOLL_CTL_ADD, fd, &event))
		die("epoll_ctl: %s", strerror(errno));
}

static void start(struct later *l)
{
	l->poll = epoll_create1(EPOLL_CLOEXEC);
	l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->poll < 0 || l->wake < 0)
		die("epoll, eventfd: %s", strerror(errno));
	watch(l, l->wake, EPOLLIN, NULL);
	if (pthread_create(&l->thread, NULL, wait_for_them, l))
		die("no thread for answers that are held back");
	l->started = true;
}

static int start_timer(unsigned milliseconds)
{
	const struct itimerspec after = {
		.it_value = { .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L },
	};
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (timer < 0 || timerfd_settime(timer, 0, &after, NULL))
		die("timerfd: %s", strerror(errno));
	return timer;
}

void later_add(struct later *l, int socket, unsigned milliseconds, void (*ready)(void *arg), void *arg)
{
	struct waiting *w = mem_alloc(sizeof *w);

	*w = (struct waiting) { .socket = socket, .timer = -1, .ready = ready, .arg = arg };
	pthread_mutex_lock(&l->lock);
	if (l->over) {
		free(w);
		ready(arg);
	} else {
		if (!l->started)
			start(l);
		list_add(&l->waiting, w);
		watch(l, socket, EPOLLRDHUP, w);
		if (milliseconds) {
			w->timer = start_timer(milliseconds);
			watch(l, w->timer, EPOLLIN, w);
		}
	}
	pthread_mutex_unlock(&l->lock);
}

void later_let_go(struct later *l)
{
	const uint64_t one = 1;

	pthread_mutex_lock(&l->lock);
	l->over = true;
	while (l->waiting.count) {
		struct waiting *w = l->waiting.at[0];

		list_remove(&l->waiting, 0);
		finish(l, w);
	}
	if (l->started && write(l->wake, &one, sizeof one) != (ssize_t)sizeof one)
		die("eventfd: %s", strerror(errno));
	pthread_mutex_unlock(&l->lock);
}

void later_free(struct later *l)
{
	if (!l)
		return;
	later_let_go(l);
	if (l->started) {
		pthread_join(l->thread, NULL);
		close(l->poll);
		close(l->wake);
	}
	list_clear(&l->waiting);
	pthread_mutex_destroy(&l->lock);
	free(l);
}
