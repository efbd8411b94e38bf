/* SPDX-License-Identifier: MIT */
#ifndef SUITES_ACTIONS_LIVE_H
#define SUITES_ACTIONS_LIVE_H

#include "actions/actions.h"
#include "actions/people/identity.h"
#include "suites/actions/support.h"
#include "suites/support/api.h"

/*
 * The actions and a simulator together, as a program that embeds both has them: only public functions carry the runs.
 * The simulator holds the demo company (fixtures/demo), its clock stands at DEMO_NOW, and the demo configuration is
 * used, with what a test changes of it. live_open needs no socket: requests are handed to ms_call, and what a fault
 * does on the wire comes back as the transport's fate. live_open_socket goes through libcurl to a real one.
 */
#define DEMO_NOW 1795428000 /* 2026-11-23T10:00:00Z, as the fixture says */
#define INFO "subscription_info"
#define INVOICES "list_invoices"
#define MANAGE "manage_subscriptions"
#define BILLING "update_billing"

struct live {
	struct house *house;
	struct sa *sa;
	struct config *config;
	json_t *settings; /* the configuration as a tree */
	/* The next requests whose method is not GET, previews apart, find nobody at home. */
	unsigned refuse;
	unsigned writes; /* such requests that were sent, or refused */
	unsigned waits;	 /* pauses between tries, and the last one in milliseconds */
	unsigned waited;
	int64_t later; /* seconds by which the actions' clock is ahead of the simulator's */
	bool socket;   /* over libcurl and TCP instead */

	struct ms_response response;
	struct sa_header headers[48];
	char *header_text;
	struct sa_result result;
	json_t *json, *diagnostic;
};

static inline bool live_is_write(const struct sa_http_request *r)
{
	return strcmp(r->method, "GET") != 0 && strcmp(r->path, "/v1/invoices/create_preview") != 0;
}

/* "Name: value" texts, cut into pairs in memory of the world's own. */
static inline size_t live_headers(struct live *l)
{
	struct text all;
	size_t n = 0;
	char *at;

	text_init(&all, TEXT_NO_CEILING);
	for (const char *const *h = l->response.headers; *h; h++)
		text_add(&all, *h, strlen(*h) + 1);
	free(l->header_text);
	at = l->header_text = text_take(&all);
	for (const char *const *h = l->response.headers; *h; h++, n++) {
		size_t length = strlen(*h);
		char *colon = strchr(at, ':');

		assert_true(n < COUNT_OF(l->headers));
		*colon = 0;
		l->headers[n] = (struct sa_header) { at, colon + 2 };
		at += length + 1;
	}
	return n;
}

static inline enum sa_fate live_send(void *arg, const struct sa_http_request *request, struct sa_http_response *out)
{
	static const char *const troubles[] = { "", "the answer was cut", "no answer", "reset", "no answer in time" };
	struct live *l = arg;
	const char *headers[16] = { NULL };
	char *lines[16];
	struct ms_request r = { .method = request->method,
		.path = request->path,
		.body = request->body,
		.body_length = request->length,
		.headers = headers };

	l->writes += live_is_write(request);
	if (l->refuse && live_is_write(request)) {
		l->refuse--;
		out->trouble = "connection refused";
		return SA_NOT_SENT;
	}
	assert_true(request->n_headers < COUNT_OF(headers));
	for (size_t i = 0; i < request->n_headers; i++)
		headers[i] = lines[i] = mem_format("%s: %s", request->headers[i].name, request->headers[i].value);
	ms_response_clear(&l->response);
	ms_call(l->house->ms, &r, &l->response);
	for (size_t i = 0; i < request->n_headers; i++)
		free(lines[i]);
	out->trouble = troubles[l->response.wire];
	if (l->response.wire == MS_WIRE_STALL)
		return SA_TIMEOUT;
	if (l->response.wire != MS_WIRE_WHOLE)
		return SA_LOST;
	*out = (struct sa_http_response) { l->response.status, l->headers, live_headers(l), l->response.body,
		l->response.length, NULL };
	return SA_ANSWERED;
}

