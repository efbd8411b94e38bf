/* SPDX-License-Identifier: MIT */
/*
 * Checkout: the page of a session, what its forms do, and the addresses that open a session of their own (payment
 * links, recovered carts). Source: Stripe docs "How Checkout works", "Payment Links", "Recover abandoned carts".
 */
#include <string.h>

#include "api/fail.h"
#include "base/mem.h"
#include "pages/checkout_view.h"
#include "resources/page_url.h"
#include "resources/payments/inside.h"

struct checkout_request {
	struct visit *v;
	struct account *account;
	const char *why; /* of a refusal; the visit's */
	bool asks_owner; /* the card's owner is asked first: nothing was done */
};

static bool has_session(struct call *call, const char *id)
{
	return account_get(call->account, id, schema_find_object("checkout.session")) != NULL;
}

static struct account *account_of(struct visit *v)
{
	struct account *a = visit_find_account(v, has_session, v->words[0]);

	if (!a)
		visit_say(v, 404, "Page not found",
			"There is no Checkout Session at this address. Create a new one and open its url.");
	return a;
}

/* ---- where it leads to ---- */

/* The URL with the session's id for {CHECKOUT_SESSION_ID}. Arena. */
static const char *with_id(struct arena *arena, const char *url, const char *id)
{
	static const char mark[] = "{CHECKOUT_SESSION_ID}";
	const char *at, *out = "";

	while ((at = strstr(url, mark)) != NULL) {
		out = arena_format(arena, "%s%.*s%s", out, (int)(at - url), url, id);
		url = at + strlen(mark);
	}
	return arena_format(arena, "%s%s", out, url);
}

const char *checkout_exit(struct visit *v, struct call *call, struct record *session)
{
	struct record *link = account_find(call->account, js_text(record_tree(session), "payment_link"));
	const char *url = js_text(record_tree(session), "success_url");

	if (!url || (link && !text_is(js_text_at(record_tree(link), "after_completion.type"), "redirect")))
		return NULL;
	return with_id(&v->arena, url, session->id);
}

/* ---- what was filled in ---- */

/*
 * The method that was chosen, as a record; NULL when none was (0), or with the call's failure (-1). *asks: its owner is
 * asked first, and has not answered yet.
 */
static int find_method(struct visit *v, struct call *call, struct record *session, const char **method, bool *asks)
{
	struct record *customer = account_find(call->account, js_text(record_tree(session), "customer")), *r;
	const char *given = card_given(v, call);

	*asks = false;
	*method = NULL;
	if (!given)
		return call->fail.status ? -1 : 0;
	r = method_resolve(call, given, customer, "payment_method");
	if (!r)
		return -1;
	*asks = !visit_given(v, "authentication") && method_must_ask(r, false, NULL);
	*method = r->id;
	return 0;
}

static json_t *shipping_of(struct visit *v)
{
	json_t *address = visit_group(v, "shipping_address"), *shipping;

	if (!address)
		return NULL;
	shipping = json_object();
	js_put(shipping, "address", address);
	js_put_text(shipping, "name", visit_given(v, "shipping_name"));
	return shipping;
}

static int pay(struct call *call, void *arg)
{
	struct checkout_request *r = arg;
	struct visit *v = r->v;
	struct record *session = checkout_find(call, v->words[0]);
	js_auto shipping = shipping_of(v);
	struct checkout_visitor visitor = {
		.email = visit_given(v, "email"),
		.name = visit_given(v, "name"),
		.phone = visit_given(v, "phone"),
		.business_name = visit_given(v, "business_name"),
		.individual_name = visit_given(v, "individual_name"),
		.address = visit_group(v, "address"),
		.shipping = shipping,
		.tax_id = visit_group(v, "tax_id"),
		.custom_fields = visit_group(v, "custom_fields"),
		.promotions = visit_given(v, "promotions"),
		.refuses_terms = !visit_given(v, "terms_of_service"),
		.typed = true,
		.fails_authentication = text_is(visit_given(v, "authentication"), "failed"),
	};

	if (!session)
		return -1;
	if (find_method(v, call, session, &visitor.payment_method, &r->asks_owner) || r->asks_owner)
		return -1;
	if (checkout_complete(call, session, &visitor))
		return -1;
	v->location = checkout_exit(v, call, session);
	if (!v->location)
		v->location = arena_format(&v->arena, "/c/pay/%s", v->words[0]);
	return 0;
}

static int choose(struct call *call, void *arg)
{
	struct checkout_request *r = arg;
	struct visit *v = r->v;
	struct record *session = checkout_find(call, v->words[0]);
	struct checkout_choice choice = {
		.promotion_code = js_text(v->given, "promotion_code"),
		.quantities = visit_group(v, "quantities"),
		.optional_items = visit_group(v, "optional_items"),
		.shipping_rate = visit_given(v, "shipping_rate"),
	};

	if (!session || checkout_choose(call, session, &choice))
		return -1;
	v->location = arena_format(&v->arena, "/c/pay/%s", v->words[0]);
	return 0;
}

