/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "actions/core/wording.h"
#include "actions/runtime/record.h"
#include "actions/runtime/run_inside.h"
#include "base/json.h"
#include "value/calendar.h"

/*
 * The steps from a plan to its being done: what was planned is put before the person; with their consent, given once
 * and to just that, it is counted, recorded and carried out.
 */

static struct binding binding_of(const struct running *r)
{
	return (struct binding) {
		.action = r->call->action,
		.user_id = r->identity.user_id,
		.customer = r->run.account.customer,
		.inputs = r->run.inputs,
	};
}

bool run_consent(struct running *r)
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

bool run_confirm(struct running *r)
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

/*
 * Whether the contact still has the account. The run works on the contact as it was at the beginning; before something
 * is written it is looked at again, since another door may have taken the account away meanwhile.
 */
static bool account_is_held(struct running *r)
{
	js_auto contact = contacts_find(&r->agent->contacts, r->identity.user_id);
	const json_t *then = js_get(r->run.contact, "stripe_accounts"), *now = js_get(contact, "stripe_accounts");
	json_t *entry;
	size_t i;

	if (json_equal(then, now))
		return true;
	json_array_foreach(now, i, entry)
	{
		const char *id = js_text(entry, "stripe_id");

		if (id && !strcmp(id, r->run.account.customer))
			return true;
	}
	return problem_raise(r->run.why, PROBLEM_CONTACT_STRIPE_ACCOUNT_MISSING,
		"the account was taken from the contact while the call was under way");
}

/* Counts a write before it is sent: a limit that a crash could get around would be none. */
static bool write_count(struct running *r)
{
	if (ledger_add(&r->agent->ledger, MARK_WRITE, run_meter(r), NULL, r->run.now, CALENDAR_DAY))
		return true;
	return problem_raise(r->run.why, PROBLEM_STORE_UNAVAILABLE, "%s", store_trouble(r->agent->store));
}

bool run_perform(struct running *r)
{
	struct problem *why = r->run.why;
	const struct problem_row *row;
	bool done;

	if (!r->proposal.writes || r->call->probe)
		return true;
	if (!account_is_held(r) || !turn_is_free(r) || !write_count(r))
		return false;
	if (!record_intent(r))
		return problem_raise(why, PROBLEM_AUDIT_UNAVAILABLE, "%s", strerror(errno));
	done = r->kind->perform(&r->run, &r->proposal);
	row = problem_row(why->code);
	/* What may yet succeed under the same idempotency key keeps its confirmation; everything else is settled. */
	if ((done || (!row->retryable && !why->outcome_unknown)) &&
		!confirm_consume(r->agent, r->call->confirmation, r->run.now))
		envelope_warn(r->run.answer, "confirmation_not_kept");
	return done;
}

void run_renew(struct running *r)
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
