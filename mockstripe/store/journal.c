/* SPDX-License-Identifier: MIT */
#include "store/journal.h"

#include "base/json.h"
#include "base/mem.h"
#include "store/db.h"

struct entry {
	struct record *record;
	struct body *before; /* NULL: made by this call */
	struct body *told;   /* what the last event of this call showed; NULL: nothing yet */
	bool was_deleted;
	bool was_listed; /* in another journal that waits meanwhile: journal.h */
};

void journal_begin(struct journal *j, struct account *a)
{
	*j = (struct journal) { .account = a };
}

static struct entry *entry_of(const struct journal *j, const struct record *r)
{
	/* Newest first: calls touch few records, and mostly the one they touched last. */
	for (size_t i = j->entries.count; r->listed && i-- > 0;) {
		struct entry *e = j->entries.at[i];

		if (e->record == r)
			return e;
	}
	return NULL;
}

static struct entry *entry_for(struct journal *j, struct record *r)
{
	struct entry *e = entry_of(j, r);

	if (!e) {
		e = mem_alloc(sizeof *e);
		e->record = r;
		e->before = body_keep(r->body);
		e->was_deleted = r->deleted;
		e->was_listed = r->listed;
		r->listed = true;
		list_add(&j->entries, e);
	}
	return e;
}

struct record *journal_add_body(
	struct journal *j, const struct schema_resource *type, const char *id, struct body *body, int64_t created)
{
	return journal_add_at(j, type, id, body, created, 0);
}

struct record *journal_add_at(struct journal *j, const struct schema_resource *type, const char *id, struct body *body,
	int64_t created, uint64_t sequence)
{
	struct account *a = j->account;
	struct record *r = account_find(a, id);
	struct entry *e;

	if (r && r->deleted) { /* the id of a deleted coupon may be used again: the record gets a second life */
		entry_for(j, r);
		r->type = type;
		r->created = created;
		r->sequence = ++a->sequence;
		account_set_body(r, body, false);
		return r;
	}
	r = account_put(a, type, id, body, created, sequence ? sequence : a->sequence + 1, false);
	e = mem_alloc(sizeof *e);
	e->record = r;
	r->listed = true;
	list_add(&j->entries, e);
	return r;
}

/* Most of a new object is as in the last one of its kind: texts that never differ, parts that nobody has set. */
static void share_with_others(struct journal *j, const struct schema_resource *type, json_t *tree)
{
	const struct list *others = &account_shelf(j->account, type)->records;
	struct record *newest = others->count ? others->at[others->count - 1] : NULL;

	tree_share_keys(tree, &j->account->lists);
	if (!newest)
		return;
	if (!j->replaced)
		j->replaced = json_array();
	tree_share_values(tree, body_at_hand(newest->body), j->replaced);
}

struct record *journal_add(
	struct journal *j, const struct schema_resource *type, const char *id, json_t *tree, int64_t created)
{
	share_with_others(j, type, tree);
	return journal_add_body(j, type, id, body_new(tree), created);
}

json_t *journal_edit(struct journal *j, struct record *r)
{
	entry_for(j, r);
	if (!r->draft)
		r->draft = json_copy(record_tree(r));
	return r->draft;
}

json_t *journal_edit_private(struct journal *j, struct record *r)
{
	return js_own(journal_edit(j, r), PRIVATE_KEY);
}

void journal_replace(struct journal *j, struct record *r, struct body *body)
{
	entry_for(j, r);
	account_set_body(r, body, r->deleted);
}

void journal_freeze(struct journal *j, struct record *r)
{
	json_t *draft = r->draft;

	(void)j;
	if (!draft)
		return;
	r->draft = NULL;
	account_set_body(r, body_new(draft), r->deleted);
}

void journal_freeze_all(struct journal *j)
{
	for (size_t i = 0; i < j->entries.count; i++)
		journal_freeze(j, ((struct entry *)j->entries.at[i])->record);
}

void journal_freeze_type(struct journal *j, const struct schema_resource *type)
{
	for (size_t i = 0; i < j->entries.count; i++) {
		struct record *r = ((struct entry *)j->entries.at[i])->record;

		if (r->draft && r->type == type)
			journal_freeze(j, r);
	}
}

/* Some deleted forms keep a little more: a reader its serial number. */
static void keep_declared(json_t *stub, const struct schema_resource *type, const json_t *last)
{
	for (size_t i = 0; i < type->n_deleted; i++) {
		const char *name = type->deleted[i].name;
		json_t *value = json_object_get(last, name);

		if (value && !json_object_get(stub, name))
			js_put(stub, name, value);
	}
}

void journal_delete(struct journal *j, struct record *r)
{
	json_t *stub = json_object();

	entry_for(j, r);
	js_put_text(stub, "id", r->id);
	if (r->type->object)
		js_put_text(stub, "object", r->type->object);
	js_put_flag(stub, "deleted", true);
	keep_declared(stub, r->type, record_tree(r));
	json_decref(r->draft);
	r->draft = NULL;
	account_set_body(r, body_new(stub), true);
}

struct body *journal_before(const struct journal *j, const struct record *r)
{
	struct entry *e = entry_of(j, r);

	return !e ? r->body : e->told ? e->told : e->before;
}

void journal_told(struct journal *j, struct record *r)
{
	struct entry *e = entry_for(j, r);
	struct body *old = e->told;

	e->told = body_keep(r->body);
	body_drop(old);
}

static void entry_end(struct entry *e)
{
	body_drop(e->before);
	body_drop(e->told);
	free(e);
}

/* What changed goes to the database, if there is one, before anybody is told of it. */
static void keep(struct journal *j)
{
	struct db *db = j->account->db;

	if (!db || !j->entries.count)
		return;
	db_begin(db);
	for (size_t i = 0; i < j->entries.count; i++)
		db_record(db, ((struct entry *)j->entries.at[i])->record);
	db_end(db, j->account);
}

static void let_go(struct journal *j)
{
	json_decref(j->replaced);
	j->replaced = NULL;
	list_clear(&j->entries);
}

void journal_commit(struct journal *j)
{
	journal_freeze_all(j);
	keep(j);
	for (size_t i = 0; i < j->entries.count; i++) {
		struct entry *e = j->entries.at[i];

		e->record->listed = e->was_listed;
		entry_end(e);
	}
	let_go(j);
}

void journal_roll_back(struct journal *j)
{
	for (size_t i = j->entries.count; i-- > 0;) {
		struct entry *e = j->entries.at[i];
		struct record *r = e->record;

		json_decref(r->draft);
		r->draft = NULL;
		r->listed = e->was_listed;
		if (e->before)
			account_set_body(r, body_keep(e->before), e->was_deleted);
		else
			account_remove(r);
		entry_end(e);
	}
	let_go(j);
}

json_t *js_own(json_t *object, const char *key)
{
	json_t *old = json_object_get(object, key);
	json_t *copy = json_is_object(old) ? json_copy(old) : json_object();

	json_object_set_new(object, key, copy);
	return copy;
}

json_t *js_own_array(json_t *object, const char *key)
{
	json_t *old = json_object_get(object, key);
	json_t *copy = json_is_array(old) ? json_copy(old) : json_array();

	json_object_set_new(object, key, copy);
	return copy;
}
