/* SPDX-License-Identifier: MIT */
#include "actions/doors/http_socket.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT_USUAL "12113"

static bool port_is_good(const char *port)
{
	char *end;
	unsigned long value = strtoul(port, &end, 10);

	return *port >= '0' && *port <= '9' && !*end && value <= 65535;
}

/* What the kernel made of the port 0, and the address as a URL has it. */
static bool url_make(int fd, struct arena *arena, struct http_socket *out)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	char host[64], port[16];

	if (getsockname(fd, (struct sockaddr *)(void *)&address, &size) ||
		getnameinfo((const struct sockaddr *)(const void *)&address, size, host, sizeof(host), port,
			sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV))
		return false;
	/* Whoever listens on every address is met on the nearest one. */
	if (!strcmp(host, "0.0.0.0"))
		memcpy(host, "127.0.0.1", sizeof("127.0.0.1"));
	if (!strcmp(host, "::"))
		memcpy(host, "::1", sizeof("::1"));
	out->port = (unsigned)strtoul(port, NULL, 10);
	out->url = strchr(host, ':') ? arena_format(arena, "http://[%s]:%s", host, port)
				     : arena_format(arena, "http://%s:%s", host, port);
	return true;
}

static int socket_listen(const struct addrinfo *at)
{
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, kept;

	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) &&
		!bind(fd, at->ai_addr, at->ai_addrlen) && !listen(fd, SOMAXCONN))
		return fd;
	kept = errno;
	if (fd >= 0)
		close(fd);
	errno = kept;
	return -1;
}

bool http_socket_open(
	const char *address, const char *port, struct arena *arena, struct http_socket *out, struct text *why)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
	struct addrinfo *found = NULL;

	address = address ? address : "127.0.0.1";
	port = port ? port : PORT_USUAL;
	if (!port_is_good(port)) {
		text_put(why, "--port takes a number from 0 to 65535");
		return false;
	}
	if (getaddrinfo(address, port, &hints, &found)) {
		text_format(why, "--bind takes a numeric address such as 127.0.0.1 or ::1, not %s", address);
		return false;
	}
	out->fd = socket_listen(found);
	freeaddrinfo(found);
	if (out->fd >= 0 && url_make(out->fd, arena, out))
		return true;
	text_format(why, "cannot listen on %s port %s: %s", address, port, strerror(errno));
	if (out->fd >= 0)
		close(out->fd);
	return false;
}
