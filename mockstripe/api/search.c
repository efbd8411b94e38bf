/* SPDX-License-Identifier: MIT */
#include "api/search.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/expand.h"
#include "api/fail.h"
#include "api/search_query.h"
#include "base/random.h"

#define LIMIT_DEFAULT 10
#define LIMIT_MOST 100

/*
 * A page token is where the last page ended - (created, sequence) of its last row - and a digest of the query, so that
 * a token goes with its own query only. It stays good when records come and go, as a cursor does.
 */
struct cursor {
	int64_t created;
	uint64_t sequence;
};

#define TOKEN_DIGITS 48

static uint64_t query_digest(const struct schema_resource *type, const char *query)
{
	return random_hash(query, strlen(query), type->index);
}

static const char *token_write(struct call *call, const struct record *last, uint64_t digest)
{
	return arena_format(&call->arena, "%016" PRIx64 "%016" PRIx64 "%016" PRIx64, digest,
		(uint64_t)last->created ^ digest, last->sequence ^ digest);
}

static bool token_read(const char *token, uint64_t digest, struct cursor *out)
{
	uint64_t parts[3];

	if (strlen(token) != TOKEN_DIGITS || strspn(token, "0123456789abcdef") != TOKEN_DIGITS)
		return false;
	for (size_t i = 0; i < 3; i++) {
		char part[17] = "";

		memcpy(part, token + 16 * i, 16);
		parts[i] = strtoull(part, NULL, 16);
	}
	if (parts[0] != digest)
		return false;
	*out = (struct cursor) { (int64_t)(parts[1] ^ digest), parts[2] ^ digest };
	return true;
}

/* The first `limit` rows that fit, from the one under `below` downwards: newest first. */
static void collect(
	const struct search_query *q, const struct list *rows, size_t below, size_t limit, struct page *page)
{
	while (below-- > 0) {
		struct record *r = rows->at[below];

		if (!search_matches(q, record_tree(r)))
			continue;
		if (page->count == limit) {
			page->has_more = true;
			return;
		}
		page->rows[page->count++] = r;
	}
}

static int64_t count_all(const struct search_query *q, const struct list *rows)
{
	int64_t n = 0;

	for (size_t i = 0; i < rows->count; i++)
		n += search_matches(q, record_tree(rows->at[i]));
	return n;
}

int search_answer(struct call *call, const struct schema_resource *type, const char *url)
{
	const char *query = param_text(call, "query"), *token = param_text(call, "page"), *why = NULL;
	int64_t limit = param_int(call, "limit", LIMIT_DEFAULT);
	struct page page = { .search = true, .url = url, .total = -1 };
	const struct list *rows;
	struct search_query q;
	struct cursor from;
	uint64_t digest;

	if (!query)
		return fail_missing_param(call, "query");
	if (!search_parse(type, query, &call->arena, &q, &why))
		return fail_invalid(call, NULL, "query", "%s", why);
	digest = query_digest(type, query);
	if (token && !token_read(token, digest, &from))
		return fail_invalid(call, NULL, "page",
			"Invalid page: %s. Pass the next_page of a search with the same query.", token);
	journal_freeze_all(&call->journal);
	rows = &account_shelf(call->account, type)->records;
	limit = limit < 1 ? 1 : limit > LIMIT_MOST ? LIMIT_MOST : limit;
	page.rows = arena_alloc(&call->arena, (size_t)limit * sizeof(struct record *));
	collect(&q, rows, token ? shelf_position(rows, from.created, from.sequence) : rows->count, (size_t)limit,
		&page);
	if (page.has_more)
		page.next_page = token_write(call, page.rows[page.count - 1], digest);
	if (expand_find(call->expand, "total_count"))
		page.total = count_all(&q, rows);
	call->answer.kind = ANSWER_PAGE;
	call->answer.page = page;
	call->answer.type = type;
	return 0;
}
