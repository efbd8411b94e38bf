/* SPDX-License-Identifier: MIT */
#include "actions/runtime/run.h"

#include <errno.h>
#include <string.h>

#include "actions/catalog/action.h"
#include "actions/core/wording.h"
#include "actions/runtime/admit.h"
#include "actions/runtime/confirm.h"
#include "actions/runtime/record.h"
#include "base/json.h"
#include "base/mem.h"
#include "actions/people/contact_api.h"
#include "value/calendar.h"

#define MINUTE INT64_C(60)

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
	bool localised;	     /* the customer's locale is known */
	json_t *raw;	     /* the arguments as they came; NULL when they are no JSON object */
	const char *syntax;  /* why not */
	const char *held[2]; /* latches: the contact's, then the customer's */
};

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
static const char *meter_name(const struct running *r)
{
	return arena_format(r->run.arena, "%s\n%s", r->identity.user_id, r->run.action->name);
}

static bool limit_reached(struct running *r, enum ledger_mark mark, int64_t window, int64_t most)
{
	int64_t seconds = ledger_wait(&r->agent->ledger, mark, meter_name(r), r->run.now, window, most);

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
	if (ledger_add(&r->agent->ledger, MARK_READ, meter_name(r), NULL, r->run.now, MINUTE))
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
	r->run.idempotency = confirm_idempotency(r->agent, r->run.arena, r->call->confirmation);
	return true;
}

static bool step_plan(struct running *r)
{
	/* A kind without anything to read for a probe has shown all there is to see. */
	if (r->call->probe && !r->kind->probe)
		return true;
	return r->kind->plan(&r->run, &r->proposal);
}

/* Puts what was planned before the person, with a receipt for saying yes. */
static void proposal_show(struct running *r)
{
	struct binding binding = binding_of(r);
	const char *confirmation =
		confirm_make(r->agent, r->run.arena, &binding, r->run.now, r->proposal.moment, r->proposal.state);
	json_t *data = r->run.answer->data;

	js_put_text(data, "confirmation", confirmation);
	js_put_text(data, "expires_at", wording_iso(r->run.arena, r->run.now + r->agent->config->confirmation_ttl));
	text_put(&r->run.answer->message, say(&r->run, "\nShall I go ahead?"));
}

static bool step_confirm(struct running *r)
{
	if (!r->proposal.writes || r->call->probe)
		return true;
	if (r->call->confirmation)
		return confirm_state(r->agent, &r->confirmation, r->proposal.state, r->run.why);
	proposal_show(r);
	return problem_raise(r->run.why, PROBLEM_NEEDS_CONFIRMATION, "a proposal was made");
}

/* Whether this turn of the conversation has written something else already; the same write may be tried again. */
static bool turn_is_free(struct running *r)
{
	const char *turn = r->call->turn, *name;
	int64_t all, same;

	if (!turn)
		return true;
	name = arena_format(
		r->run.arena, "%s\n%s", r->call->conversation ? r->call->conversation : r->identity.user_id, turn);
	all = ledger_count(&r->agent->ledger, MARK_TURN, name, NULL, 0);
	same = ledger_count(&r->agent->ledger, MARK_TURN, name, r->call->confirmation, 0);
	if (all > same)
		return problem_raise(r->run.why, PROBLEM_ONE_WRITE_PER_TURN, "the turn has written already");
	if (all < 0 || same < 0 ||
		!ledger_add(&r->agent->ledger, MARK_TURN, name, r->call->confirmation, r->run.now, CALENDAR_DAY))
		return problem_raise(r->run.why, PROBLEM_STORE_UNAVAILABLE, "%s", store_trouble(r->agent->store));
	return true;
}

/* Counts a write before it is sent: a limit that a crash could get around would be none. */
static bool write_count(struct running *r)
{
	if (ledger_add(&r->agent->ledger, MARK_WRITE, meter_name(r), NULL, r->run.now, CALENDAR_DAY))
		return true;
	return problem_raise(r->run.why, PROBLEM_STORE_UNAVAILABLE, "%s", store_trouble(r->agent->store));
}

