/* SPDX-License-Identifier: MIT */
/* The HTTP door under way: many at once, answers as they are made, callers who leave, and its end. */
#include <sched.h>

#include "actions/core/audit.h"
#include "suites/actions/served.h"

static void model_served(struct served *s, struct slow_model *m, bool plain)
{
	slow_open(m, plain);
	served_open(
		s, NULL, (struct http_options) { .model = { .base_url = m->url, .name = "slow", .stream = !plain } });
}

/* Begins a conversation, and says something in it as ada. */
static void say(const struct served *s, struct caller *c, const char *headers)
{
	json_t *begun = served_ask(s, "POST", "/v1/conversations", NULL, "{}", 201);
	char *proof = served_proof(s, "ada"), *body, *path;

	body = mem_format("{%s,\"content\":\"What is my plan?\"}", proof);
	path = mem_format("/v1/conversations/%s/messages", js_text(begun, "id"));
	caller_ask(c, s, "POST", path, headers, body);
	json_decref(begun);
	free(proof);
	free(body);
	free(path);
}

#define EVENTS "Accept: text/event-stream\r\n"

static void stream__passes_on_each_piece_as_it_is_made(void **state)
{
	struct slow_model m;
	struct served s;
	struct caller c;

	(void)state;
	model_served(&s, &m, false);
	say(&s, &c, EVENTS);
	/* The model has said no more than this, and will not until it is told to. */
	caller_hear(&c, "{\"type\":\"text-delta\",\"text\":\"First\"}");
	assert_lacks(c.heard.data, "second");
	assert_holds(c.heard.data, "Content-Type: text/event-stream");
	assert_holds(c.heard.data, "Cache-Control: no-store");
	sem_post(&m.go);
	caller_hear(&c, "{\"type\":\"text\",\"text\":\"First second.\"}");
	caller_hear(&c, "data: [DONE]\n\n");
	caller_leave(&c);
	served_close(&s);
	slow_close(&m);
}

static void slow_model__delays_nobody_else(void **state)
{
	struct slow_model m;
	struct served s;
	struct caller slow, other;
	char *proof, *body;
	json_t *answer;

	(void)state;
	model_served(&s, &m, true);
	say(&s, &slow, NULL);
	assert_true(soon(&m.asked));
	answer = served_ask(&s, "GET", "/v1/tools", NULL, NULL, 200);
	json_decref(answer);
	/* Not even the same person, in another window. */
	proof = served_proof(&s, "ada");
	body = mem_format("{%s,\"action\":\"subscription_info\"}", proof);
	caller_ask(&other, &s, "POST", "/v1/call", NULL, body);
	caller_hear(&other, "\"status\":\"ok\"");
	caller_leave(&other);
	sem_post(&m.go);
	caller_hear(&slow, "Whole.");
	caller_leave(&slow);
	free(proof);
	free(body);
	served_close(&s);
	slow_close(&m);
}

static void slow_stripe__delays_nobody_else(void **state)
{
	char *ada, *mary, *why = NULL, *first, *second;
	struct caller slow, other;
	struct served s;

	(void)state;
	served_open(&s, NULL, (struct http_options) { 0 });
	if (!ms_fault(s.house->ms,
		    &(struct ms_fault) {
			    .kind = "delay", .route = "/v1/customers/{customer}", .delay = 1500, .times = 1 },
		    &why))
		fail_msg("%s", why);
	ada = served_proof(&s, "ada");
	mary = served_proof(&s, "mary");
	first = mem_format("{%s,\"action\":\"subscription_info\"}", ada);
	second = mem_format("{%s,\"action\":\"subscription_info\"}", mary);
	caller_ask(&slow, &s, "POST", "/v1/call", NULL, first);
	while (!http_busy(s.http))
		sched_yield();
	usleep(300 * 1000); /* so that it is the first that waits for Stripe */
	caller_ask(&other, &s, "POST", "/v1/call", NULL, second);
	caller_hear(&other, NULL);
	assert_holds(other.heard.data, "\"status\":\"ok\"");
	assert_int_equal(slow.heard.length, 0);
	assert_int_equal(recv(slow.fd, (char[1]) { 0 }, 1, MSG_DONTWAIT), -1);
	caller_hear(&slow, "\"status\":\"ok\"");
	caller_leave(&slow);
	caller_leave(&other);
	free(ada);
	free(mary);
	free(first);
	free(second);
	served_close(&s);
}

