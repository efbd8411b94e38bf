/* SPDX-License-Identifier: MIT */
#include "api/render.h"

#include <string.h>

#include "api/expand.h"
#include "api/fail.h"
#include "base/json.h"

static struct bytes *indented(const struct text *compact)
{
	struct text out;
	struct bytes *bytes;

	text_init(&out, TEXT_NO_CEILING);
	js_indent(&out, compact->data, compact->length, 0);
	bytes = text_bytes(&out);
	text_clear(&out);
	return bytes;
}

struct bytes *render_fail(const struct call *call)
{
	struct text out;
	struct bytes *bytes;

	text_init(&out, TEXT_NO_CEILING);
	fail_write(&call->fail, call->account ? call->account->id : NULL, call->request_id, &out);
	bytes = indented(&out);
	text_clear(&out);
	return bytes;
}

/* The bytes that the body keeps; it is let go with the other trees and layouts that were not touched lately. */
static struct bytes *shown(struct record *r, bool as_row)
{
	if (!body_is_warm(r->body))
		account_warmed(r->account, r->body);
	return body_shown(r->body, as_row);
}

static void write_row(struct call *call, struct text *out, struct record *r, const struct expand *below)
{
	struct text compact;

	if (!below && !r->draft) {
		const struct bytes *row = shown(r, true);

		text_add(out, row->data, row->length);
		return;
	}
	text_init(&compact, TEXT_NO_CEILING);
	expand_write_record(call, &compact, r, below);
	js_indent(out, compact.data, compact.length, 2);
	text_clear(&compact);
}

static void write_text_member(struct text *out, const char *key, const char *value)
{
	text_format(out, ",\n  \"%s\": ", key);
	if (value)
		js_write_string(out, value, strlen(value));
	else
		text_put(out, "null");
}

static struct bytes *render_page(struct call *call)
{
	const struct page *page = &call->answer.page;
	const struct expand *data = expand_find(call->expand, "data");
	bool v2 = call->route && call->route->v2;
	struct text out;
	struct bytes *bytes;

	text_init(&out, TEXT_NO_CEILING);
	text_put(&out, "{\n");
	if (!v2)
		text_format(&out, "  \"object\": \"%s\",\n", page->search ? "search_result" : "list");
	text_put(&out, "  \"data\": [");
	for (size_t i = 0; i < page->count; i++) {
		text_put(&out, i ? ",\n    " : "\n    ");
		write_row(call, &out, page->rows[i], data ? data->below : NULL);
	}
	text_put(&out, page->count ? "\n  ]" : "]");
	if (v2) {
		write_text_member(&out, "next_page_url", page->next_page);
		write_text_member(&out, "previous_page_url", NULL);
	} else {
		text_format(&out, ",\n  \"has_more\": %s", page->has_more ? "true" : "false");
		if (page->search)
			write_text_member(&out, "next_page", page->next_page);
		if (page->total >= 0)
			text_format(&out, ",\n  \"total_count\": %lld", (long long)page->total);
		write_text_member(&out, "url", page->url);
	}
	text_put(&out, "\n}");
	bytes = text_bytes(&out);
	text_clear(&out);
	return bytes;
}

static struct bytes *render_record(struct call *call, struct record *r)
{
	struct text out;
	struct bytes *bytes;

	if (!call->expand && !r->draft)
		return bytes_keep(shown(r, false));
	text_init(&out, TEXT_NO_CEILING);
	expand_write_record(call, &out, r, call->expand);
	bytes = indented(&out);
	text_clear(&out);
	return bytes;
}

struct bytes *render_answer(struct call *call)
{
	struct text out;
	struct bytes *bytes;

	switch (call->answer.kind) {
	case ANSWER_RECORD:
		return render_record(call, call->answer.record);
	case ANSWER_PAGE:
		return render_page(call);
	case ANSWER_BYTES:
		return bytes_keep(call->answer.bytes);
	case ANSWER_TREE:
		text_init(&out, TEXT_NO_CEILING);
		expand_write_tree(call, &out, call->answer.tree, call->expand);
		bytes = indented(&out);
		text_clear(&out);
		return bytes;
	case ANSWER_NONE:
		break;
	}
	return bytes_new("", 0);
}
