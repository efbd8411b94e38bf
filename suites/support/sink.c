/* SPDX-License-Identifier: MIT */
#include "suites/support/sink.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REQUESTS_MOST 1024

struct sink {
	int listener, stop[2];
	char url[64];
	pthread_t thread;
	pthread_mutex_t lock; /* of what stands below */
	struct sink_request *requests[REQUESTS_MOST];
	size_t count;
	int status, milliseconds;
	char headers[256];
	void (*call)(void *arg);
	void *arg;
};

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* False when the sink is to stop. */
static bool wait_for(struct sink *s, int fd, int milliseconds)
{
	struct pollfd p[] = { { .fd = s->stop[0], .events = POLLIN }, { .fd = fd, .events = POLLIN } };

	poll(p, fd < 0 ? 1 : 2, milliseconds);
	return !(p[0].revents & (POLLIN | POLLHUP));
}

static size_t declared_length(const char *head)
{
	const char *at = strcasestr(head, "\r\nContent-Length:");

	return at ? strtoul(at + strlen("\r\nContent-Length:"), NULL, 10) : 0;
}

static struct sink_request *read_request(struct sink *s, int fd)
{
	struct sink_request *r = must(calloc(1, sizeof *r));
	size_t room = 1 << 20, length = 0, head = 0;
	char *text = must(calloc(1, room));

	while (length + 1 < room && wait_for(s, fd, -1)) {
		ssize_t n = recv(fd, text + length, room - 1 - length, 0);
		char *end;

		if (n <= 0)
			break;
		length += (size_t)n;
		text[length] = 0;
		end = strstr(text, "\r\n\r\n");
		if (!end)
			continue;
		head = (size_t)(end - text) + 4;
		if (length >= head + declared_length(text))
			break;
	}
	r->head = must(strndup(text, head));
	r->length = length - head;
	r->body = must(calloc(1, r->length + 1));
	memcpy(r->body, text + head, r->length);
	free(text);
	return r;
}

static void serve(struct sink *s, int fd)
{
	struct sink_request *r = read_request(s, fd);
	void (*call)(void *arg);
	char answer[512];
	int length, pause;
	void *arg;

	pthread_mutex_lock(&s->lock);
	if (s->count == REQUESTS_MOST)
		abort();
	s->requests[s->count++] = r;
	call = s->call;
	arg = s->arg;
	pause = s->milliseconds;
	length = snprintf(answer, sizeof answer,
		"HTTP/1.1 %d Said\r\n%sContent-Length: 8\r\nConnection: close\r\n\r\nreceived", s->status, s->headers);
	pthread_mutex_unlock(&s->lock);
	if (call)
		call(arg);
	if (pause && !wait_for(s, -1, pause))
		return;
	if (send(fd, answer, (size_t)length, MSG_NOSIGNAL) != length)
		return;
	shutdown(fd, SHUT_WR);
}

static void *work(void *arg)
{
	struct sink *s = arg;

	while (wait_for(s, s->listener, -1)) {
		int fd = accept(s->listener, NULL, NULL);

		if (fd < 0)
			continue;
		serve(s, fd);
		close(fd);
	}
	return NULL;
}

struct sink *sink_open(void)
{
	struct sink *s = must(calloc(1, sizeof *s));
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof address;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->status = 200;
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->listener < 0 || bind(s->listener, (const struct sockaddr *)&address, sizeof address) ||
		listen(s->listener, 64) || getsockname(s->listener, (struct sockaddr *)&address, &length) ||
		pipe(s->stop))
		abort();
	snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d/hook", ntohs(address.sin_port));
	pthread_mutex_init(&s->lock, NULL);
	if (pthread_create(&s->thread, NULL, work, s))
		abort();
	return s;
}

void sink_close(struct sink *s)
{
	if (!s)
		return;
	close(s->stop[1]);
	pthread_join(s->thread, NULL);
	close(s->stop[0]);
	close(s->listener);
	for (size_t i = 0; i < s->count; i++) {
		free(s->requests[i]->head);
		free(s->requests[i]->body);
		free(s->requests[i]);
	}
	pthread_mutex_destroy(&s->lock);
	free(s);
}

const char *sink_url(const struct sink *s)
{
	return s->url;
}

void sink_answer(struct sink *s, int status, const char *headers, int milliseconds)
{
	pthread_mutex_lock(&s->lock);
	s->status = status;
	s->milliseconds = milliseconds;
	snprintf(s->headers, sizeof s->headers, "%s", headers ? headers : "");
	pthread_mutex_unlock(&s->lock);
}

void sink_on_request(struct sink *s, void (*call)(void *arg), void *arg)
{
	pthread_mutex_lock(&s->lock);
	s->call = call;
	s->arg = arg;
	pthread_mutex_unlock(&s->lock);
}

size_t sink_count(struct sink *s)
{
	size_t count;

	pthread_mutex_lock(&s->lock);
	count = s->count;
	pthread_mutex_unlock(&s->lock);
	return count;
}

size_t sink_wait(struct sink *s, size_t count)
{
	const struct timespec moment = { .tv_nsec = 5000000 };

	for (int i = 0; i < 2000 && sink_count(s) < count; i++)
		nanosleep(&moment, NULL);
	return sink_count(s);
}

const struct sink_request *sink_request(struct sink *s, size_t index)
{
	const struct sink_request *r;

	pthread_mutex_lock(&s->lock);
	r = index < s->count ? s->requests[index] : NULL;
	pthread_mutex_unlock(&s->lock);
	return r;
}

char *sink_header(const struct sink_request *r, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = strchr(r->head, '\n'); line; line = strchr(line, '\n')) {
		line++;
		if (strncasecmp(line, name, length) || line[length] != ':')
			continue;
		line += length + 1;
		line += strspn(line, " ");
		return must(strndup(line, strcspn(line, "\r\n")));
	}
	return NULL;
}
