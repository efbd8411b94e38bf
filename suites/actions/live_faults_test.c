/* SPDX-License-Identifier: MIT */
/*
 * Every write of every action under every trouble on the way, against the simulator. The same seed and the same calls
 * make the same objects with the same ids, so that "exactly one effect" can be said in full: after the trouble the
 * account is, byte for byte, what it is after the same write without any.
 */
#include <stdlib.h>

#include "actions/catalog/permissions.h"
#include "suites/actions/live.h"

/* A write in two requests may have made the first when the second fails for good. */
enum half {
	WHOLE,	 /* there is one request, or the trouble is with the first of them */
	GOES_ON, /* the same consent goes on where it ended                        */
	ANEW,	 /* what is left is another thing, and is proposed again            */
};

struct write {
	const char *name, *contact, *action, *inputs;
	const char *method, *route; /* of the request that writes */
	const char *changes;	    /* to the configuration; NULL: none */
	const char *before;	    /* done first, under the same action; NULL: nothing */
	enum half half;		    /* of a write in two requests: what to expect when the second one meets trouble */
};

#define CREDIT(how) "{\"cancellation_policy\":{\"mode\":\"choice\",\"credit\":\"" how "\"}}"
#define SUBSCRIPTION "/v1/subscriptions/{subscription}"
#define CANCEL_NOW "{\"operation\":\"cancel\",\"when\":\"immediately\"}"

#define PERIOD_END "{\"change_policy\":{\"downgrade\":{\"when\":\"period_end\"}}}"
#define TO_SOLO "{\"operation\":\"change_plan\",\"plan\":\"solo\"}"
#define RELEASE "/v1/subscription_schedules/{schedule}/release"
#define ACCEPT(offer) "{\"operation\":\"accept_offer\",\"offer\":\"" offer "\"}"
#define OFFERS                                                                                                         \
	"{\"retention\":{\"offers\":[{\"key\":\"half\",\"kind\":\"coupon\",\"coupon\":\"HALF\",\"label\":\"half\"},"   \
	"{\"key\":\"rest\",\"kind\":\"pause\",\"days\":30,\"label\":\"a rest\"},"                                      \
	"{\"key\":\"small\",\"kind\":\"downgrade\",\"plan\":\"solo\",\"label\":\"Solo\"},"                             \
	"{\"key\":\"try\",\"kind\":\"extend_trial\",\"days\":14,\"label\":\"two weeks\"}],\"max_per_customer\":1}}"
#define TAX "{\"billing_fields\":[\"tax_id\",\"phone\"]}"
#define VAT "{\"tax_id\":{\"type\":\"eu_vat\",\"value\":\"DE123456789\"}"
#define TAX_IDS "/v1/customers/{customer}/tax_ids"

