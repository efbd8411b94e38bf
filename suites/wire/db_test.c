/* SPDX-License-Identifier: MIT */
/* --db: what was acknowledged is there again after a kill. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "suites/support/wire.h"

#define AUTH "Authorization: Bearer sk_test_wire\r\n"
#define FORM AUTH "Content-Type: application/x-www-form-urlencoded\r\n"

struct place {
	char folder[40], file[80], url[64];
	struct child c;
	bool running;
};

static void start(struct place *p)
{
	const char *flags[] = { "--http-port", "0", "--https-port", "off", "--quiet", "--now", "1775001600", "--db",
		p->file, NULL };
	char line[256];
	const char *http;

	assert_true(child_start(&p->c, flags));
	p->running = true;
	if (!child_line(p->c.output, line, sizeof line)) {
		char why[512] = "";

		child_line(p->c.errors, why, sizeof why);
		fail_msg("no ready line: %s", why);
	}
	http = strstr(line, "http://");
	assert_non_null(http);
	snprintf(p->url, sizeof p->url, "%.*s", (int)strcspn(http, " "), http);
}

static void stop(struct place *p, int signal)
{
	child_end(&p->c, signal);
	p->running = false;
}

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	if (!p)
		return -1;
	snprintf(p->folder, sizeof p->folder, "/tmp/mockstripe-db-XXXXXX");
	if (!mkdtemp(p->folder))
		return -1;
	snprintf(p->file, sizeof p->file, "%s/state.db", p->folder);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	struct place *p = *state;

	if (p->running)
		child_end(&p->c, SIGKILL);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char path[96];

		snprintf(path, sizeof path, "%s%s", p->file, ends[i]);
		unlink(path);
	}
	rmdir(p->folder);
	free(p);
	return 0;
}

/* The body of a request that must be answered with 200; free() it. */
static char *ok(struct place *p, const char *method, const char *path, const char *body)
{
	struct wire_answer a;
	char *text;

	wire_call(p->url, method, path, body ? FORM : AUTH, body, &a);
	if (a.status != 200)
		fail_msg("%s %s: %d %s", method, path, a.status, a.body ? a.body : "");
	text = strdup(a.body);
	wire_clear(&a);
	return text;
}

static void id_of(char *body, char *out, size_t room)
{
	json_t *tree = json_loads(body, 0, NULL);

	snprintf(out, room, "%s", json_string_value(json_object_get(tree, "id")));
	json_decref(tree);
	free(body);
}

/* A customer with a subscription and a change of plan that waits for the next invoice. */
static void live_a_little(struct place *p, char *customer, char *sub, size_t room)
{
	char price[64], other[64], product[64], item[64], body[512];
	json_t *tree;
	char *text;

	id_of(ok(p, "POST", "/v1/customers",
		      "email=a@b.co&payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa"),
		customer, room);
	id_of(ok(p, "POST", "/v1/products", "name=Starter"), product, sizeof product);
	snprintf(body, sizeof body, "product=%s&currency=usd&unit_amount=1000&recurring[interval]=month", product);
	id_of(ok(p, "POST", "/v1/prices", body), price, sizeof price);
	snprintf(body, sizeof body, "product=%s&currency=usd&unit_amount=2000&recurring[interval]=month", product);
	id_of(ok(p, "POST", "/v1/prices", body), other, sizeof other);
	snprintf(body, sizeof body, "customer=%s&items[0][price]=%s", customer, price);
	text = ok(p, "POST", "/v1/subscriptions", body);
	tree = json_loads(text, 0, NULL);
	free(text);
	snprintf(sub, room, "%s", json_string_value(json_object_get(tree, "id")));
	snprintf(item, sizeof item, "%s",
		json_string_value(json_object_get(
			json_array_get(json_object_get(json_object_get(tree, "items"), "data"), 0), "id")));
	json_decref(tree);
	snprintf(body, sizeof body, "items[0][id]=%s&items[0][price]=%s&proration_date=1776297600", item, other);
	snprintf(price, sizeof price, "/v1/subscriptions/%s", sub);
	free(ok(p, "POST", price, body));
}

