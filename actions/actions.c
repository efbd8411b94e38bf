/* SPDX-License-Identifier: MIT */
#include "actions/actions.h"

#include <stdlib.h>
#include <string.h>

#include "actions/runtime/admit.h"
#include "actions/runtime/run.h"
#include "actions/runtime/tools.h"
#include "base/json.h"
#include "base/mem.h"

/* The public face: plain texts in and out, nothing of the rooms inside. */
struct sa {
	struct agent *agent;
	struct sa_transport transport, courier;
};

static enum transport_fate face_send(
	void *arg, struct arena *arena, const struct transport_request *request, struct transport_response *response)
{
	static const enum transport_fate fates[] = {
		[SA_ANSWERED] = FATE_ANSWERED,
		[SA_NOT_SENT] = FATE_NOT_SENT,
		[SA_TIMEOUT] = FATE_TIMEOUT,
		[SA_LOST] = FATE_LOST,
	};
	const struct sa_transport *outside = arg;
	struct sa_header *headers = arena_alloc(arena, (request->n_headers + 1) * sizeof(*headers));
	struct sa_http_request out = { request->method, request->path, headers, request->n_headers, request->body,
		request->length };
	struct sa_http_response in = { 0 };
	enum sa_fate fate;

	for (size_t i = 0; i < request->n_headers; i++)
		headers[i] = (struct sa_header) { request->headers[i].name, request->headers[i].value };
	fate = outside->send(outside->arg, &out, &in);
	response->trouble = in.trouble ? arena_text(arena, in.trouble) : NULL;
	if (fate != SA_ANSWERED)
		return (unsigned)fate < COUNT_OF(fates) ? fates[fate] : FATE_LOST;
	response->status = in.status;
	response->body = arena_range(arena, in.body ? in.body : "", in.length);
	response->length = in.length;
	response->n_headers = in.n_headers;
	response->headers = arena_alloc(arena, (in.n_headers + 1) * sizeof(*response->headers));
	for (size_t i = 0; i < in.n_headers; i++) {
		response->headers[i].name = arena_text(arena, in.headers[i].name);
		response->headers[i].value = arena_text(arena, in.headers[i].value);
	}
	return FATE_ANSWERED;
}

struct sa *sa_open(const struct sa_options *options, char **why)
{
	struct sa *sa = mem_alloc(sizeof(*sa));
	struct agent_options inside = {
		.file = options->config_file,
		.json = options->config_json ? options->config_json : "",
		.name = "configuration",
		.clock = clock_system(),
	};
	struct text fault;

	sa->transport = options->transport;
	sa->courier = options->courier;
	if (options->transport.send)
		inside.transport = (struct transport) { .send = face_send, .arg = &sa->transport };
	if (options->courier.send)
		inside.courier = (struct transport) { .send = face_send, .arg = &sa->courier };
	if (options->now)
		inside.clock.now = options->now;
	if (options->wait)
		inside.clock.wait = options->wait;
	inside.clock.arg = options->clock_arg;
	text_init(&fault, TEXT_NO_CEILING);
	sa->agent = agent_open(&inside, &fault);
	if (sa->agent) {
		text_clear(&fault);
		return sa;
	}
	if (why)
		*why = text_take(&fault);
	text_clear(&fault);
	free(sa);
	return NULL;
}

void sa_close(struct sa *sa)
{
	if (!sa)
		return;
	agent_close(sa->agent);
	free(sa);
}

static char *json_text(const json_t *tree)
{
	struct text t;

	text_init(&t, TEXT_NO_CEILING);
	js_write(&t, tree);
	return text_take(&t);
}

/* The texts of one result, freed together. */
struct held {
	char *json, *diagnostic, *message, *page;
};

static struct evidence evidence_of(const struct sa_call *call)
{
	return (struct evidence) {
		.session = call->session,
		.token = call->token,
		.user_id = call->user_id,
		.user_hash = call->user_hash,
	};
}

char *sa_identify(struct sa *sa, const struct sa_call *proof)
{
	const struct evidence who = evidence_of(proof);
	struct arena arena = { 0 };
	struct identity identity;
	struct problem why;
	const char *session;
	char *out = NULL;

	problem_init(&why, &arena);
	session = agent_admit(sa->agent, &who, &identity, &why);
	if (session)
		out = mem_copy_text(session);
	problem_clear(&why);
	arena_free(&arena);
	return out;
}

int sa_reset_user(struct sa *sa, const char *session)
{
	return agent_dismiss(sa->agent, session) ? 0 : -1;
}

void sa_run(struct sa *sa, const struct sa_call *call, struct sa_result *out)
{
	struct run_call inside = {
		.action = call->action ? call->action : "",
		.inputs = call->inputs,
		.inputs_length = call->inputs ? strlen(call->inputs) : 0,
		.evidence = evidence_of(call),
		.environment = call->environment,
		.confirmation = call->confirmation,
		.conversation = call->conversation,
		.turn = call->turn,
		.tool_call = call->tool_call,
	};
	struct run_result result = { 0 };
	struct held *held = mem_alloc(sizeof(*held));
	json_t *tree;

	/* A wrong code needs no answer of its own: the run asks for it again. */
	if (call->code)
		agent_verify(sa->agent, &inside.evidence, call->conversation, call->code);
	run_action(sa->agent, &inside, &result);
	tree = envelope_json(&result.envelope, &result.problem);
	held->json = json_text(tree);
	json_decref(tree);
	tree = envelope_diagnostic(&result.envelope, &result.problem, result.stage);
	held->diagnostic = json_text(tree);
	json_decref(tree);
	held->message = mem_copy_text(result.envelope.message.data);
	held->page = result.envelope.page ? json_text(result.envelope.page) : NULL;
	*out = (struct sa_result) {
		.status = envelope_status_name(result.envelope.status),
		.message = held->message,
		.json = held->json,
		.diagnostic = held->diagnostic,
		.page = held->page,
		.hold = held,
	};
	run_clear(&result);
}

void sa_result_clear(struct sa_result *result)
{
	struct held *held = result->hold;

	if (held) {
		free(held->json);
		free(held->diagnostic);
		free(held->message);
		free(held->page);
		free(held);
	}
	memset(result, 0, sizeof(*result));
}

char *sa_tools(const struct sa *sa, const char *format, const char *environment)
{
	enum tools_format how = tools_format_find(format);
	enum environment where = environment ? environment_find(environment) : sa->agent->config->environment;
	json_t *list;
	char *out;

	if (how == TOOLS_FORMAT_COUNT || where == ENVIRONMENT_COUNT)
		return NULL;
	list = tools_list(sa->agent, how, where);
	out = json_text(list);
	json_decref(list);
	return out;
}

char *sa_warnings(const struct sa *sa)
{
	json_t *warning;
	struct text t;
	size_t i;

	text_init(&t, TEXT_NO_CEILING);
	json_array_foreach(sa->agent->warnings, i, warning) text_format(&t, "%s\n", json_string_value(warning));
	return text_take(&t);
}
