/* SPDX-License-Identifier: MIT */
#include "resources/rows.h"

#include "api/fail.h"
#include "api/params.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/text.h"

/* Where the row stands that a cursor names; *out is untouched when there is no cursor. 0 or -1. */
static int cursor_at(struct call *call, const json_t *all, const char *name, const char *word, size_t *out)
{
	const char *id = param_text(call, name);
	size_t i;
	json_t *one;

	if (!id)
		return 0;
	json_array_foreach(all, i, one)
	{
		if (text_is(js_text(one, "id"), id)) {
			*out = i;
			return 0;
		}
	}
	return fail_invalid(call, "resource_missing", name, "No such %s: '%s'", word, id);
}

int rows_answer(struct call *call, json_t *all, const char *word)
{
	int64_t wanted = param_int(call, "limit", 10);
	size_t limit = wanted < 1 ? 1 : wanted > 100 ? 100 : (size_t)wanted;
	size_t from = 0, to = json_array_size(all);
	bool back = param_text(call, "ending_before") != NULL;
	js_auto rows = all;
	json_t *data = json_array(), *list;

	if (cursor_at(call, rows, "starting_after", word, &from) || cursor_at(call, rows, "ending_before", word, &to)) {
		json_decref(data);
		return -1;
	}
	if (param_text(call, "starting_after"))
		from++;
	if (back && to > limit)
		from = to - limit;
	for (size_t i = from; i < to && i - from < limit; i++)
		json_array_append(data, json_array_get(rows, i));
	list = list_object(data, call->path);
	js_put_flag(list, "has_more", back ? from > 0 : from + limit < json_array_size(rows));
	return answer_tree(call, list, NULL);
}
