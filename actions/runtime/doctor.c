/* SPDX-License-Identifier: MIT */
#include "actions/runtime/doctor_inside.h"

#include <stdlib.h>
#include <string.h>

#include "actions/catalog/action.h"
#include "base/json.h"
#include "base/mem.h"

/* Which of the known causes a code is. What has no row is a matter of data. */
static const struct cause {
	enum problem_code code;
	const char *cause;
	enum doctor_group group;
} causes[] = {
	{ PROBLEM_ACTION_NOT_FOUND, "A1", DOCTOR_TRIGGER },
	{ PROBLEM_ACTION_DISABLED, "A1", DOCTOR_TRIGGER },
	{ PROBLEM_ENVIRONMENT_UNSUPPORTED, "A1", DOCTOR_TRIGGER },
	{ PROBLEM_IDENTITY_REQUIRED, "A2", DOCTOR_IDENTITY },
	{ PROBLEM_CONTACT_STRIPE_ACCOUNT_MISSING, "A3", DOCTOR_TRIGGER },
	{ PROBLEM_CONTACT_STRIPE_ACCOUNT_INVALID, "A3", DOCTOR_TRIGGER },
	{ PROBLEM_CONTACT_STRIPE_ACCOUNT_AMBIGUOUS, "A3", DOCTOR_TRIGGER },
	{ PROBLEM_ACCOUNT_CHOICE, "A3", DOCTOR_TRIGGER },
	{ PROBLEM_STRIPE_CUSTOMER_NOT_FOUND, "B1", DOCTOR_DATA },
	{ PROBLEM_STRIPE_CUSTOMER_DELETED, "B1", DOCTOR_DATA },
	{ PROBLEM_STRIPE_CUSTOMER_WRONG_MODE, "B1", DOCTOR_DATA },
	{ PROBLEM_STRIPE_PERMISSION_DENIED, "B3", DOCTOR_DATA },
	{ PROBLEM_STRIPE_KEY_INVALID, "B3", DOCTOR_DATA },
	{ PROBLEM_STRIPE_KEY_EXPIRED, "B3", DOCTOR_DATA },
	{ PROBLEM_STRIPE_UNREACHABLE, "B4", DOCTOR_DATA },
	{ PROBLEM_STRIPE_TIMEOUT, "B4", DOCTOR_DATA },
	{ PROBLEM_STRIPE_BAD_RESPONSE, "B4", DOCTOR_DATA },
	{ PROBLEM_STRIPE_SERVER_ERROR, "B4", DOCTOR_DATA },
	{ PROBLEM_STRIPE_RATE_LIMITED, "B4", DOCTOR_DATA },
	{ PROBLEM_STRIPE_BUSY, "B4", DOCTOR_DATA },
	{ PROBLEM_CONTACT_NOT_FOUND, "C3", DOCTOR_IDENTITY },
	{ PROBLEM_IDENTITY_HASH_MALFORMED, "C1", DOCTOR_IDENTITY },
	{ PROBLEM_IDENTITY_HASH_MISMATCH, "C1", DOCTOR_IDENTITY },
	{ PROBLEM_IDENTITY_TOKEN_MALFORMED, "C1", DOCTOR_IDENTITY },
	{ PROBLEM_IDENTITY_TOKEN_ALGORITHM, "C1", DOCTOR_IDENTITY },
	{ PROBLEM_IDENTITY_TOKEN_SIGNATURE, "C1", DOCTOR_IDENTITY },
	{ PROBLEM_IDENTITY_TOKEN_EXPIRED, "C1", DOCTOR_IDENTITY },
	{ PROBLEM_IDENTITY_TOKEN_NOT_YET_VALID, "C1", DOCTOR_IDENTITY },
	{ PROBLEM_IDENTITY_TOKEN_LIFETIME, "C1", DOCTOR_IDENTITY },
	{ PROBLEM_IDENTITY_TOKEN_REPLAYED, "C1", DOCTOR_IDENTITY },
	{ PROBLEM_IDENTITY_USER_ID_INVALID, "C1", DOCTOR_IDENTITY },
	{ PROBLEM_IDENTITY_METHOD_OFF, "C1", DOCTOR_IDENTITY },
};

json_t *doctor_add(struct looking *l, enum doctor_group group, const char *cause, const char *action)
{
	json_t *finding = json_object();

	js_put_text(finding, "cause", cause);
	js_put_text(finding, "action", action);
	if (!json_array_size(l->findings))
		l->group = group;
	json_array_append_new(l->findings, finding);
	return finding;
}

/* Whether the same was found with another action: most causes stand in the way of all of them. */
static bool is_known(const struct looking *l, const char *code)
{
	json_t *row;
	size_t i;

	json_array_foreach(l->findings, i, row) if (!strcmp(js_text(row, "code"), code)) return true;
	return false;
}

