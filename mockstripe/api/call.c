/* SPDX-License-Identifier: MIT */
#include "api/call.h"

#include "base/json.h"
#include "store/timeline.h"

void call_init(struct call *call, const struct api *api, struct account *account, int64_t now)
{
	*call = (struct call) { .api = api, .account = account, .now = now, .version = api->version };
	call->params = json_object();
	call->method = "";
	call->path = "";
	call->base_url = api->base_url;
	journal_begin(&call->journal, account);
}

void call_end(struct call *call)
{
	json_decref(call->params);
	json_decref(call->aside);
	json_decref(call->answer.tree);
	bytes_drop(call->answer.bytes);
	json_decref(call->fail.payment_intent);
	json_decref(call->fail.payment_method);
	json_decref(call->fail.setup_intent);
	arena_free(&call->arena);
}

void call_use_clock(struct call *call, const struct record *r)
{
	if (r && r->clock)
		call->now = timeline_now(r->clock);
}

json_t *param(const struct call *call, const char *name)
{
	return json_object_get(call->params, name);
}

bool param_given(const struct call *call, const char *name)
{
	return param(call, name) != NULL;
}

bool param_is_unset(const struct call *call, const char *name)
{
	return json_is_null(param(call, name));
}

const char *param_text(const struct call *call, const char *name)
{
	return js_text(call->params, name);
}

int64_t param_int(const struct call *call, const char *name, int64_t fallback)
{
	return js_int(call->params, name, fallback);
}

bool param_flag(const struct call *call, const char *name, bool fallback)
{
	return js_flag(call->params, name, fallback);
}

const char *param_text_at(const struct call *call, const char *path)
{
	return js_text_at(call->params, path);
}

int answer_record(struct call *call, struct record *r)
{
	call->answer.kind = ANSWER_RECORD;
	call->answer.record = r;
	return 0;
}

int answer_tree(struct call *call, json_t *tree, const struct schema_resource *type)
{
	json_decref(call->answer.tree);
	call->answer.kind = ANSWER_TREE;
	call->answer.tree = tree;
	call->answer.type = type;
	return 0;
}

int answer_bytes(struct call *call, struct bytes *bytes, const char *content_type)
{
	bytes_drop(call->answer.bytes);
	call->answer.kind = ANSWER_BYTES;
	call->answer.bytes = bytes;
	call->answer.content_type = content_type;
	return 0;
}

const struct resource *call_resource(const struct call *call, const struct schema_resource *type)
{
	return type ? call->api->by_type[type->index] : NULL;
}
