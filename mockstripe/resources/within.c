/* SPDX-License-Identifier: MIT */
#include "resources/within.h"

#include "base/mem.h"
#include "resources/generic.h"

struct record *call_within(struct call *call, const char *method, const char *pattern, const char *id, json_t *params)
{
	const struct schema_route *outer_route = call->route, *route = schema_find_route(method, pattern);
	const char *outer_id = call->ids[0], *outer_own = call->own_id;
	json_t *outer_params = call->params;
	struct answer outer = call->answer;
	struct record *result = NULL;
	call_handler *handle;

	if (!route)
		die("there is no route %s %s", method, pattern);
	handle = call->api->handlers[route->index];
	call->route = route;
	call->ids[0] = id;
	call->own_id = NULL;
	call->params = js_lent(&call->arena, params); /* failures may name parts of them */
	call->answer = (struct answer) { 0 };
	if (!(handle ? handle : generic_handle)(call) && call->answer.kind == ANSWER_RECORD)
		result = call->answer.record;
	json_decref(call->answer.tree);
	bytes_drop(call->answer.bytes);
	call->route = outer_route;
	call->ids[0] = outer_id;
	call->own_id = outer_own;
	call->params = outer_params;
	call->answer = outer;
	return result;
}
