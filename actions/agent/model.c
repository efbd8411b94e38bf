/* SPDX-License-Identifier: MIT */
#include "actions/agent/model.h"

#include <string.h>

#include "base/json.h"

#define REPLY_MOST ((size_t)64 * 1024)

void model_reply_init(struct model_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	text_init(&reply->text, REPLY_MOST);
	reply->calls = json_array();
}

void model_reply_clear(struct model_reply *reply)
{
	text_clear(&reply->text);
	json_decref(reply->calls);
	memset(reply, 0, sizeof(*reply));
}

void model_reply_call(struct model_reply *reply, const char *id, const char *name, const char *arguments)
{
	json_t *call = json_object();

	js_put_text(call, "id", id);
	js_put_text(call, "name", name);
	js_put_text(call, "arguments", arguments);
	json_array_append_new(reply->calls, call);
}

json_t *model_message(const char *role, const char *content)
{
	json_t *out = json_object();

	js_put_text(out, "role", role);
	js_put_text(out, "content", content);
	return out;
}

json_t *model_reply_message(const struct model_reply *reply)
{
	json_t *out = model_message("assistant", reply->text.length ? reply->text.data : NULL), *calls = json_array(),
	       *call;
	size_t i;

	json_array_foreach(reply->calls, i, call)
	{
		json_t *one = json_object(), *function = json_object();

		js_put(function, "name", js_get(call, "name"));
		js_put(function, "arguments", js_get(call, "arguments"));
		js_put(one, "id", js_get(call, "id"));
		js_put_text(one, "type", "function");
		js_put_new(one, "function", function);
		json_array_append_new(calls, one);
	}
	if (json_array_size(calls))
		js_put_new(out, "tool_calls", calls);
	else
		json_decref(calls);
	return out;
}

void model_close(struct model *model)
{
	if (model->close)
		model->close(model->arg);
	memset(model, 0, sizeof(*model));
}