static inline int64_t live_now(void *arg)
{
	struct live *l = arg;

	return ms_now(l->house->ms, NULL) + l->later;
}

static inline void live_wait(void *arg, unsigned milliseconds)
{
	struct live *l = arg;

	l->waits++;
	l->waited = milliseconds;
}

/* The demo configuration with the contacts in it, and the members of `changes` (JSON text, NULL: none) in place. */
static inline json_t *live_settings(const char *changes)
{
	json_t *all = json_load_file("fixtures/demo/actions.json", 0, NULL);
	json_t *people = json_load_file("fixtures/demo/contacts.json", 0, NULL);
	json_t *change = changes ? json_loads(changes, 0, NULL) : json_object();

	assert_non_null(all);
	assert_non_null(people);
	assert_non_null(change);
	js_put(all, "contacts", js_get(people, "contacts"));
	json_object_update(all, change);
	json_decref(people);
	json_decref(change);
	return all;
}

/* Opens, or opens again, the actions' side. */
static inline void live_configure(struct live *l, const char *changes)
{
	char *text, *why = NULL;

	sa_close(l->sa);
	config_free(l->config);
	json_decref(l->settings);
	l->settings = live_settings(changes);
	text = json_dumps(l->settings, 0);
	l->config = config_of(text);
	l->sa = sa_open(&(struct sa_options) { .config_json = text,
				.transport = { .send = l->socket ? NULL : live_send, .arg = l },
				.now = live_now,
				.wait = live_wait,
				.clock_arg = l },
		&why);
	free(text);
	if (!l->sa)
		fail_msg("%s", why);
}

static inline void live_open(struct live *l, const char *changes)
{
	static const char *const fixtures[] = { "fixtures/demo", NULL };

	memset(l, 0, sizeof(*l));
	l->house = house_open(&(struct ms_options) {
		.no_socket = true, .seed = 1, .now = DEMO_NOW, .fixtures = fixtures, .strict_keys = true });
	l->house->key = "sk_test_slackwater_demo";
	live_configure(l, changes);
}

/* The API key is the demo's; timeout_ms is for each try. */
static inline void live_open_socket(struct live *l, int timeout_ms)
{
	static const char *const fixtures[] = { "fixtures/demo", NULL };
	char *changes;

	memset(l, 0, sizeof(*l));
	l->socket = true;
	l->house = house_open(
		&(struct ms_options) { .seed = 1, .now = DEMO_NOW, .fixtures = fixtures, .strict_keys = true });
	l->house->key = "sk_test_slackwater_demo";
	changes = mem_format("{\"stripe\":{\"base_url\":\"%s\",\"api_key\":\"%s\",\"timeout_ms\":%d}}",
		ms_url(l->house->ms), l->house->key, timeout_ms);
	live_configure(l, changes);
	free(changes);
}

static inline void live_forget(struct live *l)
{
	sa_result_clear(&l->result);
	json_decref(l->json);
	json_decref(l->diagnostic);
	l->json = l->diagnostic = NULL;
}

static inline void live_close(struct live *l)
{
	live_forget(l);
	sa_close(l->sa);
	config_free(l->config);
	json_decref(l->settings);
	ms_response_clear(&l->response);
	free(l->header_text);
	house_close(l->house);
}

static inline void live_call(struct live *l, const struct sa_call *call)
{
	live_forget(l);
	sa_run(l->sa, call, &l->result);
	l->json = json_loads(l->result.json, 0, NULL);
	l->diagnostic = json_loads(l->result.diagnostic, 0, NULL);
	assert_non_null(l->json);
	assert_non_null(l->diagnostic);
}

/* As a contact, proved by the hash of its id; inputs and confirmation may be NULL. */
static inline void live_run(
	struct live *l, const char *contact, const char *action, const char *inputs, const char *confirmation)
{
	char hash[65];

