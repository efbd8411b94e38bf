/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "actions/doors/http_inside.h"
#include "base/json.h"
#include "base/mem.h"

/*
 * The Model Context Protocol over streamable HTTP (specification, "Streamable HTTP"). In the stateless revision every
 * POST is a message by itself, answered in JSON. The older revisions have a session, begun by `initialize`; a call of a
 * client that can ask the person is answered by a stream, in which the question goes out and behind it the result.
 * There is no stream beside those (GET is refused, as the specification allows), since nothing else is ever announced.
 */

/* Headers repeat what the body says, for those who route by them; a difference is somebody's trick. */
static json_t *headers_check(const struct http_request *r, const json_t *message)
{
	const char *version = mcp_version_of(message), *method = js_text(message, "method");
	const char *name = js_text(js_get(message, "params"), "name");

	if (!r->mcp_version || strcmp(r->mcp_version, version) != 0)
		return mcp_error(
			js_get(message, "id"), MCP_HEADER_MISMATCH, "MCP-Protocol-Version differs from the body", NULL);
	if (!r->mcp_method || !method || strcmp(r->mcp_method, method) != 0)
		return mcp_error(js_get(message, "id"), MCP_HEADER_MISMATCH, "Mcp-Method differs from the body", NULL);
	if (name && !strcmp(method, "tools/call") && (!r->mcp_name || strcmp(r->mcp_name, name) != 0))
		return mcp_error(js_get(message, "id"), MCP_HEADER_MISMATCH, "Mcp-Name differs from the body", NULL);
	return NULL;
}

/* The older revisions answer every whole message with 200. */
static int status_of(const json_t *answer, bool modern)
{
	const json_t *error = js_get(answer, "error");
	int64_t code = js_int(error, "code", 0);

	if (!error)
		return 200;
	if (code == MCP_PARSE || code == MCP_INVALID_REQUEST)
		return 400;
	if (!modern)
		return 200;
	return code == MCP_NO_METHOD ? 404 : 400;
}

static struct evidence evidence_of(const struct http_request *r)
{
	return (struct evidence) { .token = r->identity };
}

static void answer_send(json_t *answer, bool modern, struct http_answer *out)
{
	if (answer)
		http_answer_json(out, status_of(answer, modern), answer);
	else
		http_answer_nothing(out, 202);
}

/* One message without anything before or after it. */
static void take_alone(const struct http_visit *v, const json_t *message, bool modern, struct http_answer *out)
{
	const struct http_request *r = v->request;
	const struct evidence who = evidence_of(r);
	json_t *answer = modern ? headers_check(r, message) : NULL;
	struct mcp m;

	mcp_init(&m, v->house->agent);
	if (!answer)
		answer = mcp_take(&m, &who, r->body, r->length);
	mcp_clear(&m);
	answer_send(answer, modern, out);
}

/* ---- sessions ---- */

static void refuse(struct http_answer *out, int status, json_t *id, const char *message)
{
	http_answer_json(out, status, mcp_error(id, MCP_INVALID_REQUEST, message, NULL));
}

static void session_begin(const struct http_visit *v, struct http_answer *out)
{
	const struct http_request *r = v->request;
	const struct evidence who = evidence_of(r);
	struct agent *a = v->house->agent;
	struct mcp_session *session;
	char person[DIGEST_HEX];
	json_t *answer;

	mcp_person(a, &who, person);
	session = mcp_session_begin(&v->house->sessions, a, person, clock_now(&a->clock));
	answer = mcp_take(&session->mcp, &who, r->body, r->length);
	if (js_get(answer, "result"))
		memcpy(out->session, session->id, sizeof(out->session));
	else
		mcp_session_end(&v->house->sessions, session->id, person);
	mcp_session_drop(&v->house->sessions, session);
	answer_send(answer, false, out);
}

/* The session that a request names, held; NULL with the refusal in `out`. */
static struct mcp_session *session_find(const struct http_visit *v, json_t *id, struct http_answer *out)
{
	const struct http_request *r = v->request;
	const struct evidence who = evidence_of(r);
	struct agent *a = v->house->agent;
	struct mcp_session *found;
	char person[DIGEST_HEX];

	if (!r->mcp_session) {
		refuse(out, 400, id, "Mcp-Session-Id is missing: begin with initialize");
		return NULL;
	}
	mcp_person(a, &who, person);
	found = mcp_session_take(&v->house->sessions, r->mcp_session, person, clock_now(&a->clock));
	if (!found)
		refuse(out, 404, id, "This session has ended, or is another's: begin with initialize");
	return found;
}

void http_mcp_end(const struct http_visit *v, struct http_answer *out)
{
	const struct evidence who = evidence_of(v->request);
	const char *id = v->request->mcp_session;
	char person[DIGEST_HEX];

	mcp_person(v->house->agent, &who, person);
	if (!id)
		refuse(out, 400, NULL, "Mcp-Session-Id is missing");
	else if (mcp_session_end(&v->house->sessions, id, person))
		http_answer_nothing(out, 204);
	else
		refuse(out, 404, NULL, "There is no such session");
}

