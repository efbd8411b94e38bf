/* SPDX-License-Identifier: MIT */
#include "store/db.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

static const char layout[] =
	"CREATE TABLE IF NOT EXISTS account(id TEXT PRIMARY KEY, sequence INTEGER, wall INTEGER, now INTEGER, counters "
	"TEXT)"
	" WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS record(account TEXT, id TEXT, type TEXT, created INTEGER, sequence INTEGER,"
	" deleted INTEGER, body TEXT, PRIMARY KEY(account, id)) WITHOUT ROWID;";

enum { BEGIN, COMMIT, PUT_RECORD, PUT_ACCOUNT, CLEAR_RECORDS, STATEMENTS };

static const char *const sql[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[PUT_RECORD] = "REPLACE INTO record VALUES(?, ?, ?, ?, ?, ?, ?)",
	[PUT_ACCOUNT] = "REPLACE INTO account VALUES(?, ?, ?, ?, ?)",
	[CLEAR_RECORDS] = "DELETE FROM record WHERE account = ?",
};

struct db {
	sqlite3 *file;
	sqlite3_stmt *statements[STATEMENTS];
	pthread_mutex_t lock; /* from db_begin to db_end */
	char *path;
};

struct db *db_open(const char *path, char **why)
{
	struct db *db = mem_alloc(sizeof *db);
	char *error = NULL;
	bool good;

	db->path = mem_copy_text(path);
	pthread_mutex_init(&db->lock, NULL);
	good = sqlite3_open_v2(path, &db->file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX,
		       NULL) == SQLITE_OK &&
	       sqlite3_exec(db->file,
		       "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA locking_mode=EXCLUSIVE;", NULL, NULL,
		       &error) == SQLITE_OK &&
	       sqlite3_exec(db->file, layout, NULL, NULL, &error) == SQLITE_OK;
	for (size_t i = 0; good && i < STATEMENTS; i++)
		good = sqlite3_prepare_v3(db->file, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &db->statements[i], NULL) ==
		       SQLITE_OK;
	if (good)
		return db;
	*why = mem_format(
		"%s: the database cannot be opened: %s. Give a file that this user may write and no other server "
		"has open.",
		path, error ? error : sqlite3_errmsg(db->file));
	sqlite3_free(error);
	db_close(db);
	return NULL;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(db->statements[i]);
	sqlite3_close(db->file);
	pthread_mutex_destroy(&db->lock);
	free(db->path);
	free(db);
}

static void run(struct db *db, int which)
{
	sqlite3_stmt *s = db->statements[which];

	if (sqlite3_step(s) != SQLITE_DONE)
		die("%s cannot be written: %s", db->path, sqlite3_errmsg(db->file));
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
}

static void bind_text(struct db *db, int which, int place, const char *text)
{
	sqlite3_bind_text(db->statements[which], place, text, -1, SQLITE_TRANSIENT);
}

void db_begin(struct db *db)
{
	pthread_mutex_lock(&db->lock);
	run(db, BEGIN);
}

void db_record(struct db *db, struct record *r)
{
	sqlite3_stmt *s = db->statements[PUT_RECORD];
	struct text body;

	text_init(&body, TEXT_NO_CEILING);
	body_write_whole(r->body, &body);
	bind_text(db, PUT_RECORD, 1, r->account->id);
	bind_text(db, PUT_RECORD, 2, r->id);
	bind_text(db, PUT_RECORD, 3, r->type->name);
	sqlite3_bind_int64(s, 4, r->created);
	sqlite3_bind_int64(s, 5, (sqlite3_int64)r->sequence);
	sqlite3_bind_int(s, 6, r->deleted);
	sqlite3_bind_text64(s, 7, body.data, body.length, SQLITE_STATIC, SQLITE_UTF8);
	run(db, PUT_RECORD);
	text_clear(&body);
}

static void add_counter(void *arg, const char *name, void *value)
{
	js_put_int(arg, name, (int64_t) * (const uint64_t *)value);
}