static const struct write writes[] = {
	{ "upgrade", "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", "POST", SUBSCRIPTION, NULL,
		NULL, WHOLE },
	{ "downgrade", "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"solo\"}", "POST", SUBSCRIPTION, NULL,
		NULL, WHOLE },
	{ "more_seats", "ada", MANAGE, "{\"operation\":\"change_plan\",\"quantity\":4}", "POST", SUBSCRIPTION, NULL,
		NULL, WHOLE },
	{ "upgrade_in_trial", "grace", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", "POST",
		SUBSCRIPTION, NULL, NULL, WHOLE },
	{ "cancel_later", "mary", MANAGE, "{\"operation\":\"cancel\",\"reason\":\"unused\",\"comment\":\"Sold.\"}",
		"POST", SUBSCRIPTION, NULL, NULL, WHOLE },
	{ "cancel_now", "mary", MANAGE, CANCEL_NOW, "DELETE", SUBSCRIPTION, NULL, NULL, WHOLE },
	{ "cancel_now_with_credit", "mary", MANAGE, CANCEL_NOW, "DELETE", SUBSCRIPTION, CREDIT("prorate_credit"), NULL,
		WHOLE },
	{ "cancel_now_with_invoice", "mary", MANAGE, CANCEL_NOW, "DELETE", SUBSCRIPTION, CREDIT("invoice_now_credit"),
		NULL, WHOLE },
	{ "undo_cancel", "mary", MANAGE, "{\"operation\":\"undo_cancel\"}", "POST", SUBSCRIPTION, NULL,
		"{\"operation\":\"cancel\"}", WHOLE },
	{ "billing_email_and_phone", "linus", BILLING, "{\"email\":\"new@example.com\",\"phone\":\"+47 21 00 00 00\"}",
		"POST", "/v1/customers/{customer}", NULL, NULL, WHOLE },
	{ "billing_address", "linus", BILLING,
		"{\"address\":{\"line1\":\"5 "
		"Quay\",\"city\":\"Oslo\",\"state\":\"\",\"postal_code\":\"0150\",\"country\":\"no\"}}",
		"POST", "/v1/customers/{customer}", NULL, NULL, WHOLE },
	{ "downgrade_later", "ada", MANAGE, TO_SOLO, "POST", "/v1/subscription_schedules", PERIOD_END, NULL, WHOLE },
	{ "downgrade_later_its_phases", "ada", MANAGE, TO_SOLO, "POST", "/v1/subscription_schedules/{schedule}",
		PERIOD_END, NULL, GOES_ON },
	{ "undo_downgrade", "ada", MANAGE, "{\"operation\":\"undo_downgrade\"}", "POST", RELEASE, PERIOD_END, TO_SOLO,
		WHOLE },
	{ "cancel_a_scheduled_one", "ada", MANAGE, "{\"operation\":\"cancel\"}", "POST", RELEASE, PERIOD_END, TO_SOLO,
		WHOLE },
	{ "cancel_a_released_one", "ada", MANAGE, "{\"operation\":\"cancel\"}", "POST", SUBSCRIPTION, PERIOD_END,
		TO_SOLO, ANEW },
	{ "cancel_a_scheduled_one_now", "ada", MANAGE, CANCEL_NOW, "DELETE", SUBSCRIPTION, PERIOD_END, TO_SOLO, WHOLE },
	{ "offer_coupon", "ada", MANAGE, ACCEPT("half"), "POST", SUBSCRIPTION, OFFERS, NULL, WHOLE },
	{ "offer_pause", "ada", MANAGE, ACCEPT("rest"), "POST", SUBSCRIPTION, OFFERS, NULL, WHOLE },
	{ "offer_smaller_plan", "ada", MANAGE, ACCEPT("small"), "POST", SUBSCRIPTION, OFFERS, NULL, WHOLE },
	{ "offer_longer_trial", "grace", MANAGE, ACCEPT("try"), "POST", SUBSCRIPTION, OFFERS, NULL, WHOLE },
	{ "tax_number", "ada", BILLING, VAT "}", "POST", TAX_IDS, TAX, NULL, WHOLE },
	{ "tax_number_and_address", "ada", BILLING, VAT ",\"phone\":\"+47 21 00 00 00\"}", "POST", TAX_IDS, TAX, NULL,
		WHOLE },
	{ "address_and_tax_number", "ada", BILLING, VAT ",\"phone\":\"+47 21 00 00 00\"}", "POST",
		"/v1/customers/{customer}", TAX, NULL, ANEW },
};

/* What is met once, and what for ever: the code then, and whether the write was done all the same. */
struct trouble {
	const char *name;
	struct ms_fault fault; /* kind NULL: the connection is refused */
	unsigned wait;	       /* milliseconds before the second try, 0: some */
	const char *code;      /* of what for ever leads to; NULL: it is found out that all went well */
	bool done;
};

static const struct trouble troubles[] = {
	{ "refused", { 0 }, 0, "stripe_unreachable", false },
	{ "reset_before", { .kind = "reset", .when = "before" }, 0, "outcome_unknown", false },
	{ "reset_after", { .kind = "reset" }, 0, NULL, true },
	{ "empty_before", { .kind = "empty", .when = "before" }, 0, "outcome_unknown", false },
	{ "empty_after", { .kind = "empty" }, 0, NULL, true },
	{ "stall_before", { .kind = "stall", .when = "before" }, 0, "outcome_unknown", false },
	{ "stall_after", { .kind = "stall" }, 0, NULL, true },
	{ "cut", { .kind = "cut", .cut = 200 }, 0, NULL, true },
	{ "cut_at_once", { .kind = "cut" }, 0, NULL, true },
	{ "garbage_after", { .kind = "garbage" }, 0, NULL, true },
	{ "bad_gateway_before", { .kind = "garbage", .when = "before", .status = 502 }, 0, "stripe_server_error",
		false },
	{ "500_before", { .kind = "error" }, 0, "stripe_server_error", false },
	{ "500_after", { .kind = "error", .when = "after" }, 0, NULL, true },
	{ "500_kept", { .kind = "error", .when = "after", .kept = true }, 0, NULL, true },
	{ "503_before", { .kind = "error", .status = 503, .retry_after = 2 }, 2000, "stripe_server_error", false },
	{ "429", { .kind = "rate_limit" }, 0, "stripe_rate_limited", false },
	{ "429_with_retry_after", { .kind = "rate_limit", .retry_after = 3 }, 3000, "stripe_rate_limited", false },
	{ "lock", { .kind = "lock" }, 0, "stripe_busy", false },
};

