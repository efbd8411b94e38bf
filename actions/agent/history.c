/* SPDX-License-Identifier: MIT */
#include "actions/agent/history.h"

#include <string.h>

#include "actions/agent/model.h"

static bool has_link(const char *line, size_t length)
{
	return memmem(line, length, "http://", 7) || memmem(line, length, "https://", 8);
}

static void plain_put(struct text *out, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (!has_link(text, length))
			text_format(out, "%s%.*s", out->length ? "\n" : "", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

json_t *history_of(const json_t *messages)
{
	json_t *out = json_array(), *message;
	size_t i;

	json_array_foreach(messages, i, message)
	{
		const char *role = js_text(message, "role"), *content = js_text(message, "content");
		struct text t;

		if (!content || !strcmp(role, "tool"))
			continue;
		text_init(&t, TEXT_NO_CEILING);
		plain_put(&t, content);
		if (t.length)
			json_array_append_new(out, model_message(role, t.data));
		text_clear(&t);
	}
	return out;
}
