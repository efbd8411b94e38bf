/* SPDX-License-Identifier: MIT */
#include "doors/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"

/* Deep enough for a test suite that opens all its connections at once. */
#define BACKLOG 1024

static bool fail_at(int fd, char **why, char *sentence)
{
	if (fd >= 0)
		close(fd);
	*why = sentence;
	return false;
}

static bool is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)address;

		return ntohl(in->sin_addr.s_addr) >> 24 == 127;
	}
	const struct sockaddr_in6 *in6 = (const void *)address;

	return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

static char *url_of(const char *scheme, const struct sockaddr_storage *address)
{
	char text[INET6_ADDRSTRLEN];

	if (address->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)address;
		bool any = in->sin_addr.s_addr == htonl(INADDR_ANY);

		inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
		return mem_format("%s://%s:%u", scheme, any ? "127.0.0.1" : text, (unsigned)ntohs(in->sin_port));
	}
	const struct sockaddr_in6 *in6 = (const void *)address;
	bool any = IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr);

	inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text);
	return mem_format("%s://[%s]:%u", scheme, any ? "::1" : text, (unsigned)ntohs(in6->sin6_port));
}

static struct addrinfo *resolve(const char *host, int port, char **why)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *found = NULL;
	char service[8];
	int error;

	snprintf(service, sizeof service, "%d", port);
	error = getaddrinfo(host, service, &hints, &found);
	if (error) {
		*why = mem_format(
			"cannot listen on %s: %s; give an address of this machine", host, gai_strerror(error));
		return NULL;
	}
	return found;
}

static char *explain_bind(const char *host, int port, int error)
{
	if (error == EADDRINUSE)
		return mem_format(
			"port %d on %s is in use; stop what listens there, or choose another port (0 takes a free one)",
			port, host);
	if (error == EACCES)
		return mem_format("port %d on %s needs more rights than this user has; choose one from 1024 up (0 "
				  "takes a free one)",
			port, host);
	return mem_format("cannot listen on %s port %d: %s", host, port, strerror(error));
}

bool listener_open_tcp(struct listener *l, const char *scheme, const char *host, int port, char **why)
{
	struct sockaddr_storage bound;
	socklen_t length = sizeof bound;
	struct addrinfo *found;
	int one = 1, fd, error;

	if (!host)
		host = "127.0.0.1";
	if (port < 0 || port > 65535)
		return fail_at(-1, why, mem_format("%d is not a port; ports are 0 to 65535", port));
	found = resolve(host, port, why);
	if (!found)
		return false;
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		error = errno;
		freeaddrinfo(found);
		return fail_at(-1, why, mem_format("cannot make a socket: %s", strerror(error)));
	}
	/* A server that was restarted must not wait for the old connections' last packets. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) || bind(fd, found->ai_addr, found->ai_addrlen) ||
		listen(fd, BACKLOG) || getsockname(fd, (struct sockaddr *)&bound, &length)) {
		error = errno;
		freeaddrinfo(found);
		return fail_at(fd, why, explain_bind(host, port, error));
	}
	freeaddrinfo(found);
	*l = (struct listener) {
		.fd = fd,
		.loopback = is_loopback((const struct sockaddr *)&bound),
		.url = url_of(scheme, &bound),
	};
	return true;
}

/* A socket file that outlived its server: nobody accepts on it. */
static bool is_stale(const struct sockaddr_un *address)
{
	struct stat st;
	int fd;
	bool refused;

	if (lstat(address->sun_path, &st) || !S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	refused = connect(fd, (const struct sockaddr *)address, sizeof *address) && errno == ECONNREFUSED;
	close(fd);
	return refused;
}

bool listener_open_unix(struct listener *l, const char *path, char **why)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, error;

	if (!*path || strlen(path) >= sizeof address.sun_path)
		return fail_at(-1, why,
			mem_format("a Unix socket's path has 1 to %zu characters, not %zu; choose a shorter folder",
				sizeof address.sun_path - 1, strlen(path)));
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail_at(-1, why, mem_format("cannot make a socket: %s", strerror(errno)));
	if (is_stale(&address))
		unlink(path);
	if (bind(fd, (const struct sockaddr *)&address, sizeof address)) {
		error = errno;
		return fail_at(fd, why,
			error == EADDRINUSE
				? mem_format("%s is there already; stop what listens on it, or remove the file", path)
				: mem_format("cannot listen on %s: %s", path, strerror(error)));
	}
	if (listen(fd, BACKLOG)) {
		error = errno;
		unlink(path);
		return fail_at(fd, why, mem_format("cannot listen on %s: %s", path, strerror(error)));
	}
	*l = (struct listener) { .fd = fd, .loopback = true, .path = mem_copy_text(path) };
	return true;
}

void listener_close(struct listener *l)
{
	close(l->fd);
	if (l->path)
		unlink(l->path);
	free(l->url);
	free(l->path);
	*l = (struct listener) { .fd = -1 };
}

static bool ends_with(const char *text, size_t length, const char *end)
{
	size_t n = strlen(end);

	return length >= n && !strncasecmp(text + length - n, end, n);
}

bool host_is_loopback(const char *host)
{
	struct in_addr four;
	struct in6_addr six;
	char name[256];
	size_t length;

	if (*host == '[') {
		host++;
		length = strcspn(host, "]");
		if (length >= sizeof name)
			return false;
		memcpy(name, host, length);
		name[length] = 0;
		return inet_pton(AF_INET6, name, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
	}
	length = strcspn(host, ":");
	if (length >= sizeof name)
		return false;
	memcpy(name, host, length);
	name[length] = 0;
	if (inet_pton(AF_INET, name, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	/* A resolver may be told anything about other names, but not about these (RFC 6761, section 6.3). */
	return !strcasecmp(name, "localhost") || ends_with(name, length, ".localhost");
}
