/* SPDX-License-Identifier: MIT */
#include "suites/actions/support.h"
#include "suites/support/api.h"

#include "actions/people/contact_api.h"
#include "actions/people/identity.h"
#include "actions/runtime/doctor.h"

/*
 * Every case of fixtures/troubleshooting, a test each: its state, keys and fault in a simulator, its configuration and
 * contacts in an agent. The customer's text, the operator's code and hint, and what the doctor finds are those that
 * cases.json promises.
 */
#define CASES "fixtures/troubleshooting/cases.json"
#define CASE_NOW 1795428000 /* 2026-11-23T10:00:00Z, as the fixtures say; the tokens are of that hour */

struct world {
	const json_t *row;
	struct house *house;
	struct agent *agent;
	struct run_result result;
	char *confirmation, *folder;
	int64_t later; /* the agent's clock is ahead by so much */
};

static const char *const troubles[] = { "", "the answer was cut", "no answer", "reset", "no answer in time" };

static void headers_copy(struct arena *arena, const struct ms_response *from, struct transport_response *out)
{
	size_t n = 0;

	while (from->headers[n])
		n++;
	out->headers = arena_alloc(arena, (n + 1) * sizeof(*out->headers));
	for (size_t i = 0; i < n; i++) {
		const char *colon = strchr(from->headers[i], ':');

		out->headers[i].name = arena_range(arena, from->headers[i], (size_t)(colon - from->headers[i]));
		out->headers[i].value = arena_text(arena, colon + 2);
	}
	out->n_headers = n;
}

static enum transport_fate case_send(
	void *arg, struct arena *arena, const struct transport_request *request, struct transport_response *response)
{
	struct world *w = arg;
	const char *headers[17] = { NULL };
	struct ms_request r = { .method = request->method,
		.path = request->path,
		.body = request->body,
		.body_length = request->length,
		.headers = headers };
	struct ms_response got;
	enum transport_fate fate = FATE_ANSWERED;

	assert_true(request->n_headers < COUNT_OF(headers));
	for (size_t i = 0; i < request->n_headers; i++)
		headers[i] = arena_format(arena, "%s: %s", request->headers[i].name, request->headers[i].value);
	memset(&got, 0, sizeof(got));
	ms_call(w->house->ms, &r, &got);
	if (got.wire == MS_WIRE_WHOLE) {
		headers_copy(arena, &got, response);
		response->status = got.status;
		response->body = arena_range(arena, got.body, got.length);
		response->length = got.length;
	} else {
		response->trouble = troubles[got.wire];
		fate = got.wire == MS_WIRE_STALL ? FATE_TIMEOUT : FATE_LOST;
	}
	ms_response_clear(&got);
	return fate;
}

static int64_t case_now(void *arg)
{
	struct world *w = arg;

	return CASE_NOW + w->later;
}

static void case_wait(void *arg, unsigned milliseconds)
{
	(void)arg;
	(void)milliseconds;
}

static char *file_of(const struct world *w, const char *name)
{
	return mem_format("%s/%s", w->folder, name);
}

/* NULL with the reasons in `why`. An address that nobody listens at is tried for real. */
static struct agent *agent_of(struct world *w, struct text *why)
{
	char *file = file_of(w, "actions.json");
	js_auto config = json_load_file(file, 0, NULL);
	const char *url = js_text_at(config, "stripe.base_url");
	struct agent_options options = { .file = file,
		.transport = { .send = case_send, .arg = w },
		.clock = { .now = case_now, .wait = case_wait, .arg = w } };
	struct agent *agent;

	assert_non_null(config);
	if (!strcmp(url, "http://127.0.0.1:1"))
		options.transport.send = NULL;
	agent = agent_open(&options, why);
	free(file);
	return agent;
}

static void fault_set(struct world *w)
{
	const json_t *f = js_get(w->row, "fault");
	struct ms_fault rule = {
		.kind = js_text(f, "kind"),
		.when = js_text(f, "when"),
		.method = js_text(f, "method"),
		.route = js_text(f, "route"),
		.code = js_text(f, "code"),
		.message = js_text(f, "message"),
		.times = (unsigned)js_int(f, "times", 0),
		.cut = (unsigned)js_int(f, "cut", 0),
		.retry_after = (unsigned)js_int(f, "retry_after", 0),
		.status = (int)js_int(f, "status", 0),
		.kept = js_flag(f, "kept", false),
	};
	char *why = NULL;

	if (!ms_fault(w->house->ms, &rule, &why))
		fail_msg("%s", why);
}

static struct evidence evidence_of(const struct world *w, const json_t *who, char hash[65])
{
	const char *contact = js_text(who, "contact");