static bool step_perform(struct running *r)
{
	struct problem *why = r->run.why;
	const struct problem_row *row;
	bool done;

	if (!r->proposal.writes || r->call->probe)
		return true;
	if (!turn_is_free(r) || !write_count(r))
		return false;
	if (!record_intent(r->agent, r->call, &r->run, &r->proposal))
		return problem_raise(why, PROBLEM_AUDIT_UNAVAILABLE, "%s", strerror(errno));
	done = r->kind->perform(&r->run, &r->proposal);
	row = problem_row(why->code);
	/* What may yet succeed under the same idempotency key keeps its confirmation; everything else is settled. */
	if ((done || (!row->retryable && !why->outcome_unknown)) &&
		!confirm_consume(r->agent, r->call->confirmation, r->run.now))
		envelope_warn(r->run.answer, "confirmation_not_kept");
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
	{ "limit", step_limit },
	{ "customer", step_customer },
	{ "consent", step_consent },
	{ "plan", step_plan },
	{ "confirm", step_confirm },
	{ "perform", step_perform },
};

/*
 * The answer to a consent that things have moved away from: the same thing proposed as it would be now. Without one (it
 * has become impossible, or there is nothing left to do) the refusal stands alone.
 */
static void stale_renew(struct running *r)
{
	struct envelope *e = r->run.answer;
	struct problem *why = r->run.why;
	const char *detail = why->detail, *refusal = say(&r->run, problem_row(PROBLEM_PROPOSAL_STALE)->text);
	bool planned;

	envelope_renew(e);
	problem_clear(why);
	r->run.idempotency = NULL;
	r->proposal = (struct proposal) { 0 };
	text_format(&e->message, "%s\n", refusal);
	planned = r->kind->plan(&r->run, &r->proposal) && r->proposal.writes;
	problem_raise(why, PROBLEM_PROPOSAL_STALE, "%s%s", detail, planned ? "; proposed anew" : "");
	if (planned) {
		proposal_show(r);
		e->status = ENVELOPE_NEEDS_CONFIRMATION;
	} else {
		envelope_fail(e, why);
	}
}

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
	inputs_parse(r);
}

static size_t result_size(const struct run_result *out)
{
	js_auto tree = envelope_json(&out->envelope, &out->problem);
	struct text t;
	size_t length;

	text_init(&t, TEXT_NO_CEILING);
	js_write(&t, tree);
	length = t.length;
	text_clear(&t);
	return length;
}

/* The text up to the last whole line within `most` bytes; what is left out is in the data, or behind the cursor. */
static void message_cut(struct text *message, size_t most)
{
	size_t length = most;

	if (message->length <= most)
		return;
	while (length && message->data[length] != '\n')
		length--;
	if (!length)
		for (length = most; length && ((unsigned char)message->data[length] & 0xC0) == 0x80; length--)
			;
	message->length = length;
	message->data[length] = '\0';
	text_put(message, "\n...");
}

/*
 * A result fits into what a model may be given: first the text is cut, then rows of the action's list go, from the end,
 * with a cursor for going on behind those that are left where the action has one.
 */
static void result_cap(struct running *r)
{
	struct envelope *e = &r->result->envelope;
	const struct action_kind *kind = r->kind;
	json_t *list = kind && kind->list ? js_get(e->data, kind->list) : NULL;

	if (result_size(r->result) <= RUN_RESULT_MOST)
		return;
	js_put_flag(e->data, "truncated", true);
	message_cut(&e->message, RUN_RESULT_MOST / 4);
	while (result_size(r->result) > RUN_RESULT_MOST && json_array_size(list)) {
		json_array_remove(list, json_array_size(list) - 1);
		if (kind->resume)
			kind->resume(&r->run, json_array_size(list));
	}
	envelope_warn(e, "result_truncated");
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
		stale_renew(&r);
	else if (!going)
		envelope_fail(&out->envelope, &out->problem);
	result_cap(&r);
	if (r.identity.key_id && strcmp(r.identity.key_id, a->config->secrets[0].id) != 0)
		envelope_warn(&out->envelope, "identity_secret_rotated");
	if (!call->probe && !record_outcome(a, call, &r.run, r.kind, out, r.identity.user_id))
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
