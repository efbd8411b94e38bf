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
	if (call->route && call->route->v2)
		fail_write_v2(&call->fail, &out);
	else
		fail_write(&call->fail, call->account ? call->account->id : NULL, call->request_id, &out);
	bytes = indented(&out);
	text_clear(&out);
	return bytes;
}

/* The bytes that the body keeps; they are let go with the others that were not touched lately. */
static struct bytes *shown(struct record *r, bool as_row)
{
	if (body_is_cold(r->body))
		account_warmed(r->account, r->body);
	return body_shown(r->body, as_row);
}

/* A row's bytes; one reference. */
static struct bytes *render_row(struct call *call, struct record *r, const struct expand *below)
{
	struct text compact, out;
	struct bytes *bytes;

	if (!below && !r->draft)
		return bytes_keep(shown(r, true));
	text_init(&compact, TEXT_NO_CEILING);
	text_init(&out, TEXT_NO_CEILING);
	expand_write_record(call, &compact, r, below);
	js_indent(&out, compact.data, compact.length, BODY_ROW_DEPTH);
	bytes = text_bytes(&out);
	text_clear(&compact);
	text_clear(&out);
	return bytes;
}

static void write_text_member(struct text *out, const char *key, const char *value)
{
	text_format(out, ",\n  \"%s\": ", key);
	if (value)
		js_write_string(out, value, strlen(value));
	else
		text_put(out, "null");
}

static void write_page_end(const struct page *page, bool v2, struct text *out)
{
	text_put(out, page->count ? "\n  ]" : "]");
	if (v2) {
		write_text_member(out, "next_page_url", page->next_page);
		write_text_member(out, "previous_page_url", page->previous_page);
	} else {
		text_format(out, ",\n  \"has_more\": %s", page->has_more ? "true" : "false");
		if (page->search)
			write_text_member(out, "next_page", page->next_page);
		if (page->total >= 0)
			text_format(out, ",\n  \"total_count\": %lld", (long long)page->total);
		write_text_member(out, "url", page->url);
	}
	text_put(out, "\n}");
}

static char *append(char *at, const char *data, size_t length)
{
	memcpy(at, data, length);
	return at + length;
}

/* Head, rows and end into one run of the right length: a long page is copied once. Drops the rows. */
static struct bytes *join(const struct text *head, struct bytes **rows, size_t count, const struct text *end)
{
	static const char between[] = ",\n    ";
	const size_t gap = sizeof between - 1;
	size_t length = head->length + end->length + count * gap - (count > 0);
	struct bytes *out;
	char *at;

	for (size_t i = 0; i < count; i++)
		length += rows[i]->length;
	out = bytes_blank(length);
	at = append(out->data, head->data, head->length);
	for (size_t i = 0; i < count; i++) {
		/* No comma before the first. */
		at = append(at, between + !i, gap - !i);
		at = append(at, rows[i]->data, rows[i]->length);
		bytes_drop(rows[i]);
	}
	append(at, end->data, end->length);
	return out;
}

static struct bytes *render_page(struct call *call)
{
	const struct page *page = &call->answer.page;
	const struct expand *data = expand_find(call->expand, "data");
	bool v2 = call->route && call->route->v2;
	struct bytes **rows = arena_alloc(&call->arena, page->count * sizeof *rows);
	struct text head, end;
	struct bytes *bytes;

	text_init(&head, TEXT_NO_CEILING);
	text_init(&end, TEXT_NO_CEILING);
	text_put(&head, "{\n");
	if (!v2)
		text_format(&head, "  \"object\": \"%s\",\n", page->search ? "search_result" : "list");
	text_put(&head, "  \"data\": [");
	for (size_t i = 0; i < page->count; i++)
		rows[i] = render_row(call, page->rows[i], data ? data->below : NULL);
	write_page_end(page, v2, &end);
	bytes = join(&head, rows, page->count, &end);
	text_clear(&head);
	text_clear(&end);
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
