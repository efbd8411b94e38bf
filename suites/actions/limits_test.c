/* SPDX-License-Identifier: MIT */
#include "suites/actions/company.h"

#include "actions/people/contact_api.h"
#include "actions/runtime/cap.h"

/*
 * What bounds a run: how large a result may be, whose account it is until the end, what the operator is told when
 * Stripe says no, and when two descriptions are too much alike.
 */

#define MANY 400

/* A list of that many subscriptions of ada's, active. */
static char *many_subscriptions(void)
{
	struct text t;

	text_init(&t, TEXT_NO_CEILING);
	text_put(&t, "{\"object\":\"list\",\"has_more\":false,\"data\":[");
	for (int i = 0; i < MANY; i++)
		text_format(&t,
			"%s{\"id\":\"sub_%d\",\"object\":\"subscription\",\"customer\":\"cus_ada\",\"status\":"
			"\"active\","
			"\"currency\":\"usd\",\"items\":{\"data\":[" ITEM(BASIC, "1") "]}}",
			i ? "," : "", i);
	text_put(&t, "]}");
	return text_take(&t);
}

static size_t size_of(const struct company *c)
{
	js_auto tree = envelope_json(&c->result.envelope, &c->result.problem);
	struct text t;
	size_t length;

	text_init(&t, TEXT_NO_CEILING);
	js_write(&t, tree);
	length = t.length;
	text_clear(&t);
	return length;
}

/* Whatever the list is that makes it large, the answer fits, is marked, and still holds the first rows. */
static void large(const char *action, const char *inputs, const char *list, enum problem_code code)
{
	char *subscriptions = many_subscriptions();
	struct company c;

	company_open(&c, COMPANY_CONFIG);
	script_first(&c.script, (struct reply) { .method = "GET", .path = "/v1/subscriptions", .body = subscriptions });
	company_run(&c, "ada", action, inputs, NULL);
	assert_code(&c.result.problem, code);
	assert_true(size_of(&c) <= RUN_RESULT_MOST);
	assert_true(js_flag(c.result.envelope.data, "truncated", false));
	assert_in_range(json_array_size(js_get(c.result.envelope.data, list)), 5, MANY);
	company_close(&c);
	free(subscriptions);
}

static void result__fits_with_many_subscriptions(void **state)
{
	(void)state;
	large("get_subscription", "{}", "subscriptions", PROBLEM_NONE);
}

static void result__fits_with_many_choices(void **state)
{
	(void)state;
	large("manage", "{\"operation\":\"cancel\"}", "choices", PROBLEM_SUBSCRIPTION_CHOICE);
}

static void result__fits_with_many_faults(void **state)
{
	struct text t;

	(void)state;
	text_init(&t, TEXT_NO_CEILING);
	for (int i = 0; i < 2 * MANY; i++)
		text_format(&t, "%s\"invented_argument_%d\":1", i ? "," : "{\"operation\":\"cancel\",", i);
	text_char(&t, '}');
	large("manage", t.data, "faults", PROBLEM_ARGUMENTS_INVALID);
	text_clear(&t);
}

/* ---- the account, until the end ---- */

/* The contacts API takes the account away while Stripe is asked for the subscriptions. */
static void unlink_ada(void *arg, const char *request)
{
	struct company *c = arg;
	json_t *body;
	struct contact_answer answer;

	if (strncmp(request, "GET /v1/subscriptions", 21) != 0)
		return;
	body = json_loads("{\"data\":{\"stripe_accounts\":[{\"label\":\"Main\",\"stripe_id\":\"cus_bob\"}]}}", 0, NULL);
	answer = contact_api_update(&c->agent->contacts, "ada", body, NOW);
	assert_int_equal(answer.status, 200);
	json_decref(answer.body);
	json_decref(body);
}

