/* SPDX-License-Identifier: MIT */
/* The actions over libcurl and a real socket, with what a network does to it done for real. */
#include <stdlib.h>

#include "suites/actions/live.h"

#define TIMEOUT_MS 250
#define LATER "{\"operation\":\"cancel\"}"
#define NOW_ "{\"operation\":\"cancel\",\"when\":\"immediately\"}"

static void all_four__work(void **state)
{
	struct live l;

	(void)state;
	live_open_socket(&l, 5000);
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_outcome(&l, "ok", "none");
	assert_says(&l, "Your subscription Team (29.00 USD per month): active.");
	live_run(&l, "ada", INVOICES, "{\"limit\":1}", NULL);
	assert_outcome(&l, "ok", "none");
	live_do(&l, "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}");
	assert_outcome(&l, "ok", "none");
	assert_says(
		&l, "Done: you are on Fleet now (79.00 USD per month). 28.28 USD was charged (invoice SLKADAXX-0006).");
	live_do(&l, "ada", BILLING, "{\"phone\":\"+353 1 555 0199\"}");
	assert_outcome(&l, "ok", "none");
	assert_field(live_get(&l, "/v1/customers/cus_ada"), "phone", "+35315550199");
	live_close(&l);
}

struct trouble {
	const char *name;
	struct ms_fault fault;
	const char *code; /* when it never ends; NULL: it is found out that all went well */
};

static const struct trouble troubles[] = {
	{ "reset_before", { .kind = "reset", .when = "before" }, "outcome_unknown" },
	{ "reset_after", { .kind = "reset" }, NULL },
	{ "empty_before", { .kind = "empty", .when = "before" }, "outcome_unknown" },
	{ "empty_after", { .kind = "empty" }, NULL },
	{ "cut", { .kind = "cut", .cut = 300 }, NULL },
	{ "cut_behind_the_head", { .kind = "cut" }, NULL },
	{ "stall_before", { .kind = "stall", .when = "before" }, "outcome_unknown" },
	{ "stall_after", { .kind = "stall" }, NULL },
	{ "answer_too_late", { .kind = "delay", .delay = 4 * TIMEOUT_MS }, NULL },
	{ "error_500", { .kind = "error" }, "stripe_server_error" },
	{ "rate_limit", { .kind = "rate_limit", .retry_after = 1 }, "stripe_rate_limited" },
	{ "lock", { .kind = "lock" }, "stripe_busy" },
};

struct write {
	const char *action, *inputs, *method, *route;
};

