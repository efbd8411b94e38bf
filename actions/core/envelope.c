/* SPDX-License-Identifier: MIT */
#include "actions/core/envelope.h"

#include <string.h>

#include "base/json.h"

#define MESSAGE_CEILING 16384

void envelope_init(struct envelope *e)
{
	memset(e, 0, sizeof(*e));
	text_init(&e->message, MESSAGE_CEILING);
	e->data = json_object();
}

void envelope_clear(struct envelope *e)
{
	text_clear(&e->message);
	json_decref(e->data);
	json_decref(e->next);
	json_decref(e->page);
	json_decref(e->warnings);
	memset(e, 0, sizeof(*e));
}

const char *envelope_status_name(enum envelope_status status)
{
	static const char *const names[] = { "ok", "needs_choice", "needs_confirmation", "needs_verification",
		"refused", "error" };

	return names[status];
}

void envelope_next(struct envelope *e, const char *hint)
{
	if (!e->next)
		e->next = json_array();
	json_array_append_new(e->next, json_string(hint));
}

void envelope_warn(struct envelope *e, const char *code)
{
	if (!e->warnings)
		e->warnings = json_array();
	json_array_append_new(e->warnings, json_string(code));
}

static json_t *error_json(const struct problem *problem)
{
	const struct problem_row *row = problem_row(problem->code);
	json_t *error = json_object();

	js_put_text(error, "code", row->public_name);
	js_put_flag(error, "retryable", row->retryable);
	return error;
}

json_t *envelope_json(const struct envelope *e, const struct problem *problem)
{
	json_t *out = json_object();

	js_put_text(out, "status", envelope_status_name(e->status));
	js_put_text(out, "message", e->message.data);
	js_put(out, "data", e->data);
	if (problem->code != PROBLEM_NONE && problem->code != PROBLEM_NEEDS_CONFIRMATION)
		js_put_new(out, "error", error_json(problem));
	if (e->next)
		js_put(out, "next", e->next);
	return out;
}

json_t *envelope_diagnostic(const struct envelope *e, const struct problem *problem, const char *stage)
{
	const struct problem_row *row = problem_row(problem->code);
	json_t *out = json_object();

	js_put_text(out, "code", row->name);
	js_put_text(out, "stage", stage);
	if (problem->code != PROBLEM_NONE) {
		js_put_text(out, "detail", problem->detail);
		js_put_text(out, "hint", row->hint);
		js_put_text(out, "mender", problem_mender_name(row->mender));
		js_put_flag(out, "retryable", row->retryable);
	}
	if (problem->status)
		js_put_int(out, "stripe_status", problem->status);
	if (problem->stripe_type)
		js_put_text(out, "stripe_type", problem->stripe_type);
	if (problem->stripe_code)
		js_put_text(out, "stripe_code", problem->stripe_code);
	if (problem->stripe_param)
		js_put_text(out, "stripe_param", problem->stripe_param);
	if (problem->permission)
		js_put_text(out, "permission", problem->permission);
	if (problem->request_id)
		js_put_text(out, "request_id", problem->request_id);
	if (e->warnings)
		js_put(out, "warnings", e->warnings);
	return out;
}

void envelope_renew(struct envelope *e)
{
	text_reset(&e->message);
	json_decref(e->data);
	e->data = json_object();
	json_decref(e->next);
	e->next = NULL;
	json_decref(e->page);
	e->page = NULL;
}

void envelope_fail(struct envelope *e, const struct problem *problem)
{
	static const enum envelope_status statuses[] = {
		[OUTCOME_ERROR] = ENVELOPE_ERROR,
		[OUTCOME_REFUSED] = ENVELOPE_REFUSED,
		[OUTCOME_NEEDS_CHOICE] = ENVELOPE_NEEDS_CHOICE,
		[OUTCOME_NEEDS_CONFIRMATION] = ENVELOPE_NEEDS_CONFIRMATION,
		[OUTCOME_NEEDS_VERIFICATION] = ENVELOPE_NEEDS_VERIFICATION,
	};
	const struct problem_row *row = problem_row(problem->code);

	envelope_renew(e);
	e->status = statuses[row->outcome];
	text_put(&e->message, problem->text ? problem->text : phrase(e->locale, row->text));
	if (problem->extra)
		json_object_update(e->data, problem->extra);
}
