/* SPDX-License-Identifier: MIT */
#include "actions/runtime/run_inside.h"

#include <string.h>

#include "actions/people/contact_api.h"
#include "actions/runtime/admit.h"
#include "actions/runtime/cap.h"
#include "actions/runtime/record.h"
#include "base/json.h"
#include "base/mem.h"
#include "value/calendar.h"

#define MINUTE INT64_C(60)

/*
 * Counting, checking and writing for one contact are one thing after another, and so are those for one customer whom
 * two contacts share; always in this order, so that no two runs wait for each other.
 */
static void run_hold(struct running *r, const char *what, const char *name)
{
	const char **held = r->held[0] ? &r->held[1] : &r->held[0];

	*held = arena_format(r->run.arena, "%s %s", what, name);
	latch_take(&r->agent->latches, *held);
}

static void run_release(struct running *r)
{
	for (size_t i = COUNT_OF(r->held); i-- > 0;)
		if (r->held[i])
			latch_drop(&r->agent->latches, r->held[i]);
}

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
	if (!agent_identify(r->agent, &r->call->evidence, r->run.now, r->call->probe, &r->identity, r->run.why))
		return false;
	run_hold(r, "contact", r->identity.user_id);
	return true;
}

/* The contact's own locale wins over what Stripe has for the customer, and that over the agent's. */
static void locale_set(struct running *r, const char *name)
{
	if (!name || !*name || r->localised)
		return;
	r->localised = true;
	r->run.locale = r->run.answer->locale = locale_find(name);
}

/* The contact's accounts to choose from, in words as well. Gives false. */
static bool accounts_tell(struct running *r)
{
	const json_t *labels = js_get(r->run.why->extra, "choices");
	const char *lines = "";
	json_t *label;
	size_t i;

	if (r->run.why->code != PROBLEM_ACCOUNT_CHOICE)
		return false;
	json_array_foreach(labels, i, label) lines =
		arena_format(r->run.arena, "%s\n%zu. %s", lines, i + 1, json_string_value(label));
	problem_say(r->run.why, "%s%s", say(&r->run, problem_row(PROBLEM_ACCOUNT_CHOICE)->text), lines);
	return false;
}

static bool contact_take(struct running *r, json_t *contact)
{
	struct arena *arena = r->run.arena;
	const char *id = r->identity.user_id, *near;

	if (!contact && store_trouble(r->agent->store))
		return problem_raise(r->run.why, PROBLEM_STORE_UNAVAILABLE, "%s", store_trouble(r->agent->store));
	if (!contact) {
		near = contacts_near(&r->agent->contacts, arena, id);
		return problem_raise(r->run.why, PROBLEM_CONTACT_NOT_FOUND, "no contact has this external_id%s",
			near ? "; near_match: one differs only in case, blanks or characters that look the same" : "");
	}
	r->run.contact = contact;
	locale_set(r, js_text_at(contact, "custom_attributes.locale"));
	if (!account_resolve(contact, js_text(r->raw, "account"), r->run.client, &r->run.account, r->run.why))
		return accounts_tell(r);
	run_hold(r, "customer", r->run.account.customer);
	return true;
}

/* The contact as the claims would leave it, with nothing kept. */
static bool contact_probe(struct running *r)
{
	json_t *contact = contacts_find(&r->agent->contacts, r->identity.user_id);

	if (contact)
		run_own(&r->run, contact);
	if (r->identity.claims)
		contact = contact_with_claims(r->run.arena, contact, r->identity.claims, r->identity.user_id);
	return contact_take(r, contact);
}