static const char *const looks[] = { "/v1/customers", "/v1/subscriptions", "/v1/invoices", "/v1/invoiceitems?limit=100",
	"/v1/events?limit=100", "/v1/charges", "/v1/prices", "/v1/payment_intents" };
#define LOOKS (sizeof looks / sizeof *looks)

static void look(struct place *p, char *out[LOOKS])
{
	for (size_t i = 0; i < LOOKS; i++)
		out[i] = ok(p, "GET", looks[i], NULL);
}

static void same(char *before[LOOKS], char *after[LOOKS])
{
	for (size_t i = 0; i < LOOKS; i++) {
		assert_string_equal(before[i], after[i]);
		free(before[i]);
		free(after[i]);
	}
}

static void killed__everything_acknowledged_is_there_again(void **state)
{
	struct place *p = *state;
	char customer[64], sub[64];
	char *before[LOOKS], *after[LOOKS];

	start(p);
	live_a_little(p, customer, sub, sizeof customer);
	look(p, before);
	stop(p, SIGKILL);
	start(p);
	look(p, after);
	same(before, after);
	stop(p, SIGTERM);
}

static void killed__life_goes_on_as_if_nothing_had_been(void **state)
{
	struct place *p = *state;
	char customer[64], sub[64], path[128];
	json_t *tree, *first;
	char *text;

	start(p);
	live_a_little(p, customer, sub, sizeof customer);
	stop(p, SIGKILL);
	start(p);
	/* The renewal is due, with the pending credit (-500) and debit (+1000) and the new month (2000). */
	free(ok(p, "POST", "/_mockstripe/clock", "advance=2700000"));
	snprintf(path, sizeof path, "/v1/invoices?subscription=%s", sub);
	text = ok(p, "GET", path, NULL);
	tree = json_loads(text, 0, NULL);
	free(text);
	first = json_array_get(json_object_get(tree, "data"), 0);
	assert_string_equal(json_string_value(json_object_get(first, "status")), "paid");
	assert_true(json_integer_value(json_object_get(first, "total")) == 2500);
	json_decref(tree);
	stop(p, SIGKILL);
	start(p);
	/* Time moved, and stays moved. */
	text = ok(p, "GET", "/_mockstripe/clock", NULL);
	assert_non_null(strstr(text, "1777701600"));
	free(text);
	stop(p, SIGTERM);
}

static void new_ids__do_not_meet_the_kept_ones(void **state)
{
	struct place *p = *state;
	char one[64], two[64];

	start(p);
	id_of(ok(p, "POST", "/v1/customers", "name=One"), one, sizeof one);
	stop(p, SIGKILL);
	start(p);
	id_of(ok(p, "POST", "/v1/customers", "name=Two"), two, sizeof two);
	assert_string_not_equal(one, two);
	stop(p, SIGTERM);
}

static void reset__is_kept_too(void **state)
{
	struct place *p = *state;
	char *text;

	start(p);
	free(ok(p, "POST", "/v1/customers", "name=One"));
	free(ok(p, "POST", "/_mockstripe/reset", ""));
	stop(p, SIGKILL);
	start(p);
	text = ok(p, "GET", "/v1/customers", NULL);
	assert_non_null(strstr(text, "\"data\": []"));
	free(text);
	stop(p, SIGTERM);
}

static void unusable_file__is_named_and_nothing_starts(void **state)
{
	struct place *p = *state;
	const char *flags[] = { "--http-port", "0", "--https-port", "off", "--quiet", "--db", p->folder, NULL };
	struct child c;
	char line[512] = "";

	assert_true(child_start(&c, flags));
	assert_false(child_line(c.output, line, sizeof line));
	assert_true(child_line(c.errors, line, sizeof line));
	assert_non_null(strstr(line, p->folder));
	assert_non_null(strstr(line, "cannot be opened"));
	assert_int_equal(child_end(&c, 0), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(killed__everything_acknowledged_is_there_again),
		TEST(killed__life_goes_on_as_if_nothing_had_been),
		TEST(new_ids__do_not_meet_the_kept_ones),
		TEST(reset__is_kept_too),
		TEST(unusable_file__is_named_and_nothing_starts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
