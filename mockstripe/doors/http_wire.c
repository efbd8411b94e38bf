/* SPDX-License-Identifier: MIT */
#include "doors/http_wire.h"

#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"

struct cut {
	struct bytes *body;
	size_t most;
};

static ssize_t read_cut(void *arg, uint64_t at, char *out, size_t room)
{
	const struct cut *c = arg;
	size_t left = at < c->most ? c->most - (size_t)at : 0;

	if (!left)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (left > room)
		left = room;
	memcpy(out, c->body->data + at, left);
	return (ssize_t)left;
}

static void free_cut(void *arg)
{
	struct cut *c = arg;

	bytes_drop(c->body);
	free(c);
}

struct MHD_Response *http_cut_response(struct bytes *body, size_t most)
{
	struct cut *c = mem_alloc(sizeof *c);
	struct MHD_Response *response;

	*c = (struct cut) { .body = body, .most = most };
	response = MHD_create_response_from_callback(body->length, 4096, read_cut, c, free_cut);
	if (!response)
		free_cut(c);
	return response;
}

int http_socket(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

void http_reset(struct MHD_Connection *connection)
{
	/* Dissolving the association sends the reset (connect(2)); closing with a linger time of zero does not get
	 * there, since the library shuts the socket down first. */
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	(void)connect(http_socket(connection), &nobody, sizeof nobody);
}
