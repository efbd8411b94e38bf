/* SPDX-License-Identifier: MIT */
/*
 * The portal's login page: customers type their e-mail. Stripe then sends them a link to a session; here it is opened
 * at once, since nobody gets mail. Source: Stripe docs "Share a link to the customer portal".
 */
#include "api/fail.h"
#include "api/list.h"
#include "base/mem.h"
#include "pages/visit.h"
#include "resources/page_url.h"
#include "resources/within.h"

struct login {
	struct visit *v;
};

/* The configuration whose login page has that word at its end; NULL: none, or switched off. */
static struct record *configuration_of(struct call *call, const char *word)
{
	const struct list *all =
		&account_shelf(call->account, schema_find_object("billing_portal.configuration"))->records;
	const char *end = page_url(call, "billing.stripe.com", arena_format(&call->arena, "/p/login/%s", word));

	for (size_t i = all->count; i-- > 0;) {
		const char *url = js_text_at(record_tree(all->at[i]), "login_page.url");

		if (text_is(url, end) && js_flag(record_tree(all->at[i]), "active", false))
			return all->at[i];
	}
	return NULL;
}

static bool has_login(struct call *call, const char *word)
{
	return configuration_of(call, word) != NULL;
}

static int enter(struct call *call, void *arg)
{
	struct login *l = arg;
	const char *email = visit_given(l->v, "email");
	const struct list *rows;
	struct record *session;
	json_t *given;

	if (!email)
		return fail_missing_param(call, "email");
	rows = list_by(call, schema_find_object("customer"), "email", email);
	if (!rows->count)
		return fail_invalid(call, NULL, "email", "No customer has this email: %s", email);
	given = json_object();
	js_put_text(given, "customer", ((struct record *)rows->at[rows->count - 1])->id);
	js_put_text(given, "configuration", configuration_of(call, l->v->words[0])->id);
	session = call_within(call, "POST", "/v1/billing_portal/sessions", NULL, given);
	if (!session)
		return -1;
	l->v->location = arena_format(&l->v->arena, "/p/session/test_%s", js_text(record_private(session), "token"));
	return 0;
}

static void keep_refusal(struct call *call, void *arg, int failed)
{
	struct login *l = arg;

	if (!failed)
		return;
	l->v->status = call->fail.status;
	l->v->problem = arena_text(&l->v->arena, call->fail.message);
}

static int write_page(struct call *call, void *arg)
{
	struct visit *v = ((struct login *)arg)->v;
	const char *typed = visit_given(v, "email");

	visit_begin(v, &(struct frame) { .title = "Manage your billing", .business = visit_business(v, call) });
	text_put(&v->html, "<h1>Manage your billing</h1>");
	visit_show_problem(v);
	html(&v->html, "<section class=\"card\"><form method=\"post\" action=\"/p/login/%s\">", v->words[0]);
	html_field(&v->html, "email", "email", "Email", typed ? typed : visit_given(v, "prefilled_email"),
		"required autocomplete=\"email\"");
	text_put(&v->html, "<button>Open billing</button></form><p></p><p class=\"soft\">Stripe would send a link by "
			   "email now; the simulator opens it.</p></section>");
	visit_end(v);
	return 0;
}

static void serve(struct visit *v, bool enters)
{
	struct account *a = visit_find_account(v, has_login, v->words[0]);
	struct login l = { .v = v };

	if (!a) {
		visit_say(v, 404, "Page not found", "There is no login page at this address. Check the link.");
		return;
	}
	if (enters && !engine_act(v->engine, a, &(struct act) { .run = enter, .show = keep_refusal, .arg = &l }))
		return;
	engine_act(v->engine, a, &(struct act) { .run = write_page, .arg = &l, .discard = true });
}

static void get_login(struct visit *v)
{
	serve(v, false);
}

static void post_login(struct visit *v)
{
	serve(v, true);
}

const struct page_route login_pages[] = {
	{ "GET", "/p/login/{word}", get_login },
	{ "POST", "/p/login/{word}", post_login },
	{ 0 },
};