/* What a write comes to without trouble: made once, by the first test that asks. */
struct peace {
	char *before, *after;
	char *late; /* when it was planned once more before it was done: a preview makes ids, which then follow on */
};

struct meeting {
	const struct write *write;
	struct peace *peace;
	const struct trouble *trouble;
};

static void start(struct live *l, const struct write *w)
{
	live_open(l, w->changes);
	api_ok(l->house, "POST", "/v1/coupons", "id=HALF&percent_off=50&duration=forever");
	if (w->before)
		live_do(l, w->contact, w->action, w->before);
}

static void meet(struct live *l, const struct meeting *m, unsigned times)
{
	struct ms_fault fault = m->trouble->fault;

	l->writes = l->waits = 0;
	if (!fault.kind) {
		l->refuse = times ? times : 1000;
		return;
	}
	fault.method = m->write->method;
	fault.route = m->write->route;
	fault.times = times;
	live_fault(l, &fault);
}

static void meet_nothing_more(struct live *l)
{
	ms_faults_clear(l->house->ms);
	l->refuse = 0;
}

static const struct peace *peace_of(const struct meeting *m)
{
	const struct write *w = m->write;
	struct live l;

	if (m->peace->after)
		return m->peace;
	start(&l, w);
	m->peace->before = live_state(&l);
	live_do(&l, w->contact, w->action, w->inputs);
	assert_outcome(&l, "ok", "none");
	m->peace->after = live_state(&l);
	assert_string_not_equal(m->peace->before, m->peace->after);
	live_close(&l);
	start(&l, w);
	live_propose(&l, w->contact, w->action, w->inputs);
	live_do(&l, w->contact, w->action, w->inputs);
	m->peace->late = live_state(&l);
	live_close(&l);
	return m->peace;
}

/* Prints the first line that differs, and fails. */
static void assert_state(struct live *l, const char *wanted)
{
	char *got = live_state(l);
	const char *a = got, *b = wanted;

	while (*a && *a == *b)
		a++, b++;
	if (*a || *b) {
		while (a > got && a[-1] != '\n')
			a--, b--;
		print_error("the state has\n%.*s\ninstead of\n%.*s\n", 400, a, 400, b);
		free(got);
		fail();
	}
	free(got);
}

static void trouble_once(void **state)
{
	const struct meeting *m = *state;
	const struct write *w = m->write;
	const struct peace *peace = peace_of(m);
	const char *confirmation;
	struct live l;

	start(&l, w);
	confirmation = live_propose(&l, w->contact, w->action, w->inputs);
	meet(&l, m, 1);
	live_run(&l, w->contact, w->action, w->inputs, confirmation);
	assert_outcome(&l, "ok", "none");
	assert_says(&l, "Done");
	assert_state(&l, peace->after);
	if (m->trouble->wait)
		assert_int_equal(l.waited, m->trouble->wait);
	/* The receipt is used up, and a second use does nothing. */
	l.writes = 0;
	live_run(&l, w->contact, w->action, w->inputs, confirmation);
	assert_string_not_equal(l.result.status, "ok");
	assert_int_equal(l.writes, 0);
	assert_state(&l, peace->after);
	live_close(&l);
}

static void trouble_for_ever(void **state)
{
	const struct meeting *m = *state;
	const struct write *w = m->write;
	const struct trouble *t = m->trouble;
	const struct peace *peace = peace_of(m);
	const char *confirmation;
	struct live l;

	start(&l, w);
	confirmation = live_propose(&l, w->contact, w->action, w->inputs);
	meet(&l, m, 0);
	live_run(&l, w->contact, w->action, w->inputs, confirmation);
	if (t->done || w->half == WHOLE || !t->fault.kind)
		assert_state(&l, t->done ? peace->after : peace->before);
	if (t->done) {
		assert_outcome(&l, "ok", "none");
		assert_says(&l, "Done");
	} else {
		assert_outcome(&l, "error", t->code);
		assert_int_equal(l.writes, w->half == WHOLE || !t->fault.kind ? 3 : 4);
		/* The same receipt once more, when the trouble is over: done, and once. */
		meet_nothing_more(&l);
		live_run(&l, w->contact, w->action, w->inputs, confirmation);
		if (w->half == ANEW && t->fault.kind) {
			assert_outcome(&l, "needs_confirmation", "proposal_stale");
			confirmation = text_of(l.house, "%s", js_text(live_data(&l), "confirmation"));
			live_run(&l, w->contact, w->action, w->inputs, confirmation);
		}
		assert_outcome(&l, "ok", "none");
		assert_state(&l, peace->late);
	}
	live_close(&l);
}

/* ---- links and forms: they change nothing, but more than one would lie about ---- */

