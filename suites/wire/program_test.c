/* SPDX-License-Identifier: MIT */
/* The program itself: its flags, its ready line, its signals, its refusals. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "suites/support/api.h"
#include "suites/support/wire.h"

#define AUTH "Authorization: Bearer sk_test_wire\r\n"

/* Starts it, waits for the ready line, and gives the first address. */
static void start(struct child *c, const char *const *flags, char *line, size_t room, char *url)
{
	const char *http;

	assert_true(child_start(c, flags));
	if (!child_line(c->output, line, room)) {
		char why[512] = "";

		child_line(c->errors, why, sizeof why);
		fail_msg("no ready line: %s", why);
	}
	http = strstr(line, "http://");
	assert_non_null(http);
	snprintf(url, 64, "%.*s", (int)strcspn(http, " "), http);
}

static void ready_line__names_all_addresses(void **state)
{
	static const char *const flags[] = { "--http-port", "0", "--https-port", "0", "--quiet", NULL };
	struct child c;
	char line[256], url[64];
	unsigned http, https;
	int end = 0;

	(void)state;
	start(&c, flags, line, sizeof line, url);
	assert_int_equal(
		sscanf(line, "mockstripe ready http://127.0.0.1:%u https://127.0.0.1:%u%n", &http, &https, &end), 2);
	assert_int_equal(line[end], 0);
	assert_int_equal(child_end(&c, SIGTERM), 0);
}

