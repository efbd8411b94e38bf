/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "actions/doors/http_routes.h"
#include "base/json.h"
#include "base/mem.h"

/* Conversations over HTTP: a message in, events out. Their ids cannot be guessed, and hold nothing by themselves. */

#define CONVERSATIONS_MOST 1000 /* the oldest is forgotten for a new one */

static struct conversation *talk_find(const struct http_visit *v, size_t *index)
{
	const struct list *all = &v->house->conversations;
	size_t length = strcspn(v->rest, "/");

	for (size_t i = 0; i < all->count; i++) {
		struct conversation *one = all->at[i];

		if (strlen(one->id) == length && !memcmp(one->id, v->rest, length)) {
			*index = i;
			return one;
		}
	}
	return NULL;
}

void http_talk_begin(const struct http_visit *v, struct http_answer *out)
{
	struct http_house *house = v->house;
	json_t *tree = json_object();
	uint64_t chance[2];
	char *id;

	if (getrandom(chance, sizeof(chance), 0) != (ssize_t)sizeof(chance))
		die("the system gives no random numbers");
	id = mem_format("conv_%016" PRIx64 "%016" PRIx64, chance[0], chance[1]);
	if (house->conversations.count >= CONVERSATIONS_MOST) {
		conversation_free(house->conversations.at[0]);
		list_remove(&house->conversations, 0);
	}
	list_add(&house->conversations, conversation_new(house->agent, &house->model, NULL, id));
	js_put_text(tree, "id", id);
	free(id);
	http_answer_json(out, 201, tree);
}

static void collect(void *arg, const json_t *event)
{
	json_array_append_new(arg, json_deep_copy(event));
}

/* As server-sent events, ended by [DONE], for those who take them; as one object otherwise. */
static void answer_events(const struct http_visit *v, json_t *events, struct http_answer *out)
{
	const char *accept = v->request->accept;
	json_t *tree, *event;
	size_t i;

	if (!accept || !strstr(accept, "text/event-stream")) {
		tree = json_object();
		js_put(tree, "events", events);
		http_answer_json(out, 200, tree);
		return;
	}
	text_reset(&out->text);
	json_array_foreach(events, i, event)
	{
		text_put(&out->text, "data: ");
		js_write(&out->text, event);
		text_put(&out->text, "\n\n");
	}
	text_put(&out->text, "data: [DONE]\n\n");
	out->status = 200;
	out->page.type = "text/event-stream; charset=utf-8";
	out->page.policy = "default-src 'none'; frame-ancestors 'none'";
	out->page.shared = out->cors ? "cross-origin" : "same-origin";
	out->page.caching = "no-store";
	out->page.body = out->text.data;
	out->page.length = out->text.length;
}

static void not_found(struct http_answer *out)
{
	http_answer_fault(out, 404, "conversation_not_found", "That conversation has ended. Please start a new one.");
}

void http_talk_say(const struct http_visit *v, struct http_answer *out)
{
	struct evidence who = http_evidence(v->body);
	const char *content = js_text(v->body, "content");
	size_t index;
	struct conversation *c = talk_find(v, &index);
	js_auto events = json_array();
	struct text trouble;

	if (!c) {
		not_found(out);
		return;
	}
	if (!content || !*content || strlen(content) > CONVERSATION_MESSAGE_MOST) {
		http_answer_fault(out, 400, "content_invalid", "content is a text of 1 to 8192 bytes.");
		return;
	}
	text_init(&trouble, TEXT_NO_CEILING);
	conversation_say(c, &who, content, collect, events, &trouble);
	if (trouble.length)
		fprintf(v->house->err, "stripe-actions: %s\n", trouble.data);
	text_clear(&trouble);
	answer_events(v, events, out);
}

void http_talk_confirm(const struct http_visit *v, struct http_answer *out)
{
	struct evidence who = http_evidence(v->body);
	size_t index;
	struct conversation *c = talk_find(v, &index);
	js_auto events = json_array();

	if (!c)
		not_found(out);
	else if (!json_is_boolean(js_get(v->body, "agreed")))
		http_answer_fault(out, 400, "agreed_missing", "The body has no true or false called agreed.");
	else if (!conversation_confirm(c, &who, js_flag(v->body, "agreed", false), collect, events))
		http_answer_fault(out, 409, "nothing_proposed", "Nothing waits for a confirmation.");
	else
		answer_events(v, events, out);
}

void http_talk_end(const struct http_visit *v, struct http_answer *out)
{
	size_t index;
	struct conversation *c = talk_find(v, &index);

	if (!c) {
		not_found(out);
		return;
	}
	conversation_free(c);
	list_remove(&v->house->conversations, index);
	http_answer_nothing(out, 204);
}
