/* SPDX-License-Identifier: MIT */
/*
 * 2025-03-31.basil: GET /v1/invoices/upcoming and /v1/invoices/upcoming/lines are gone; POST
 * /v1/invoices/create_preview serves them here. An upcoming invoice had no id. Its lines can be paged through as far as
 * the invoice itself shows them: the first ten. Source: Stripe docs "Changelog", basil: "Removes the upcoming invoice
 * methods".
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "resources/billing/meter.h"
#include "resources/versions/history.h"

/* subscription_items and the like become subscription_details[items]. */
static void take_details(json_t *given)
{
	static const char prefix[] = "subscription_";
	json_t *all = json_copy(given), *details, *value;
	const char *key;

	json_object_foreach(all, key, value)
	{
		if (strncmp(key, prefix, strlen(prefix)) || !strcmp(key, "subscription_details"))
			continue;
		details = older_object(given, "subscription_details");
		if (details && !json_object_get(details, key + strlen(prefix)))
			js_put(details, key + strlen(prefix), value);
		json_object_del(given, key);
	}
	json_decref(all);
}

static void take_upcoming(struct call *call, json_t *given)
{
	(void)call;
	take_details(given);
}

/* expand[]=data.price is about lines.data.price here. */
static void take_expand(json_t *given)
{
	json_t *paths = json_object_get(given, "expand"), *moved = json_array(), *path;
	const char *key;
	size_t i;

	json_array_foreach(paths, i, path)
	{
		json_array_append_new(moved, json_sprintf("lines.%s", json_string_value(path)));
	}
	json_object_foreach(paths, key, path)
	{
		json_array_append_new(moved, json_sprintf("lines.%s", json_string_value(path)));
	}
	if (json_array_size(moved))
		json_object_set(given, "expand", moved);
	json_decref(moved);
}

static void take_lines(struct call *call, json_t *given)
{
	static const char *const paging[] = { "limit", "starting_after" };

	call->aside = json_object();
	for (size_t i = 0; i < sizeof paging / sizeof *paging; i++) {
		if (json_object_get(given, paging[i]))
			js_put(call->aside, paging[i], json_object_get(given, paging[i]));
		json_object_del(given, paging[i]);
	}
	take_expand(given);
	take_details(given);
}

/* The preview's records are gone by the next call: lines get names that say which ones they are. */
static json_t *without_id(struct call *call, json_t *tree)
{
	json_t *lines = json_object_get(tree, "lines"), *line;
	const char *customer = older_id_at(tree, "customer");
	size_t i;

	json_object_del(tree, "id");
	js_put_text(lines, "url",
		arena_format(&call->arena, "/v1/invoices/upcoming/lines?customer=%s", customer ? customer : ""));
	json_array_foreach(json_object_get(lines, "data"), i, line)
	{
		js_put_text(line, "id",
			arena_format(
				&call->arena, "il_tmp_%zu%s", i, customer ? customer + strcspn(customer, "_") : ""));
		js_put_null(line, "invoice");
	}
	return tree;
}

static json_t *only_lines(struct call *call, json_t *tree)
{
	const char *after = js_text(call->aside, "starting_after"), *limit = js_text(call->aside, "limit");
	size_t most = limit ? (size_t)strtoul(limit, NULL, 10) : 10, i;
	json_t *lines = json_incref(json_object_get(without_id(call, tree), "lines"));
	json_t *rows = json_array(), *line;
	bool more = js_flag(lines, "has_more", false);

	json_array_foreach(json_object_get(lines, "data"), i, line)
	{
		const char *id = js_text(line, "id");

		if (after) {
			if (text_is(id, after))
				after = NULL;
		} else if (json_array_size(rows) < most) {
			json_array_append(rows, line);
		} else {
			more = true;
		}
	}
	js_put_new(lines, "data", rows);
	js_put_flag(lines, "has_more", more);
	json_decref(tree);
	return lines;
}

#define PREVIEW "POST", "/v1/invoices/create_preview"

const struct version_route basil_routes[] = {
	{ "GET", "/v1/invoices/upcoming", PREVIEW, take_upcoming, without_id, NULL },
	{ "GET", "/v1/invoices/upcoming/lines", PREVIEW, take_lines, only_lines, NULL },
	{ "POST", "/v1/subscription_items/{id}/usage_records", "POST", "/v1/billing/meter_events", basil_take_record,
		NULL, usage_record_create },
	/* A list without anything of its own stands in for this one: its limit and cursors are the same. */
	{ "GET", "/v1/subscription_items/{id}/usage_record_summaries", "GET", "/v1/billing/meters", NULL, NULL,
		usage_summaries },
	{ 0 },
};