static const struct write writes[] = {
	{ MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", "POST", "/v1/subscriptions/*" },
	{ MANAGE, LATER, "POST", "/v1/subscriptions/*" },
	{ MANAGE, NOW_, "DELETE", "/v1/subscriptions/*" },
	{ BILLING, "{\"phone\":\"+353 1 555 0199\"}", "POST", "/v1/customers/*" },
};

/* One effect, as in a world without trouble. */
static void write_once(const struct trouble *t, const struct write *w)
{
	struct ms_fault fault = t->fault;
	char *wanted, *got;
	struct live l;

	live_open_socket(&l, 5000);
	live_do(&l, "ada", w->action, w->inputs);
	wanted = live_state(&l);
	live_close(&l);

	live_open_socket(&l, TIMEOUT_MS);
	fault.method = w->method;
	fault.route = w->route;
	fault.times = 1;
	live_fault(&l, &fault);
	live_do(&l, "ada", w->action, w->inputs);
	assert_outcome(&l, "ok", "none");
	got = live_state(&l);
	assert_string_equal(got, wanted);
	free(wanted);
	free(got);
	live_close(&l);
}

static void trouble_once(void **state)
{
	for (size_t i = 0; i < COUNT_OF(writes); i++)
		write_once(*state, &writes[i]);
}

static void trouble_for_ever(void **state)
{
	const struct trouble *t = *state;
	struct ms_fault fault = t->fault;
	struct live l;

	live_open_socket(&l, TIMEOUT_MS);
	fault.method = "POST";
	fault.route = "/v1/subscriptions/*";
	live_fault(&l, &fault);
	live_do(&l, "mary", MANAGE, LATER);
	assert_outcome(&l, t->code ? "error" : "ok", t->code ? t->code : "none");
	assert_flag(live_get(&l, "/v1/subscriptions/sub_mary"), "cancel_at_period_end", !t->code);
	assert_same_int(live_count(&l, "/v1/events?type=customer.subscription.updated"), t->code ? 0 : 1);
	live_close(&l);
}

static void nobody_at_home__is_unreachable(void **state)
{
	struct house *gone = house_open(&(struct ms_options) { .now = DEMO_NOW });
	char *changes = mem_format(
		"{\"stripe\":{\"base_url\":\"%s\",\"api_key\":\"sk_test_slackwater_demo\"}}", ms_url(gone->ms));
	struct live l;

	(void)state;
	house_close(gone);
	live_open_socket(&l, TIMEOUT_MS);
	live_configure(&l, changes);
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_outcome(&l, "error", "stripe_unreachable");
	assert_int_equal(l.waits, 2);
	free(changes);
	live_close(&l);
}

/* Of a self-signed certificate nobody knows who made it: not a byte of the key goes there. */
static void unknown_certificate__is_not_spoken_to(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .now = DEMO_NOW, .http_port = -1, .https_port = -2 });
	char *changes = mem_format(
		"{\"stripe\":{\"base_url\":\"%s\",\"api_key\":\"sk_test_slackwater_demo\"}}", ms_https_url(h->ms));
	struct live l;

	(void)state;
	live_open_socket(&l, 2000);
	live_configure(&l, changes);
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_outcome(&l, "error", "stripe_unreachable");
	free(changes);
	live_close(&l);
	house_close(h);
}

static void slow_answer__is_waited_for(void **state)
{
	struct live l;

	(void)state;
	live_open_socket(&l, 5000);
	live_fault(&l, &(struct ms_fault) { .kind = "delay", .delay = 60 });
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_outcome(&l, "ok", "none");
	assert_int_equal(l.waits, 0);
	live_close(&l);
}

/* The other side closes an idle connection: the next request goes over a new one, and nobody notices. */
static void closed_connection__is_opened_again(void **state)
{
	struct live l;

	(void)state;
	live_open_socket(&l, 5000);
	live_run(&l, "ada", INFO, NULL, NULL);
	live_fault(&l, &(struct ms_fault) { .kind = "empty", .times = 1 });
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_outcome(&l, "ok", "none");
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_outcome(&l, "ok", "none");
	live_close(&l);
}

int main(void)
{
	const struct CMUnitTest plain[] = {
		cmocka_unit_test(all_four__work),
		cmocka_unit_test(nobody_at_home__is_unreachable),
		cmocka_unit_test(unknown_certificate__is_not_spoken_to),
		cmocka_unit_test(slow_answer__is_waited_for),
		cmocka_unit_test(closed_connection__is_opened_again),
	};
	struct CMUnitTest tests[2 * COUNT_OF(troubles)];
	int failed = cmocka_run_group_tests_name("over a socket", plain, NULL, NULL);

	for (size_t i = 0; i < COUNT_OF(tests); i++) {
		const struct trouble *t = &troubles[i / 2];

		tests[i] = (struct CMUnitTest) { .name = mem_format("%s_%s", t->name, i % 2 ? "for_ever" : "once"),
			.test_func = i % 2 ? trouble_for_ever : trouble_once,
			.initial_state = (void *)(uintptr_t)t };
	}
	failed += _cmocka_run_group_tests("trouble over a socket", tests, COUNT_OF(tests), NULL, NULL);
	for (size_t i = 0; i < COUNT_OF(tests); i++)
		free((char *)(uintptr_t)tests[i].name);
	return failed;
}
