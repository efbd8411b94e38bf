/* SPDX-License-Identifier: MIT */
#include "suites/actions/support.h"

#include <stdlib.h>
#include <unistd.h>

#include "actions/runtime/agent.h"

/* The configuration: a good one is read in full, a bad one names file, place and reason and loads nothing. */

#define PLAIN_AGENT "\"agent\":{\"id\":\"a\"}"
#define PLAIN_IDENTITY "\"identity\":{\"secrets\":[{\"id\":\"now\",\"secret\":\"" KEY "\"}]}"
#define PLAIN_STRIPE "\"stripe\":{\"api_key\":\"sk_test_x\"}"
#define BASE PLAIN_AGENT "," PLAIN_IDENTITY "," PLAIN_STRIPE
#define PLAN(key, price) "{\"key\":\"" key "\",\"label\":\"L\",\"rank\":1,\"prices\":[{\"price\":\"" price "\"}]}"
#define ACTION(name, kind) "{\"name\":\"" name "\",\"kind\":\"" kind "\",\"when_to_use\":\"\",\"enabled\":true}"

static const struct bad_row {
	const char *name, *json, *why;
} bad_rows[] = {
	{ "bad__not_json", "{", "agent.json: line 1, column 1: " },
	{ "bad__repeated_key", "{\"agent\":{},\"agent\":{}}", "agent.json: line 1, column 19: duplicate" },
	{ "bad__a_list", "[]", "agent.json: $: must be an object" },
	{ "bad__empty", "{}", "agent.json: $.agent: is required\nagent.json: $.identity: is required" },
	{ "bad__unknown_key", "{" BASE ",\"actions\":[],\"plan\":[]}", "agent.json: $.plan: is not known here" },
	{ "bad__unknown_key_deep",
		"{" BASE ",\"actions\":[],\"plans\":[{\"key\":\"a\",\"label\":\"L\",\"rank\":1,\"price\":1,"
		"\"prices\":[{\"price\":\"p\"}]}]}",
		"agent.json: $.plans[0].price: is not known here" },
	{ "bad__no_secret", "{" PLAIN_AGENT "," PLAIN_STRIPE ",\"identity\":{\"secrets\":[]},\"actions\":[]}",
		"agent.json: $.identity.secrets: the number of elements must be between 1 and 8" },
	{ "bad__short_secret",
		"{" PLAIN_AGENT "," PLAIN_STRIPE
		",\"identity\":{\"secrets\":[{\"id\":\"a\",\"secret\":\"short\"}]},\"actions\":[]}",
		"agent.json: $.identity.secrets[0].secret: must have at least 16 bytes" },
	{ "bad__empty_secret",
		"{" PLAIN_AGENT "," PLAIN_STRIPE
		",\"identity\":{\"secrets\":[{\"id\":\"a\",\"secret\":\"\"}]},\"actions\":[]}",
		"agent.json: $.identity.secrets[0].secret: must be a text that is not empty" },
	{ "bad__secret_from_an_unset_variable",
		"{" PLAIN_AGENT "," PLAIN_STRIPE
		",\"identity\":{\"secrets\":[{\"id\":\"a\",\"secret\":{\"env\":\"NOT_SET_ANYWHERE\"}}]},"
		"\"actions\":[]}",
		"agent.json: $.identity.secrets[0].secret: the environment variable NOT_SET_ANYWHERE is not set" },
	{ "bad__secret_id_twice",
		"{" PLAIN_AGENT "," PLAIN_STRIPE ",\"identity\":{\"secrets\":[{\"id\":\"a\",\"secret\":\"" KEY
		"\"},{\"id\":\"a\",\"secret\":\"" KEY "\"}]},\"actions\":[]}",
		"agent.json: $.identity.secrets[1].id: is used twice" },
	{ "bad__lifetime_above_a_day",
		"{" PLAIN_AGENT "," PLAIN_STRIPE ",\"identity\":{\"secrets\":[{\"id\":\"a\",\"secret\":\"" KEY
		"\"}],\"max_lifetime_seconds\":86401},\"actions\":[]}",
		"agent.json: $.identity.max_lifetime_seconds: the value must be between 60 and 86400" },
	{ "bad__publishable_key",
		"{" PLAIN_AGENT "," PLAIN_IDENTITY ",\"stripe\":{\"api_key\":\"pk_test_x\"},\"actions\":[]}",
		"agent.json: $.stripe.api_key: must be a secret (sk_...) or restricted (rk_...) key" },
	{ "bad__key_with_a_newline",
		"{" PLAIN_AGENT "," PLAIN_IDENTITY
		",\"stripe\":{\"api_key\":\"sk_test_x\\nX-Evil: 1\"},\"actions\":[]}",
		"agent.json: $.stripe.api_key: holds characters that no key has" },
	{ "bad__base_url_without_scheme",
		"{" PLAIN_AGENT "," PLAIN_IDENTITY
		",\"stripe\":{\"api_key\":\"sk_test_x\",\"base_url\":\"127.0.0.1:12111\"},"
		"\"actions\":[]}",
		"agent.json: $.stripe.base_url: must begin with http:// or https://" },
	{ "bad__base_url_with_user",
		"{" PLAIN_AGENT "," PLAIN_IDENTITY
		",\"stripe\":{\"api_key\":\"sk_test_x\",\"base_url\":\"http://a@b\"},\"actions\":[]}",
		"agent.json: $.stripe.base_url: must be scheme, host and port only" },
	{ "bad__live_key_in_the_clear",
		"{" PLAIN_AGENT "," PLAIN_IDENTITY
		",\"stripe\":{\"api_key\":\"sk_live_x\",\"base_url\":\"http://example.com\"},\"actions\":[]}",
		"agent.json: $.stripe.base_url: a live key is sent over https only" },
	{ "bad__environment", "{" BASE ",\"actions\":[],\"environment\":\"production\"}",
		"agent.json: $.environment: must be one of: widget, api, playground, preview, compare" },
	{ "bad__action_name_taken", "{" BASE ",\"actions\":[" ACTION("a", "invoices") "," ACTION("A", "invoices") "]}",
		"agent.json: $.actions[1].name: action_name_taken: $.actions[0] has this name already" },
	{ "bad__action_name_with_a_blank", "{" BASE ",\"actions\":[" ACTION("get invoices", "invoices") "]}",
		"agent.json: $.actions[0].name: may hold letters, digits, _ and - only" },
	{ "bad__action_kind", "{" BASE ",\"actions\":[" ACTION("a", "refund") "]}",
		"agent.json: $.actions[0].kind: must be one of: subscription_info, invoices, manage_subscriptions, "
		"billing_info" },
	{ "bad__action_in_the_playground",
		"{" BASE ",\"actions\":[{\"name\":\"a\",\"kind\":\"invoices\",\"when_to_use\":\"\",\"enabled\":true,"
		"\"environments\":[\"playground\"]}]}",
		"agent.json: $.actions[0].environments[0]: must be one of: widget, api" },
	{ "bad__enabled_a_text",
		"{" BASE
		",\"actions\":[{\"name\":\"a\",\"kind\":\"invoices\",\"when_to_use\":\"\",\"enabled\":\"yes\"}]}",
		"agent.json: $.actions[0].enabled: must be true or false" },
	{ "bad__plan_key_twice", "{" BASE ",\"actions\":[],\"plans\":[" PLAN("a", "p1") "," PLAN("a", "p2") "]}",
		"agent.json: $.plans[1].key: is used twice" },
	{ "bad__price_in_two_plans", "{" BASE ",\"actions\":[],\"plans\":[" PLAN("a", "p1") "," PLAN("b", "p1") "]}",
		"agent.json: $.plans[1].prices[0].price: belongs to the plan a already" },
	{ "bad__plan_without_price",
		"{" BASE ",\"actions\":[],\"plans\":[{\"key\":\"a\",\"label\":\"L\",\"rank\":1,\"prices\":[]}]}",
		"agent.json: $.plans[0].prices: the number of elements must be between 1 and 50" },
	{ "bad__quantity_upside_down",
		"{" BASE
		",\"actions\":[],\"plans\":[{\"key\":\"a\",\"label\":\"L\",\"rank\":1,\"prices\":[{\"price\":\"p\"}],"
		"\"quantity\":{\"min\":5,\"max\":4}}]}",
		"agent.json: $.plans[0].quantity: min is above max" },
	{ "bad__currency_in_capitals",
		"{" BASE
		",\"actions\":[],\"plans\":[{\"key\":\"a\",\"label\":\"L\",\"rank\":1,\"prices\":[{\"price\":\"p\","
		"\"currency\":\"USD\"}]}]}",
		"agent.json: $.plans[0].prices[0].currency: must be three lower-case letters" },
	{ "bad__cancellation_mode", "{" BASE ",\"actions\":[],\"cancellation_policy\":{\"mode\":\"whenever\"}}",
		"agent.json: $.cancellation_policy.mode: must be one of: at_period_end, immediately, choice" },
	{ "bad__cancellation_reason",
		"{" BASE ",\"actions\":[],\"cancellation_policy\":{\"reason\":{\"options\":[\"bored\"]}}}",
		"agent.json: $.cancellation_policy.reason.options[0]: must be one of: customer_service" },
	{ "bad__billing_field", "{" BASE ",\"actions\":[],\"billing_fields\":[\"balance\"]}",
		"agent.json: $.billing_fields[0]: must be one of: address, email, name, phone" },
	{ "bad__contacts", "{" BASE ",\"actions\":[],\"contacts\":\"contacts.json\"}",
		"agent.json: $.contacts: must be {\"file\": \"...\"} or a list of contacts" },
	{ "bad__inline_contact", "{" BASE ",\"actions\":[],\"contacts\":[{}]}",
		"agent.json: $.contacts[0].external_id" },
	{ "bad__contacts_file_missing", "{" BASE ",\"actions\":[],\"contacts\":{\"file\":\"/nowhere/contacts.json\"}}",
		"/nowhere/contacts.json: unable to open" },
	{ "bad__time_zone",
		"{\"agent\":{\"id\":\"a\",\"time_zone\":\"Europe/Dublino\"}," PLAIN_IDENTITY "," PLAIN_STRIPE
		",\"actions\":[]}",
		"agent.json: $.agent.time_zone: is no name of the IANA time zone database, such as Europe/Berlin" },
	{ "bad__audit_file", "{" BASE ",\"actions\":[],\"audit\":{\"file\":\"/nowhere/audit.jsonl\"}}",
		"agent.json: $.audit.file: /nowhere/audit.jsonl: No such file or directory" },
};

