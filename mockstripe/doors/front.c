/* SPDX-License-Identifier: MIT */
#include "doors/front.h"

#include <string.h>
#include <strings.h>

#include "doors/socket.h"
#include "pages/pages.h"

/* A client that takes the simulator for a proxy sends the whole URL (RFC 9112, section 3.2.2). */
static const char *path_of(const char *target)
{
	const char *host, *path;

	if (*target == '/')
		return target;
	if (!strncasecmp(target, "http://", 7))
		host = target + 7;
	else if (!strncasecmp(target, "https://", 8))
		host = target + 8;
	else
		return target;
	path = strchr(host, '/');
	return path ? path : "/";
}

/*
 * Nobody needs a key for the control room, so a web page must not get there: neither by a name of its own that it
 * points at this machine (DNS rebinding), nor by a request across origins. Only loopback sockets can tell: behind
 * others the names are the user's.
 */
static bool is_foreign(const struct origin *from)
{
	const char *rest;

	if (!from->loopback)
		return false;
	if (from->host && !host_is_loopback(from->host))
		return true;
	if (!from->origin)
		return false;
	rest = strstr(from->origin, "://");
	return !rest || !host_is_loopback(rest + 3);
}

static bool is_control(const char *path)
{
	return !strncmp(path, CONTROL_PREFIX, strlen(CONTROL_PREFIX)) && strchr("/?", path[strlen(CONTROL_PREFIX)]);
}

bool front_waits(struct front *f, const struct request *request, const struct origin *from, struct account **account)
{
	struct request whole = *request;

	whole.target = path_of(request->target);
	return request->body_length <= BODY_MOST && is_control(whole.target) && !is_foreign(from) &&
	       control_waits(f->control, &whole, account);
}

/* A page's own forms come with its own origin; one of another site has no business here. */
static void serve_page(struct front *f, const struct request *request, const struct origin *from, struct reply *out)
{
	if (is_foreign(from))
		pages_refuse(out, 403, "Not from there",
			"This page opens at http://127.0.0.1 or http://localhost only, and not by a form of another "
			"site.");
	else
		pages_serve(f->engine, request, out);
}

void front_serve(struct front *f, const struct request *request, const struct origin *from, struct reply *out)
{
	struct request whole;

	if (request->target[0] != '/') {
		whole = *request;
		whole.target = path_of(request->target);
		request = &whole;
	}
	if (request->body_length > BODY_MOST)
		front_refuse_body(out);
	else if (pages_have(request->target))
		serve_page(f, request, from, out);
	else if (!is_control(request->target))
		engine_serve(f->engine, request, out);
	else if (is_foreign(from))
		control_refuse(out, 403, "This path is not for web pages of other sites.",
			"Call it as http://127.0.0.1 or http://localhost, with that name in the Host header and "
			"without an Origin of "
			"another site.");
	else
		control_serve(f->control, request, out);
}

void front_refuse_body(struct reply *out)
{
	static const char body[] =
		"{\n  \"error\": {\n    \"message\": \"Your request body is larger than 8 MiB, which is the "
		"most that is read here. Send less in one request.\",\n    \"type\": "
		"\"invalid_request_error\"\n  }\n}";

	*out = (struct reply) {
		.status = 413,
		.body = bytes_new(body, sizeof body - 1),
		.content_type = "application/json",
	};
}
