/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "actions/people/step_up.h"
#include "actions/runtime/run_inside.h"
#include "base/json.h"

/* The step at which somebody who is signed in has to show once more that it is they. */

/* Operations that step_up.for does not name. */
static bool is_free(const struct running *r)
{
	const char *operation = js_text(r->proposal.state, "operation");
	unsigned wanted = r->agent->config->step_up.wanted;

	for (unsigned i = 0; operation && config_step_ups[i]; i++)
		if (!strcmp(config_step_ups[i], operation))
			return !(wanted & 1U << i);
	return true;
}

/* To the address that Stripe has, never to one that a contact or a token brought along. */
static bool code_send(struct running *r, const struct step_up *s)
{
	const char *to = js_text(r->run.customer, "email");
	struct problem *why = r->run.why;
	char code[STEP_UP_CODE_ROOM];
	struct text trouble;
	bool sent;

	if (!to || !*to)
		return problem_raise(why, PROBLEM_STEP_UP_UNAVAILABLE, "the customer has no e-mail address");
	if (!step_up_code(s, r->run.now, code))
		return problem_raise(why, PROBLEM_STORE_UNAVAILABLE, "%s", store_trouble(r->agent->store));
	text_init(&trouble, TEXT_NO_CEILING);
	sent = courier_send(r->agent->courier, to, code, r->run.now, r->run.now + STEP_UP_CODE_SECONDS, &trouble);
	if (sent)
		problem_raise(why, PROBLEM_STEP_UP_REQUIRED, "a code was sent");
	else
		problem_raise(why, PROBLEM_STEP_UP_UNAVAILABLE, "%s", trouble.data);
	text_clear(&trouble);
	return false;
}

bool run_prove(struct running *r)
{
	const struct step_up s = { .ledger = &r->agent->ledger,
		.key = r->agent->key,
		.user_id = r->identity.user_id,
		.conversation = r->call->conversation };
	struct problem *why = r->run.why;

	if (r->call->probe || is_free(r))
		return true;
	switch (step_up_look(&s, r->run.now)) {
	case STEP_UP_OPEN:
		return true;
	case STEP_UP_SENT:
		return problem_raise(why, PROBLEM_STEP_UP_REQUIRED, "a code was sent before, and was not entered");
	case STEP_UP_NEEDED:
		return code_send(r, &s);
	case STEP_UP_SPENT:
		return problem_raise(why, PROBLEM_STEP_UP_SPENT, "%d codes within an hour", STEP_UP_SENDS_PER_HOUR);
	case STEP_UP_FAILED:
		break;
	}
	return problem_raise(why, PROBLEM_STORE_UNAVAILABLE, "%s", store_trouble(r->agent->store));
}
