/* SPDX-License-Identifier: MIT */
#include "actions/runtime/confirm.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static void seal_text(const struct agent *a, const struct text *message, unsigned char out[CONFIRM_SEAL])
{
	unsigned char digest[DIGEST_SIZE];

	digest_make(a->key, sizeof(a->key), message->data, message->length, digest);
	memcpy(out, digest, CONFIRM_SEAL);
}

/* As one JSON array: no two different bindings write the same bytes. */
static void seal_binding(
	const struct agent *a, const struct binding *b, int64_t issued, int64_t moment, unsigned char out[CONFIRM_SEAL])
{
	js_auto parts = json_array();
	struct text t;

	json_array_append_new(parts, json_string("binding"));
	json_array_append_new(parts, json_string(a->config->agent_id));
	json_array_append_new(parts, json_string(b->action));
	json_array_append_new(parts, json_string(b->user_id));
	json_array_append_new(parts, json_string(b->customer));
	json_array_append_new(parts, json_integer(issued));
	json_array_append_new(parts, json_integer(moment));
	json_array_append(parts, b->inputs);
	text_init(&t, TEXT_NO_CEILING);
	js_write(&t, parts);
	seal_text(a, &t, out);
	text_clear(&t);
}

static void seal_state(const struct agent *a, int64_t issued, const json_t *state, unsigned char out[CONFIRM_SEAL])
{
	struct text t;

	text_init(&t, TEXT_NO_CEILING);
	text_format(&t, "state\n%" PRId64 "\n", issued);
	js_write(&t, state);
	seal_text(a, &t, out);
	text_clear(&t);
}

const char *confirm_make(const struct agent *a, struct arena *arena, const struct binding *b, int64_t now,
	int64_t moment, const json_t *state)
{
	unsigned char seal[CONFIRM_SEAL];
	char binding[2 * CONFIRM_SEAL + 1], what[2 * CONFIRM_SEAL + 1];

	seal_binding(a, b, now, moment, seal);
	digest_hex(seal, CONFIRM_SEAL, binding);
	seal_state(a, now, state, seal);
	digest_hex(seal, CONFIRM_SEAL, what);
	return arena_format(arena, "cnf_%" PRIx64 "_%" PRIx64 "_%s_%s", (uint64_t)now, (uint64_t)moment, binding, what);
}

/* One field up to the next _ or the end; NULL when it is empty or too long. */
static const char *field_take(const char *text, char *out, size_t room)
{
	size_t length = strcspn(text, "_");

	if (!length || length >= room)
		return NULL;
	memcpy(out, text, length);
	out[length] = '\0';
	return text[length] ? text + length + 1 : text + length;
}

static bool time_take(const char **text, int64_t *out)
{
	char field[16];
	const char *rest = field_take(*text, field, sizeof(field));

	if (!rest || strspn(field, "0123456789abcdef") != strlen(field))
		return false;
	*out = (int64_t)strtoull(field, NULL, 16);
	*text = rest;
	return true;
}

static bool seal_take(const char **text, unsigned char out[CONFIRM_SEAL])
{
	char field[2 * CONFIRM_SEAL + 1];
	const char *rest = field_take(*text, field, sizeof(field));

	if (!rest || !digest_unhex(field, out, CONFIRM_SEAL))
		return false;
	*text = rest;
	return true;
}

static bool confirm_parse(const char *text, struct confirmation *out)
{
	if (strncmp(text, "cnf_", 4) != 0)
		return false;
	text += 4;
	return time_take(&text, &out->issued) && time_take(&text, &out->moment) && seal_take(&text, out->binding) &&
	       seal_take(&text, out->state) && !*text;
}

bool confirm_read(const struct agent *a, const char *text, const struct binding *b, int64_t now,
	struct confirmation *out, struct problem *why)
{
	unsigned char made[CONFIRM_SEAL];
	int64_t used;

	if (!confirm_parse(text, out))
		return problem_raise(why, PROBLEM_PROPOSAL_MISMATCH, "the confirmation is not one of ours");
	seal_binding(a, b, out->issued, out->moment, made);
	if (!digest_same(made, out->binding, CONFIRM_SEAL))
		return problem_raise(
			why, PROBLEM_PROPOSAL_MISMATCH, "the confirmation fits other arguments or another caller");
	if (now - out->issued > a->config->confirmation_ttl || out->issued > now + a->config->confirmation_ttl)
		return problem_raise(why, PROBLEM_PROPOSAL_EXPIRED, "it was given out %lld seconds ago",
			(long long)(now - out->issued));
	used = ledger_count(&a->ledger, MARK_CONFIRMATION, text, NULL, 0);
	if (used < 0)
		return problem_raise(why, PROBLEM_STORE_UNAVAILABLE, "%s", store_trouble(a->store));
	if (used)
		return problem_raise(why, PROBLEM_PROPOSAL_CONSUMED, "it was used before");
	return true;
}

bool confirm_state(const struct agent *a, const struct confirmation *c, const json_t *state, struct problem *why)
{
	unsigned char made[CONFIRM_SEAL];

	seal_state(a, c->issued, state, made);
	if (digest_same(made, c->state, CONFIRM_SEAL))
		return true;
	return problem_raise(why, PROBLEM_PROPOSAL_STALE, "the plan made again differs from the one that was shown");
}

bool confirm_consume(const struct agent *a, const char *text, int64_t now)
{
	/* Older than its time it is refused anyway, so that it need not be remembered. */
	return ledger_add(&a->ledger, MARK_CONFIRMATION, text, NULL, now, 2 * a->config->confirmation_ttl);
}

const char *confirm_idempotency(const struct agent *a, struct arena *arena, const char *text)
{
	const char *message = arena_format(arena, "idempotency\n%s\n%s", a->config->agent_id, text);
	unsigned char digest[DIGEST_SIZE];
	char hex[DIGEST_HEX];

	digest_make(a->key, sizeof(a->key), message, strlen(message), digest);
	digest_hex(digest, 20, hex);
	return arena_format(arena, "act_%s", hex);
}