static void bad_row_test(void **state)
{
	const struct bad_row *row = *state;
	struct agent *a;
	struct text why;

	text_init(&why, TEXT_NO_CEILING);
	a = agent_open(&(struct agent_options) { .json = row->json, .name = "agent.json" }, &why);
	assert_null(a);
	assert_holds(why.data, row->why);
	text_clear(&why);
}

static void good__small_one_has_safe_defaults(void **state)
{
	struct config *c = config_of("{" BASE ",\"actions\":[]}");

	(void)state;
	assert_string_equal(c->base_url, "https://api.stripe.com");
	assert_int_equal(c->environment, ENVIRONMENT_WIDGET);
	assert_int_equal(c->max_lifetime, 86400);
	assert_int_equal(c->leeway, 60);
	assert_true(c->takes_hash && c->takes_token);
	assert_false(c->cancellation.enabled); /* nobody decided that customers may cancel */
	assert_int_equal(c->billing_fields, 0);
	assert_string_equal(c->upgrade.payment_behavior, "error_if_incomplete");
	assert_string_equal(c->upgrade.proration_behavior, "always_invoice");
	assert_string_equal(c->downgrade.proration_behavior, "create_prorations");
	config_free(c);
}

static void good__everything_is_read(void **state)
{
	struct config *c = config_of(
		"{" BASE ",\"environment\":\"api\",\"actions\":[{\"name\":\"inv\",\"kind\":\"invoices\","
		"\"when_to_use\":\"w\",\"enabled\":false,\"environments\":[\"api\"]}],"
		"\"plans\":[{\"key\":\"pro\",\"label\":\"Pro\",\"rank\":2,\"prices\":[{\"price\":\"price_1\","
		"\"interval\":\"month\",\"currency\":\"usd\"}],\"quantity\":{\"max\":9,\"adjustable\":true}}],"
		"\"cancellation_policy\":{\"mode\":\"choice\",\"credit\":\"prorate_credit\",\"reason\":"
		"{\"required\":true,\"options\":[\"unused\",\"other\"]}},"
		"\"billing_fields\":[\"email\",\"phone\"],\"confirmation\":{\"ttl_seconds\":60}}");

	(void)state;
	assert_int_equal(c->environment, ENVIRONMENT_API);
	assert_int_equal(c->n_actions, 1);
	assert_false(c->actions[0].enabled);
	assert_int_equal(c->actions[0].environments, 1U << ENVIRONMENT_API);
	assert_string_equal(config_plan_of_price(c, "price_1")->key, "pro");
	assert_null(config_plan(c, "Pro"));
	assert_int_equal(c->plans[0].quantity_max, 9);
	assert_true(c->cancellation.enabled && c->cancellation.reason_required);
	assert_int_equal(c->cancellation.mode, CANCEL_CHOICE);
	assert_int_equal(c->cancellation.credit, CREDIT_PRORATE);
	assert_int_equal(c->cancellation.reasons, 1U << 3 | 1U << 7);
	assert_int_equal(c->billing_fields, FIELD_EMAIL | FIELD_PHONE);
	assert_int_equal(c->confirmation_ttl, 60);
	config_free(c);
}