	identity_hash(l->config, contact, hash);
	live_call(l, &(struct sa_call) { .action = action,
			     .inputs = inputs,
			     .user_id = contact,
			     .user_hash = hash,
			     .confirmation = confirmation });
}

#define live_code(l) js_text((l)->diagnostic, "code")
#define live_data(l) js_get((l)->json, "data")

/* What the run came to: the status, and the exact code for the operator ("none" when all is well). */
#define assert_outcome(l, status, code) live_check_outcome((l), (status), (code), __FILE__, __LINE__)
static inline void live_check_outcome(
	const struct live *l, const char *status, const char *code, const char *file, int line)
{
	if (!strcmp(l->result.status, status) && !strcmp(live_code(l), code))
		return;
	print_error("%s, wanted %s: %s\n%s\n", l->result.status, status, code, l->result.diagnostic);
	_fail(file, line);
}

#define assert_says(l, part) holds_check((l)->result.message, (part), __FILE__, __LINE__)

/* Proposes; the confirmation lives until the world is closed. */
static inline const char *live_propose(struct live *l, const char *contact, const char *action, const char *inputs)
{
	live_run(l, contact, action, inputs, NULL);
	assert_outcome(l, "needs_confirmation", "needs_confirmation");
	return text_of(l->house, "%s", js_text(live_data(l), "confirmation"));
}

/* Proposes and confirms. */
static inline void live_do(struct live *l, const char *contact, const char *action, const char *inputs)
{
	live_run(l, contact, action, inputs, live_propose(l, contact, action, inputs));
}

/* ---- the simulator's side ---- */

static inline void live_count_one(void *arg, const struct ms_exchange *e)
{
	(void)e;
	++*(size_t *)arg;
}

/* How many requests it has seen. */
static inline size_t live_asked(const struct live *l)
{
	size_t n = 0;

	ms_each_request(l->house->ms, NULL, live_count_one, &n);
	return n;
}

static inline const struct answer *live_get(struct live *l, const char *path)
{
	return api_ok(l->house, "GET", path, NULL);
}

static inline void live_fault(struct live *l, const struct ms_fault *rule)
{
	char *why = NULL;

	if (!ms_fault(l->house->ms, rule, &why))
		fail_msg("%s", why);
}

/* How many objects a list has, up to 100. */
static inline int64_t live_count(struct live *l, const char *path)
{
	return (int64_t)field_count(
		live_get(l, text_of(l->house, "%s%climit=100", path, strchr(path, '?') ? '&' : '?')), "data");
}

/* Takes the simulator's own address out of URLs: each has another port. */
static inline void live_forget_address(char *text, const char *url)
{
	size_t length = strlen(url);
	char *out = text;

	for (const char *in = text; *in;)
		if (length && !strncmp(in, url, length))
			in += length;
		else
			*out++ = *in++;
	*out = 0;
}

/*
 * The account's whole state as text: every object, its history, what falls due. Without which request made an event, as
 * tries that failed have numbers too, without how many ids were made, as previews make some, and without the address
 * that pages have. free() it.
 */
static inline char *live_state(struct live *l)
{
	static const char *const left_out[] = { "\"request\": {", "\"counters\": {" };
	char *text = ms_snapshot(l->house->ms, NULL), *out = text;
	size_t skipping = 0; /* the indentation that ends it */

	assert_non_null(text);
	for (const char *line = text, *next; *line; line = next) {
		size_t indent = strspn(line, " "), length = strcspn(line, "\n");

		next = line + length + (line[length] == '\n');
		for (size_t i = 0; !skipping && i < COUNT_OF(left_out); i++)
			if (!strncmp(line + indent, left_out[i], strlen(left_out[i])))
				skipping = indent;
		if (!skipping) {
			memmove(out, line, (size_t)(next - line));
			out += next - line;
		} else if (indent == skipping && line[indent] == '}') {
			skipping = 0;
		}
	}
	*out = 0;
	live_forget_address(text, ms_url(l->house->ms));
	return text;
}

#endif
