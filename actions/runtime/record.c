/* SPDX-License-Identifier: MIT */
#include "actions/runtime/record.h"

#include <string.h>

#include "actions/core/redact.h"
#include "actions/core/wording.h"
#include "base/json.h"

#define DIGEST_BYTES 8
#define TOOL_CALL_MOST 64

/* Keyed, so that nobody can find out by trying whose it is; the label keeps people and conversations apart. */
static void put_digest(const struct agent *a, json_t *record, const char *name, const char *label, const char *value)
{
	unsigned char key[DIGEST_SIZE], digest[DIGEST_SIZE];
	char hex[2 * DIGEST_BYTES + 1];

	if (!value)
		return;
	digest_derive(a->config->secrets[0].secret, label, key);
	digest_make(key, sizeof(key), value, strlen(value), digest);
	digest_hex(digest, DIGEST_BYTES, hex);
	js_put_text(record, name, hex);
}

/* A model or a host names its calls as it likes: what is too long for a name is none. */
static void put_tool_call(const struct running *r, json_t *record)
{
	const char *id = r->call->tool_call;

	if (id)
		js_put_text(record, "tool_call", strlen(id) > TOOL_CALL_MOST ? "***" : redact_text(r->run.arena, id));
}

static json_t *record_new(const struct running *r, const char *phase)
{
	const struct action_run *run = &r->run;
	const struct agent *a = r->agent;
	const char *environment =
		r->call->environment ? r->call->environment : environment_names[a->config->environment];
	json_t *record = json_object();

	js_put_text(record, "time", wording_iso(run->arena, run->now));
	js_put_text(record, "agent", a->config->agent_id);
	js_put_text(record, "phase", phase);
	/* A name that is not configured was invented by a model: what it says is nobody's business. */
	js_put_text(record, "action", run->action ? run->action->name : NULL);
	js_put_text(record, "environment", environment_find(environment) < ENVIRONMENT_COUNT ? environment : NULL);
	put_digest(a, record, "contact", "stripe-actions: people in the audit record", r->identity.user_id);
	put_digest(
		a, record, "conversation", "stripe-actions: conversations in the audit record", r->call->conversation);
	put_tool_call(r, record);
	if (run->account.customer)
		js_put_text(record, "customer", run->account.customer);
	if (run->idempotency)
		js_put_text(record, "idempotency_key", run->idempotency);
	return record;
}

static bool is_safe(const struct input *row)
{
	return row->kind == INPUT_CHOICE || row->kind == INPUT_INTEGER || row->kind == INPUT_FLAG || row->offered;
}

static json_t *arguments_redacted(const struct input *rows, const json_t *inputs)
{
	json_t *out = json_object();

	for (; rows->name; rows++) {
		json_t *value = js_get(inputs, rows->name);

		if (!value)
			continue;
		if (is_safe(rows))
			js_put(out, rows->name, value);
		else
			js_put_text(out, rows->name, "***");
	}
	return out;
}

static bool record_write(struct agent *a, json_t *record)
{
	bool written = audit_append(a->audit, record);

	json_decref(record);
	return written;
}

bool record_intent(const struct running *r)
{
	const json_t *state = r->proposal.state;
	json_t *record;

	if (!r->agent->audit)
		return true;
	record = record_new(r, "intent");
	js_put_text(record, "operation", js_text(state, "operation"));
	js_put_new(record, "change", record_masked(r->run.arena, "", state));
	if (js_text(state, "subscription"))
		js_put_text(record, "subscription", js_text(state, "subscription"));
	return record_write(r->agent, record);
}

bool record_outcome(const struct running *r)
{
	const struct run_result *result = r->result;
	struct arena *arena = r->run.arena;
	js_auto diagnostic = NULL;
	json_t *record;

	if (!r->agent->audit)
		return true;
	record = record_new(r, "outcome");
	if (r->kind && r->run.inputs)
		js_put_new(record, "arguments", arguments_redacted(r->kind->inputs, r->run.inputs));
	js_put_text(record, "status", envelope_status_name(result->envelope.status));
	diagnostic = envelope_diagnostic(&result->envelope, &result->problem, result->stage);
	js_put_new(record, "diagnostic", redact_tree(arena, diagnostic));
	record_change(arena, record, r->proposal.before, r->run.written);
	if (json_array_size(r->run.write_ids))
		js_put(record, "stripe_requests", r->run.write_ids);
	js_put_int(record, "latency_ms", result->took_ms);
	return record_write(r->agent, record);
}