/* ---- a call that may ask the person ---- */

struct asking {
	struct http_house *house;
	struct mcp_session *session;
	struct stream *stream;
	char *body, *token;
	size_t length;
	bool gone; /* who called has hung up; under the session's lock */
};

static void hung_up(void *arg)
{
	struct asking *k = arg;

	pthread_mutex_lock(&k->session->lock);
	k->gone = true;
	pthread_cond_broadcast(&k->session->news);
	pthread_mutex_unlock(&k->session->lock);
}

/* The question goes out, and the answer to it comes by another request. NULL when none will come. */
static json_t *ask(struct asking *k, const struct evidence *who, const json_t *question)
{
	struct mcp *m = &k->session->mcp;
	const char *id = js_text(question, "id");
	json_t *said, *out = NULL;
	struct text t;

	http_event_put(k->stream, question);
	said = mcp_session_wait(k->session, id, &k->gone);
	if (said) {
		text_init(&t, TEXT_NO_CEILING);
		js_write(&t, said);
		out = mcp_take(m, who, t.data, t.length);
		text_clear(&t);
		json_decref(said);
	}
	mcp_forget(m, id);
	return out;
}

static void asking_free(struct asking *k)
{
	mcp_session_drop(&k->house->sessions, k->session);
	free(k->body);
	free(k->token);
	free(k);
}

static void ask_work(void *arg)
{
	struct asking *k = arg;
	const struct evidence who = { .token = k->token };
	json_t *answer = mcp_take(&k->session->mcp, &who, k->body, k->length), *next;

	stream_on_left(k->stream, hung_up, k);
	while (js_text(answer, "method")) {
		next = ask(k, &who, answer);
		json_decref(answer);
		answer = next;
	}
	stream_on_left(k->stream, NULL, NULL);
	if (answer)
		http_event_put(k->stream, answer);
	json_decref(answer);
	stream_end(k->stream);
	asking_free(k);
}

/* Takes the session. */
static void call_streamed(const struct http_visit *v, struct mcp_session *session, struct http_answer *out)
{
	const struct http_request *r = v->request;
	struct asking *k = mem_alloc(sizeof(*k));
	struct stream *stream = stream_new();

	*k = (struct asking) {
		.house = v->house,
		.session = session,
		.stream = stream,
		.body = mem_copy_range(r->body, r->length),
		.length = r->length,
		.token = mem_copy_text(r->identity),
	};
	if (stream && crew_run(&v->house->crew, ask_work, k)) {
		http_answer_events(out, stream);
		return;
	}
	if (stream) {
		stream_leave(stream);
		stream_end(stream);
	}
	asking_free(k);
	http_answer_fault(out, 503, "busy", "Too much is going on right now. Please try again in a minute.");
}

/* ---- any message of a session ---- */

static bool may_ask(struct mcp_session *session, const char *method)
{
	bool asks;

	pthread_mutex_lock(&session->mcp.lock);
	asks = session->mcp.elicits;
	pthread_mutex_unlock(&session->mcp.lock);
	return asks && !strcmp(method, "tools/call");
}

static void take_within(const struct http_visit *v, json_t *message, struct http_answer *out)
{
	const struct http_request *r = v->request;
	const struct evidence who = evidence_of(r);
	const char *method = js_text(message, "method");
	struct mcp_session *session = session_find(v, js_get(message, "id"), out);

	if (!session)
		return;
	if (!method) {
		mcp_session_tell(session, message);
		http_answer_nothing(out, 202);
	} else if (js_get(message, "id") && may_ask(session, method)) {
		if (http_accepts_events(r)) {
			call_streamed(v, session, out);
			return;
		}
		refuse(out, 406, js_get(message, "id"), "Accept has to name application/json and text/event-stream");
	} else {
		answer_send(mcp_take(&session->mcp, &who, r->body, r->length), false, out);
		mcp_session_nudge(session);
	}
	mcp_session_drop(&v->house->sessions, session);
}

static bool is_notification(const json_t *message)
{
	return js_text(message, "method") && !js_get(message, "id");
}

void http_mcp(const struct http_visit *v, struct http_answer *out)
{
	const struct http_request *r = v->request;
	js_auto message = json_loadb(r->body, r->length, JSON_REJECT_DUPLICATES, NULL);
	const char *method = js_text(message, "method"), *version = js_text(message, "jsonrpc");
	bool modern = mcp_version_of(message) != NULL;
	bool whole =
		version && !strcmp(version, "2.0") && (method || js_get(message, "result") || js_get(message, "error"));

	if (!modern && r->mcp_version && !mcp_speaks(r->mcp_version))
		refuse(out, 400, NULL, "Unsupported protocol version");
	else if (modern || !whole || (is_notification(message) && !r->mcp_session))
		/* What is no message at all is refused alike in all revisions, and what tells nothing is alike taken.
		 */
		take_alone(v, message, modern, out);
	else if (method && !strcmp(method, "initialize"))
		session_begin(v, out);
	else
		take_within(v, message, out);
}