static void ready_line__comes_when_connections_are_served(void **state)
{
	static const char *const flags[] = { "--http-port", "0", "--https-port", "off", "--quiet", NULL };
	struct child c;
	struct wire_answer a;
	char line[256], url[64];

	(void)state;
	start(&c, flags, line, sizeof line, url);
	assert_null(strstr(line, "https"));
	wire_call(url, "GET", "/v1/customers", AUTH, NULL, &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
	assert_int_equal(child_end(&c, SIGTERM), 0);
}

static void ready_line__appends_the_unix_socket(void **state)
{
	char folder[] = "/tmp/mockstripe-XXXXXX", path[64];
	const char *flags[] = { "--http-port", "0", "--https-port", "off", "--quiet", "--unix", path, NULL };
	struct child c;
	char line[256], url[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/s.sock", folder);
	start(&c, flags, line, sizeof line, url);
	assert_non_null(strstr(line, path));
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(child_end(&c, SIGTERM), 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(rmdir(folder), 0);
}

static void sigint__stops_it_with_0(void **state)
{
	static const char *const flags[] = { "--http-port", "0", "--https-port", "off", "--threads", "4", "--quiet",
		NULL };
	struct child c;
	char line[256], url[64];

	(void)state;
	start(&c, flags, line, sizeof line, url);
	assert_int_equal(child_end(&c, SIGINT), 0);
}

static void sigterm__closes_open_connections(void **state)
{
	static const char *const flags[] = { "--http-port", "0", "--https-port", "off", "--quiet", NULL };
	struct child c;
	char line[256], url[64];
	int fd;

	(void)state;
	start(&c, flags, line, sizeof line, url);
	fd = wire_connect(url);
	assert_true(fd >= 0);
	assert_int_equal(child_end(&c, SIGTERM), 0);
	assert_true(wire_is_closed(fd));
	close(fd);
}

static void requests__are_told_on_standard_error(void **state)
{
	static const char *const flags[] = { "--http-port", "0", "--https-port", "off", NULL };
	struct child c;
	struct wire_answer a;
	char line[256], url[64], id[64], told[256], wanted[256];

	(void)state;
	start(&c, flags, line, sizeof line, url);
	wire_call(url, "GET", "/v1/customers?limit=2", AUTH, NULL, &a);
	assert_true(wire_header(&a, "Request-Id", id, sizeof id));
	wire_clear(&a);
	assert_true(child_line(c.errors, told, sizeof told));
	snprintf(wanted, sizeof wanted, "GET /v1/customers?limit=2 200 %s", id);
	assert_string_equal(told, wanted);
	assert_int_equal(child_end(&c, SIGTERM), 0);
}

static void quiet__tells_nothing(void **state)
{
	static const char *const flags[] = { "--http-port", "0", "--https-port", "off", "--quiet", NULL };
	struct child c;
	struct wire_answer a;
	char line[256], url[64];

	(void)state;
	start(&c, flags, line, sizeof line, url);
	wire_call(url, "GET", "/v1/customers", AUTH, NULL, &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
	kill(c.id, SIGTERM);
	/* Read to its end: there is no line. */
	assert_false(child_line(c.errors, line, sizeof line));
	assert_int_equal(child_end(&c, 0), 0);
}

static void seed_and_now__make_answers_repeatable(void **state)
{
	static const char *const flags[] = { "--http-port", "0", "--https-port", "off", "--quiet", "--seed", "42",
		"--now", "1767225600", NULL };
	char *first = NULL;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct child c;
		struct wire_answer a;
		char line[256], url[64];

		start(&c, flags, line, sizeof line, url);
		wire_call(url, "POST", "/v1/customers", AUTH, "name=Ada", &a);
		assert_int_equal(a.status, 200);
		assert_non_null(strstr(a.body, "\"created\": 1767225600"));
		if (first)
			assert_string_equal(a.body, first);
		else
			first = strdup(a.body);
		wire_clear(&a);
		assert_int_equal(child_end(&c, SIGTERM), 0);
	}
	free(first);
}

static void strict_keys__refuses_unknown_ones(void **state)
{
	static const char *const flags[] = { "--http-port", "0", "--https-port", "off", "--quiet", "--strict-keys",
		NULL };
	struct child c;
	struct wire_answer a;
	char line[256], url[64];

	(void)state;
	start(&c, flags, line, sizeof line, url);
	wire_call(url, "GET", "/v1/customers", AUTH, NULL, &a);
	assert_int_equal(a.status, 401);
	wire_clear(&a);
	assert_int_equal(child_end(&c, SIGTERM), 0);
}

static void help_and_version__end_with_0(void **state)
{
	static const char *const help[] = { "--help", NULL }, *const version[] = { "--version", NULL };
	struct child c;
	char line[256];

	(void)state;
	assert_true(child_start(&c, help));
	assert_true(child_line(c.output, line, sizeof line));
	assert_memory_equal(line, "usage: mockstripe", strlen("usage: mockstripe"));
	assert_int_equal(child_end(&c, 0), 0);
	assert_true(child_start(&c, version));
	assert_true(child_line(c.output, line, sizeof line));
	assert_memory_equal(line, "mockstripe " MS_VERSION, strlen("mockstripe " MS_VERSION));
	assert_int_equal(child_end(&c, 0), 0);
}

static void busy_port__is_one_line_and_2(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .now = HOUSE_NOW });
	const char *port = strrchr(ms_url(h->ms), ':') + 1;
	const char *flags[] = { "--http-port", port, "--https-port", "off", NULL };
	struct child c;
	char line[512], wanted[64];

	(void)state;
	assert_true(child_start(&c, flags));
	assert_true(child_line(c.errors, line, sizeof line));
	snprintf(wanted, sizeof wanted, "mockstripe: port %s on 127.0.0.1 is in use", port);
	assert_memory_equal(line, wanted, strlen(wanted));
	assert_false(child_line(c.errors, line, sizeof line));
	assert_false(child_line(c.output, line, sizeof line));
	assert_int_equal(child_end(&c, 0), 2);
	house_close(h);
}

/* ---- flags that cannot be meant: 2, and a line that names the flag ---- */

static const struct bad_flag {
	const char *name, *flags[7], *told;
} bad_flags[] = {
	{ "bad_flag__unknown", { "--colour" }, "--colour" },
	{ "bad_flag__without_value", { "--seed" }, "--seed" },
	{ "bad_flag__port_is_no_number", { "--http-port", "http" },
		"--http-port takes a whole number from 0 to 65535, not \"http\"" },
	{ "bad_flag__port_too_large", { "--https-port", "65536" }, "--https-port takes" },
	{ "bad_flag__port_negative", { "--http-port", "-1" }, "--http-port takes" },
	{ "bad_flag__port_with_rest", { "--http-port", "80x" }, "not \"80x\"" },
	{ "bad_flag__port_empty", { "--http-port", "" }, "not \"\"" },
	{ "bad_flag__seed_negative", { "--seed", "-5" }, "--seed takes" },
	{ "bad_flag__now_zero", { "--now", "0" }, "--now takes" },
	{ "bad_flag__threads_zero", { "--threads", "0" }, "--threads takes" },
	{ "bad_flag__threads_many", { "--threads", "100000" }, "--threads takes" },
	{ "bad_flag__stray_word", { "serve" }, "\"serve\" is not a flag" },
	{ "bad_flag__address_of_no_machine", { "--http-port", "0", "--https-port", "off", "--bind", "no address" },
		"no address" },
	{ "bad_flag__certificate_alone", { "--http-port", "0", "--https-port", "0", "--cert", "/nowhere.pem" },
		"go together" },
	{ "bad_flag__fixture_is_not_there",
		{ "--http-port", "0", "--https-port", "off", "--fixtures", "/nowhere.json" }, "/nowhere.json" },
};

static void bad_flag(void **state)
{
	const struct bad_flag *row = *state;
	struct child c;
	char line[512];

	assert_true(child_start(&c, row->flags));
	assert_true(child_line(c.errors, line, sizeof line));
	if (!strstr(line, row->told))
		fail_msg("\"%s\" does not hold \"%s\"", line, row->told);
	assert_false(child_line(c.output, line, sizeof line));
	assert_int_equal(child_end(&c, 0), 2);
}

int main(void)
{
	static const struct CMUnitTest fixed[] = {
		cmocka_unit_test(ready_line__names_all_addresses),
		cmocka_unit_test(ready_line__comes_when_connections_are_served),
		cmocka_unit_test(ready_line__appends_the_unix_socket),
		cmocka_unit_test(sigint__stops_it_with_0),
		cmocka_unit_test(sigterm__closes_open_connections),
		cmocka_unit_test(requests__are_told_on_standard_error),
		cmocka_unit_test(quiet__tells_nothing),
		cmocka_unit_test(seed_and_now__make_answers_repeatable),
		cmocka_unit_test(strict_keys__refuses_unknown_ones),
		cmocka_unit_test(help_and_version__end_with_0),
		cmocka_unit_test(busy_port__is_one_line_and_2),
	};
	struct CMUnitTest tests[sizeof fixed / sizeof *fixed + sizeof bad_flags / sizeof *bad_flags];
	size_t n = sizeof fixed / sizeof *fixed;

	memcpy(tests, fixed, sizeof fixed);
	for (size_t i = 0; i < sizeof bad_flags / sizeof *bad_flags; i++)
		tests[n + i] = (struct CMUnitTest) { bad_flags[i].name, bad_flag, NULL, NULL,
			(struct bad_flag *)(uintptr_t)&bad_flags[i] };
	return cmocka_run_group_tests_name("wire/program", tests, NULL, NULL);
}
