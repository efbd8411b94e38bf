/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "actions/doors/http_inside.h"
#include "actions/people/contact_api.h"
#include "actions/runtime/admit.h"
#include "actions/runtime/run.h"
#include "actions/runtime/tools.h"
#include "base/json.h"

/* Identity, single calls, and the list of what can be called. */

/* Whoever is not verified is told only that: the reason is for the operator (`stripe-actions doctor`). */
void http_identify(const struct http_visit *v, struct http_answer *out)
{
	struct agent *a = v->house->agent;
	struct evidence evidence = http_evidence(v->body);
	int64_t now = clock_now(&a->clock);
	struct arena arena = { 0 };
	struct identity who = { 0 };
	struct problem why;
	js_auto dropped = json_array();
	json_t *tree = json_object(), *contact = NULL;
	const char *session;
	bool verified;

	problem_init(&why, &arena);
	session = agent_admit(a, &evidence, &who, &why);
	verified = session != NULL;
	js_put_flag(tree, "verified", verified);
	/* What a token that is used up now goes on as. */
	if (verified && a->config->single_use)
		js_put_text(tree, "session", session);
	if (verified && who.claims)
		contact = contact_upsert(&a->contacts, who.user_id, who.claims, now, dropped);
	else if (verified)
		contact = contacts_find(&a->contacts, who.user_id);
	if (js_text(contact, "name"))
		js_put_text(tree, "name", js_text(contact, "name"));
	if (js_text_at(contact, "custom_attributes.locale"))
		js_put_text(tree, "locale", js_text_at(contact, "custom_attributes.locale"));
	json_decref(contact);
	problem_clear(&why);
	arena_free(&arena);
	http_answer_json(out, 200, tree);
}

/* The page's resetUser: who was signed in is not any more. Whether there was a session to end is nobody's business. */
void http_reset(const struct http_visit *v, struct http_answer *out)
{
	const char *session = js_text(v->body, "session");

	if (session && agent_dismiss(v->house->agent, session))
		http_answer_nothing(out, 204);
	else if (session && store_trouble(v->house->agent->store))
		http_answer_fault(out, 503, "store_unavailable", "That could not be kept. Please try again.");
	else
		http_answer_nothing(out, 204);
}

/* The code that was sent for a step-up. A conversation's is good in that conversation alone. */
void http_verify(const struct http_visit *v, struct http_answer *out)
{
	const char *code = js_text(v->body, "code"), *conversation = js_text(v->body, "conversation");
	struct evidence who = http_evidence(v->body);
	enum step_up_state state;
	json_t *tree;

	if (!code) {
		http_answer_fault(out, 400, "code_missing", "The body has no text called code.");
		return;
	}
	state = agent_verify(v->house->agent, &who, conversation, code);
	tree = json_object();
	js_put_flag(tree, "verified", state == STEP_UP_OPEN);
	js_put_flag(tree, "may_try_again", state == STEP_UP_SENT);
	http_answer_json(out, 200, tree);
}

void http_call(const struct http_visit *v, struct http_answer *out)
{
	struct run_result result = { 0 };
	struct text inputs;
	json_t *tree;
	struct run_call what = {
		.action = js_text(v->body, "action"),
		.evidence = http_evidence(v->body),
		.environment = js_text(v->body, "environment"),
		.confirmation = js_text(v->body, "confirmation"),
		.tool_call = js_text(v->body, "tool_call_id"),
	};

	if (!what.action) {
		http_answer_fault(out, 400, "action_missing", "The body has no text called action.");
		return;
	}
	text_init(&inputs, TEXT_NO_CEILING);
	if (js_get(v->body, "inputs"))
		js_write(&inputs, js_get(v->body, "inputs"));
	what.inputs = inputs.data;
	what.inputs_length = inputs.length;
	run_action(v->house->agent, &what, &result);
	tree = envelope_json(&result.envelope, &result.problem);
	if (result.envelope.page)
		js_put(tree, "page", result.envelope.page);
	http_answer_json(out, 200, tree);
	run_clear(&result);
	text_clear(&inputs);
}

void http_confirm(const struct http_visit *v, struct http_answer *out)
{
	if (js_text(v->body, "confirmation"))
		http_call(v, out);
	else
		http_answer_fault(out, 400, "confirmation_missing", "The body has no text called confirmation.");
}

void http_tools(const struct http_visit *v, struct http_answer *out)
{
	const struct agent *a = v->house->agent;
	const char *format = v->request->query(v->request->arg, "format");
	const char *environment = v->request->query(v->request->arg, "environment");
	enum tools_format which = format ? tools_format_find(format) : TOOLS_MCP;
	enum environment where = environment ? environment_find(environment) : a->config->environment;

	if (which == TOOLS_FORMAT_COUNT || where == ENVIRONMENT_COUNT)
		http_answer_fault(out, 400, "query_invalid", "There is no such format or environment.");
	else
		http_answer_json(out, 200, tools_list(a, which, where));
}
