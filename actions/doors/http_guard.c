/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <strings.h>

#include "actions/doors/http_inside.h"
#include "base/mem.h"

/*
 * Who may ask at all. A page that was rebound to this address brings another Host; a page of another site brings its
 * Origin. What is only read without an Origin (a link, a script) is the widget's own files, which are for everybody.
 */

/* This machine's own names, with the port that is listened on, and the name that the world knows. */
static bool is_own(const struct widget_place *place, unsigned port, const char *authority)
{
	static const char *const names[] = { "127.0.0.1", "localhost", "[::1]" };
	const char *public = strstr(place->origin, "://");
	char own[16];

	snprintf(own, sizeof(own), ":%u", port);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (!strncasecmp(authority, names[i], strlen(names[i])) && !strcmp(authority + strlen(names[i]), own))
			return true;
	return public && !strcasecmp(public + 3, authority);
}

/* The site as it stands in the list, exactly; NULL. */
static const char *site_find(const struct widget_place *place, const char *origin)
{
	for (size_t i = 0; place->sites && place->sites[i]; i++)
		if (!strcmp(place->sites[i], origin))
			return place->sites[i];
	return NULL;
}

bool http_guard(const struct http_house *house, const struct http_request *request, struct http_answer *out)
{
	const struct widget_place *place = &house->place;

	if (!request->host || !is_own(place, house->port, request->host)) {
		http_answer_fault(out, 421, "host_unknown", "This server answers only under its own address.");
		return false;
	}
	if (!request->origin || !strcmp(request->origin, place->origin))
		return true;
	out->cors = site_find(place, request->origin);
	if (out->cors || (!strcmp(request->method, "GET") && !strncmp(request->path, "/widget/", 8)))
		return true;
	http_answer_fault(out, 403, "origin_refused", "Pages of this origin may not call.");
	return false;
}
