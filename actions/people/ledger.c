/* SPDX-License-Identifier: MIT */
#include "actions/people/ledger.h"

#include "base/json.h"

static const char *const kinds[] = { [MARK_CONFIRMATION] = "confirmation",
	[MARK_TURN] = "turn",
	[MARK_READ] = "read",
	[MARK_WRITE] = "write",
	[MARK_OFFER] = "offer",
	[MARK_TOKEN] = "token",
	[MARK_SESSION] = "session",
	[MARK_STEP_UP] = "step_up",
	[MARK_CODE_SENT] = "code_sent" };

bool ledger_add(
	const struct ledger *l, enum ledger_mark mark, const char *name, const char *value, int64_t now, int64_t keep)
{
	return store_do(l->store, "DELETE FROM marks WHERE agent = ?1 AND kind = ?2 AND at < ?3", "tti", l->agent,
		       kinds[mark], now - keep) &&
	       store_do(l->store, "INSERT INTO marks (agent, kind, name, value, at) VALUES (?1, ?2, ?3, ?4, ?5)",
		       "tttti", l->agent, kinds[mark], name, value, now);
}

/* Within a transaction. */
static int add_once(
	const struct ledger *l, enum ledger_mark mark, const char *name, int64_t now, int64_t keep, int64_t most)
{
	int64_t there = ledger_count(l, mark, name, NULL, now - keep);
	js_auto rows = NULL;

	if (there)
		return there < 0 ? -1 : 0;
	rows = store_rows(l->store, "SELECT count(*) AS n FROM marks WHERE agent = ?1 AND kind = ?2 AND at >= ?3",
		"tti", l->agent, kinds[mark], now - keep);
	if (!rows || js_int(json_array_get(rows, 0), "n", 0) >= most)
		return -1;
	return ledger_add(l, mark, name, NULL, now, keep) ? 1 : -1;
}

int ledger_once(
	const struct ledger *l, enum ledger_mark mark, const char *name, int64_t now, int64_t keep, int64_t most)
{
	int added = store_begin(l->store) ? add_once(l, mark, name, now, keep, most) : -2;

	if (added == -2)
		return -1;
	return store_end(l->store, added == 1) ? added : -1;
}

int64_t ledger_count(const struct ledger *l, enum ledger_mark mark, const char *name, const char *value, int64_t since)
{
	js_auto rows = store_rows(l->store,
		"SELECT count(*) AS n FROM marks WHERE agent = ?1 AND kind = ?2 AND name = ?3 AND at >= ?4"
		" AND (?5 IS NULL OR value = ?5)",
		"tttit", l->agent, kinds[mark], name, since, value);

	return rows ? js_int(json_array_get(rows, 0), "n", 0) : -1;
}

int64_t ledger_wait(
	const struct ledger *l, enum ledger_mark mark, const char *name, int64_t now, int64_t window, int64_t most)
{
	js_auto rows = NULL;
	int64_t oldest;

	if (!most)
		return 0;
	/* The most-th newest has to leave the window before there is room for another one. */
	rows = store_rows(l->store,
		"SELECT at FROM marks WHERE agent = ?1 AND kind = ?2 AND name = ?3 AND at > ?4"
		" ORDER BY at DESC LIMIT 1 OFFSET ?5",
		"tttii", l->agent, kinds[mark], name, now - window, most - 1);
	if (!rows)
		return -1;
	if (!json_array_size(rows))
		return 0;
	oldest = js_int(json_array_get(rows, 0), "at", now);
	return oldest + window > now ? oldest + window - now : 1;
}