static void account__taken_away_meanwhile_writes_nothing(void **state)
{
	const char *inputs = "{\"operation\":\"cancel\"}";
	struct company c;
	char *confirmation;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	confirmation = company_propose(&c, "ada", "manage", inputs);
	c.script.hook = unlink_ada;
	c.script.hook_arg = &c;
	company_run(&c, "ada", "manage", inputs, confirmation);
	assert_code(&c.result.problem, PROBLEM_CONTACT_STRIPE_ACCOUNT_MISSING);
	assert_holds(c.result.problem.detail, "while the call was under way");
	assert_null(script_asked(&c.script, "POST"));
	free(confirmation);
	company_close(&c);
}

/* ---- what the operator is told ---- */

static void busy__names_the_limit_and_the_tries(void **state)
{
	struct company c;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	script_first(
		&c.script, (struct reply) { .method = "GET",
				   .path = "/v1/subscriptions",
				   .status = 429,
				   .body = "{\"error\":{\"code\":\"rate_limit\",\"message\":\"Too many requests.\"}}",
				   .header = "Stripe-Rate-Limited-Reason",
				   .value = "endpoint-rate" });
	company_run(&c, "ada", "get_subscription", "{}", NULL);
	assert_code(&c.result.problem, PROBLEM_STRIPE_RATE_LIMITED);
	assert_string_equal(
		c.result.problem.detail, "Stripe answered 429 (endpoint-rate): Too many requests. (3 tries)");
	company_close(&c);
}

/* ---- descriptions ---- */

static const struct lint_row {
	const char *name, *one, *other, *warning; /* NULL: none */
} lints[] = {
	{ "lint__same", "Show my invoices and receipts, please, all of them.",
		"Show my invoices and receipts, please, all of them.", "is the same as that of $.actions[0]" },
	{ "lint__nearly_the_same", "The customer wants to see invoices, receipts or payments of this year.",
		"The customer wants to see receipts, payments or invoices of last year.",
		"$.actions[1].when_to_use: shares 85% of its words with that of $.actions[0]" },
	{ "lint__different", "The customer wants to see invoices, receipts or payments of this year.",
		"Somebody asks which plan they have, what it costs and when it renews.", NULL },
};

static void lint_test(void **state)
{
	const struct lint_row *row = *state;
	char *json = mem_format(CONFIG_HEAD
		",\"actions\":[{\"name\":\"a\",\"kind\":\"invoices\",\"when_to_use\":\"%s\",\"enabled\":true},"
		"{\"name\":\"b\",\"kind\":\"subscription_info\",\"when_to_use\":\"%s\",\"enabled\":true}]}",
		row->one, row->other);
	struct text why;
	struct agent *a;
	json_t *warning;
	size_t i, found = 0;

	text_init(&why, TEXT_NO_CEILING);
	a = agent_open(&(struct agent_options) { .json = json, .name = "suite" }, &why);
	assert_non_null(a);
	json_array_foreach(a->warnings, i, warning)
	{
		if (strncmp(json_string_value(warning), "when_to_use_weak", 16) != 0)
			continue;
		found++;
		assert_non_null(row->warning);
		assert_holds(json_string_value(warning), row->warning);
	}
	assert_int_equal(found, row->warning != NULL);
	agent_close(a);
	text_clear(&why);
	free(json);
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(result__fits_with_many_subscriptions),
		cmocka_unit_test(result__fits_with_many_choices),
		cmocka_unit_test(result__fits_with_many_faults),
		cmocka_unit_test(account__taken_away_meanwhile_writes_nothing),
		cmocka_unit_test(busy__names_the_limit_and_the_tries),
	};
	struct CMUnitTest *rows = tests_of_rows(lints, COUNT_OF(lints), sizeof(lints[0]), lint_test);
	int failed = cmocka_run_group_tests_name("limits", single, NULL, NULL);

	failed += _cmocka_run_group_tests("descriptions", rows, COUNT_OF(lints), NULL, NULL);
	free(rows);
	return failed;
}
