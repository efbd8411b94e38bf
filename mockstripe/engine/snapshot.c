/* SPDX-License-Identifier: MIT */
#include "engine/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

static void gather(void *arg, const char *id, void *value)
{
	(void)id;
	list_add(arg, value);
}

static int compare_sequence(const void *a, const void *b)
{
	const struct record *x = *(struct record *const *)a, *y = *(struct record *const *)b;

	return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

static void put_counter(void *arg, const char *name, void *value)
{
	/* Counters that a rewound account was left with at 0 are as if they had never been. */
	if (*(const uint64_t *)value)
		js_put_int(arg, name, (int64_t) * (const uint64_t *)value);
}

/* What the record is beyond what its body says: NULL for nearly all of them. */
static json_t *entry_of(struct record *r)
{
	const json_t *tree = record_tree(r);
	const char *id = js_text(tree, "id"), *object = js_text(tree, "object");
	json_t *entry = json_object();

	if (!id || strcmp(id, r->id))
		js_put_text(entry, "id", r->id);
	if (!object || schema_find_object(object) != r->type)
		js_put_text(entry, "type", r->type->name);
	if (js_int(tree, "created", r->created ^ 1) != r->created)
		js_put_int(entry, "created", r->created);
	if (json_object_size(entry))
		return entry;
	json_decref(entry);
	return NULL;
}

static void write_record(struct text *out, struct record *r)
{
	json_t *entry = entry_of(r), *copy;
	struct body *body;

	if (!entry) {
		body_write_whole(r->body, out);
		return;
	}
	copy = json_copy(record_tree(r));
	js_put_new(js_own(copy, PRIVATE_KEY), "record", entry);
	body = body_new(copy);
	body_write_whole(body, out);
	body_drop(body);
}

static void write_header(struct text *out, struct account *a)
{
	json_t *header = json_object(), *snapshot = json_object(), *counters = json_object();

	map_each(a->counters, put_counter, counters);
	js_put_text(header, "account", a->id);
	js_put_int(header, "now", timeline_now(&a->time));
	js_put_new(snapshot, "counters", counters);
	js_put_new(header, "snapshot", snapshot);
	js_write(out, header);
	json_decref(header);
}

char *snapshot_text(struct account *a)
{
	struct list records = { 0 };
	struct text compact, out;

	map_each(a->records, gather, &records);
	if (records.count)
		qsort(records.at, records.count, sizeof *records.at, compare_sequence);
	text_init(&compact, TEXT_NO_CEILING);
	text_put(&compact, "{\"mockstripe\":");
	write_header(&compact, a);
	text_put(&compact, ",\"objects\":[");
	for (size_t i = 0; i < records.count; i++) {
		if (i)
			text_char(&compact, ',');
		write_record(&compact, records.at[i]);
		account_cool(a);
	}
	text_put(&compact, "]}");
	text_init(&out, TEXT_NO_CEILING);
	js_indent(&out, compact.data, compact.length, 0);
	text_char(&out, '\n');
	text_clear(&compact);
	list_clear(&records);
	return text_take(&out);
}
