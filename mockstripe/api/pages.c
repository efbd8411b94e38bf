/* SPDX-License-Identifier: MIT */
#include "api/pages.h"

#include <string.h>

#include "api/fail.h"
#include "api/form.h"
#include "base/text.h"

static const char forward[] = "next_", backward[] = "prev_";

int pages_cursor(struct call *call, const struct schema_resource *type, struct record **after, struct record **before)
{
	const char *token = call->page;
	bool back = token && !strncmp(token, backward, sizeof backward - 1);
	struct record *r = NULL;

	*after = *before = NULL;
	if (!token)
		return 0;
	if (back || !strncmp(token, forward, sizeof forward - 1))
		r = account_find(call->account, strchr(token, '_') + 1);
	if (!r || r->type != type)
		return fail_invalid(call, NULL, "page",
			"Invalid page: %s. Take it from the next_page_url or previous_page_url of a list.", token);
	*(back ? before : after) = r;
	return 0;
}

static void put_scalar(struct text *out, const char *name, const json_t *value)
{
	text_char(out, '&');
	percent_encode(out, name);
	text_char(out, '=');
	if (json_is_string(value))
		percent_encode(out, json_string_value(value));
	else if (json_is_integer(value))
		text_int(out, json_integer_value(value));
	else
		text_put(out, json_is_true(value) ? "true" : "false");
}

/* The parameters of a list are scalars and arrays of them. */
static void put_params(struct text *out, const json_t *params)
{
	const char *name;
	json_t *value, *one;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)params, name, value)
	{
		struct text indexed;

		if (!json_is_array(value)) {
			put_scalar(out, name, value);
			continue;
		}
		json_array_foreach(value, i, one)
		{
			text_init(&indexed, 256);
			text_format(&indexed, "%s[%zu]", name, i);
			put_scalar(out, indexed.data, one);
			text_clear(&indexed);
		}
	}
}

static const char *url_of(struct call *call, const char *direction, const struct record *from)
{
	struct text out;
	const char *url;

	text_init(&out, TEXT_NO_CEILING);
	text_format(&out, "%s?page=%s", call->path, direction);
	percent_encode(&out, from->id);
	put_params(&out, call->params);
	url = arena_text(&call->arena, out.data);
	text_clear(&out);
	return url;
}

/* Whoever came from a side can go back there; on the other side there is more when the rows ran past the page. */
void pages_link(struct call *call, const struct record *after, const struct record *before, struct page *page)
{
	bool older = before || page->has_more, newer = before ? page->has_more : after != NULL;

	if (!page->count)
		return;
	page->next_page = older ? url_of(call, forward, page->rows[page->count - 1]) : NULL;
	page->previous_page = newer ? url_of(call, backward, page->rows[0]) : NULL;
}
