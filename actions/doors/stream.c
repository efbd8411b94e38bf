/* SPDX-License-Identifier: MIT */
#include "actions/doors/stream.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

/*
 * The reader waits for two things at once, bytes and the end of its connection, so that it polls: a descriptor stands
 * for "something has come".
 */
struct stream {
	pthread_mutex_t lock;
	struct text waiting;
	size_t taken; /* of what waits */
	int bell;
	bool ended;
	bool gone; /* nobody reads any more */
	bool left; /* and the reader's pointer is void */
	void (*wake)(void *arg);
	void *wake_arg;
};

struct stream *stream_new(void)
{
	struct stream *s = mem_alloc(sizeof(*s));

	s->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->bell < 0 || pthread_mutex_init(&s->lock, NULL)) {
		if (s->bell >= 0)
			close(s->bell);
		free(s);
		return NULL;
	}
	text_init(&s->waiting, STREAM_MOST);
	return s;
}

static void stream_free(struct stream *s)
{
	close(s->bell);
	pthread_mutex_destroy(&s->lock);
	text_clear(&s->waiting);
	free(s);
}

/* A counter that is full rings as well as one that is not. */
static void ring(struct stream *s)
{
	const uint64_t one = 1;

	if (write(s->bell, &one, sizeof(one)) < 0 && errno != EAGAIN)
		die("a stream's bell is broken: %s", strerror(errno));
}

void stream_put(struct stream *s, const char *data, size_t length)
{
	pthread_mutex_lock(&s->lock);
	if (!s->gone) {
		text_add(&s->waiting, data, length);
		ring(s);
	}
	pthread_mutex_unlock(&s->lock);
}

bool stream_is_left(struct stream *s)
{
	bool left;

	pthread_mutex_lock(&s->lock);
	left = s->gone || s->waiting.over;
	pthread_mutex_unlock(&s->lock);
	return left;
}

void stream_on_left(struct stream *s, void (*wake)(void *arg), void *arg)
{
	bool left;

	pthread_mutex_lock(&s->lock);
	s->wake = wake;
	s->wake_arg = arg;
	left = s->gone;
	pthread_mutex_unlock(&s->lock);
	if (left && wake)
		wake(arg);
}

void stream_end(struct stream *s)
{
	bool last;

	pthread_mutex_lock(&s->lock);
	s->ended = true;
	s->wake = NULL;
	last = s->left;
	if (!last)
		ring(s);
	pthread_mutex_unlock(&s->lock);
	if (last)
		stream_free(s);
}

/* Under the lock, so that the maker cannot end, and what it wakes be gone, in between. */
static void tell_maker(struct stream *s)
{
	s->gone = true;
	if (s->wake)
		s->wake(s->wake_arg);
}

/* What there is now; STREAM_QUIET when that is nothing. */
static enum stream_state stream_take(struct stream *s, char *out, size_t room, size_t *length)
{
	enum stream_state state = STREAM_QUIET;
	uint64_t rings;

	pthread_mutex_lock(&s->lock);
	if (read(s->bell, &rings, sizeof(rings)) < 0 && errno != EAGAIN)
		die("a stream's bell is broken: %s", strerror(errno));
	*length = s->waiting.length - s->taken;
	if (*length > room)
		*length = room;
	memcpy(out, s->waiting.data + s->taken, *length);
	s->taken += *length;
	if (*length)
		state = STREAM_BYTES;
	else if (s->waiting.over)
		state = STREAM_BROKEN;
	else if (s->ended)
		state = STREAM_ENDED;
	if (s->taken == s->waiting.length && !s->waiting.over) {
		text_reset(&s->waiting);
		s->taken = 0;
	}
	pthread_mutex_unlock(&s->lock);
	return state;
}

enum stream_state stream_read(struct stream *s, int connection, int patience, char *out, size_t room, size_t *length)
{
	struct pollfd waits[] = { { .fd = s->bell, .events = POLLIN }, { .fd = connection, .events = POLLRDHUP } };
	enum stream_state state = stream_take(s, out, room, length);
	int ready;

	if (state != STREAM_QUIET)
		return state;
	do
		ready = poll(waits, 2, patience);
	while (ready < 0 && errno == EINTR);
	if (waits[1].revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) {
		/* Before the request counts as over: what the maker waits for must not come from now on. */
		pthread_mutex_lock(&s->lock);
		tell_maker(s);
		pthread_mutex_unlock(&s->lock);
		return STREAM_ENDED;
	}
	return stream_take(s, out, room, length);
}

void stream_leave(struct stream *s)
{
	bool last;

	pthread_mutex_lock(&s->lock);
	s->left = true;
	last = s->ended;
	tell_maker(s);
	pthread_mutex_unlock(&s->lock);
	if (last)
		stream_free(s);
}
