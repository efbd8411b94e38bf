/* SPDX-License-Identifier: MIT */
#include "actions/people/store.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "actions/people/likeness.h"
#include "base/json.h"
#include "base/mem.h"

#define LOCK_PATIENCE 5000 /* milliseconds for another process to finish its write */

struct store {
	sqlite3 *db;
	pthread_mutex_t lock; /* around each statement, and from store_begin to store_end */
	struct likeness *likeness;
	pthread_key_t told; /* struct told of the thread that asks                        */
};

/* What the last statement of a thread came to. */
struct told {
	char *trouble; /* NULL: it went well */
	int64_t changed;
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
	"CREATE TABLE IF NOT EXISTS codes (agent TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,"
	" at INTEGER NOT NULL, tries INTEGER NOT NULL, PRIMARY KEY (agent, name));"
	"CREATE INDEX IF NOT EXISTS marks_by_name ON marks (agent, kind, name, at);";

static void told_free(void *arg)
{
	struct told *t = arg;

	if (t)
		free(t->trouble);
	free(t);
}

static struct told *told(const struct store *s)
{
	struct told *t = pthread_getspecific(s->told);

	if (t)
		return t;
	t = mem_alloc(sizeof(*t));
	if (pthread_setspecific(s->told, t) != 0)
		die("out of memory");
	return t;
}

/* Keeps what the database says of the last statement, under the lock; gives false. */
static bool trouble(struct store *s)
{
	struct told *t = told(s);

	free(t->trouble);
	t->trouble = mem_copy_text(sqlite3_errmsg(s->db));
	return false;
}

static struct store *store_new(void)
{
	struct store *s = mem_alloc(sizeof(*s));
	pthread_mutexattr_t kind;

	/* Recursive: the statements of a transaction take it again. */
	if (pthread_mutexattr_init(&kind) || pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE) ||
		pthread_mutex_init(&s->lock, &kind) || pthread_key_create(&s->told, told_free))
		die("the store's lock could not be made");
	pthread_mutexattr_destroy(&kind);
	s->likeness = likeness_open();
	return s;
}

/* likeness(text), for statements that look for what a person would take for the same. */
static void sql_likeness(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *text = (const char *)sqlite3_value_text(values[0]);
	struct text out;

	(void)count;
	if (!text) {
		sqlite3_result_null(context);
		return;
	}
	text_init(&out, TEXT_NO_CEILING);
	likeness_put(sqlite3_user_data(context), text, &out);
	sqlite3_result_text(context, out.data, (int)out.length, SQLITE_TRANSIENT);
	text_clear(&out);
}

struct store *store_open(const char *file, struct text *why)
{
	struct store *s = store_new();
	int code = sqlite3_open_v2(file ? file : ":memory:", &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);

	if (code == SQLITE_OK) {
		sqlite3_busy_timeout(s->db, LOCK_PATIENCE);
		code = sqlite3_exec(s->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;", NULL, NULL, NULL);
	}
	if (code == SQLITE_OK)
		code = sqlite3_create_function(s->db, "likeness", 1,
			SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, s->likeness, sql_likeness, NULL, NULL);
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
	likeness_close(s->likeness);
	told_free(pthread_getspecific(s->told)); /* other threads' went with them */
	pthread_key_delete(s->told);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static sqlite3_stmt *prepare(struct store *s, const char *sql, const char *types, va_list args)
{
	sqlite3_stmt *statement = NULL;
	struct told *t = told(s);
	const char *text;

	free(t->trouble);
	t->trouble = NULL;
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

static bool statement_run(struct store *s, const char *sql, const char *types, va_list args)
{
	sqlite3_stmt *statement = prepare(s, sql, types, args);
	bool done;

	if (!statement)
		return false;
	done = sqlite3_step(statement) == SQLITE_DONE;
	if (!done)
		trouble(s);
	sqlite3_finalize(statement);
	told(s)->changed = sqlite3_changes(s->db);
	return done;
}

bool store_do(struct store *s, const char *sql, const char *types, ...)
{
	bool done;
	va_list args;

	pthread_mutex_lock(&s->lock);
	va_start(args, types);
	done = statement_run(s, sql, types, args);
	va_end(args);
	pthread_mutex_unlock(&s->lock);
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

static json_t *statement_rows(struct store *s, const char *sql, const char *types, va_list args)
{
	sqlite3_stmt *statement = prepare(s, sql, types, args);
	json_t *rows;
	int code;

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

json_t *store_rows(struct store *s, const char *sql, const char *types, ...)
{
	json_t *rows;
	va_list args;

	pthread_mutex_lock(&s->lock);
	va_start(args, types);
	rows = statement_rows(s, sql, types, args);
	va_end(args);
	pthread_mutex_unlock(&s->lock);
	return rows;
}

int64_t store_changed(const struct store *s)
{
	return told(s)->changed;
}

bool store_begin(struct store *s)
{
	pthread_mutex_lock(&s->lock);
	if (store_do(s, "BEGIN IMMEDIATE", ""))
		return true;
	pthread_mutex_unlock(&s->lock);
	return false;
}

bool store_end(struct store *s, bool keep)
{
	bool done = !keep || store_do(s, "COMMIT", "");

	/* What could not be kept is undone; the reason of the first failure is the one to tell. */
	if (!keep || !done)
		done = sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL) == SQLITE_OK && !keep;
	pthread_mutex_unlock(&s->lock);
	return done;
}

const char *store_trouble(const struct store *s)
{
	return told(s)->trouble;
}
