/* SPDX-License-Identifier: MIT */
#include "actions/people/step_up.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "actions/core/digest.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#define HOUR INT64_C(3600)
#define CODES UINT32_C(1000000)

/* A keyed digest of contact, conversation and code ("" for none), as one JSON array. */
static void digest_text(const struct step_up *s, const char *code, char out[DIGEST_HEX])
{
	js_auto parts = json_array();
	unsigned char digest[DIGEST_SIZE];
	struct text t;

	json_array_append_new(parts, json_string("step-up"));
	json_array_append_new(parts, json_string(s->user_id));
	json_array_append_new(parts, s->conversation ? json_string(s->conversation) : json_null());
	json_array_append_new(parts, json_string(code));
	text_init(&t, TEXT_NO_CEILING);
	js_write(&t, parts);
	digest_make(s->key, DIGEST_SIZE, t.data, t.length, digest);
	digest_hex(digest, DIGEST_SIZE, out);
	text_clear(&t);
}

static int64_t sends(const struct step_up *s, const char *name, int64_t now)
{
	return ledger_count(s->ledger, MARK_CODE_SENT, name, NULL, now - HOUR + 1);
}

/* The code that may still be entered, a new reference; NULL: none, or the store failed (*failed). */
static json_t *code_find(const struct step_up *s, const char *name, int64_t now, bool *failed)
{
	js_auto rows = store_rows(s->ledger->store,
		"SELECT digest, tries FROM codes WHERE agent = ?1 AND name = ?2 AND at > ?3 AND tries < ?4", "ttii",
		s->ledger->agent, name, now - STEP_UP_CODE_SECONDS, (int64_t)STEP_UP_TRIES);

	*failed = !rows;
	return json_array_size(rows) ? json_incref(json_array_get(rows, 0)) : NULL;
}

enum step_up_state step_up_look(const struct step_up *s, int64_t now)
{
	char name[DIGEST_HEX];
	bool failed;
	int64_t count;
	json_t *code;

	digest_text(s, "", name);
	count = ledger_count(s->ledger, MARK_STEP_UP, name, NULL, now - STEP_UP_SECONDS + 1);
	if (count)
		return count > 0 ? STEP_UP_OPEN : STEP_UP_FAILED;
	code = code_find(s, name, now, &failed);
	json_decref(code);
	if (code || failed)
		return code ? STEP_UP_SENT : STEP_UP_FAILED;
	count = sends(s, name, now);
	if (count < 0)
		return STEP_UP_FAILED;
	return count < STEP_UP_SENDS_PER_HOUR ? STEP_UP_NEEDED : STEP_UP_SPENT;
}

/* Every code as likely as any other. */
static uint32_t code_draw(void)
{
	uint32_t chance;

	do
		if (getrandom(&chance, sizeof(chance), 0) != (ssize_t)sizeof(chance))
			die("the system gives no random numbers");
	while (chance >= UINT32_MAX - UINT32_MAX % CODES);
	return chance % CODES;
}

bool step_up_code(const struct step_up *s, int64_t now, char code[STEP_UP_CODE_ROOM])
{
	char name[DIGEST_HEX], digest[DIGEST_HEX];

	snprintf(code, STEP_UP_CODE_ROOM, "%06u", code_draw() % CODES);
	digest_text(s, "", name);
	digest_text(s, code, digest);
	return store_do(s->ledger->store, "DELETE FROM codes WHERE agent = ?1 AND at <= ?2", "ti", s->ledger->agent,
		       now - STEP_UP_CODE_SECONDS) &&
	       store_do(s->ledger->store,
		       "INSERT INTO codes (agent, name, digest, at, tries) VALUES (?1, ?2, ?3, ?4, 0)"
		       " ON CONFLICT (agent, name) DO UPDATE SET digest = ?3, at = ?4, tries = 0",
		       "ttti", s->ledger->agent, name, digest, now) &&
	       ledger_add(s->ledger, MARK_CODE_SENT, name, NULL, now, HOUR);
}

/* Within a transaction: a try is counted before it is judged, so that many at once are no more than three. */
static enum step_up_state enter(const struct step_up *s, const char *name, const char *code, int64_t now)
{
	unsigned char kept[DIGEST_SIZE], given[DIGEST_SIZE];
	char hex[DIGEST_HEX];
	const char *digest;
	bool failed;
	js_auto found = code_find(s, name, now, &failed);

	if (!found)
		return failed ? STEP_UP_FAILED : step_up_look(s, now);
	if (!store_do(s->ledger->store, "UPDATE codes SET tries = tries + 1 WHERE agent = ?1 AND name = ?2", "tt",
		    s->ledger->agent, name))
		return STEP_UP_FAILED;
	digest_text(s, code, hex);
	digest = js_text(found, "digest");
	if (!digest || !digest_unhex(digest, kept, DIGEST_SIZE) || !digest_unhex(hex, given, DIGEST_SIZE))
		return STEP_UP_FAILED;
	if (!digest_same(kept, given, DIGEST_SIZE))
		return step_up_look(s, now);
	if (!store_do(s->ledger->store, "DELETE FROM codes WHERE agent = ?1 AND name = ?2", "tt", s->ledger->agent,
		    name) ||
		!ledger_add(s->ledger, MARK_STEP_UP, name, NULL, now, STEP_UP_SECONDS))
		return STEP_UP_FAILED;
	return STEP_UP_OPEN;
}

enum step_up_state step_up_enter(const struct step_up *s, const char *code, int64_t now)
{
	char name[DIGEST_HEX];
	enum step_up_state state;

	/* What nobody sent is no try: six digits, or none. */
	if (strlen(code) != STEP_UP_CODE_ROOM - 1 || strspn(code, "0123456789") != STEP_UP_CODE_ROOM - 1)
		return step_up_look(s, now);
	digest_text(s, "", name);
	if (!store_begin(s->ledger->store))
		return STEP_UP_FAILED;
	state = enter(s, name, code, now);
	if (!store_end(s->ledger->store, state != STEP_UP_FAILED))
		return STEP_UP_FAILED;
	return state;
}

bool step_up_end(const struct step_up *s)
{
	char name[DIGEST_HEX];

	digest_text(s, "", name);
	return store_do(s->ledger->store, "DELETE FROM codes WHERE agent = ?1 AND name = ?2", "tt", s->ledger->agent,
		       name) &&
	       store_do(s->ledger->store, "DELETE FROM marks WHERE agent = ?1 AND kind = 'step_up' AND name = ?2", "tt",
		       s->ledger->agent, name);
}
