/* SPDX-License-Identifier: MIT */
/*
 * The customer portal: which address shows what, and what its forms do. Each form is a page of its own (GET) and posts
 * to the same address, or to a verb beside it; a refusal shows the form again with Stripe's message. Source: Stripe
 * docs "Customer portal", "Customer portal deep links and flows".
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "base/mem.h"
#include "pages/portal_view.h"
#include "resources/billing/sub.h"

#define MODE "test_" /* before the token in the path */

typedef int portal_deed(struct portal_view *p); /* 0, or -1 with the call's failure */

struct task {
	portal_writer *write; /* the page, and what is shown again when the deed is refused */
	portal_deed *deed;    /* NULL: only the page */
	const char *done;     /* the first page's word of success */
	bool foresees;
};

struct portal_request {
	struct portal_view view;
	const struct task *task;
	const char *why; /* of a deed that was refused; the visit's */
};

static const char *token_of(const struct visit *v)
{
	return strncmp(v->words[0], MODE, strlen(MODE)) ? "" : v->words[0] + strlen(MODE);
}

static bool has_session(struct call *call, const char *token)
{
	return list_by(call, schema_find_object("billing_portal.session"), "@token", token)->count > 0;
}

/* ---- the view ---- */

/* A subscription of this customer; NULL with 404. */
static struct record *own_subscription(struct portal_view *p, const char *id)
{
	struct record *sub = account_get(p->call->account, id, sub_type());
	const char *of = js_text(record_tree(sub), "customer");

	if (sub && text_is(of, p->customer->id))
		return sub;
	fail_no_such(p->call, sub_type(), id);
	return NULL;
}

/* What a form may lead to outside: where the flow ends. */
static const char *flow_exit(struct record *session)
{
	return portal_flow(session) ? js_text_at(record_tree(session), "flow.after_completion.redirect.return_url")
				    : NULL;
}

static int open_view(struct portal_view *p, struct visit *v, struct call *call)
{
	const char *sub;

	p->v = v;
	p->call = call;
	p->session = portal_visit(call, token_of(v));
	if (!p->session)
		return -1;
	p->customer = portal_customer_of(call, p->session);
	if (!p->customer || p->customer->deleted)
		return fail_no_such(call, schema_find_object("customer"), js_text(record_tree(p->session), "customer"));
	p->features = portal_features(call, p->session);
	p->base = arena_format(&v->arena, "/p/session/%s", v->words[0]);
	v->leads_to = arena_text(&v->arena, flow_exit(p->session) ? flow_exit(p->session) : "");
	sub = v->words[1];
	if (!sub && portal_flow(p->session))
		sub = js_text_at(record_tree(p->session),
			arena_format(&v->arena, "flow.%s.subscription", portal_flow(p->session)));
	p->sub = sub ? own_subscription(p, arena_text(&v->arena, sub)) : NULL;
	return sub && !p->sub ? -1 : 0;
}

/* ---- choosing a plan ---- */

/* What the form has chosen; what is as it was is not chosen. 0, or -1 when the quantity is none. */
static int read_choice(struct portal_view *p, struct portal_choice *out)
{
	json_t *item = js_at(record_tree(p->sub), "items.data.0");
	const char *price = visit_given(p->v, "price"), *present = js_text_at(item, "price.id");
	const char *text = visit_given(p->v, "quantity");
	char *end = NULL;
	long long quantity;

	*out = (struct portal_choice) { .promotion_code = visit_given(p->v, "promotion_code") };
	if (price && (!present || strcmp(price, present)))
		out->price = price;
	if (!text)
		return 0;
	errno = 0;
	quantity = strtoll(text, &end, 10);
	if (errno || *end || quantity < 1)
		return fail_invalid(p->call, NULL, "quantity", "The quantity must be a whole number above 0.");
	if (quantity != js_int(item, "quantity", 1))
		out->quantity = quantity;
	return 0;
}

static int read_proposal(struct portal_view *p)
{
	const char *flow = portal_flow(p->session);

	p->confirms = !p->v->words[1] && text_is(flow, "subscription_update_confirm");
	if (!p->confirms)
		return read_choice(p, &p->choice);
	p->choice = portal_confirm_choice(p->session);
	return 0;
}

struct foresight {
	struct visit *v;
	struct portal_forecast forecast;
	const char *why;
};

static int foresee(struct call *call, void *arg)
{
	struct foresight *f = arg;
	struct portal_view p = { 0 };

	return open_view(&p, f->v, call) || !p.sub || read_proposal(&p) ||
			       portal_foresee(call, p.session, p.sub->id, &p.choice, &f->forecast)
		       ? -1
		       : 0;
}

static void keep_forecast(struct call *call, void *arg, int failed)
{
	struct foresight *f = arg;

	if (failed)
		f->why = arena_text(&f->v->arena, call->fail.message ? call->fail.message : "");
	else if (f->forecast.currency)
		f->forecast.currency = arena_text(&f->v->arena, f->forecast.currency);
}

