/* SPDX-License-Identifier: MIT */
#include "actions/runtime/run.h"

#include <errno.h>
#include <string.h>

#include "actions/catalog/action.h"
#include "actions/core/wording.h"
#include "actions/runtime/confirm.h"
#include "actions/runtime/record.h"
#include "base/json.h"
#include "base/mem.h"

/* Everything one run knows; filled in from left to right by the steps. */
struct running {
	struct agent *agent;
	const struct run_call *call;
	struct run_result *result;
	const struct action_kind *kind;
	struct identity identity;
	struct action_run run;
	struct proposal proposal;
	struct confirmation confirmation;
	enum environment environment;
	json_t *raw;	    /* the arguments as they came; NULL when they are no JSON object */
	const char *syntax; /* why not */
};

static bool step_find(struct running *r)
{
	const struct action_config *found = config_action(r->agent->config, r->call->action);

	if (!found)
		return problem_raise(r->run.why, PROBLEM_ACTION_NOT_FOUND, "no action is named so");
	r->run.action = found;
	r->kind = action_kind_find(found->kind);
	if (!r->kind)
		die("the kind %s passed the check at load and is gone", found->kind);
	return true;
}

static bool step_allow(struct running *r)
{
	const char *name = r->call->environment;

	r->environment = name ? environment_find(name) : r->agent->config->environment;
	if (!r->run.action->enabled)
		return problem_raise(
			r->run.why, PROBLEM_ACTION_DISABLED, "$.actions: %s is not enabled", r->call->action);
	if (r->environment == ENVIRONMENT_COUNT)
		return problem_raise(r->run.why, PROBLEM_ENVIRONMENT_UNSUPPORTED, "there is no such environment");
	if (!(r->run.action->environments & 1U << r->environment))
		return problem_raise(r->run.why, PROBLEM_ENVIRONMENT_UNSUPPORTED, "not in the environment %s",
			environment_names[r->environment]);
	return true;
}

static bool step_identify(struct running *r)
{
	return identity_verify(r->agent->config, &r->call->evidence, r->run.now, &r->identity, r->run.why);
}

static bool step_contact(struct running *r)
{
	struct arena *arena = r->run.arena;
	const char *id = r->identity.user_id, *near;
	json_t *contact = contacts_find(r->agent->contacts, id);

	if (r->identity.claims)
		contact = contact_with_claims(arena, contact, r->identity.claims, id);
	if (!contact) {
		near = contacts_near(r->agent->contacts, id);
		return problem_raise(r->run.why, PROBLEM_CONTACT_NOT_FOUND, "no contact has this external_id%s",
			near ? "; near_match: one differs only in case or blanks" : "");
	}
	json_incref(contact); /* a snapshot: what happens to the store meanwhile does not reach this run */
	run_own(&r->run, contact);
	return account_resolve(contact, js_text(r->raw, "account"), r->run.client, &r->run.account, r->run.why);
}

/* Whether all faults are of one rule. */
static bool all_of_rule(const json_t *faults, const char *rule)
{
	json_t *row;
	size_t i;

	json_array_foreach(faults, i, row) if (strcmp(js_text(row, "rule"), rule) != 0) return false;
	return json_array_size(faults) > 0;
}

static bool step_inputs(struct running *r)
{
	json_t *faults = run_own(&r->run, json_array());

	if (r->syntax)
		return problem_raise(r->run.why, PROBLEM_ARGUMENTS_INVALID, "%s", r->syntax);
	if (inputs_check(r->kind->inputs, r->raw, "", faults)) {
		problem_raise(r->run.why,
			all_of_rule(faults, "unknown") ? r->kind->unknown_input : PROBLEM_ARGUMENTS_INVALID,
			"%zu faults in the arguments, the first at %s: %s", json_array_size(faults),
			js_text(json_array_get(faults, 0), "path"), js_text(json_array_get(faults, 0), "problem"));
		problem_show(r->run.why, "faults", faults);
		return false;
	}
	r->run.inputs = run_own(&r->run, inputs_canonical(r->kind->inputs, r->raw));
	return true;
}

static bool step_customer(struct running *r)
{
	const char *path = arena_format(r->run.arena, "/v1/customers/%s", r->run.account.customer);
	struct problem *why = r->run.why;

	r->run.customer = run_get(&r->run, path, NULL);
	if (!r->run.customer) {
		if (why->code == PROBLEM_RESOURCE_NOT_FOUND)
			why->code = PROBLEM_STRIPE_CUSTOMER_NOT_FOUND;
		return false;
	}
	if (js_flag(r->run.customer, "deleted", false))
		return problem_raise(why, PROBLEM_STRIPE_CUSTOMER_DELETED, "%s is deleted", r->run.account.customer);
	return true;
}

static struct binding binding_of(const struct running *r)
{
	return (struct binding) {
		.action = r->call->action,
		.user_id = r->identity.user_id,
		.customer = r->run.account.customer,
		.inputs = r->run.inputs,
	};
}

