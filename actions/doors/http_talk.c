/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "actions/doors/http_inside.h"
#include "base/json.h"
#include "base/mem.h"

/* Conversations over HTTP: a message in, events out; as they happen, for those who take server-sent events. */

static size_t id_length(const struct http_visit *v)
{
	return strcspn(v->rest, "/");
}

static struct talk *talk_find(const struct http_visit *v)
{
	return talk_take(&v->house->talks, v->rest, id_length(v));
}

void http_talk_begin(const struct http_visit *v, struct http_answer *out)
{
	json_t *tree = json_object();
	char *id = talk_begin(&v->house->talks, v->house->agent, &v->house->model);

	js_put_text(tree, "id", id);
	free(id);
	http_answer_json(out, 201, tree);
}

static void not_found(struct http_answer *out)
{
	http_answer_fault(out, 404, "conversation_not_found", "That conversation has ended. Please start a new one.");
}

static void trouble_tell(const struct http_house *house, const struct text *trouble)
{
	if (trouble->length)
		fprintf(house->err, "stripe-actions: %s\n", trouble->data);
}

/* ---- all at once ---- */

struct collecting {
	json_t *events;
	const struct http_request *request;
};

static void collect(void *arg, const json_t *event)
{
	/* Whoever gets the whole text has no use for its pieces. */
	if (strcmp(js_text(event, "type"), "text-delta") != 0)
		json_array_append_new(((struct collecting *)arg)->events, json_deep_copy(event));
}

static bool is_gone(void *arg)
{
	const struct http_request *r = ((const struct collecting *)arg)->request;

	return r->gone && r->gone(r->arg);
}

/* As server-sent events, ended by [DONE], for those who take them; as one object otherwise. */
static void answer_events(const struct http_visit *v, json_t *events, struct http_answer *out)
{
	json_t *tree, *event;
	size_t i;

	if (!http_accepts_events(v->request)) {
		tree = json_object();
		js_put(tree, "events", events);
		http_answer_json(out, 200, tree);
		return;
	}
	text_reset(&out->text);
	json_array_foreach(events, i, event) http_event_write(&out->text, event);
	text_put(&out->text, "data: [DONE]\n\n");
	http_answer_events(out, NULL);
}

/* A message of the person, or what a tool of the page gave. */
static void turn(const struct http_house *house, struct conversation *c, const json_t *body,
	const struct conversation_ear *ear, struct text *trouble)
{
	struct evidence who = http_evidence(body);
	const char *content = js_text(body, "content");

	if (!content) {
		conversation_tool_result(c, &who, js_text(body, "toolCallId"), js_get(body, "output"), ear, trouble);
		return;
	}
	if (!conversation_context(c, js_get(body, "context")))
		fprintf(house->err,
			"stripe-actions: metadata_truncated: what the page says of the visitor is too long\n");
	conversation_say(c, &who, content, ear, trouble);
}

static void say_at_once(const struct http_visit *v, struct talk *talk, struct http_answer *out)
{
	js_auto events = json_array();
	struct collecting all = { .events = events, .request = v->request };
	const struct conversation_ear ear = { .hear = collect, .gone = is_gone, .arg = &all };
	struct text trouble;

	text_init(&trouble, TEXT_NO_CEILING);
	turn(v->house, talk->conversation, v->body, &ear, &trouble);
	trouble_tell(v->house, &trouble);
	text_clear(&trouble);
	talk_drop(&v->house->talks, talk);
	answer_events(v, events, out);
}

/* ---- as it happens ---- */

/* A message being answered in a thread of its own, into a stream. */
struct saying {
	struct http_house *house;
	struct talk *talk;
	struct stream *stream;
	json_t *body;
};

static void hear(void *arg, const json_t *event)
{
	http_event_put(((struct saying *)arg)->stream, event);
}

static bool is_for_nobody(void *arg)
{
	struct saying *s = arg;

	return stream_is_left(s->stream) || crew_is_stopping(&s->house->crew);
}

static void saying_end(struct saying *s)
{
	stream_end(s->stream);
	talk_drop(&s->house->talks, s->talk);
	json_decref(s->body);
	free(s);
}

