/* SPDX-License-Identifier: MIT */
#include "api/list.h"

#include <string.h>

#include "api/fail.h"
#include "api/pages.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"

#define LIMIT_DEFAULT 10
#define LIMIT_MOST 100

static bool is_paging(const char *name)
{
	static const char *const names[] = { "limit", "starting_after", "ending_before", "expand", "page", "query" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static const struct resource_filter *own_filter(const struct resource *own, const char *name)
{
	for (const struct resource_filter *f = own ? own->filters : NULL; f && f->param; f++)
		if (!strcmp(f->param, name))
			return f;
	return NULL;
}

static bool has_key(const struct shelf_key *keys, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(keys[i].param, name))
			return true;
	return false;
}

size_t list_keys(const void *arg, const struct schema_resource *type, struct shelf_key *out)
{
	const struct api *api = arg;
	const struct resource *own = api->by_type[type->index];
	size_t n = 0;

	for (const struct resource_filter *f = own ? own->filters : NULL; f && f->param; f++)
		if (f->path && !f->unindexed && n < SHELF_KEYS - 1)
			out[n++] = (struct shelf_key) { f->param, f->path };
	for (size_t i = 0; i < schema_route_count; i++) {
		const struct schema_route *route = &schema_routes[i];

		if (route->resource != type || route->answer != SCHEMA_ANSWER_LIST)
			continue;
		for (size_t k = 0; k < route->n_params && n < SHELF_KEYS - 1; k++) {
			const struct schema_node *p = &route->params[k];
			const struct schema_node *field = schema_field(type, p->name);

			if (field && field->kind == SCHEMA_STRING && p->kind == SCHEMA_STRING && !is_paging(p->name) &&
				!has_key(out, n, p->name) && !own_filter(own, p->name))
				out[n++] = (struct shelf_key) { p->name, p->name };
		}
	}
	out[n++] = (struct shelf_key) { LIST_PARENT, PRIVATE_KEY ".parent" };
	return n;
}

const struct list *list_by(struct call *call, const struct schema_resource *type, const char *name, const char *value)
{
	static const struct list nothing = { 0 };
	const struct list *found;

	journal_freeze_type(&call->journal, type); /* no other draft could stand in this index */
	found = value ? shelf_slot(account_shelf(call->account, type), name, value) : NULL;
	return found ? found : &nothing;
}

/* ---- one request's filters ---- */

struct test {
	const char *path;
	json_t *wanted;
	const struct resource_filter *filter; /* with a match of its own */
};

#define TESTS 24

struct query {
	struct call *call;
	const struct list *rows;
	struct test tests[TESTS];
	size_t n_tests;
	bool oldest_first;
	size_t from, until; /* the part of rows that the created range allows */
};

static void add_test(struct query *q, const char *path, json_t *wanted, const struct resource_filter *filter)
{
	if (q->n_tests < TESTS)
		q->tests[q->n_tests++] = (struct test) { path, wanted, filter };
}

static void narrow(struct query *q, const struct list *rows)
{
	if (rows->count < q->rows->count)
		q->rows = rows;
}

/* An exact text filter with an index picks the vector; all filters but the picked one are tests too. */
static void add_filter(struct query *q, const struct shelf *shelf, const char *name, json_t *wanted)
{
	const struct resource *own = call_resource(q->call, shelf->type);
	const struct resource_filter *filter = own_filter(own, name);

	if (filter && !filter->path) {
		add_test(q, NULL, wanted, filter);
		return;
	}
	if (json_is_string(wanted)) {
		const struct list *slot = shelf_slot(shelf, name, json_string_value(wanted));

		if (slot)
			narrow(q, slot);
	}
	add_test(q, filter ? filter->path : arena_text(&q->call->arena, name), wanted, NULL);
}

/* recurring[interval]=month: each leaf is a test of its own. */
static void add_nested(struct query *q, const struct shelf *shelf, const char *name, json_t *wanted)
{
	const char *key;
	json_t *value;

	json_object_foreach(wanted, key, value)
	{
		add_filter(q, shelf, arena_format(&q->call->arena, "%s.%s", name, key), value);
	}
}

static bool is_range(const json_t *wanted)
{
	return json_object_get(wanted, "gt") || json_object_get(wanted, "gte") || json_object_get(wanted, "lt") ||
	       json_object_get(wanted, "lte");
}

static bool in_range(int64_t value, const json_t *wanted)
{
	if (json_is_integer(wanted))
		return value == json_integer_value(wanted);
	return (!json_object_get(wanted, "gt") || value > js_int(wanted, "gt", 0)) &&
	       (!json_object_get(wanted, "gte") || value >= js_int(wanted, "gte", 0)) &&
	       (!json_object_get(wanted, "lt") || value < js_int(wanted, "lt", 0)) &&
	       (!json_object_get(wanted, "lte") || value <= js_int(wanted, "lte", 0));
}

struct matching {
	json_t *wanted;
	bool found, seen;
};

static void match_value(void *arg, json_t *value)
{
	struct matching *m = arg;
	size_t i;
	json_t *one;

	m->seen = true;
	if (json_is_array(m->wanted)) {
		json_array_foreach(m->wanted, i, one)
		{
			if (json_equal(one, value))
				m->found = true;
		}
	} else if (json_is_integer(value) && (json_is_integer(m->wanted) || json_is_object(m->wanted))) {
		m->found |= in_range(json_integer_value(value), m->wanted);
	} else {
		m->found |= json_equal(m->wanted, value) != 0;
	}
}

static bool passes(struct query *q, struct record *r)
{
	for (size_t i = 0; i < q->n_tests; i++) {
		struct test *t = &q->tests[i];
		struct matching m = { .wanted = t->wanted };

		if (t->filter) {
			if (!t->filter->match(q->call, r, t->wanted))
				return false;
			continue;
		}
		path_each(record_tree(r), t->path, match_value, &m);
		/* A flag that is not there is not raised. */
		if (!m.found && (m.seen || !json_is_false(t->wanted)))
			return false;
	}
	return true;
}

/* created bounds are positions in the vector, not tests. */
static void bound_created(struct query *q, json_t *wanted)
{
	int64_t low = INT64_MIN, high = INT64_MAX;

	if (json_is_integer(wanted)) {
		low = high = json_integer_value(wanted);
	} else if (wanted) {
		low = js_int(wanted, "gte", INT64_MIN);
		if (json_object_get(wanted, "gt") && js_int(wanted, "gt", 0) >= low)
			low = js_int(wanted, "gt", 0) + (js_int(wanted, "gt", 0) < INT64_MAX);
		high = js_int(wanted, "lte", INT64_MAX);
		if (json_object_get(wanted, "lt") && js_int(wanted, "lt", 0) <= high)
			high = js_int(wanted, "lt", 0) - (js_int(wanted, "lt", 0) > INT64_MIN);
	}
	q->from = low == INT64_MIN ? 0 : shelf_position(q->rows, low, 0);
	q->until = high == INT64_MAX ? q->rows->count : shelf_position(q->rows, high + 1, 0);
}

static int find_cursor(struct call *call, const struct schema_resource *type, const char *name, struct record **out)
{
	const char *id = param_text(call, name);
	struct record *r = account_find(call->account, id);

	*out = NULL;
	if (!id)
		return 0;
	if (!r || r->type != type)
		return fail_no_such_param(call, type, id, name);
	*out = r;
	return 0;
}

/* What a text filter names: the object that the field of that name holds, or that is called so; NULL: plain text. */
static const struct schema_resource *filter_target(
	struct call *call, const struct schema_resource *type, const char *name)
{
	const struct schema_node *field = schema_field(type, name);
	const struct schema_resource *target = NULL;

	if (field && (field->flags & SCHEMA_EXPANDABLE) && field->n_refs == 1)
		target = field->refs[0];
	else if (!field)
		target = schema_find_object(name);
	return target && call->api->makeable[target->index] ? target : NULL;
}

/* An id that names nothing is refused (protocol reference section 9); what was deleted may still be asked about. */
static int check_filters(struct call *call, const struct schema_resource *type)
{
	const char *name;
	json_t *wanted;

	json_object_foreach(call->params, name, wanted)
	{
		const struct schema_resource *target =
			json_is_string(wanted) && !is_paging(name) ? filter_target(call, type, name) : NULL;
		const struct record *r = target ? account_find(call->account, json_string_value(wanted)) : NULL;

		if (target && (!r || r->type != target))
			return fail_no_such_param(call, target, json_string_value(wanted), name);
	}
	return 0;
}

static void gather_filters(struct query *q, struct shelf *shelf)
{
	const struct resource *own = call_resource(q->call, shelf->type);
	const char *key;
	json_t *wanted;

	json_object_foreach(q->call->params, key, wanted)
	{
		if (is_paging(key) || !strcmp(key, "created") || json_is_null(wanted))
			continue;
		if (json_is_object(wanted) && !is_range(wanted) && !own_filter(own, key))
			add_nested(q, shelf, key, wanted);
		else
			add_filter(q, shelf, key, wanted);
	}
	/* Filters with a rule for their own absence: subscriptions leave the canceled ones out. */
	for (const struct resource_filter *f = own ? own->filters : NULL; f && f->param; f++)
		if (!f->path && f->match && !param_given(q->call, f->param))
			add_test(q, NULL, NULL, f);
}

static void turn_round(struct page *page)
{
	for (size_t i = 0; i < page->count / 2; i++) {
		struct record *swap = page->rows[i];

		page->rows[i] = page->rows[page->count - 1 - i];
		page->rows[page->count - 1 - i] = swap;
	}
}

/* Takes a row that passes; false when the page was full already. */
static bool take(struct query *q, struct record *r, struct page *page, size_t limit)
{
	if (!passes(q, r))
		return true;
	if (page->count == limit) {
		page->has_more = true;
		return false;
	}
	page->rows[page->count++] = r;
	return true;
}

/* Rows at and above `low`, upwards. */
static void walk_up(struct query *q, size_t low, struct page *page, size_t limit)
{
	for (size_t at = low > q->from ? low : q->from; at < q->until; at++)
		if (!take(q, q->rows->at[at], page, limit))
			return;
}

/* Rows below `high`, downwards. */
static void walk_down(struct query *q, size_t high, struct page *page, size_t limit)
{
	for (size_t at = high < q->until ? high : q->until; at > q->from;)
		if (!take(q, q->rows->at[--at], page, limit))
			return;
}

/* A page that ends before a cursor is walked away from the cursor and then turned round. */
static void collect(
	struct query *q, const struct record *after, const struct record *before, struct page *page, size_t limit)
{
	const struct record *cursor = before ? before : after;
	bool up = q->oldest_first ? !before : before != NULL;
	size_t at = cursor ? shelf_position(q->rows, cursor->created, cursor->sequence + (up ? 1 : 0))
		    : up   ? 0
			   : q->until;

	page->rows = arena_alloc(&q->call->arena, limit * sizeof(struct record *));
	if (up)
		walk_up(q, at, page, limit);
	else
		walk_down(q, at, page, limit);
	if (before)
		turn_round(page);
}

static int answer(struct call *call, const struct schema_resource *type, const struct list_want *wants, size_t n,
	const char *url, bool oldest_first)
{
	struct shelf *shelf = account_shelf(call->account, type);
	struct query q = { .call = call, .rows = &shelf->records, .oldest_first = oldest_first };
	struct record *after, *before;
	int64_t limit = param_int(call, "limit", LIMIT_DEFAULT);
	struct page page = { .url = url, .total = -1 };

	if (call->page ? pages_cursor(call, type, &after, &before)
		       : find_cursor(call, type, "starting_after", &after) ||
				 find_cursor(call, type, "ending_before", &before))
		return -1;
	if (after && before)
		return fail_invalid(call, NULL, NULL,
			"Received both starting_after and ending_before parameters. Please pass in only one.");
	if (check_filters(call, type))
		return -1;
	journal_freeze_all(&call->journal);
	for (size_t i = 0; i < n; i++) {
		const struct list *slot = shelf_slot(shelf, wants[i].param, wants[i].value);

		if (slot)
			narrow(&q, slot);
		else
			die("list of %s: %s is no key", type->name, wants[i].param);
	}
	gather_filters(&q, shelf);
	/* A condition of the caller is a test too when a narrower vector than its own was picked. */
	for (size_t i = 0; i < n; i++) {
		if (q.rows != shelf_slot(shelf, wants[i].param, wants[i].value)) {
			for (size_t k = 0; k < shelf->n_keys; k++)
				if (!strcmp(shelf->keys[k].param, wants[i].param)) {
					json_t *wanted = js_lent(&call->arena, json_string(wants[i].value));

					add_test(&q, shelf->keys[k].path, wanted, NULL);
				}
		}
	}
	bound_created(&q, param(call, "created"));
	limit = limit < 1 ? 1 : limit > LIMIT_MOST ? LIMIT_MOST : limit;
	collect(&q, after, before, &page, (size_t)limit);
	if (call->route && call->route->v2)
		pages_link(call, after, before, &page);
	call->answer.kind = ANSWER_PAGE;
	call->answer.page = page;
	call->answer.type = type;
	return 0;
}

int list_answer(
	struct call *call, const struct schema_resource *type, const struct list_want *wants, size_t n, const char *url)
{
	return answer(call, type, wants, n, url, false);
}

int list_answer_oldest_first(
	struct call *call, const struct schema_resource *type, const struct list_want *wants, size_t n, const char *url)
{
	return answer(call, type, wants, n, url, true);
}

json_t *list_embed(struct call *call, const struct schema_resource *type, const char *name, const char *value,
	size_t limit, const char *url)
{
	const struct list *rows = list_by(call, type, name, value);
	json_t *data = json_array();
	json_t *list;

	for (size_t i = rows->count; i-- > 0 && json_array_size(data) < limit;)
		json_array_append(data, record_tree(rows->at[i]));
	list = list_object(data, url);
	js_put_flag(list, "has_more", rows->count > limit);
	return list;
}
