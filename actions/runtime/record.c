/* SPDX-License-Identifier: MIT */
#include "actions/runtime/record.h"

#include <string.h>

#include "actions/core/redact.h"
#include "actions/core/wording.h"
#include "base/json.h"

#define PERSON_BYTES 8

static void put_person(const struct agent *a, json_t *record, const char *user_id)
{
	unsigned char key[DIGEST_SIZE], digest[DIGEST_SIZE];
	char hex[2 * PERSON_BYTES + 1];

	if (!user_id)
		return;
	digest_derive(a->config->secrets[0].secret, "stripe-actions: people in the audit record", key);
	digest_make(key, sizeof(key), user_id, strlen(user_id), digest);
	digest_hex(digest, PERSON_BYTES, hex);
	js_put_text(record, "contact", hex);
}

static json_t *record_new(
	const struct agent *a, const struct run_call *call, const struct action_run *run, const char *phase)
{
	const char *environment = call->environment ? call->environment : environment_names[a->config->environment];
	json_t *record = json_object();

	js_put_text(record, "time", wording_iso(run->arena, run->now));
	js_put_text(record, "agent", a->config->agent_id);
	js_put_text(record, "phase", phase);
	/* A name that is not configured was invented by a model: what it says is nobody's business. */
	js_put_text(record, "action", run->action ? run->action->name : NULL);
	js_put_text(record, "environment", environment_find(environment) < ENVIRONMENT_COUNT ? environment : NULL);
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

bool record_intent(
	struct agent *a, const struct run_call *call, const struct action_run *run, const struct proposal *proposal)
{
	json_t *record;

	if (!a->audit)
		return true;
	record = record_new(a, call, run, "intent");
	js_put_text(record, "operation", js_text(proposal->state, "operation"));
	/* What is to become of it; of an address or a name nobody needs to know more than that it changed. */
	js_put_new(record, "change", redact_tree(run->arena, proposal->state));
	if (js_text(proposal->state, "subscription"))
		js_put_text(record, "subscription", js_text(proposal->state, "subscription"));
	return record_write(a, record);
}

bool record_outcome(struct agent *a, const struct run_call *call, const struct action_run *run,
	const struct action_kind *kind, const struct run_result *result, const char *user_id)
{
	js_auto diagnostic = NULL;
	json_t *record;

	if (!a->audit)
		return true;
	record = record_new(a, call, run, "outcome");
	put_person(a, record, user_id);
	if (kind && run->inputs)
		js_put_new(record, "arguments", arguments_redacted(kind->inputs, run->inputs));
	js_put_text(record, "status", envelope_status_name(result->envelope.status));
	diagnostic = envelope_diagnostic(&result->envelope, &result->problem, result->stage);
	js_put_new(record, "diagnostic", redact_tree(run->arena, diagnostic));
	return record_write(a, record);
}