static bool step_contact(struct running *r)
{
	json_t *dropped = run_own(&r->run, json_array()), *contact, *name;
	struct arena *arena = r->run.arena;
	const char *id = r->identity.user_id;
	size_t i;

	/* A snapshot: what happens to the store meanwhile does not reach this run. */
	if (r->call->probe)
		return contact_probe(r);
	contact = contact_upsert(&r->agent->contacts, id, r->identity.claims, r->run.now, dropped);
	json_array_foreach(dropped, i, name)
		envelope_warn(r->run.answer, arena_format(arena, "contact_data_left_out:%s", json_string_value(name)));
	if (contact)
		run_own(&r->run, contact);
	return contact_take(r, contact);
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

	if (r->call->probe && !r->kind->probe)
		return true;
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

/* Who does what how often: the person and the action, since one talkative action must not close the others. */
const char *run_meter(const struct running *r)
{
	return arena_format(r->run.arena, "%s\n%s", r->identity.user_id, r->run.action->name);
}

static bool limit_reached(struct running *r, enum ledger_mark mark, int64_t window, int64_t most)
{
	int64_t seconds = ledger_wait(&r->agent->ledger, mark, run_meter(r), r->run.now, window, most);

	if (!seconds)
		return false;
	if (seconds < 0) {
		problem_raise(r->run.why, PROBLEM_STORE_UNAVAILABLE, "%s", store_trouble(r->agent->store));
		return true;
	}
	problem_raise(r->run.why, PROBLEM_RATE_LIMITED, "%s: %lld within %lld seconds", r->run.action->name,
		(long long)most, (long long)window);
	problem_show(r->run.why, "retry_after_s", run_own(&r->run, json_integer(seconds)));
	return true;
}

static bool step_limit(struct running *r)
{
	const struct limits *limits = &r->agent->config->limits;

	if (r->call->probe)
		return true;
	if (limit_reached(r, MARK_READ, MINUTE, limits->reads_per_minute))
		return false;
	if (r->call->confirmation && limit_reached(r, MARK_WRITE, CALENDAR_DAY, limits->writes_per_day))
		return false;
	if (ledger_add(&r->agent->ledger, MARK_READ, run_meter(r), NULL, r->run.now, MINUTE))
		return true;
	return problem_raise(r->run.why, PROBLEM_STORE_UNAVAILABLE, "%s", store_trouble(r->agent->store));
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
	locale_set(r, js_text_at(r->run.customer, "preferred_locales.0"));
	return true;
}

static bool step_plan(struct running *r)
{
	/* A kind without anything to read for a probe has shown all there is to see. */
	if (r->call->probe && !r->kind->probe)
		return true;
	return r->kind->plan(&r->run, &r->proposal);
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
	{ "limit", step_limit },
	{ "customer", step_customer },
	{ "consent", run_consent },
	{ "plan", step_plan },
	{ "prove", run_prove },
	{ "confirm", run_confirm },
	{ "perform", run_perform },
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

	r->started = clock_milliseconds(&r->agent->clock);
	problem_init(&result->problem, &result->arena);
	envelope_init(&result->envelope);
	r->run = (struct action_run) {
		.arena = &result->arena,
		.config = r->agent->config,
		.client = &r->agent->stripe,
		.ledger = &r->agent->ledger,
		.why = &result->problem,
		.answer = &result->envelope,
		.now = clock_now(&r->agent->clock),
		.key = r->agent->key,
	};
	/* The page's language, or the agent's, until the contact's own is known. */
	r->run.locale = result->envelope.locale =
		locale_find(r->call->evidence.locale ? r->call->evidence.locale : r->agent->config->locale);
	r->run.product_names = run_own(&r->run, json_object());
	r->run.write_ids = run_own(&r->run, json_array());
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
	else if (out->problem.code == PROBLEM_PROPOSAL_STALE)
		run_renew(&r);
	else if (!going)
		envelope_fail(&out->envelope, &out->problem);
	result_cap(&r.run, r.kind, out);
	if (r.identity.key_id && strcmp(r.identity.key_id, a->config->secrets[0].id) != 0)
		envelope_warn(&out->envelope, "identity_secret_rotated");
	out->took_ms = clock_milliseconds(&a->clock) - r.started;
	if (!call->probe && !record_outcome(&r))
		envelope_warn(&out->envelope, "audit_failed");
	run_release(&r);
}

void run_clear(struct run_result *r)
{
	problem_clear(&r->problem);
	envelope_clear(&r->envelope);
	arena_free(&r->arena);
	memset(r, 0, sizeof(*r));
}