static void caller_who_leaves__ends_the_work(void **state)
{
	struct slow_model m;
	struct served s;
	struct caller c;

	(void)state;
	for (int plain = 0; plain < 2; plain++) {
		model_served(&s, &m, plain);
		say(&s, &c, plain ? NULL : EVENTS);
		assert_true(soon(&m.asked));
		caller_leave(&c);
		/* The model is not kept talking to nobody; and nobody's leaving is no trouble to report. */
		assert_true(soon(&m.left));
		while (http_busy(s.http))
			usleep(1000);
		fflush(s.err);
		assert_string_equal(s.said ? s.said : "", "");
		served_close(&s);
		slow_close(&m);
	}
}

static void closing__lets_answers_end_and_then_cuts(void **state)
{
	struct slow_model m;
	struct served s;
	struct caller c, late;

	(void)state;
	model_served(&s, &m, false);
	say(&s, &c, EVENTS);
	caller_hear(&c, "First");
	http_quiesce(s.http);
	assert_int_equal(http_busy(s.http), 1);
	late.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(late.fd,
				 (const struct sockaddr *)(const void *)&(struct sockaddr_in) { .sin_family = AF_INET,
					 .sin_port = htons((uint16_t)s.port),
					 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) },
				 sizeof(struct sockaddr_in)),
		-1);
	close(late.fd);
	sem_post(&m.go);
	caller_hear(&c, "[DONE]");
	caller_leave(&c);
	served_close(&s);
	slow_close(&m);
	/* And one that would never end. */
	model_served(&s, &m, false);
	say(&s, &c, EVENTS);
	caller_hear(&c, "First");
	http_close(s.http);
	s.http = NULL;
	assert_true(soon(&m.left));
	caller_leave(&c);
	served_close(&s);
	slow_close(&m);
}

static void one_conversation__is_one_after_another(void **state)
{
	struct slow_model m;
	struct served s;
	struct caller first, second;
	json_t *begun, *answer;
	char *path;

	(void)state;
	model_served(&s, &m, true);
	begun = served_ask(&s, "POST", "/v1/conversations", NULL, "{}", 201);
	path = mem_format("/v1/conversations/%s/messages", js_text(begun, "id"));
	caller_ask(&first, &s, "POST", path, NULL, "{\"content\":\"one\"}");
	assert_true(soon(&m.asked));
	caller_ask(&second, &s, "POST", path, NULL, "{\"content\":\"two\"}");
	usleep(200 * 1000);
	assert_int_equal(sem_trywait(&m.asked), -1);
	sem_post(&m.go);
	assert_true(soon(&m.asked));
	sem_post(&m.go);
	caller_hear(&first, "Whole.");
	caller_hear(&second, "Whole.");
	caller_leave(&first);
	caller_leave(&second);
	/* Ended, it is not there. */
	path[strlen(path) - strlen("/messages")] = '\0';
	assert_null(served_ask(&s, "DELETE", path, NULL, NULL, 204));
	answer = served_ask(&s, "DELETE", path, NULL, NULL, 404);
	json_decref(answer);
	json_decref(begun);
	free(path);
	served_close(&s);
	slow_close(&m);
}

/* ---- many at once ---- */

#define CLIENTS 8
#define ROUNDS 6

struct client_work {
	const struct served *s;
	const char *contact;
	int good;
};

static void *client_run(void *arg)
{
	static const char *const calls[] = { "\"action\":\"subscription_info\"",
		"\"action\":\"list_invoices\",\"inputs\":{\"limit\":2}",
		"\"action\":\"manage_subscriptions\",\"inputs\":{\"operation\":\"cancel\"}",
		"\"action\":\"update_billing\",\"inputs\":{\"phone\":\"+15551234567\"}" };
	struct client_work *w = arg;
	char *proof = served_proof(w->s, w->contact);

	for (int i = 0; i < ROUNDS; i++) {
		char *body = mem_format("{%s,%s}", proof, calls[i % COUNT_OF(calls)]);
		struct caller c;

		caller_ask(&c, w->s, "POST", i % 3 ? "/v1/call" : "/v1/identify", NULL, body);
		caller_hear(&c, NULL);
		w->good += caller_status(&c) == 200 &&
			   (strstr(c.heard.data, "\"status\":\"ok\"") || strstr(c.heard.data, "needs_confirmation") ||
				   strstr(c.heard.data, "\"verified\":true"));
		caller_leave(&c);
		free(body);
	}
	free(proof);
	return NULL;
}

