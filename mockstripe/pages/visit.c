/* SPDX-License-Identifier: MIT */
#include "pages/visit.h"

#include <string.h>

#include "resources/account.h"

const char *visit_given(const struct visit *v, const char *name)
{
	const char *text = js_text(v->given, name);

	return text && *text ? text : NULL;
}

json_t *visit_group(const struct visit *v, const char *name)
{
	json_t *group = js_get(v->given, name);

	return json_is_object(group) ? group : NULL;
}

/* ---- which account ---- */

struct search {
	struct engine *engine;
	bool (*has)(struct call *call, const char *word);
	const char *word;
	struct account *found;
};

static void look_in(void *arg, struct account *a)
{
	struct search *s = arg;
	struct call call;

	if (s->found)
		return;
	pthread_mutex_lock(&a->lock);
	call_init(&call, engine_api(s->engine), a, timeline_now(&a->time));
	if (s->has(&call, s->word))
		s->found = a;
	journal_roll_back(&call.journal);
	call_end(&call);
	account_cool(a);
	pthread_mutex_unlock(&a->lock);
}

struct account *visit_find_account(struct visit *v, bool (*has)(struct call *call, const char *word), const char *word)
{
	struct search s = { .engine = v->engine, .has = has, .word = word };

	engine_each_account(v->engine, look_in, &s);
	return s.found;
}

/* ---- the frame ---- */

void visit_begin(struct visit *v, const struct frame *frame)
{
	struct text *out = &v->html;

	html(out,
		"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
		"content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">"
		"<title>%s</title><link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" "
		"href=\"/p/style.css\"></head><body><header><div class=\"bar\">",
		frame->title);
	if (frame->business)
		html(out, "<span class=\"business\">%s</span>", frame->business);
	html(out, "<span class=\"badge test\">Test mode</span>");
	if (frame->back)
		html(out, "<a class=\"back\" href=\"%s\">%s</a>", frame->back, frame->back_words);
	text_put(out, "</div></header><main>");
	if (frame->wide)
		text_put(out, "<div class=\"columns\">");
	v->wide = frame->wide;
}

void visit_end(struct visit *v)
{
	if (v->wide)
		text_put(&v->html, "</div>");
	text_put(&v->html, "</main><footer>A page of the mockstripe simulator, in place of Stripe&#39;s: no money "
			   "moves.</footer></body></html>");
}

void visit_show_problem(struct visit *v)
{
	if (v->problem)
		html(&v->html, "<p class=\"problem\" role=\"alert\">%s</p>", v->problem);
}

void visit_say(struct visit *v, int status, const char *title, const char *message)
{
	text_reset(&v->html);
	v->status = status;
	visit_begin(v, &(struct frame) { .title = title });
	html(&v->html, "<section class=\"card plain\"><h1>%s</h1><p>%s</p></section>", title, message);
	visit_end(v);
}

void visit_say_failure(struct visit *v, const struct call *call, int status)
{
	bool missing = call->fail.status == 404;

	visit_say(v, missing ? 404 : status, missing ? "Page not found" : "This page is not available",
		missing ? "There is nothing at this address. Check the link, or ask for a new one."
			: call->fail.message);
}

const char *visit_business(struct visit *v, struct call *call)
{
	struct record *self = account_get(call->account, call->account->id, schema_find_object("account"));
	const char *name = self ? js_text_at(record_tree(self), "business_profile.name") : NULL;

	if (!name && self)
		name = js_text_at(record_tree(self), "settings.dashboard.display_name");
	return arena_text(&v->arena, name && *name ? name : "Test business");
}
