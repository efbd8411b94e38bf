/* SPDX-License-Identifier: MIT */
#include "actions/people/store.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

#define LOCK_PATIENCE 5000 /* milliseconds for another process to finish its write */

struct store {
	sqlite3 *db;
	char *trouble;
};

static const char tables[] =
	"CREATE TABLE IF NOT EXISTS contacts (id TEXT PRIMARY KEY, agent TEXT NOT NULL, external_id TEXT NOT NULL,"
	" email TEXT, body TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,"
	" UNIQUE (agent, external_id));"
	"CREATE INDEX IF NOT EXISTS contacts_email ON contacts (agent, email);"
	"CREATE TABLE IF NOT EXISTS attributes (agent TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,"
	" label TEXT, description TEXT, archived INTEGER NOT NULL, PRIMARY KEY (agent, name));"
	"CREATE TABLE IF NOT EXISTS marks (agent TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT,"
	" at INTEGER NOT NULL);"
	"CREATE INDEX IF NOT EXISTS marks_by_name ON marks (agent, kind, name, at);";

static bool trouble(struct store *s)
{
	free(s->trouble);
	s->trouble = mem_copy_text(sqlite3_errmsg(s->db));
	return false;
}

struct store *store_open(const char *file, struct text *why)
{
	struct store *s = mem_alloc(sizeof(*s));
	int code = sqlite3_open_v2(file ? file : ":memory:", &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);

	if (code == SQLITE_OK) {
		sqlite3_busy_timeout(s->db, LOCK_PATIENCE);
		code = sqlite3_exec(s->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;", NULL, NULL, NULL);
	}
	if (code == SQLITE_OK)
		code = sqlite3_exec(s->db, tables, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		return s;
	text_format(why, "%s: %s", file ? file : "memory", sqlite3_errmsg(s->db));
	store_close(s);
	return NULL;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	sqlite3_close(s->db);
	free(s->trouble);
	free(s);
}

static sqlite3_stmt *prepare(struct store *s, const char *sql, const char *types, va_list args)
{
	sqlite3_stmt *statement = NULL;
	const char *text;

	free(s->trouble);
	s->trouble = NULL;
	if (sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL) != SQLITE_OK) {
		trouble(s);
		return NULL;
	}
	for (int i = 0; types[i]; i++) {
		if (types[i] == 'i') {
			sqlite3_bind_int64(statement, i + 1, va_arg(args, int64_t));
			continue;
		}
		text = va_arg(args, const char *);
		sqlite3_bind_text(statement, i + 1, text, -1, SQLITE_TRANSIENT);
	}
	return statement;
}

bool store_do(struct store *s, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	bool done;
	va_list args;

	va_start(args, types);
	statement = prepare(s, sql, types, args);
	va_end(args);
	if (!statement)
		return false;
	done = sqlite3_step(statement) == SQLITE_DONE;
	if (!done)
		trouble(s);
	sqlite3_finalize(statement);
	return done;
}

static json_t *row_read(sqlite3_stmt *statement)
{
	json_t *row = json_object();

	for (int i = 0; i < sqlite3_column_count(statement); i++) {
		const char *name = sqlite3_column_name(statement, i);

		if (sqlite3_column_type(statement, i) == SQLITE_INTEGER)
			js_put_int(row, name, sqlite3_column_int64(statement, i));
		else
			js_put_text(row, name, (const char *)sqlite3_column_text(statement, i));
	}
	return row;
}

json_t *store_rows(struct store *s, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	json_t *rows;
	va_list args;
	int code;

	va_start(args, types);
	statement = prepare(s, sql, types, args);
	va_end(args);
	if (!statement)
		return NULL;
	rows = json_array();
	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		json_array_append_new(rows, row_read(statement));
	if (code != SQLITE_DONE) {
		trouble(s);
		json_decref(rows);
		rows = NULL;
	}
	sqlite3_finalize(statement);
	return rows;
}

int64_t store_changed(const struct store *s)
{
	return sqlite3_changes(s->db);
}

bool store_begin(struct store *s)
{
	return store_do(s, "BEGIN IMMEDIATE", "");
}

bool store_end(struct store *s, bool keep)
{
	if (!keep)
		return store_do(s, "ROLLBACK", "");
	if (store_do(s, "COMMIT", ""))
		return true;
	/* What could not be kept is undone; the first reason is the one to tell. */
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

const char *store_trouble(const struct store *s)
{
	return s->trouble;
}