/* ---- deeds ---- */

static int do_cancel(struct portal_view *p)
{
	return portal_cancel(
		p->call, p->session, p->sub->id, visit_given(p->v, "feedback"), visit_given(p->v, "comment"));
}

static int do_stay(struct portal_view *p)
{
	return portal_stay(p->call, p->session, p->sub->id);
}

static int do_renew(struct portal_view *p)
{
	return portal_renew(p->call, p->session, p->sub->id);
}

static int do_update(struct portal_view *p)
{
	struct portal_choice choice;

	return read_choice(p, &choice) ? -1 : portal_switch(p->call, p->session, p->sub->id, &choice);
}

static int do_confirm(struct portal_view *p)
{
	return portal_confirm(p->call, p->session);
}

static int do_pause(struct portal_view *p)
{
	const char *text = visit_given(p->v, "duration"), *colon = text ? strchr(text, ':') : NULL;

	if (!colon)
		return portal_pause(p->call, p->session, p->sub->id, text, 1);
	return portal_pause(p->call, p->session, p->sub->id, arena_range(&p->v->arena, text, (size_t)(colon - text)),
		strtoll(colon + 1, NULL, 10));
}

static int do_resume(struct portal_view *p)
{
	return portal_resume(p->call, p->session, p->sub->id);
}

static int do_method(struct portal_view *p)
{
	const char *method = card_given(p->v, p->call);

	if (!method)
		return p->call->fail.status ? -1 : fail_missing_param(p->call, "payment_method");
	return portal_method(p->call, p->session, method);
}

/* Empty fields unset what was there; a shipping address needs its name. */
static int do_customer(struct portal_view *p)
{
	static const char *const texts[] = { "name", "email", "phone" };
	json_t *given = json_object(), *shipping = visit_group(p->v, "shipping_address"), *tax;
	int failed;

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const char *text = js_text(p->v->given, texts[i]);

		if (text)
			js_put_text(given, texts[i], *text ? text : NULL);
	}
	if (visit_group(p->v, "address"))
		js_put(given, "address", visit_group(p->v, "address"));
	if (js_text(shipping, "line1") && *js_text(shipping, "line1")) {
		json_t *whole = json_object();

		js_put(whole, "address", shipping);
		js_put_text(whole, "name", visit_given(p->v, "shipping_name"));
		js_put_new(given, "shipping", whole);
	}
	tax = visit_group(p->v, "tax_id");
	if (tax && js_text(tax, "value") && *js_text(tax, "value"))
		js_put(given, "tax_id", tax);
	failed = portal_customer(p->call, p->session, given);
	json_decref(given);
	return failed;
}

/* ---- serving ---- */

static int write_page(struct call *call, void *arg)
{
	struct portal_request *r = arg;
	struct portal_view *p = &r->view;

	if (open_view(p, p->v, call)) {
		visit_say_failure(p->v, call, 410);
		return -1;
	}
	if (r->task->foresees && read_proposal(p)) {
		p->v->problem = call->fail.message;
		p->v->status = 400;
	}
	r->task->write(p);
	visit_end(p->v);
	return 0;
}

/* Where a deed that was done leads to: on, or, at the end of a flow, wherever the flow says. */
static void go_on(struct portal_request *r)
{
	struct portal_view *p = &r->view;
	const char *flow = portal_flow(p->session),
		   *type = js_text_at(record_tree(p->session), "flow.after_completion.type");
	const char *exit = flow_exit(p->session);

	portal_flow_end(p->call, p->session);
	if (flow && text_is(type, "redirect") && exit)
		p->v->location = arena_text(&p->v->arena, exit);
	else if (flow && text_is(type, "hosted_confirmation"))
		p->v->location = arena_format(&p->v->arena, "%s?confirmed=1", p->base);
	else
		p->v->location = arena_format(&p->v->arena, "%s?done=%s", p->base, r->task->done);
}

static int do_deed(struct call *call, void *arg)
{
	struct portal_request *r = arg;

	if (open_view(&r->view, r->view.v, call) || r->task->deed(&r->view))
		return -1;
	go_on(r);
	return 0;
}

static void keep_refusal(struct call *call, void *arg, int failed)
{
	struct portal_request *r = arg;
	struct visit *v = r->view.v;

	if (!failed)
		return;
	v->status = call->fail.status ? call->fail.status : 400;
	r->why = arena_text(&v->arena, call->fail.message ? call->fail.message : "This cannot be done.");
}