static void many_at_once__each_get_their_own_and_the_record_is_whole(void **state)
{
	static const char *const contacts[] = { "ada", "mary", "grace", "linus" };
	struct client_work work[CLIENTS];
	pthread_t threads[CLIENTS];
	char file[] = "/tmp/actions-suite-XXXXXX", *changes;
	struct audit_report report;
	struct served s;
	struct text why;
	int fd = mkstemp(file);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	changes = mem_format("{\"audit\":{\"file\":\"%s\"},\"limits\":{\"reads_per_minute\":0}}", file);
	served_open(&s, changes, (struct http_options) { 0 });
	for (size_t i = 0; i < CLIENTS; i++) {
		work[i] = (struct client_work) { .s = &s, .contact = contacts[i % COUNT_OF(contacts)] };
		assert_int_equal(pthread_create(&threads[i], NULL, client_run, &work[i]), 0);
	}
	for (size_t i = 0; i < CLIENTS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(work[i].good, ROUNDS);
	}
	text_init(&why, TEXT_NO_CEILING);
	if (!audit_verify(file, s.agent->config->secrets, s.agent->config->n_secrets, NULL, &report, &why))
		fail_msg("%s", why.data);
	assert_int_equal(report.lines, CLIENTS * (ROUNDS - ROUNDS / 3));
	assert_false(report.torn);
	text_clear(&why);
	free(changes);
	served_close(&s);
	unlink(file);
}

/* ---- what is not taken ---- */

static void body__larger_than_a_megabyte_is_refused(void **state)
{
	char *body = mem_alloc(1024 * 1024 + 64);
	struct served s;
	json_t *answer;

	(void)state;
	memset(body, ' ', 1024 * 1024 + 63);
	served_open(&s, NULL, (struct http_options) { 0 });
	answer = served_ask(&s, "POST", "/v1/call", NULL, body, 413);
	assert_string_equal(js_text_at(answer, "error.code"), "body_too_large");
	json_decref(answer);
	free(body);
	served_close(&s);
}

static const struct address_row {
	const char *name;
	struct http_options options;
	const char *fault;
} addresses[] = {
	{ "address__a_name", { .bind = "localhost", .public_url = "https://a.example" }, "numeric address" },
	{ "address__not_of_this_machine", { .bind = "192.0.2.1", .public_url = "https://a.example" }, "cannot listen" },
	{ "address__open_without_a_name", { .bind = "0.0.0.0" }, "--public-url" },
	{ "address__open_demo", { .bind = "0.0.0.0", .public_url = "https://a.example", .demo = true }, "--demo" },
	{ "address__path_in_the_public_url", { .public_url = "https://a.example/chat" }, "origin" },
	{ "address__public_url_without_scheme", { .public_url = "a.example" }, "origin" },
	{ "address__port_too_high", { .port = "65536" }, "--port" },
	{ "address__port_no_number", { .port = "http" }, "--port" },
};

static void address_row_test(void **state)
{
	const struct address_row *row = *state;
	struct served s;
	struct text why;

	served_open(&s, NULL, (struct http_options) { 0 });
	text_init(&why, TEXT_NO_CEILING);
	assert_null(http_open(s.agent, &row->options, stderr, &why));
	assert_holds(why.data, row->fault);
	text_clear(&why);
	served_close(&s);
}

static void public_url__is_answered_to_and_is_the_widgets_origin(void **state)
{
	struct served s;
	json_t *answer;

	(void)state;
	served_open(&s, NULL, (struct http_options) { .bind = "0.0.0.0", .public_url = "https://help.example" });
	answer = served_ask(&s, "GET", "/openapi.json", "Origin: https://help.example\r\n", NULL, 200);
	assert_string_equal(js_text_at(answer, "servers.0.url"), "https://help.example");
	json_decref(answer);
	answer = served_ask(&s, "GET", "/v1/tools", "Origin: http://help.example\r\n", NULL, 403);
	json_decref(answer);
	served_close(&s);
}

int main(void)
{
	const struct CMUnitTest plain[] = {
		cmocka_unit_test(stream__passes_on_each_piece_as_it_is_made),
		cmocka_unit_test(slow_model__delays_nobody_else),
		cmocka_unit_test(slow_stripe__delays_nobody_else),
		cmocka_unit_test(caller_who_leaves__ends_the_work),
		cmocka_unit_test(closing__lets_answers_end_and_then_cuts),
		cmocka_unit_test(one_conversation__is_one_after_another),
		cmocka_unit_test(many_at_once__each_get_their_own_and_the_record_is_whole),
		cmocka_unit_test(body__larger_than_a_megabyte_is_refused),
		cmocka_unit_test(public_url__is_answered_to_and_is_the_widgets_origin),
	};
	struct CMUnitTest *rows = tests_of_rows(addresses, COUNT_OF(addresses), sizeof(addresses[0]), address_row_test);
	int failed = cmocka_run_group_tests_name("serve", plain, NULL, NULL);

	failed += _cmocka_run_group_tests("addresses", rows, COUNT_OF(addresses), NULL, NULL);
	free(rows);
	return failed;
}
