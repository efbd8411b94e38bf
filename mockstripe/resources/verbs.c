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

/* A status that is declared as any text can still be left for one of the ends that every course has. */
static const char *state_for(const struct verb *verb, const struct schema_node *status)
{
	if (verb && status && !status->n_literals)
		return !strcmp(verb->verb, "cancel") || !strcmp(verb->verb, "fail") ? verb->states[0] : NULL;
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

/* POST …/{id}/shipping/ship is about the object in the field `shipping`; NULL: about the body itself. */
static const struct schema_node *part_of(struct call *call, const struct schema_resource *type)
{
	const char *start = strrchr(call->route->pattern, '}');
	const struct schema_node *field;
	char name[64];

	if (!start || start[1] != '/')
		return NULL;
	snprintf(name, sizeof name, "%.*s", (int)strcspn(start + 2, "/"), start + 2);
	field = schema_field(type, name);
	return field && field->kind == SCHEMA_OBJECT && start[2 + strlen(name)] == '/' ? field : NULL;
}

/* The verb's participle: submit -> submitted comes with its state; activate -> activated has another one, active. */
static const char *announcement(struct call *call, struct record *r, const char *verb, const char *state)
{
	const char *type = state ? emit_type(call, r->type, state) : NULL;
	size_t length = strlen(verb);

	if (!type)
		type = emit_type(call, r->type,
			arena_format(&call->arena, "%s%s", verb, length && verb[length - 1] == 'e' ? "d" : "ed"));
	return type ? type : emit_type(call, r->type, verb);
}

void verb_apply(struct call *call, struct record *r, const char *verb)
{
	const struct verb *row = verb_find(verb);
	const struct schema_node *part = part_of(call, r->type);
	const char *state = state_for(row, part ? schema_child(part, "status") : schema_field(r->type, "status"));
	json_t *draft = journal_edit(&call->journal, r);
	const struct schema_node *active = schema_field(r->type, "active");
	const char *type;

	if (part && state && json_is_object(json_object_get(draft, part->name)))
		js_put_text(js_own(draft, part->name), "status", state);
	if (!part && state) {
		js_put_text(draft, "status", state);
		stamp(call, r, draft, state);
	}
	if (active && active->kind == SCHEMA_BOOLEAN && (!strcmp(verb, "activate") || !strcmp(verb, "unarchive")))
		js_put_flag(draft, "active", true);
	if (active && active->kind == SCHEMA_BOOLEAN && (!strcmp(verb, "deactivate") || !strcmp(verb, "archive")))
		js_put_flag(draft, "active", false);
	type = part ? NULL : announcement(call, r, verb, state);
	if (type)
		emit_with(call, type, r, NULL);
	else
		emit_verb(call, r, "updated");
}
