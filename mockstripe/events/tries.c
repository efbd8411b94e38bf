/* SPDX-License-Identifier: MIT */
#include "events/tries.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"

json_t *tries_of(struct record *event)
{
	return js_get(record_private(event), "webhooks");
}

size_t try_of(const json_t *rows, const char *endpoint)
{
	size_t i;
	json_t *row;

	json_array_foreach(rows, i, row)
	{
		const char *own = js_text(row, "endpoint");

		if (own && !strcmp(own, endpoint))
			return i;
	}
	return SIZE_MAX;
}

bool try_is(const json_t *row, const char *state)
{
	const char *own = js_text(row, "state"); /* a snapshot is written by anybody */

	return own && !strcmp(own, state);
}

json_t *try_new(const char *endpoint, const char *state, int64_t at, int64_t attempts)
{
	json_t *row = json_object();

	js_put_text(row, "endpoint", endpoint);
	js_put_text(row, "state", state);
	js_put_int(row, "at", at);
	js_put_int(row, "attempts", attempts);
	return row;
}

void tries_set(struct journal *j, struct record *event, json_t *rows)
{
	json_t *old = record_private(event), *private = old ? json_copy(old) : json_object();
	int64_t due = 0, pending = 0;
	size_t i;
	json_t *row;

	json_array_foreach(rows, i, row)
	{
		int64_t at = js_int(row, "at", 0);

		pending += !try_is(row, "delivered") && !try_is(row, "stopped");
		if (try_is(row, "waiting") && (!due || at < due))
			due = at;
	}
	js_put_new(private, "webhooks", rows);
	if (due)
		js_put_int(private, "due", due);
	else
		json_object_del(private, "due");
	event_set_deliveries(j, event, private, pending);
}

/* Seconds from attempt `attempts` to the next; 0: that was the last. */
static int64_t pause_after(int64_t attempts, bool livemode)
{
	static const int test[] = { 600, 3600, 10800 };
	static const int live[] = { 300, 1800, 7200, 18000, 36000, 43200, 43200, 43200, 43200 };
	const int *pauses = livemode ? live : test;
	int64_t count = livemode ? COUNT_OF(live) : COUNT_OF(test);

	return attempts >= 1 && attempts <= count ? pauses[attempts - 1] : 0;
}

json_t *try_failed(const json_t *row, bool livemode)
{
	int64_t attempts = js_int(row, "attempts", 0) + 1;
	int64_t pause = pause_after(attempts, livemode);

	return try_new(
		js_text(row, "endpoint"), pause ? "waiting" : "given_up", js_int(row, "at", 0) + pause, attempts);
}
