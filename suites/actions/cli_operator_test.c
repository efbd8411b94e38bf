/* SPDX-License-Identifier: MIT */
/*
 * What an operator types: doctor, permissions and audit verify, against the simulator and the troubleshooting cases.
 */
#include "suites/actions/support.h"
#include "suites/support/api.h"

#include <unistd.h>

#include "actions/doors/cli.h"

#define CASE_NOW 1795428000 /* as the fixtures say */

struct desk {
	struct house *house;
	char *config, *audit; /* files */
	char *out, *err;
	size_t out_length, err_length;
	int code;
};

/* The folder's configuration for the simulator that runs here, with the contacts in it and an audit record. */
static void desk_open(struct desk *d, const char *name)
{
	char *folder = mem_format("fixtures/troubleshooting/%s", name), *file;
	const char *fixtures[] = { folder, NULL };
	json_t *config, *contacts, *audit = json_object();

	memset(d, 0, sizeof(*d));
	d->house = house_open(
		&(struct ms_options) { .seed = 1, .now = CASE_NOW, .fixtures = fixtures, .strict_keys = true });
	file = mem_format("%s/actions.json", folder);
	config = json_load_file(file, 0, NULL);
	free(file);
	file = mem_format("%s/contacts.json", folder);
	contacts = json_load_file(file, 0, NULL);
	free(file);
	assert_non_null(config);
	assert_non_null(contacts);
	d->config = file_temporary();
	d->audit = file_temporary();
	unlink(d->audit);
	js_put_text(js_get(config, "stripe"), "base_url", ms_url(d->house->ms));
	js_put(config, "contacts", js_get(contacts, "contacts"));
	js_put_text(audit, "file", d->audit);
	js_put_new(config, "audit", audit);
	file_put(d->config, config);
	json_decref(contacts);
	json_decref(config);
	free(folder);
}

static void desk_close(struct desk *d)
{
	unlink(d->config);
	unlink(d->audit);
	free(d->config);
	free(d->audit);
	free(d->out);
	free(d->err);
	house_close(d->house);
}

static int64_t desk_now(void *arg)
{
	(void)arg;
	return CASE_NOW;
}

static void desk_wait(void *arg, unsigned milliseconds)
{
	(void)arg, (void)milliseconds;
}

/* Words ended by NULL; CONFIG and AUDIT stand for the files. */
static void desk_run(struct desk *d, const char *const *words)
{
	char *argv[16] = { mem_copy_text("stripe-actions") }, *blank = mem_copy_text(" ");
	struct cli cli = { .clock = { .now = desk_now, .wait = desk_wait } };
	int argc = 1;

	free(d->out);
	free(d->err);
	for (; words[argc - 1]; argc++)
		argv[argc] = mem_copy_text(!strcmp(words[argc - 1], "CONFIG")  ? d->config
					   : !strcmp(words[argc - 1], "AUDIT") ? d->audit
									       : words[argc - 1]);
	cli.in = fmemopen(blank, 1, "r");
	cli.out = open_memstream(&d->out, &d->out_length);
	cli.err = open_memstream(&d->err, &d->err_length);
	assert_true(cli.in && cli.out && cli.err);
	d->code = cli_run(&cli, argc, argv);
	fclose(cli.in);
	fclose(cli.out);
	fclose(cli.err);
	free(blank);
	for (int i = 0; i < argc; i++)
		free(argv[i]);
}

#define WORDS(...) ((const char *const[]) { __VA_ARGS__, NULL })

/* ---- doctor ---- */

static const struct doctor_row {
	const char *name; /* the case */
	const char *words[8];
	int code;
	const char *says[4];
} doctor_rows[] = {
	{ "a1-action-disabled", { "doctor", "get_subscription", "--config", "CONFIG", "--contact", "ada" }, 10,
		{ "cause A1: action_disabled, action get_subscription", "  step      allow",
			"  customer  I can't do that here", "  remedy    Set \"enabled\": true" } },
	{ "a3-no-stripe-account", { "doctor", "--config", "CONFIG", "--contact", "ada" }, 10,
		{ "cause A3: contact_stripe_account_missing", "  found     stripe_accounts is empty" } },
	{ "a4-thin-when-to-use", { "doctor", "get_subscription", "--config", "CONFIG", "--contact", "ada" }, 10,
		{ "cause A4: when_to_use_weak", "describe concrete requests" } },
	{ "b1-unknown-customer", { "doctor", "get_subscription", "--config", "CONFIG", "--contact", "ada" }, 11,
		{ "cause B1: stripe_customer_not_found", "  request   req_" } },
	{ "b2-no-subscription", { "doctor", "get_subscription", "--config", "CONFIG", "--contact", "ada" }, 11,
		{ "cause B2: no_subscriptions", "You have no active subscription." } },
	{ "b3-key-may-not-read-subscriptions",
		{ "doctor", "get_subscription", "--config", "CONFIG", "--contact", "ada" }, 11,
		{ "cause B3: stripe_permission_denied", "  missing   subscription_read" } },
	{ "b3-key-may-not-write", { "doctor", "--config", "CONFIG", "--contact", "ada" }, 11,
		{ "  missing   subscription_write", "  missing   customer_write",
			"POST /v1/subscriptions/{subscription}, for another plan" } },
	{ "c1-hash-plain-sha256",
		{ "doctor", "get_subscription", "--config", "CONFIG", "--user-id", "ada", "--user-hash=abc" }, 12,
		{ "cause C1: identity_hash_malformed", "Please sign in" } },
	{ "c2-case-differs", { "doctor", "get_subscription", "--config", "CONFIG", "--contact", "Ada" }, 12,
		{ "cause C2: contact_not_found", "near_match" } },
	{ "c3-no-contact", { "doctor", "get_subscription", "--config", "CONFIG", "--contact", "ada" }, 12,
		{ "cause C3: contact_not_found" } },
	{ "c4-identify-never-called", { "doctor", "get_subscription", "--config", "CONFIG" }, 12,
		{ "cause C4: identity_required", "  look for  identify_not_called" } },
	{ "portal-not-configured", { "doctor", "--config", "CONFIG", "--contact", "ada" }, 11,
		{ "cause B3: portal_not_configured", "  remedy    Save the customer portal's settings" } },
	{ "plan-retired", { "doctor", "--config", "CONFIG", "--contact", "ada" }, 11,
		{ "cause B2: plan_not_available", "  step      catalogue",
			"which the plan pro names, is not active" } },
	{ "offer-expired", { "doctor", "--config", "CONFIG", "--contact", "ada" }, 11,
		{ "cause B2: offer_unavailable", "HALF, which the offer half names, is not valid any more" } },
	{ "injected-text", { "doctor", "get_subscription", "--config", "CONFIG", "--contact", "ada" }, 0,
		{ "All is well: the action runs for this visitor." } },
	{ "injected-text", { "doctor", "--config", "CONFIG", "--contact", "ada", "--json" }, 0,
		{ "\"group\": null", "\"findings\": []" } },
};