static void good__secrets_come_from_the_environment(void **state)
{
	struct config *c;

	(void)state;
	setenv("SUITE_STRIPE_KEY", "rk_test_from_outside", 1);
	c = config_of("{" PLAIN_AGENT "," PLAIN_IDENTITY
		      ",\"stripe\":{\"api_key\":{\"env\":\"SUITE_STRIPE_KEY\"}},\"actions\":[]}");
	assert_string_equal(c->api_key, "rk_test_from_outside");
	config_free(c);
}

static void good__files_are_taken_from_its_folder(void **state)
{
	char folder[] = "/tmp/actions_config_XXXXXX";
	struct config *c;
	struct text why;
	char *file;
	FILE *out;

	(void)state;
	assert_non_null(mkdtemp(folder));
	file = mem_format("%s/agent.json", folder);
	out = fopen(file, "w");
	assert_non_null(out);
	fputs("{" BASE
	      ",\"actions\":[],\"contacts\":{\"file\":\"people.json\"},\"audit\":{\"file\":\"/var/log/a.jsonl\"}}",
		out);
	fclose(out);
	text_init(&why, TEXT_NO_CEILING);
	c = config_load(file, &why);
	unlink(file);
	rmdir(folder);
	free(file);
	assert_non_null(c);
	assert_holds(c->contacts_file, folder);
	assert_holds(c->contacts_file, "/people.json");
	assert_string_equal(c->audit_file, "/var/log/a.jsonl");
	config_free(c);
	text_clear(&why);
}