/* Reads the consent, when there is one: the plan is then made for the moment of the proposal that was shown. */
static bool step_consent(struct running *r)
{
	struct binding binding = binding_of(r);

	if (!r->call->confirmation)
		return true;
	if (!confirm_read(r->agent, r->call->confirmation, &binding, r->run.now, &r->confirmation, r->run.why))
		return false;
	r->proposal.moment = r->confirmation.moment;
	return true;
}

static bool step_plan(struct running *r)
{
	return r->kind->plan(&r->run, &r->proposal);
}

static bool step_confirm(struct running *r)
{
	struct binding binding = binding_of(r);
	const char *confirmation;
	json_t *data = r->run.answer->data;

	if (!r->proposal.writes)
		return true;
	if (r->call->confirmation)
		return confirm_state(r->agent, &r->confirmation, r->proposal.state, r->run.why);
	confirmation =
		confirm_make(r->agent, r->run.arena, &binding, r->run.now, r->proposal.moment, r->proposal.state);
	js_put_text(data, "confirmation", confirmation);
	js_put_text(data, "expires_at", wording_iso(r->run.arena, r->run.now + r->agent->config->confirmation_ttl));
	text_put(&r->run.answer->message, "\nShall I go ahead?");
	return problem_raise(r->run.why, PROBLEM_NEEDS_CONFIRMATION, "a proposal was made");
}

static bool step_perform(struct running *r)
{
	struct problem *why = r->run.why;
	const struct problem_row *row;
	bool done;

	if (!r->proposal.writes)
		return true;
	r->run.idempotency = confirm_idempotency(r->agent, r->run.arena, r->call->confirmation);
	if (!record_intent(r->agent, r->call, &r->run, &r->proposal))
		return problem_raise(why, PROBLEM_AUDIT_UNAVAILABLE, "%s", strerror(errno));
	done = r->kind->perform(&r->run, &r->proposal);
	row = problem_row(why->code);
	/* What may yet succeed under the same idempotency key keeps its confirmation; everything else is settled. */
	if (done || (!row->retryable && !why->outcome_unknown))
		confirm_consume(r->agent, r->call->confirmation, r->run.now);
	return done;
}

static const struct step {
	const char *name;
	bool (*take)(struct running *r);
} steps[] = {
	{ "find", step_find },
	{ "allow", step_allow },
	{ "identify", step_identify },
	{ "contact", step_contact },
	{ "inputs", step_inputs },
	{ "customer", step_customer },
	{ "consent", step_consent },
	{ "plan", step_plan },
	{ "confirm", step_confirm },
	{ "perform", step_perform },
};

/* The arguments are parsed first, as the account's label is among them, and judged in their turn. */
static void inputs_parse(struct running *r)
{
	const char *text = r->call->inputs;
	json_error_t error;

	if (!text || !r->call->inputs_length) {
		r->raw = run_own(&r->run, json_object());
		return;
	}
	if (r->call->inputs_length > RUN_INPUTS_MOST) {
		r->syntax = "the arguments are longer than 64 KB";
		return;
	}
	r->raw = json_loadb(text, r->call->inputs_length, JSON_REJECT_DUPLICATES, &error);
	if (r->raw)
		run_own(&r->run, r->raw);
	if (!r->raw)
		r->syntax = arena_format(r->run.arena, "the arguments are not JSON: %s", error.text);
	else if (!json_is_object(r->raw))
		r->syntax = "the arguments are not a JSON object";
	if (r->syntax)
		r->raw = NULL;
}

static void run_start(struct running *r)
{
	struct run_result *result = r->result;

	problem_init(&result->problem, &result->arena);
	envelope_init(&result->envelope);
	r->run = (struct action_run) {
		.arena = &result->arena,
		.config = r->agent->config,
		.client = &r->agent->stripe,
		.why = &result->problem,
		.answer = &result->envelope,
		.now = clock_now(&r->agent->clock),
		.key = r->agent->key,
	};
	r->run.product_names = run_own(&r->run, json_object());
	inputs_parse(r);
}

void run_action(struct agent *a, const struct run_call *call, struct run_result *out)
{
	struct running r = { .agent = a, .call = call, .result = out, .environment = ENVIRONMENT_COUNT };
	bool going = true;

	run_start(&r);
	for (size_t i = 0; going && i < COUNT_OF(steps); i++) {
		out->stage = steps[i].name;
		going = steps[i].take(&r);
	}
	if (out->problem.code == PROBLEM_NEEDS_CONFIRMATION)
		out->envelope.status = ENVELOPE_NEEDS_CONFIRMATION;
	else if (!going)
		envelope_fail(&out->envelope, &out->problem);
	if (r.identity.key_id && strcmp(r.identity.key_id, a->config->secrets[0].id) != 0)
		envelope_warn(&out->envelope, "identity_secret_rotated");
	if (!record_outcome(a, call, &r.run, r.kind, out, r.identity.user_id))
		envelope_warn(&out->envelope, "audit_failed");
}

void run_clear(struct run_result *r)
{
	problem_clear(&r->problem);
	envelope_clear(&r->envelope);
	arena_free(&r->arena);
	memset(r, 0, sizeof(*r));
}
