/* SPDX-License-Identifier: MIT */
#include "actions/runtime/cap.h"

#include "base/json.h"
#include "base/text.h"

static size_t result_size(const struct run_result *out)
{
	js_auto tree = envelope_json(&out->envelope, &out->problem);
	struct text t;
	size_t length;

	text_init(&t, TEXT_NO_CEILING);
	js_write(&t, tree);
	length = t.length;
	text_clear(&t);
	return length;
}

/* The text up to the last whole line within `most` bytes; what is left out is in the data, or behind the cursor. */
static void message_cut(struct text *message, size_t most)
{
	size_t length = most;

	if (message->length <= most)
		return;
	while (length && message->data[length] != '\n')
		length--;
	if (!length)
		for (length = most; length && ((unsigned char)message->data[length] & 0xC0) == 0x80; length--)
			;
	message->length = length;
	message->data[length] = '\0';
	text_put(message, "\n...");
}

/* The action's own list while it has rows, else the longest there is: choices, faults, plans. NULL: none has rows. */
static json_t *list_find(json_t *data, const char *own)
{
	json_t *found = own ? js_get(data, own) : NULL, *value;
	const char *key;

	if (json_array_size(found))
		return found;
	found = NULL;
	json_object_foreach(data, key, value)
	{
		if (json_array_size(value) > json_array_size(found))
			found = value;
	}
	return found;
}

void result_cap(struct action_run *run, const struct action_kind *kind, struct run_result *result)
{
	struct envelope *e = &result->envelope;
	const char *own = kind ? kind->list : NULL;
	json_t *list;

	if (result_size(result) <= RUN_RESULT_MOST)
		return;
	js_put_flag(e->data, "truncated", true);
	message_cut(&e->message, RUN_RESULT_MOST / 4);
	while (result_size(result) > RUN_RESULT_MOST && (list = list_find(e->data, own)) != NULL) {
		json_array_remove(list, json_array_size(list) - 1);
		if (kind && kind->resume && list == js_get(e->data, own))
			kind->resume(run, json_array_size(list));
	}
	envelope_warn(e, "result_truncated");
}
