/* SPDX-License-Identifier: MIT */
#include "resources/verbs.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"

/* For each verb the states it may lead to, best first: the first that the resource knows is taken. */
static const struct verb {
	const char *verb;
	const char *states[5];
} verbs[] = {
	{ "accept", { "accepted", "active", "succeeded" } },
	{ "activate", { "active" } },
	{ "approve", { "approved", "active", "succeeded" } },
	{ "archive", { "archived", "inactive" } },
	{ "attach", { "attached" } },
	{ "cancel", { "canceled", "cancelled", "inactive" } },
	{ "capture", { "succeeded", "captured", "closed" } },
	{ "close", { "closed", "lost" } },
	{ "confirm", { "succeeded", "confirmed" } },
	{ "deactivate", { "inactive", "deactivated" } },
	{ "decline", { "declined" } },
	{ "deliver", { "delivered" } },
	{ "detach", { "detached" } },
	{ "disable", { "disabled", "inactive" } },
	{ "disconnect", { "disconnected", "inactive" } },
	{ "enable", { "enabled", "active" } },
	{ "expire", { "expired", "closed", "failed" } },
	{ "fail", { "failed" } },
	{ "finalize", { "open", "finalized", "complete" } },
	{ "finalize_amount", { "pending", "open" } },
	{ "mark_draft", { "draft" } },
	{ "mark_stale", { "stale" } },
	{ "mark_uncollectible", { "uncollectible" } },
	{ "pause", { "paused" } },
	{ "pay", { "paid" } },
	{ "post", { "posted" } },
	{ "reactivate", { "active" } },
	{ "redact", { "redacted" } },
	{ "reject", { "rejected" } },
	{ "release", { "released" } },
	{ "respond", { "closed" } },
	{ "resume", { "active" } },
	{ "return", { "returned" } },
	{ "return_inbound_transfer", { "returned" } },
	{ "reverse", { "reversed", "closed", "canceled" } },
	{ "send", { "open", "sent" } },
	{ "ship", { "shipped" } },
	{ "submit", { "submitted", "processing" } },
	{ "succeed", { "succeeded" } },
	{ "unarchive", { "active" } },
	{ "unsubscribe", { "unsubscribed" } },
	{ "verify", { "verified", "succeeded", "active" } },
	{ "verify_microdeposits", { "succeeded", "verified" } },
	{ "void", { "void", "voided" } },
};

static const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		if (!strcmp(verbs[i].verb, name))
			return &verbs[i];
	return NULL;
}

static const char *state_for(const struct verb *verb, const struct schema_node *status)
{
	for (size_t i = 0; verb && status && i < COUNT_OF(verb->states) && verb->states[i]; i++)
		if (schema_has_literal(status, verb->states[i]))
			return verb->states[i];
	return NULL;
}

/* canceled -> canceled_at, in the body or in status_transitions, where the description has it. */
static void stamp(struct call *call, struct record *r, json_t *draft, const char *state)
{
	char name[64];
	const struct schema_node *transitions = schema_field(r->type, "status_transitions");
	const struct schema_node *field;

	snprintf(name, sizeof name, "%s_at", state);
	field = schema_field(r->type, name);
	if (field && field->kind == SCHEMA_TIMESTAMP)
		js_put_int(draft, name, call->now);
	field = transitions && transitions->kind == SCHEMA_OBJECT ? schema_child(transitions, name) : NULL;
	if (field && field->kind == SCHEMA_TIMESTAMP)
		js_put_int(js_own(draft, "status_transitions"), name, call->now);
}

void verb_apply(struct call *call, struct record *r, const char *verb)
{
	const struct verb *row = verb_find(verb);
	const char *state = state_for(row, schema_field(r->type, "status"));
	json_t *draft = journal_edit(&call->journal, r);
	const struct schema_node *active = schema_field(r->type, "active");
	char type[160];

	if (state) {
		js_put_text(draft, "status", state);
		stamp(call, r, draft, state);
	}
	if (active && active->kind == SCHEMA_BOOLEAN && (!strcmp(verb, "activate") || !strcmp(verb, "unarchive")))
		js_put_flag(draft, "active", true);
	if (active && active->kind == SCHEMA_BOOLEAN && (!strcmp(verb, "deactivate") || !strcmp(verb, "archive")))
		js_put_flag(draft, "active", false);
	snprintf(type, sizeof type, "%s.%s", r->type->object ? r->type->object : "", state ? state : verb);
	if (emit_knows(type))
		emit_with(call, type, r, NULL);
	else
		emit_verb(call, r, "updated");
}
