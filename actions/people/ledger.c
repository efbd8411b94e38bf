/* SPDX-License-Identifier: MIT */
#include "actions/people/ledger.h"

#include "base/json.h"

static const char *const kinds[] = { "confirmation", "turn", "read", "write", "offer" };

bool ledger_add(
	const struct ledger *l, enum ledger_mark mark, const char *name, const char *value, int64_t now, int64_t keep)
{
	return store_do(l->store, "DELETE FROM marks WHERE agent = ?1 AND kind = ?2 AND at < ?3", "tti", l->agent,
		       kinds[mark], now - keep) &&
	       store_do(l->store, "INSERT INTO marks (agent, kind, name, value, at) VALUES (?1, ?2, ?3, ?4, ?5)",
		       "tttti", l->agent, kinds[mark], name, value, now);
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
