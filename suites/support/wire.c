/* SPDX-License-Identifier: MIT */
#include "suites/support/wire.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_SECONDS 10

void wire_clear(struct wire_answer *a)
{
	free(a->head);
	free(a->body);
	*a = (struct wire_answer) { 0 };
}

bool wire_header(const struct wire_answer *a, const char *name, char *out, size_t room)
{
	size_t length = strlen(name);

	for (const char *line = a->head ? strchr(a->head, '\n') : NULL; line; line = strchr(line, '\n')) {
		line++;
		if (strncasecmp(line, name, length) || line[length] != ':')
			continue;
		line += length + 1;
		line += strspn(line, " ");
		length = strcspn(line, "\r\n");
		if (length >= room)
			return false;
		memcpy(out, line, length);
		out[length] = 0;
		return true;
	}
	return false;
}

void wire_patience(int fd, int milliseconds)
{
	struct timeval patience = { .tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

static int connected(int fd, const struct sockaddr *address, socklen_t length)
{
	if (fd < 0)
		return -1;
	wire_patience(fd, PATIENCE_SECONDS * 1000);
	if (!connect(fd, address, length))
		return fd;
	close(fd);
	return -1;
}

int wire_connect(const char *url)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	const char *host = strstr(url, "://"), *port = host ? strchr(host + 3, ':') : NULL;

	if (!port)
		return -1;
	address.sin_port = htons((uint16_t)strtoul(port + 1, NULL, 10));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return connected(
		socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), (const struct sockaddr *)&address, sizeof address);
}

int wire_connect_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof address.sun_path)
		return -1;
	memcpy(address.sun_path, path, strlen(path));
	return connected(
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), (const struct sockaddr *)&address, sizeof address);
}

bool wire_send(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t n = send(fd, data, length, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		length -= (size_t)n;
	}
	return true;
}

/* Byte by byte up to the empty line, so that nothing of the next answer is taken. */
static bool read_head(int fd, struct wire_answer *out)
{
	size_t length = 0, room = 16384;
	char *head = calloc(1, room);

	if (!head)
		abort();
	out->head = head;
	while (length + 1 < room && recv(fd, head + length, 1, 0) == 1) {
		head[++length] = 0;
		if (length >= 4 && !memcmp(head + length - 4, "\r\n\r\n", 4))
			return true;
	}
	return false;
}

void wire_read(int fd, bool to_head, struct wire_answer *out)
{
	char value[32];
	int status;

	*out = (struct wire_answer) { 0 };
	if (!read_head(fd, out) || strncmp(out->head, "HTTP/1.", 7))
		return;
	status = (int)strtol(out->head + 9, NULL, 10);
	if (!to_head && wire_header(out, "Content-Length", value, sizeof value))
		out->length = strtoul(value, NULL, 10);
	out->body = calloc(1, out->length + 1);
	if (!out->body)
		abort();
	for (size_t at = 0; at < out->length;) {
		ssize_t n = recv(fd, out->body + at, out->length - at, 0);

		if (n <= 0)
			return;
		at += (size_t)n;
	}
	out->status = status;
}

bool wire_is_closed(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char byte;

	return poll(&p, 1, 2000) == 1 && recv(fd, &byte, 1, 0) <= 0;
}

void wire_call(const char *url, const char *method, const char *path, const char *headers, const char *body,
	struct wire_answer *out)
{
	int fd = wire_connect(url);
	char *text = NULL;
	int length;

	*out = (struct wire_answer) { 0 };
	if (fd < 0)
		return;
	length = asprintf(&text, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %zu\r\n%s\r\n%s", method, path,
		strstr(url, "://") + 3, body ? strlen(body) : 0, headers ? headers : "", body ? body : "");
	if (length < 0)
		abort();
	if (wire_send(fd, text, (size_t)length))
		wire_read(fd, !strcmp(method, "HEAD"), out);
	free(text);
	close(fd);
}

struct gathering {
	struct wire_answer *out;
	size_t head_length;
};

static void *grown(char *old, size_t length, const char *part, size_t n)
{
	char *text = realloc(old, length + n + 1);

	if (!text)
		abort();
	memcpy(text + length, part, n);
	text[length + n] = 0;
	return text;
}

static size_t on_head(char *part, size_t size, size_t n, void *arg)
{
	struct gathering *g = arg;

	g->out->head = grown(g->out->head, g->head_length, part, size * n);
	g->head_length += size * n;
	return size * n;
}

static size_t on_body(char *part, size_t size, size_t n, void *arg)
{
	struct gathering *g = arg;

	g->out->body = grown(g->out->body, g->out->length, part, size * n);
	g->out->length += size * n;
	return size * n;
}

void wire_call_tls(const char *url, const char *path, const char *key, struct wire_answer *out)
{
	struct gathering g = { .out = out };
	CURL *curl = curl_easy_init();
	char *whole = NULL;
	long status = 0;

	*out = (struct wire_answer) { 0 };
	if (!curl || asprintf(&whole, "%s%s", url, path) < 0)
		abort();
	curl_easy_setopt(curl, CURLOPT_URL, whole);
	curl_easy_setopt(curl, CURLOPT_USERNAME, key);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)PATIENCE_SECONDS);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_head);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &g);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &g);
	if (curl_easy_perform(curl) == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	out->status = (int)status;
	free(whole);
	curl_easy_cleanup(curl);
}

/* build/suites/wire/x_test stands two folders below build/mockstripe, in every variant. */
static bool program_path(char *out, size_t room)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	int length;

	if (n <= 0)
		return false;
	self[n] = 0;
	length = snprintf(out, room, "%s/mockstripe", dirname(dirname(dirname(self))));
	return length > 0 && (size_t)length < room;
}

bool child_start(struct child *c, const char *const *flags)
{
	char program[PATH_MAX];
	char *argv[32] = { program };
	int output[2], errors[2];
	size_t n = 1;

	while (*flags && n + 1 < sizeof argv / sizeof *argv)
		argv[n++] = (char *)(uintptr_t)*flags++;
	if (!program_path(program, sizeof program) || pipe(output) || pipe(errors))
		return false;
	c->id = fork();
	if (c->id == 0) {
		dup2(output[1], STDOUT_FILENO);
		dup2(errors[1], STDERR_FILENO);
		close(output[0]);
		close(errors[0]);
		execv(program, argv);
		_exit(127);
	}
	close(output[1]);
	close(errors[1]);
	c->output = output[0];
	c->errors = errors[0];
	return c->id > 0;
}

bool child_line(int from, char *line, size_t room)
{
	size_t length = 0;

	while (length + 1 < room) {
		struct pollfd p = { .fd = from, .events = POLLIN };
		char c;

		if (poll(&p, 1, PATIENCE_SECONDS * 1000) != 1 || read(from, &c, 1) != 1)
			return false;
		if (c == '\n') {
			line[length] = 0;
			return true;
		}
		line[length++] = c;
	}
	return false;
}

int child_end(struct child *c, int number)
{
	int status = 0;

	if (number)
		kill(c->id, number);
	while (waitpid(c->id, &status, 0) < 0 && errno == EINTR)
		continue;
	close(c->output);
	close(c->errors);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
