/* SPDX-License-Identifier: MIT */
#include "doors/direct.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "doors/headers.h"

void direct_read_headers(struct request *request, const char *const *headers)
{
	static const struct {
		const char *name;
		size_t field;
	} known[] = {
		{ "Authorization", offsetof(struct request, authorization) },
		{ "Content-Type", offsetof(struct request, content_type) },
		{ "Stripe-Version", offsetof(struct request, stripe_version) },
		{ "Stripe-Account", offsetof(struct request, stripe_account) },
		{ "Idempotency-Key", offsetof(struct request, idempotency_key) },
	};

	for (; headers && *headers; headers++) {
		size_t length = strcspn(*headers, ":");
		const char *value = *headers + length;

		if (!*value)
			continue; /* not a header */
		value++;
		value += strspn(value, " \t");
		for (size_t i = 0; i < COUNT_OF(known); i++)
			if (strlen(known[i].name) == length && !strncasecmp(known[i].name, *headers, length))
				memcpy((char *)request + known[i].field, &value, sizeof value);
	}
}

static void take_away(struct reply *reply)
{
	struct reply nothing = { .body = bytes_new("", 0), .wire = reply->wire, .delay = reply->delay };

	bytes_drop(reply->body);
	bytes_drop(reply->headers);
	*reply = nothing;
}

void direct_carry(struct reply *reply)
{
	struct bytes *part;

	if (reply->wire == WIRE_WHOLE)
		return;
	if (reply->wire != WIRE_CUT) {
		take_away(reply);
		return;
	}
	part = bytes_new(reply->body->data, reply->cut);
	bytes_drop(reply->body);
	reply->body = part;
}

struct gathering {
	struct text text; /* the headers behind each other, each terminated */
	size_t count;
};

static void gather(void *arg, const char *name, const char *value)
{
	struct gathering *g = arg;

	text_format(&g->text, "%s: %s", name, value);
	text_char(&g->text, 0);
	g->count++;
}

const char **direct_write_headers(const struct reply *reply, const struct request *request)
{
	struct gathering g = { .count = 0 };
	size_t pointers;
	const char **list;
	char *at;

	text_init(&g.text, TEXT_NO_CEILING);
	if (reply->status)
		reply_headers(reply, request, gather, &g);
	pointers = (g.count + 1) * sizeof *list;
	list = mem_alloc(pointers + g.text.length);
	at = (char *)list + pointers;
	memcpy(at, g.text.data, g.text.length);
	text_clear(&g.text);
	for (size_t i = 0; i < g.count; i++) {
		list[i] = at;
		at += strlen(at) + 1;
	}
	return list;
}