static void serve(struct visit *v, const struct task *task)
{
	struct account *a = visit_find_account(v, has_session, token_of(v));
	struct portal_request r = { .view = { .v = v }, .task = task };
	struct foresight f = { .v = v };

	if (!a) {
		visit_say(v, 404, "Page not found",
			"There is no portal session at this address. Create a new one and open its url.");
		return;
	}
	if (task->deed) {
		if (!engine_act(v->engine, a, &(struct act) { .run = do_deed, .show = keep_refusal, .arg = &r }))
			return;
		v->problem = r.why;
		r.view = (struct portal_view) { .v = v };
	}
	if (task->foresees) {
		if (engine_act(v->engine, a,
			    &(struct act) { .run = foresee, .show = keep_forecast, .arg = &f, .discard = true }))
			v->problem = v->problem ? v->problem : f.why;
		else
			r.view.forecast = &f.forecast;
	}
	engine_act(v->engine, a, &(struct act) { .run = write_page, .arg = &r });
}

/* ---- the pages ---- */

static void write_first(struct portal_view *p)
{
	static const struct {
		const char *flow;
		portal_writer *write;
	} flows[] = {
		{ "subscription_cancel", portal_cancel_form },
		{ "subscription_update", portal_plans },
		{ "subscription_update_confirm", portal_preview },
		{ "subscription_pause", portal_pause_form },
		{ "payment_method_update", portal_method_form },
		{ "customer_update", portal_customer_form },
	};
	const char *flow = portal_flow(p->session);

	for (size_t i = 0; flow && i < COUNT_OF(flows); i++) {
		if (!strcmp(flows[i].flow, flow)) {
			flows[i].write(p);
			return;
		}
	}
	if (visit_given(p->v, "confirmed"))
		portal_confirmed(p);
	else
		portal_home(p);
}

/* The first page of a session whose flow proposes a change is that change's preview. */
static bool proposes(struct call *call, const char *token)
{
	const struct list *rows = list_by(call, schema_find_object("billing_portal.session"), "@token", token);
	const char *flow = rows->count ? portal_flow(rows->at[0]) : NULL;

	return text_is(flow, "subscription_update_confirm");
}

static void get_first(struct visit *v)
{
	static const struct task plain = { .write = write_first }, preview = { .write = write_first, .foresees = true };

	serve(v, visit_find_account(v, proposes, token_of(v)) ? &preview : &plain);
}

/* What can be asked for by its address, and done by posting there. */
#define PAGE(name, ...)                                                                                                \
	static void name(struct visit *v)                                                                              \
	{                                                                                                              \
		static const struct task task = { __VA_ARGS__ };                                                       \
                                                                                                                       \
		serve(v, &task);                                                                                       \
	}

PAGE(get_plans, .write = portal_plans)
PAGE(get_preview, .write = portal_preview, .foresees = true)
PAGE(get_cancel, .write = portal_cancel_form)
PAGE(get_pause, .write = portal_pause_form)
PAGE(get_method, .write = portal_method_form)
PAGE(get_customer, .write = portal_customer_form)
PAGE(post_update, .write = portal_preview, .deed = do_update, .done = "updated", .foresees = true)
PAGE(post_confirm, .write = write_first, .deed = do_confirm, .done = "updated", .foresees = true)
PAGE(post_cancel, .write = portal_cancel_form, .deed = do_cancel, .done = "canceled")
PAGE(post_stay, .write = portal_cancel_form, .deed = do_stay, .done = "stayed")
PAGE(post_renew, .write = portal_home, .deed = do_renew, .done = "renewed")
PAGE(post_pause, .write = portal_pause_form, .deed = do_pause, .done = "paused")
PAGE(post_resume, .write = portal_home, .deed = do_resume, .done = "resumed")
PAGE(post_method, .write = portal_method_form, .deed = do_method, .done = "method")
PAGE(post_customer, .write = portal_customer_form, .deed = do_customer, .done = "customer")

#define SESSION "/p/session/{token}"
#define SUBSCRIPTION SESSION "/subscriptions/{id}"

const struct page_route portal_pages[] = {
	{ "GET", SESSION, get_first },
	{ "GET", SUBSCRIPTION "/update", get_plans },
	{ "POST", SUBSCRIPTION "/update", post_update },
	{ "GET", SUBSCRIPTION "/preview", get_preview },
	{ "POST", SESSION "/confirm", post_confirm },
	{ "GET", SUBSCRIPTION "/cancel", get_cancel },
	{ "POST", SUBSCRIPTION "/cancel", post_cancel },
	{ "POST", SUBSCRIPTION "/stay", post_stay },
	{ "POST", SUBSCRIPTION "/renew", post_renew },
	{ "GET", SUBSCRIPTION "/pause", get_pause },
	{ "POST", SUBSCRIPTION "/pause", post_pause },
	{ "POST", SUBSCRIPTION "/resume", post_resume },
	{ "GET", SESSION "/payment-methods", get_method },
	{ "POST", SESSION "/payment-methods", post_method },
	{ "GET", SESSION "/customer/update", get_customer },
	{ "POST", SESSION "/customer/update", post_customer },
	{ 0 },
};