	if (!contact)
		return (struct evidence) { .token = js_text(who, "token"),
			.user_id = js_text(who, "user_id"),
			.user_hash = js_text(who, "user_hash") };
	identity_hash(w->agent->config, contact, hash);
	return (struct evidence) { .user_id = contact, .user_hash = hash };
}

static void call_take(struct world *w, const json_t *call)
{
	const json_t *given = js_get(call, "inputs");
	char hash[65], *inputs;
	const char *made;
	struct run_call run = {
		.action = js_text(call, "action"),
		.environment = js_text(call, "environment"),
		.evidence = evidence_of(w, js_get(call, "who"), hash),
		.confirmation = js_flag(call, "confirm", false) ? w->confirmation : NULL,
	};

	inputs = json_is_string(given) ? mem_copy_text(json_string_value(given)) : given ? json_dumps(given, 0) : NULL;
	run.inputs = inputs;
	run.inputs_length = inputs ? strlen(inputs) : 0;
	run_clear(&w->result);
	run_action(w->agent, &run, &w->result);
	made = js_text(w->result.envelope.data, "confirmation");
	if (made) {
		free(w->confirmation);
		w->confirmation = mem_copy_text(made);
	}
	free(inputs);
}

/* A request to the contacts API: "contacts": method and path behind the agent's, body, answer, and what it says. */
static void people_take(struct world *w, const json_t *step)
{
	const char *request = js_text(step, "contacts"), *slash = strrchr(request, '/'), *says = js_text(step, "says");
	const struct contacts *c = &w->agent->contacts;
	json_t *body = js_get(step, "body");
	struct contact_answer answer = { 0 };
	struct text text;

	if (!strcmp(request, "POST contacts"))
		answer = contact_api_create(c, body, case_now(w));
	else if (!strncmp(request, "PATCH contacts/", 15))
		answer = contact_api_update(c, slash + 1, body, case_now(w));
	else if (!strcmp(request, "POST custom-attributes"))
		answer = attribute_api_create(c, body);
	else if (!strncmp(request, "PUT custom-attributes/", 22))
		answer = attribute_api_update(c, slash + 1, body);
	else
		fail_msg("no step is called %s", request);
	text_init(&text, TEXT_NO_CEILING);
	js_write(&text, answer.body);
	if (answer.status != js_int(step, "answer", 0))
		print_error("%s: %s\n", request, text.data);
	assert_int_equal(answer.status, js_int(step, "answer", 0));
	assert_holds(text.data, says);
	text_clear(&text);
	json_decref(answer.body);
}

static void step_take(struct world *w, const json_t *step)
{
	const char *stripe = js_text(step, "stripe");
	const struct answer *a;

	w->later += js_int(step, "wait", 0);
	if (js_flag(step, "fault", false))
		fault_set(w);
	if (js_text(step, "action"))
		call_take(w, step);
	if (js_text(step, "contacts"))
		people_take(w, step);
	if (!stripe)
		return;
	assert_true(!strncmp(stripe, "POST ", 5));
	a = api(w->house, "POST", stripe + 5, js_text(step, "body"));
	if (a->status != 200)
		fail_msg("%s: %s", stripe, a->text);
}

static void calls_take(struct world *w)
{
	json_t *steps = js_get(w->row, "steps"), *step;
	bool later = false;
	size_t i;

	json_array_foreach(steps, i, step) later |= js_flag(step, "fault", false);
	if (js_get(w->row, "fault") && !later)
		fault_set(w);
	json_array_foreach(steps, i, step) step_take(w, step);
	if (!steps)
		call_take(w, w->row);
}

static bool is_warned(const struct world *w, const char *wanted)
{
	js_auto all = json_array();
	json_t *row;
	size_t i;

	json_array_extend(all, w->agent->warnings);
	if (w->result.envelope.warnings)
		json_array_extend(all, w->result.envelope.warnings);
	json_array_foreach(all, i, row) if (strstr(json_string_value(row), wanted)) return true;
	return false;
}

static void outcome_check(const struct world *w)
{
	const struct problem_row *problem = problem_row(w->result.problem.code);
	const char *warning = js_text(w->row, "warning");

	if (strcmp(problem->name, js_text(w->row, "code")) != 0)
		print_error("%s: %s\n", w->result.stage, w->result.problem.detail);
	assert_string_equal(problem->name, js_text(w->row, "code"));
	assert_string_equal(envelope_status_name(w->result.envelope.status), js_text(w->row, "status"));
	assert_holds(w->result.envelope.message.data, js_text(w->row, "message"));
	assert_holds(problem->hint, js_text(w->row, "hint"));
	assert_true(!warning || is_warned(w, warning));
}