static void problem_add(struct looking *l, const char *action, const struct run_result *result)
{
	const struct problem_row *row = problem_row(result->problem.code);
	const char *cause = "B2", *code = row->name;
	enum doctor_group group = DOCTOR_DATA;
	js_auto diagnostic = envelope_diagnostic(&result->envelope, &result->problem, result->stage);
	json_t *finding;

	if (result->problem.permission ? doctor_has_permission(l, result->problem.permission) : is_known(l, code))
		return;
	for (size_t i = 0; i < COUNT_OF(causes); i++)
		if (causes[i].code == result->problem.code) {
			cause = causes[i].cause;
			group = causes[i].group;
		}
	if (result->problem.code == PROBLEM_CONTACT_NOT_FOUND && strstr(result->problem.detail, "near_match"))
		cause = "C2";
	/* Nothing was presented at all: the page never identified its visitor. Half a proof is another matter. */
	if (result->problem.code == PROBLEM_IDENTITY_REQUIRED && !l->call->evidence.user_id)
		cause = "C4";
	finding = doctor_add(l, group, cause, action);
	js_put_text(finding, "code", code);
	js_put_text(finding, "message", result->envelope.message.data);
	json_object_update_missing(finding, diagnostic);
	if (!strcmp(cause, "C4"))
		js_put_text(finding, "diagnostic", "identify_not_called");
}

/* An answer without data is no fault of the action; it is what the operator wonders about all the same. */
static void emptiness_add(struct looking *l, const char *action, const struct run_result *result)
{
	const char *code = js_text(result->envelope.data, "code");
	json_t *finding;

	if (!code || is_known(l, code))
		return;
	finding = doctor_add(l, DOCTOR_DATA, "B2", action);
	js_put_text(finding, "code", code);
	js_put_text(finding, "stage", result->stage);
	js_put_text(finding, "message", result->envelope.message.data);
	js_put_text(finding, "detail", "Stripe answered, and the customer has none");
	js_put_text(finding, "hint", "Check in Stripe that this customer has the relevant data.");
}

static bool action_look(struct looking *l, const char *name)
{
	const struct action_config *config = config_action(l->agent->config, name);
	const struct action_kind *kind = config ? action_kind_find(config->kind) : NULL;
	const char *inputs = kind && kind->probe ? kind->probe : "{}";
	struct run_call call = {
		.action = name,
		.inputs = inputs,
		.inputs_length = strlen(inputs),
		.evidence = l->call->evidence,
		.environment = l->call->environment,
		.probe = true,
	};
	struct run_result result = { 0 };
	bool reached;

	run_action(l->agent, &call, &result);
	/* A server that is down or busy is not asked twenty questions more. */
	reached = result.problem.code == PROBLEM_NONE ||
		  (result.problem.status && !problem_row(result.problem.code)->retryable);
	if (result.problem.code != PROBLEM_NONE)
		problem_add(l, name, &result);
	else
		emptiness_add(l, name, &result);
	run_clear(&result);
	return reached;
}

bool doctor_has_permission(const struct looking *l, const char *permission)
{
	const char *has;
	json_t *row;
	size_t i;

	json_array_foreach(l->findings, i, row)
	{
		has = js_text(row, "permission");
		if (has && !strcmp(has, permission))
			return true;
	}
	return false;
}

static bool any_is_on(const struct config *c)
{
	for (size_t i = 0; i < c->n_actions; i++)
		if (c->actions[i].enabled)
			return true;
	return false;
}

/* Found at load and never in a run: with nothing else in the way, thin words are why a model does not call. */
static void warnings_look(struct looking *l)
{
	const char *text, *colon;
	json_t *row, *finding;
	char *code;
	size_t i;

	json_array_foreach(l->agent->warnings, i, row)
	{
		text = json_string_value(row);
		if (strncmp(text, "when_to_use_weak", 16) != 0 && strncmp(text, "action_overlap", 14) != 0)
			continue;
		colon = strchr(text, ':');
		code = mem_copy_range(text, (size_t)(colon - text));
		finding = doctor_add(l, DOCTOR_TRIGGER, "A4", NULL);
		js_put_text(finding, "code", code);
		js_put_text(finding, "stage", "configuration");
		js_put_text(finding, "message", "");
		js_put_text(finding, "detail", colon + 2);
		js_put_text(finding, "hint",
			"Say in when_to_use which concrete requests the action is for, with examples of how customers "
			"put them, and differently for each action.");
		free(code);
	}
}

json_t *doctor_look(struct agent *a, const struct doctor_call *call, enum doctor_group *group)
{
	struct looking l = { .agent = a, .call = call, .findings = json_array() };
	bool reached = false;
	json_t *out;

	if (call->action)
		reached = action_look(&l, call->action);
	/* One that is switched off on purpose is no trouble while others are on. */
	for (size_t i = 0; !call->action && i < a->config->n_actions; i++)
		if (a->config->actions[i].enabled || !any_is_on(a->config))
			reached |= action_look(&l, a->config->actions[i].name);
	if (reached) {
		doctor_look_permissions(&l);
		doctor_look_catalogue(&l);
	}
	warnings_look(&l);
	out = json_object();
	js_put_text(out, "group",
		l.group == DOCTOR_WELL	    ? NULL
		: l.group == DOCTOR_TRIGGER ? "A"
		: l.group == DOCTOR_DATA    ? "B"
					    : "C");
	js_put_new(out, "findings", l.findings);
	js_put(out, "warnings", a->warnings);
	*group = l.group;
	return out;
}