struct link {
	const char *name, *changes, *route, *object;
};

static const struct link links[] = {
	{ "portal_link", "{\"payment_method\":{\"mode\":\"portal_link\"}}", "/v1/billing_portal/sessions",
		"\"object\": \"billing_portal.session\"" },
	{ "setup_intent", "{\"payment_method\":{\"mode\":\"setup_intent\"}}", "/v1/setup_intents",
		"\"object\": \"setup_intent\"" },
};

static size_t made(struct live *l, const char *object)
{
	char *state = live_state(l);
	size_t n = 0;

	for (const char *at = state; (at = strstr(at, object)); at++)
		n++;
	free(state);
	return n;
}

/* Whatever is met once, the customer gets a link, and there is one. */
static void link_once(void **state)
{
	const struct link *row = *state;
	size_t one;
	struct live l;

	live_open(&l, row->changes);
	live_run(&l, "ada", MANAGE, "{\"operation\":\"add_payment_method\"}", NULL);
	assert_outcome(&l, "ok", "none");
	one = made(&l, row->object);
	assert_true(one > 0);
	live_close(&l);
	for (size_t i = 0; i < COUNT_OF(troubles); i++) {
		struct ms_fault fault = troubles[i].fault;

		live_open(&l, row->changes);
		fault.method = "POST";
		fault.route = row->route;
		fault.times = 1;
		l.refuse = !fault.kind;
		if (fault.kind)
			live_fault(&l, &fault);
		live_run(&l, "ada", MANAGE, "{\"operation\":\"add_payment_method\"}", NULL);
		/* A kept server error is Stripe's last word, and a page instead of JSON is not asked for again. */
		if (fault.kept || !strcmp(troubles[i].name, "garbage_after"))
			assert_string_equal(l.result.status, "error");
		else
			assert_outcome(&l, "ok", "none");
		if (made(&l, row->object) != one)
			fail_msg("%s", troubles[i].name);
		live_close(&l);
	}
}

/* Every request of the table of permissions that writes meets every trouble above. */
static void every_write__is_in_the_tables(void **state)
{
	(void)state;
	for (const struct permission *p = permissions; p->name; p++) {
		bool found = !strcmp(p->method, "GET") || !strcmp(p->route, "/v1/invoices/create_preview");

		for (size_t i = 0; i < COUNT_OF(writes); i++)
			found |= !strcmp(writes[i].method, p->method) && !strcmp(writes[i].route, p->route);
		for (size_t i = 0; i < COUNT_OF(links); i++)
			found |= !strcmp(links[i].route, p->route);
		if (!found)
			fail_msg("%s %s meets no trouble", p->method, p->route);
	}
}

int main(void)
{
	const struct CMUnitTest complete[] = { cmocka_unit_test(every_write__is_in_the_tables) };
	struct CMUnitTest *link_tests = tests_of_rows(links, COUNT_OF(links), sizeof(links[0]), link_once);

	const size_t pairs = COUNT_OF(writes) * COUNT_OF(troubles);
	struct meeting *meetings = mem_alloc(pairs * sizeof(*meetings));
	struct CMUnitTest *tests = mem_alloc(2 * pairs * sizeof(*tests));
	struct peace peaces[COUNT_OF(writes)] = { 0 };
	size_t n = 0;
	int failed;

	for (size_t i = 0; i < pairs; i++) {
		struct meeting *m = &meetings[i];

		m->write = &writes[i / COUNT_OF(troubles)];
		m->peace = &peaces[i / COUNT_OF(troubles)];
		m->trouble = &troubles[i % COUNT_OF(troubles)];
		tests[n++] = (struct CMUnitTest) { .name = mem_format("%s__%s_once", m->write->name, m->trouble->name),
			.test_func = trouble_once,
			.initial_state = m };
		tests[n++] =
			(struct CMUnitTest) { .name = mem_format("%s__%s_for_ever", m->write->name, m->trouble->name),
				.test_func = trouble_for_ever,
				.initial_state = m };
	}
	failed = _cmocka_run_group_tests("the actions under faults", tests, n, NULL, NULL);
	for (size_t i = 0; i < n; i++)
		free((char *)(uintptr_t)tests[i].name);
	for (size_t i = 0; i < COUNT_OF(peaces); i++) {
		free(peaces[i].before);
		free(peaces[i].after);
		free(peaces[i].late);
	}
	failed += cmocka_run_group_tests_name("tables", complete, NULL, NULL);
	failed += _cmocka_run_group_tests("links under faults", link_tests, COUNT_OF(links), NULL, NULL);
	free(link_tests);
	free(tests);
	free(meetings);
	return failed;
}
