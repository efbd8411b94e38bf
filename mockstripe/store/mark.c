/* SPDX-License-Identifier: MIT */
#include "store/mark.h"

#include <string.h>

#include "base/mem.h"
#include "store/db.h"

struct kept_record {
	const struct schema_resource *type;
	struct body *body;
	int64_t created;
	uint64_t sequence;
	bool deleted;
	char id[];
};

struct mark {
	struct map *records;  /* id -> struct kept_record, in the order the account made them */
	struct map *counters; /* name -> uint64_t */
	struct map *clocks;   /* test clock id -> int64_t, its present */
	uint64_t sequence;
	int64_t now; /* as in struct timeline: the present, or how far ahead of the machine's clock */
};

static void keep_record(void *arg, const char *id, void *value)
{
	const struct record *r = value;
	size_t length = strlen(id);
	struct kept_record *kept = mem_alloc(sizeof *kept + length + 1);

	kept->type = r->type;
	kept->body = body_keep(r->body);
	kept->created = r->created;
	kept->sequence = r->sequence;
	kept->deleted = r->deleted;
	memcpy(kept->id, id, length);
	map_put(arg, id, kept);
}

static void keep_counter(void *arg, const char *name, void *value)
{
	uint64_t *copy = mem_alloc(sizeof *copy);

	*copy = *(const uint64_t *)value;
	map_put(arg, name, copy);
}

static void keep_clock(void *arg, const char *id, void *value)
{
	const struct timeline *t = value;
	int64_t *copy = mem_alloc(sizeof *copy);

	*copy = t->now;
	map_put(arg, id, copy);
}

struct mark *mark_take(struct account *a)
{
	struct mark *m = mem_alloc(sizeof *m);

	m->records = map_new();
	m->counters = map_new();
	m->clocks = map_new();
	m->sequence = a->sequence;
	m->now = a->time.now;
	map_each(a->records, keep_record, m->records);
	map_each(a->counters, keep_counter, m->counters);
	map_each(a->clocks, keep_clock, m->clocks);
	return m;
}

static void drop_record(void *arg, const char *id, void *value)
{
	struct kept_record *kept = value;

	(void)arg, (void)id;
	body_drop(kept->body);
	free(kept);
}

static void drop_value(void *arg, const char *name, void *value)
{
	(void)arg, (void)name;
	free(value);
}

void mark_free(struct mark *m)
{
	if (!m)
		return;
	map_each(m->records, drop_record, NULL);
	map_each(m->counters, drop_value, NULL);
	map_each(m->clocks, drop_value, NULL);
	map_free(m->records);
	map_free(m->counters);
	map_free(m->clocks);
	free(m);
}

struct leaving {
	const struct mark *mark;
	struct list records;
};

/* Made since; or made anew since under an id that was free again after a reset. */
static void gather_leaving(void *arg, const char *id, void *value)
{
	struct leaving *l = arg;
	const struct record *r = value;
	const struct kept_record *kept = map_get(l->mark->records, id);

	if (!kept || kept->type != r->type || kept->created != r->created || kept->sequence != r->sequence)
		list_add(&l->records, value);
}

static void put_back(void *arg, const char *id, void *value)
{
	struct account *a = arg;
	const struct kept_record *kept = value;
	struct record *r = account_find(a, id);

	if (!r)
		account_put(a, kept->type, id, body_keep(kept->body), kept->created, kept->sequence, kept->deleted);
	else if (r->body != kept->body || r->deleted != kept->deleted)
		account_set_body(r, body_keep(kept->body), kept->deleted);
	else
		return;
	/* Indexing read the tree; what was cold at rest is cold again. */
	account_cool(a);
}

struct counting {
	struct account *account;
	const struct mark *mark;
};

static void reset_counter(void *arg, const char *name, void *value)
{
	const struct counting *c = arg;

	if (!map_get(c->mark->counters, name))
		*(uint64_t *)value = 0;
}

static void set_counter(void *arg, const char *name, void *value)
{
	const struct counting *c = arg;
	uint64_t *here = map_get(c->account->counters, name);

	if (!here) {
		here = mem_alloc(sizeof *here);
		map_put(c->account->counters, name, here);
	}
	*here = *(const uint64_t *)value;
}

static void set_clock(void *arg, const char *id, void *value)
{
	account_clock(arg, id)->now = *(const int64_t *)value;
}

void mark_restore(struct account *a, const struct mark *m)
{
	struct leaving leaving = { .mark = m };
	struct counting counting = { .account = a, .mark = m };

	map_each(a->records, gather_leaving, &leaving);
	for (size_t i = 0; i < leaving.records.count; i++)
		account_remove(leaving.records.at[i]);
	list_clear(&leaving.records);
	map_each(m->records, put_back, a);
	map_each(a->counters, reset_counter, &counting);
	map_each(m->counters, set_counter, &counting);
	map_each(m->clocks, set_clock, a);
	a->sequence = m->sequence;
	a->time.now = m->now;
	if (a->db)
		db_replace(a->db, a);
}