static void put_account(struct db *db, const struct account *a)
{
	sqlite3_stmt *s = db->statements[PUT_ACCOUNT];
	js_auto counters = json_object();
	struct text text;

	map_each(a->counters, add_counter, counters);
	text_init(&text, TEXT_NO_CEILING);
	js_write(&text, counters);
	bind_text(db, PUT_ACCOUNT, 1, a->id);
	sqlite3_bind_int64(s, 2, (sqlite3_int64)a->sequence);
	sqlite3_bind_int(s, 3, a->time.wall);
	sqlite3_bind_int64(s, 4, a->time.now);
	bind_text(db, PUT_ACCOUNT, 5, text.data);
	run(db, PUT_ACCOUNT);
	text_clear(&text);
}

void db_end(struct db *db, const struct account *a)
{
	put_account(db, a);
	run(db, COMMIT);
	pthread_mutex_unlock(&db->lock);
}

static void put_each(void *arg, const char *id, void *value)
{
	(void)id;
	db_record(arg, value);
}

void db_replace(struct db *db, struct account *a)
{
	db_begin(db);
	bind_text(db, CLEAR_RECORDS, 1, a->id);
	run(db, CLEAR_RECORDS);
	map_each(a->records, put_each, db);
	db_end(db, a);
}

/* ---- loading ---- */

static const char *column(sqlite3_stmt *s, int place)
{
	const char *text = (const char *)sqlite3_column_text(s, place);

	return text ? text : "";
}

static void load_counters(struct account *a, const char *text)
{
	js_auto counters = json_loads(text, 0, NULL);
	const char *name;
	json_t *value;

	json_object_foreach(counters, name, value)
	{
		uint64_t *n = mem_alloc(sizeof *n);

		*n = (uint64_t)json_integer_value(value);
		free(map_put(a->counters, name, n));
	}
}

static bool load_records(struct db *db, struct account *a, char **why)
{
	sqlite3_stmt *s = NULL;
	int step = SQLITE_ERROR;

	/* In the order they were made: parents before what hangs on them, and appends to every index. */
	if (sqlite3_prepare_v2(db->file,
		    "SELECT id, type, created, sequence, deleted, body FROM record WHERE account = ? ORDER BY sequence",
		    -1, &s, NULL) == SQLITE_OK) {
		sqlite3_bind_text(s, 1, a->id, -1, SQLITE_STATIC);
		while ((step = sqlite3_step(s)) == SQLITE_ROW) {
			const struct schema_resource *type = schema_find_resource(column(s, 1));
			struct body *body = body_parse(column(s, 5), (size_t)sqlite3_column_bytes(s, 5));

			if (!type || !body) {
				*why = mem_format("%s: the record %s of %s does not read back (%s): the file is of "
						  "another version "
						  "or damaged.",
					db->path, column(s, 0), a->id,
					type ? "its body is no JSON object" : column(s, 1));
				body_drop(body);
				sqlite3_finalize(s);
				return false;
			}
			account_put(a, type, column(s, 0), body, sqlite3_column_int64(s, 2),
				(uint64_t)sqlite3_column_int64(s, 3), sqlite3_column_int(s, 4));
			account_cool(a);
		}
	}
	sqlite3_finalize(s);
	if (step == SQLITE_DONE)
		return true;
	*why = mem_format("%s: the records of %s cannot be read: %s.", db->path, a->id, sqlite3_errmsg(db->file));
	return false;
}

bool db_load(struct db *db, struct account *(*make)(void *arg, const char *id), void *arg, char **why)
{
	sqlite3_stmt *s = NULL;
	int step = SQLITE_ERROR;
	bool good = true;

	if (sqlite3_prepare_v2(db->file, "SELECT id, sequence, wall, now, counters FROM account ORDER BY id", -1, &s,
		    NULL) == SQLITE_OK) {
		while (good && (step = sqlite3_step(s)) == SQLITE_ROW) {
			struct account *a = make(arg, column(s, 0));

			/* A clock of the other kind was asked for this time: then that holds, and the kept one is let
			 * go. */
			if (a->time.wall == (sqlite3_column_int(s, 2) != 0))
				a->time.now = sqlite3_column_int64(s, 3);
			load_counters(a, column(s, 4));
			good = load_records(db, a, why);
			a->sequence = (uint64_t)sqlite3_column_int64(s, 1);
		}
	}
	sqlite3_finalize(s);
	if (!good || step == SQLITE_DONE)
		return good;
	*why = mem_format("%s: the accounts cannot be read: %s.", db->path, sqlite3_errmsg(db->file));
	return false;
}