static void doctor_row_test(void **state)
{
	const struct doctor_row *row = *state;
	struct desk d;

	desk_open(&d, row->name);
	desk_run(&d, row->words);
	if (d.code != row->code)
		print_error("%s%s\n", d.out, d.err);
	assert_int_equal(d.code, row->code);
	for (size_t i = 0; i < COUNT_OF(row->says) && row->says[i]; i++)
		assert_holds(d.out, row->says[i]);
	assert_string_equal(d.err, "");
	desk_close(&d);
}

/* ---- permissions ---- */

static void permissions__are_printed_for_the_configuration(void **state)
{
	struct desk d;
	json_t *list;

	(void)state;
	desk_open(&d, "injected-text");
	desk_run(&d, WORDS("permissions", "--config", "CONFIG"));
	assert_int_equal(d.code, 0);
	assert_holds(d.out, "  Customers        write  customer_write\n  Subscriptions    write  subscription_write\n");
	assert_holds(d.out, "\nsubscription_write\n  POST   /v1/subscriptions/{subscription} ");
	assert_lacks(d.out, "customer_portal");
	desk_run(&d, WORDS("permissions", "--config", "CONFIG", "--json"));
	assert_int_equal(d.code, 0);
	list = json_loads(d.out, 0, NULL);
	assert_string_equal(js_text_at(list, "permissions.0.family"), "Customers");
	assert_string_equal(js_text_at(list, "requests.0.route"), "/v1/customers/{customer}");
	json_decref(list);
	desk_close(&d);
}

/* ---- audit verify ---- */

static void calls_make(struct desk *d)
{
	for (int i = 0; i < 3; i++) {
		desk_run(d, WORDS("call", "get_subscription", "--config", "CONFIG", "--contact", "ada"));
		assert_int_equal(d->code, 0);
	}
}

static void audit__is_whole(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d, "injected-text");
	calls_make(&d);
	desk_run(&d, WORDS("audit", "verify", "AUDIT", "--config", "CONFIG"));
	assert_int_equal(d.code, 0);
	assert_holds(d.out, "3 lines are whole, the last is ");
	assert_lacks(d.out, "not checked");
	/* Without the secrets it can be seen that no line is missing, not who wrote them. */
	desk_run(&d, WORDS("audit", "verify", "AUDIT"));
	assert_int_equal(d.code, 0);
	assert_holds(d.out, "seals were not checked: that takes --config FILE.");
	desk_close(&d);
}

/* One letter of one line is another. */
static void audit__shows_a_change(void **state)
{
	char line[4096];
	struct desk d;
	FILE *file;
	long at;

	(void)state;
	desk_open(&d, "injected-text");
	calls_make(&d);
	file = fopen(d.audit, "r+e");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	at = ftell(file);
	assert_non_null(fgets(line, sizeof(line), file));
	assert_non_null(strstr(line, "\"ok\""));
	fseek(file, at + (strstr(line, "\"ok\"") - line) + 1, SEEK_SET);
	fputc('a', file);
	fclose(file);
	desk_run(&d, WORDS("audit", "verify", "AUDIT", "--config", "CONFIG"));
	assert_int_equal(d.code, 1);
	assert_holds(d.err, ": line 2 ");
	assert_holds(d.out, "1 lines are whole");
	desk_close(&d);
}

static void audit__has_to_be_there(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d, "injected-text");
	desk_run(&d, WORDS("audit", "verify", "/nowhere/audit.jsonl"));
	assert_int_equal(d.code, 1);
	assert_holds(d.err, "/nowhere/audit.jsonl: No such file or directory");
	desk_run(&d, WORDS("audit", "verify"));
	assert_int_equal(d.code, 2);
	desk_run(&d, WORDS("audit", "verify", "AUDIT", "--config", "/nowhere.json"));
	assert_int_equal(d.code, 2);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(permissions__are_printed_for_the_configuration),
		cmocka_unit_test(audit__is_whole),
		cmocka_unit_test(audit__shows_a_change),
		cmocka_unit_test(audit__has_to_be_there),
	};
	struct CMUnitTest *doctors =
		tests_of_rows(doctor_rows, COUNT_OF(doctor_rows), sizeof(doctor_rows[0]), doctor_row_test);
	int failed = cmocka_run_group_tests_name("operator", single, NULL, NULL);

	failed += _cmocka_run_group_tests("doctor", doctors, COUNT_OF(doctor_rows), NULL, NULL);
	free(doctors);
	return failed;
}