static void bad__missing_file(void **state)
{
	struct text why;

	(void)state;
	text_init(&why, TEXT_NO_CEILING);
	assert_null(config_load("/nowhere/agent.json", &why));
	assert_holds(why.data, "/nowhere/agent.json: unable to open");
	text_clear(&why);
}

static bool warned(const char *json, const char *wanted)
{
	struct text why;
	struct agent *a;
	json_t *row;
	bool found = false;
	size_t i;

	text_init(&why, TEXT_NO_CEILING);
	a = agent_open(&(struct agent_options) { .json = json, .name = "agent.json" }, &why);
	assert_non_null(a);
	json_array_foreach(a->warnings, i, row) found |= strstr(json_string_value(row), wanted) != NULL;
	agent_close(a);
	text_clear(&why);
	return found;
}

static void warning__weak_when_to_use(void **state)
{
	(void)state;
	assert_true(warned("{" BASE ",\"actions\":[" ACTION("a", "invoices") "]}", "when_to_use_weak: $.actions[0]"));
	assert_false(warned(CONFIG_HEAD "," ACTION_ROWS "}", "when_to_use_weak"));
}

static void warning__two_of_a_kind(void **state)
{
	(void)state;
	assert_true(warned("{" BASE ",\"actions\":[" ACTION("a", "invoices") "," ACTION("b", "invoices") "]}",
		"action_overlap: $.actions[0] and $.actions[1]"));
	assert_false(warned(CONFIG_HEAD "," ACTION_ROWS "}", "action_overlap")); /* one of the two is switched off */
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(good__small_one_has_safe_defaults),
		cmocka_unit_test(good__everything_is_read),
		cmocka_unit_test(good__secrets_come_from_the_environment),
		cmocka_unit_test(good__files_are_taken_from_its_folder),
		cmocka_unit_test(bad__missing_file),
		cmocka_unit_test(warning__weak_when_to_use),
		cmocka_unit_test(warning__two_of_a_kind),
	};
	struct CMUnitTest *bad = tests_of_rows(bad_rows, COUNT_OF(bad_rows), sizeof(bad_rows[0]), bad_row_test);
	int failed = cmocka_run_group_tests_name("config", single, NULL, NULL);

	failed += _cmocka_run_group_tests("config_bad", bad, COUNT_OF(bad_rows), NULL, NULL);
	free(bad);
	return failed;
}
