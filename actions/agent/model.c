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

void model_close(struct model *model)
{
	if (model->close)
		model->close(model->arg);
	memset(model, 0, sizeof(*model));
}