static void keep_refusal(struct call *call, void *arg, int failed)
{
	struct checkout_request *r = arg;

	if (!failed || r->asks_owner)
		return;
	r->v->status = call->fail.status ? call->fail.status : 400;
	r->why = arena_text(&r->v->arena, call->fail.message ? call->fail.message : "This cannot be done.");
}

/* ---- the page ---- */

static int write_page(struct call *call, void *arg)
{
	struct checkout_request *r = arg;
	struct visit *v = r->v;
	struct checkout_view view = { .v = v, .call = call, .session = checkout_find(call, v->words[0]) };
	const char *status;

	if (!view.session) {
		visit_say_failure(v, call, 404);
		return -1;
	}
	status = js_text(record_tree(view.session), "status");
	v->leads_to = checkout_exit(v, call, view.session);
	if (text_is(status, "complete"))
		checkout_done(&view);
	else if (text_is(status, "expired"))
		visit_say(v, 410, "This checkout has expired",
			"You have not been charged. Go back to the business and start again.");
	else if (!text_is(js_text(record_tree(view.session), "ui_mode"), "hosted_page"))
		visit_say(v, 404, "Page not found", "This Checkout Session is embedded in the business's own page.");
	else if (r->asks_owner)
		checkout_ask_owner(&view);
	else
		checkout_page(&view);
	return 0;
}

static void show(struct checkout_request *r)
{
	engine_act(r->v->engine, r->account, &(struct act) { .run = write_page, .arg = r, .discard = true });
}

static void get_page(struct visit *v)
{
	struct checkout_request r = { .v = v, .account = account_of(v) };

	if (r.account)
		show(&r);
}

static void post(struct visit *v, int (*run)(struct call *call, void *arg))
{
	struct checkout_request r = { .v = v, .account = account_of(v) };

	if (!r.account ||
		!engine_act(v->engine, r.account, &(struct act) { .run = run, .show = keep_refusal, .arg = &r }))
		return;
	v->problem = r.why;
	show(&r);
}

static void post_pay(struct visit *v)
{
	post(v, pay);
}

static void post_choose(struct visit *v)
{
	post(v, choose);
}

/* ---- addresses that open a session ---- */

static bool has_link(struct call *call, const char *word)
{
	return page_record(call, word, schema_find_object("payment_link")) != NULL;
}

static bool has_recovery(struct call *call, const char *word)
{
	return page_record(call, word, schema_find_object("checkout.session")) != NULL;
}

/* What a link's address may say beside: Stripe docs "Customize a payment link", URL parameters. 0 or -1. */
static int fill_in(struct visit *v, struct call *call, struct record *session)
{
	const char *email = visit_given(v, "locked_prefilled_email"),
		   *reference = visit_given(v, "client_reference_id");
	struct checkout_choice choice = { .promotion_code = visit_given(v, "prefilled_promo_code") };
	json_t *draft = journal_edit(&call->journal, session), *details;

	if (!email)
		email = visit_given(v, "prefilled_email");
	if (reference)
		js_put_text(draft, "client_reference_id", reference);
	if (email) {
		details = field_shape(call, session->type, "customer_details");
		js_put_text(details, "email", email);
		js_put_text(draft, "customer_email", email);
		js_put_new(draft, "customer_details", details);
	}
	return checkout_choose(call, session, &choice);
}

static int open_other(struct call *call, void *arg)
{
	struct checkout_request *r = arg;
	const char *word = r->v->words[0];
	struct record *link = page_record(call, word, schema_find_object("payment_link")), *from, *made;

	if (link) {
		made = checkout_from_link(call, link);
		if (made && fill_in(r->v, call, made))
			return -1;
	} else {
		from = page_record(call, word, schema_find_object("checkout.session"));
		call_use_clock(call, from);
		made = checkout_recover(call, from);
	}
	if (!made)
		return -1;
	r->v->location = arena_format(&r->v->arena, "/c/pay/%s", made->id);
	return 0;
}

static void show_unopened(struct call *call, void *arg, int failed)
{
	struct checkout_request *r = arg;

	if (failed)
		visit_say_failure(r->v, call, 410);
}

static void open_at(struct visit *v, bool (*has)(struct call *call, const char *word))
{
	struct account *a = visit_find_account(v, has, v->words[0]);
	struct checkout_request r = { .v = v };

	if (!a)
		visit_say(v, 404, "Page not found", "There is nothing at this address. Check the link.");
	else
		engine_act(v->engine, a, &(struct act) { .run = open_other, .show = show_unopened, .arg = &r });
}

static void get_link(struct visit *v)
{
	open_at(v, has_link);
}

static void get_recovery(struct visit *v)
{
	open_at(v, has_recovery);
}

const struct page_route checkout_pages[] = {
	{ "GET", "/c/pay/{session}", get_page },
	{ "POST", "/c/pay/{session}", post_pay },
	{ "POST", "/c/pay/{session}/choose", post_choose },
	{ "GET", "/b/{link}", get_link },
	{ "GET", "/r/{session}", get_recovery },
	{ 0 },
};
