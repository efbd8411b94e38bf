/* SPDX-License-Identifier: MIT */
#include "actions/doors/http_inside.h"
#include "actions/widget/card.h"
#include "base/json.h"

/* The form for test cards, where a simulator stands in for Stripe. */

void http_test_card(const struct http_visit *v, struct http_answer *out)
{
	struct agent *a = v->house->agent;
	struct evidence who = http_evidence(v->body);
	struct arena arena = { 0 };
	struct problem why;
	json_t *tree;

	problem_init(&why, &arena);
	tree = stripe_is_simulated(a->config) ? test_card_save(a, &who, v->body, &why) : NULL;
	if (tree)
		http_answer_json(out, 200, tree);
	else if (why.code == PROBLEM_NONE)
		http_answer_fault(out, 404, "not_found", "There is nothing here.");
	else
		http_answer_fault(out, 422, problem_row(why.code)->public_name, problem_row(why.code)->text);
	problem_clear(&why);
	arena_free(&arena);
}