static void say_work(void *arg)
{
	static const char done[] = "data: [DONE]\n\n";
	struct saying *s = arg;
	const struct conversation_ear ear = { .hear = hear, .gone = is_for_nobody, .arg = s };
	struct text trouble;

	text_init(&trouble, TEXT_NO_CEILING);
	turn(s->house, s->talk->conversation, s->body, &ear, &trouble);
	trouble_tell(s->house, &trouble);
	text_clear(&trouble);
	stream_put(s->stream, done, sizeof(done) - 1);
	saying_end(s);
}

/* Takes the conversation. */
static void say_streamed(const struct http_visit *v, struct talk *talk, struct http_answer *out)
{
	struct saying *s = mem_alloc(sizeof(*s));
	struct stream *stream = stream_new();

	*s = (struct saying) { v->house, talk, stream, json_deep_copy(v->body) };
	if (stream && crew_run(&v->house->crew, say_work, s)) {
		http_answer_events(out, stream);
		return;
	}
	if (stream) {
		stream_leave(stream);
		saying_end(s);
	} else {
		talk_drop(&v->house->talks, talk);
		json_decref(s->body);
		free(s);
	}
	http_answer_fault(out, 503, "busy", "Too much is going on right now. Please try again in a minute.");
}

/* ---- the routes ---- */

void http_talk_say(const struct http_visit *v, struct http_answer *out)
{
	const char *content = js_text(v->body, "content");
	struct talk *talk = talk_find(v);

	if (!talk) {
		not_found(out);
	} else if (!content || !*content || strlen(content) > CONVERSATION_MESSAGE_MOST) {
		talk_drop(&v->house->talks, talk);
		http_answer_fault(out, 400, "content_invalid", "content is a text of 1 to 8192 bytes.");
	} else if (http_accepts_events(v->request)) {
		say_streamed(v, talk, out);
	} else {
		say_at_once(v, talk, out);
	}
}

void http_talk_history(const struct http_visit *v, struct http_answer *out)
{
	struct evidence who = http_evidence(v->body);
	struct talk *talk = talk_find(v);
	json_t *tree;

	if (!talk) {
		not_found(out);
		return;
	}
	tree = json_object();
	js_put_new(tree, "messages", conversation_history(talk->conversation, &who));
	talk_drop(&v->house->talks, talk);
	http_answer_json(out, 200, tree);
}

void http_talk_tool_result(const struct http_visit *v, struct http_answer *out)
{
	const char *id = js_text(v->body, "toolCallId");
	struct talk *talk = talk_find(v);

	if (!talk) {
		not_found(out);
	} else if (!id || js_text(v->body, "content") || !json_is_object(js_get(v->body, "output"))) {
		talk_drop(&v->house->talks, talk);
		http_answer_fault(
			out, 400, "tool_result_invalid", "The body has toolCallId, a text, and output, an object.");
	} else if (!conversation_awaits(talk->conversation, id)) {
		talk_drop(&v->house->talks, talk);
		http_answer_fault(
			out, 404, "tool_call_not_found", "No call of a tool of the page with this id is waited for.");
	} else if (http_accepts_events(v->request)) {
		say_streamed(v, talk, out);
	} else {
		say_at_once(v, talk, out);
	}
}

void http_talk_confirm(const struct http_visit *v, struct http_answer *out)
{
	struct evidence who = http_evidence(v->body);
	struct talk *talk = talk_find(v);
	js_auto events = json_array();
	struct collecting all = { .events = events, .request = v->request };
	const struct conversation_ear ear = { .hear = collect, .arg = &all };

	if (!talk) {
		not_found(out);
		return;
	}
	if (!json_is_boolean(js_get(v->body, "agreed")))
		http_answer_fault(out, 400, "agreed_missing", "The body has no true or false called agreed.");
	else if (!conversation_confirm(talk->conversation, &who, js_flag(v->body, "agreed", false), &ear))
		http_answer_fault(out, 409, "nothing_proposed", "Nothing waits for a confirmation.");
	else
		answer_events(v, events, out);
	talk_drop(&v->house->talks, talk);
}

void http_talk_end(const struct http_visit *v, struct http_answer *out)
{
	if (talk_end(&v->house->talks, v->rest, id_length(v)))
		http_answer_nothing(out, 204);
	else
		not_found(out);
}