static void doctor_check(struct world *w)
{
	struct doctor_call call = { .action = js_text(w->row, "action"),
		.environment = js_text(w->row, "environment") };
	enum doctor_group group = DOCTOR_WELL;
	const char *wanted = js_text(w->row, "doctor");
	json_t *found, *first;
	char hash[65], *before, *after;

	if (!wanted)
		return;
	if (call.action)
		call.evidence = evidence_of(w, js_get(w->row, "who"), hash);
	else
		call.evidence = evidence_of(w, js_at(w->row, "steps.0.who"), hash);
	before = ms_snapshot(w->house->ms, NULL);
	found = doctor_look(w->agent, &call, &group);
	after = ms_snapshot(w->house->ms, NULL);
	first = json_array_get(js_get(found, "findings"), 0);
	assert_string_equal(js_text(first, "cause") ? js_text(first, "cause") : "none", wanted);
	assert_true(group == (wanted[0] == 'B'					 ? DOCTOR_DATA
				     : wanted[0] == 'C' || !strcmp(wanted, "A2") ? DOCTOR_IDENTITY
										 : DOCTOR_TRIGGER));
	assert_true(*js_text(first, "hint"));
	assert_string_equal(before, after); /* looking changes nothing */
	json_decref(found);
	free(before);
	free(after);
}

static void world_open(struct world *w, const json_t *row)
{
	const char *fixtures[] = { NULL, NULL };
	char *file;
	json_t *keys;

	memset(w, 0, sizeof(*w));
	w->row = row;
	w->folder = mem_format("fixtures/troubleshooting/%s", js_text(row, "name"));
	fixtures[0] = w->folder;
	w->house = house_open(&(struct ms_options) {
		.no_socket = true, .seed = 1, .now = CASE_NOW, .fixtures = fixtures, .strict_keys = true });
	file = file_of(w, "keys.json");
	keys = json_load_file(file, 0, NULL);
	w->house->key = text_of(w->house, "%s", js_text_at(keys, "keys.0.key"));
	json_decref(keys);
	free(file);
}

static void world_close(struct world *w)
{
	run_clear(&w->result);
	agent_close(w->agent);
	house_close(w->house);
	free(w->confirmation);
	free(w->folder);
}

static void case_test(void **state)
{
	const json_t *row = *state;
	const char *load = js_text(row, "load");
	struct world w;
	struct text why;

	world_open(&w, row);
	text_init(&why, TEXT_NO_CEILING);
	w.agent = agent_of(&w, &why);
	if (load) {
		assert_null(w.agent);
		assert_holds(why.data, load);
	} else {
		if (!w.agent)
			fail_msg("%s", why.data);
		calls_take(&w);
		outcome_check(&w);
		doctor_check(&w);
	}
	text_clear(&why);
	world_close(&w);
}

/* What must not be told apart by the customer is not: the same words and the same public code. */
static void same_words(const json_t *cases, const char *public_name)
{
	const char *message = NULL;
	json_t *row;
	size_t i, n = 0;

	json_array_foreach(cases, i, row)
	{
		for (int code = PROBLEM_NONE + 1; code < PROBLEM_COUNT; code++) {
			const struct problem_row *p = problem_row((enum problem_code)code);

			if (strcmp(p->name, js_text(row, "code")) != 0 || strcmp(p->public_name, public_name) != 0)
				continue;
			message = message ? message : p->text;
			assert_string_equal(p->text, message);
			n++;
		}
	}
	assert_true(n > 3);
}

static void words__are_the_same_for_what_must_not_be_told_apart(void **state)
{
	js_auto all = json_load_file(CASES, 0, NULL);

	(void)state;
	same_words(js_get(all, "cases"), "identity_required");
	same_words(js_get(all, "cases"), "billing_not_linked");
}

int main(void)
{
	const struct CMUnitTest single[] = { cmocka_unit_test(words__are_the_same_for_what_must_not_be_told_apart) };
	json_t *all = json_load_file(CASES, 0, NULL), *row;
	struct CMUnitTest *tests;
	size_t count = json_array_size(js_get(all, "cases")), i;
	int failed;

	if (!count)
		die("%s holds no cases", CASES);
	tests = mem_alloc(count * sizeof(*tests));
	json_array_foreach(js_get(all, "cases"), i, row) tests[i] =
		(struct CMUnitTest) { .name = js_text(row, "name"), .test_func = case_test, .initial_state = row };
	failed = _cmocka_run_group_tests("trouble_cases", tests, count, NULL, NULL);
	failed += cmocka_run_group_tests_name("trouble", single, NULL, NULL);
	free(tests);
	json_decref(all);
	return failed;
}
