/* SPDX-License-Identifier: MIT */
/*
 * Every write of every action under every trouble on the way, against the simulator. The same seed and the same calls
 * make the same objects with the same ids, so that "exactly one effect" can be said in full: after the trouble the
 * account is, byte for byte, what it is after the same write without any.
 */
#include <stdlib.h>

#include "suites/actions/live.h"

struct write {
	const char *name, *contact, *action, *inputs;
	const char *method, *route; /* of the request that writes */
	const char *changes;	    /* to the configuration; NULL: none */
	const char *before;	    /* done first, under the same action; NULL: nothing */
};

#define CREDIT(how) "{\"cancellation_policy\":{\"mode\":\"choice\",\"credit\":\"" how "\"}}"
#define SUBSCRIPTION "/v1/subscriptions/{subscription}"
#define CANCEL_NOW "{\"operation\":\"cancel\",\"when\":\"immediately\"}"

static const struct write writes[] = {
	{ "upgrade", "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", "POST", SUBSCRIPTION, NULL,
		NULL },
	{ "downgrade", "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"solo\"}", "POST", SUBSCRIPTION, NULL,
		NULL },
	{ "more_seats", "ada", MANAGE, "{\"operation\":\"change_plan\",\"quantity\":4}", "POST", SUBSCRIPTION, NULL,
		NULL },
	{ "upgrade_in_trial", "grace", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", "POST",
		SUBSCRIPTION, NULL, NULL },
	{ "cancel_later", "mary", MANAGE, "{\"operation\":\"cancel\",\"reason\":\"unused\",\"comment\":\"Sold.\"}",
		"POST", SUBSCRIPTION, NULL, NULL },
	{ "cancel_now", "mary", MANAGE, CANCEL_NOW, "DELETE", SUBSCRIPTION, NULL, NULL },
	{ "cancel_now_with_credit", "mary", MANAGE, CANCEL_NOW, "DELETE", SUBSCRIPTION, CREDIT("prorate_credit"),
		NULL },
	{ "cancel_now_with_invoice", "mary", MANAGE, CANCEL_NOW, "DELETE", SUBSCRIPTION, CREDIT("invoice_now_credit"),
		NULL },
	{ "undo_cancel", "mary", MANAGE, "{\"operation\":\"undo_cancel\"}", "POST", SUBSCRIPTION, NULL,
		"{\"operation\":\"cancel\"}" },
	{ "billing_email_and_phone", "linus", BILLING, "{\"email\":\"new@example.com\",\"phone\":\"+47 21 00 00 00\"}",
		"POST", "/v1/customers/{customer}", NULL, NULL },
	{ "billing_address", "linus", BILLING,
		"{\"address\":{\"line1\":\"5 "
		"Quay\",\"city\":\"Oslo\",\"state\":\"\",\"postal_code\":\"0150\",\"country\":\"no\"}}",
		"POST", "/v1/customers/{customer}", NULL, NULL },
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
	assert_state(&l, t->done ? peace->after : peace->before);
	if (t->done) {
		assert_outcome(&l, "ok", "none");
		assert_says(&l, "Done");
	} else {
		assert_outcome(&l, "error", t->code);
		assert_int_equal(l.writes, 3);
		/* The same receipt once more, when the trouble is over: done, and once. */
		meet_nothing_more(&l);
		live_run(&l, w->contact, w->action, w->inputs, confirmation);
		assert_outcome(&l, "ok", "none");
		assert_state(&l, peace->late);
	}
	live_close(&l);
}

int main(void)
{
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
	free(tests);
	free(meetings);
	return failed;
}
