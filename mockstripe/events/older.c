/* SPDX-License-Identifier: MIT */
#include "events/older.h"

#include "api/version_changes.h"
#include "base/json.h"
#include "events/emit.h"

/* Puts the old values back: objects merge, everything else is replaced. */
static void undo(json_t *object, const json_t *previous)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)previous, key, value)
	{
		json_t *now = json_object_get(object, key);

		if (json_is_object(value) && json_is_object(now) && !json_object_get(value, "object"))
			undo(now, value);
		else
			js_put_new(object, key, json_deep_copy(value));
	}
}

static void show(struct call *call, json_t *event)
{
	json_t *data = json_object_get(event, "data"), *object = json_object_get(data, "object");
	json_t *previous = json_object_get(data, "previous_attributes"), *before = NULL;

	if (json_is_object(previous)) {
		before = json_deep_copy(object);
		undo(before, previous);
		version_show_tree(call, before, NULL);
	}
	version_show_tree(call, object, NULL);
	if (before)
		js_put_new(data, "previous_attributes", previous_attributes(before, object));
	json_decref(before);
	/* What has changed has no place in the older shape. */
	if (js_is_null(data, "previous_attributes"))
		js_put_new(data, "previous_attributes", json_object());
}

struct bytes *event_older(const struct api *api, struct record *event, const char *version)
{
	unsigned changes = version ? version_changes(api, version) : 0;
	struct text compact, out;
	struct bytes *bytes;
	struct call call;
	json_t *tree;

	if (!changes)
		return NULL;
	call_init(&call, api, event->account, timeline_now(&event->account->time));
	call.version = version;
	call.changes = changes;
	tree = json_deep_copy(record_tree(event));
	js_put_text(tree, "api_version", version);
	show(&call, tree);
	text_init(&compact, TEXT_NO_CEILING);
	text_init(&out, TEXT_NO_CEILING);
	js_write_without(&compact, tree, PRIVATE_KEY);
	js_indent(&out, compact.data, compact.length, 0);
	bytes = text_bytes(&out);
	text_clear(&compact);
	text_clear(&out);
	json_decref(tree);
	call_end(&call);
	return bytes;
}
