/* SPDX-License-Identifier: MIT */
/* The code by e-mail: who has to enter one, where it goes, how often, and for how long it counts. */
#include "actions/runtime/admit.h"
#include "suites/actions/company.h"

#define CONFIG(wanted)                                                                                                 \
	CONFIG_HEAD "," ACTION_ROWS "," PLANS "," POLICIES "," CONTACTS                                                \
		    ",\"limits\":{\"reads_per_minute\":0,\"writes_per_day\":0},\"step_up\":{\"for\":[" wanted          \
		    "],\"deliver\":{\"url\":\"http://127.0.0.1:9/codes\",\"secret\":\"secret_of_the_post\"}}}"
#define BOTH CONFIG("\"cancel\",\"change_billing_information\"")
#define CANCEL "{\"operation\":\"cancel\"}"

/* The operator's server that sends e-mail. */
struct post {
	unsigned sent;
	char *body, *signature;
	char code[STEP_UP_CODE_ROOM];
	bool broken;
};

static enum transport_fate post_send(
	void *arg, struct arena *arena, const struct transport_request *request, struct transport_response *response)
{
	struct post *p = arg;
	json_t *body = json_loadb(request->body, request->length, 0, NULL);

	(void)arena;
	p->sent++;
	free(p->body);
	free(p->signature);
	p->body = mem_copy_range(request->body, request->length);
	p->signature = mem_copy_text(request->headers[1].value);
	assert_string_equal(request->path, "/codes");
	assert_int_equal(strlen(js_text(body, "code")), STEP_UP_CODE_ROOM - 1);
	memcpy(p->code, js_text(body, "code"), STEP_UP_CODE_ROOM);
	json_decref(body);
	response->status = p->broken ? 500 : 202;
	response->body = "";
	return FATE_ANSWERED;
}

struct desk {
	struct company company;
	struct post post;

	char hash[65];
	struct evidence who;
};

static void desk_open(struct desk *d, const char *config)
{
	struct text why;

	memset(d, 0, sizeof(*d));
	company_open(&d->company, COMPANY_CONFIG);
	agent_close(d->company.agent);
	text_init(&why, TEXT_NO_CEILING);
	d->company.agent = agent_open(&(struct agent_options) { .json = config,
					      .name = "agent.json",
					      .transport = script_transport(&d->company.script),
					      .courier = { .send = post_send, .arg = &d->post },
					      .clock = script_clock(&d->company.script) },
		&why);
	if (!d->company.agent)
		fail_msg("%s", why.data);
	text_clear(&why);
	identity_hash(d->company.agent->config, "ada", d->hash);
	d->who = (struct evidence) { .user_id = "ada", .user_hash = d->hash };
}

static void desk_close(struct desk *d)
{
	free(d->post.body);
	free(d->post.signature);
	company_close(&d->company);
}

static void run(struct desk *d, const char *action, const char *inputs, const char *conversation)
{
	run_clear(&d->company.result);
	run_action(d->company.agent,
		&(struct run_call) { .action = action,
			.inputs = inputs,
			.inputs_length = strlen(inputs),
			.evidence = d->who,
			.conversation = conversation },
		&d->company.result);
}

static void expect(struct desk *d, enum problem_code code)
{
	assert_string_equal(problem_row(d->company.result.problem.code)->name, problem_row(code)->name);
}

static enum step_up_state enter(struct desk *d, const char *code, const char *conversation)
{
	return agent_verify(d->company.agent, &d->who, conversation, code);
}

/* A code that is not the one that was sent. */
static const char *wrong(const struct desk *d)
{
	return strcmp(d->post.code, "000000") ? "000000" : "111111";
}

static void code__opens_what_it_is_for(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d, BOTH);
	/* Reading, and what is not on the list, takes none. */
	run(&d, "get_subscription", "{}", NULL);
	expect(&d, PROBLEM_NONE);
	run(&d, "manage", "{\"operation\":\"change_plan\",\"plan\":\"pro\"}", NULL);
	expect(&d, PROBLEM_NEEDS_CONFIRMATION);
	assert_int_equal(d.post.sent, 0);
	run(&d, "manage", CANCEL, NULL);
	expect(&d, PROBLEM_STEP_UP_REQUIRED);
	assert_null(js_get(d.company.result.envelope.data, "confirmation"));
	assert_int_equal(d.post.sent, 1);
	assert_holds(d.post.body, "\"to\":\"ada@example.com\"");
	/* Neither the code nor the address is for the page or the model. */
	assert_lacks(d.company.result.envelope.message.data, d.post.code);
	assert_lacks(d.company.result.envelope.message.data, "ada@example.com");
	assert_int_equal(enter(&d, d.post.code, NULL), STEP_UP_OPEN);
	run(&d, "manage", CANCEL, NULL);
	expect(&d, PROBLEM_NEEDS_CONFIRMATION);
	run(&d, "billing", "{\"phone\":\"+15551234567\"}", NULL);
	expect(&d, PROBLEM_NEEDS_CONFIRMATION);
	assert_int_equal(d.post.sent, 1);
	desk_close(&d);
}

static void code__goes_to_the_old_address(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d, BOTH);
	run(&d, "billing", "{\"email\":\"thief@example.net\"}", NULL);
	expect(&d, PROBLEM_STEP_UP_REQUIRED);
	assert_holds(d.post.body, "\"to\":\"ada@example.com\"");
	assert_lacks(d.post.body, "thief");
	desk_close(&d);
}

static void code__is_signed(void **state)
{
	unsigned char digest[DIGEST_SIZE];
	char hex[DIGEST_HEX], *text, *header;
	struct desk d;

	(void)state;
	desk_open(&d, BOTH);
	run(&d, "manage", CANCEL, NULL);
	text = mem_format("%d.%s", NOW, d.post.body);
	digest_make("secret_of_the_post", strlen("secret_of_the_post"), text, strlen(text), digest);
	digest_hex(digest, DIGEST_SIZE, hex);
	header = mem_format("t=%d,v1=%s", NOW, hex);
	assert_string_equal(d.post.signature, header);
	free(text);
	free(header);
	desk_close(&d);
}

static void code__takes_three_tries(void **state)
{
	struct desk d;
	char first[STEP_UP_CODE_ROOM];

	(void)state;
	desk_open(&d, BOTH);
	run(&d, "manage", CANCEL, NULL);
	memcpy(first, d.post.code, sizeof(first));
	/* What cannot be a code is no try. */
	for (int i = 0; i < 10; i++)
		assert_int_equal(enter(&d, i % 2 ? "12345" : "12345x", NULL), STEP_UP_SENT);
	assert_int_equal(enter(&d, wrong(&d), NULL), STEP_UP_SENT);
	assert_int_equal(enter(&d, wrong(&d), NULL), STEP_UP_SENT);
	assert_int_equal(enter(&d, wrong(&d), NULL), STEP_UP_NEEDED);
	assert_int_equal(enter(&d, first, NULL), STEP_UP_NEEDED);
	run(&d, "manage", CANCEL, NULL);
	assert_int_equal(d.post.sent, 2);
	assert_int_equal(enter(&d, d.post.code, NULL), STEP_UP_OPEN);
	/* Once used, it is used. */
	d.company.script.now += STEP_UP_SECONDS;
	assert_int_equal(enter(&d, d.post.code, NULL), STEP_UP_NEEDED);
	desk_close(&d);
}

static void code__is_sent_once_while_it_is_good_and_five_times_an_hour(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d, BOTH);
	for (int i = 0; i < 3; i++)
		run(&d, "manage", CANCEL, NULL);
	assert_int_equal(d.post.sent, 1);
	for (unsigned i = 2; i <= STEP_UP_SENDS_PER_HOUR; i++) {
		d.company.script.now += STEP_UP_CODE_SECONDS;
		run(&d, "manage", CANCEL, NULL);
		assert_int_equal(d.post.sent, i);
	}
	d.company.script.now += STEP_UP_CODE_SECONDS;
	run(&d, "manage", CANCEL, NULL);
	expect(&d, PROBLEM_STEP_UP_SPENT);
	assert_int_equal(d.post.sent, STEP_UP_SENDS_PER_HOUR);
	d.company.script.now += STEP_UP_CODE_SECONDS;
	run(&d, "manage", CANCEL, NULL);
	expect(&d, PROBLEM_STEP_UP_REQUIRED);
	desk_close(&d);
}

static void trust__ends_after_half_an_hour(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d, BOTH);
	run(&d, "manage", CANCEL, NULL);
	d.company.script.now += STEP_UP_CODE_SECONDS - 1;
	assert_int_equal(enter(&d, d.post.code, NULL), STEP_UP_OPEN);
	d.company.script.now += STEP_UP_SECONDS - 1;
	run(&d, "manage", CANCEL, NULL);
	expect(&d, PROBLEM_NEEDS_CONFIRMATION);
	d.company.script.now += 1;
	run(&d, "manage", CANCEL, NULL);
	expect(&d, PROBLEM_STEP_UP_REQUIRED);
	desk_close(&d);
}

/* A code is its contact's and its conversation's: elsewhere it is a wrong one, or none at all. */
static void trust__stays_in_its_conversation_and_with_its_person(void **state)
{
	struct evidence ada;
	char hash[65];
	struct desk d;

	(void)state;
	desk_open(&d, BOTH);
	run(&d, "manage", CANCEL, "one");
	assert_int_equal(enter(&d, d.post.code, "two"), STEP_UP_NEEDED);
	assert_int_equal(enter(&d, d.post.code, NULL), STEP_UP_NEEDED);
	ada = d.who;
	identity_hash(d.company.agent->config, "bob", hash);
	d.who = (struct evidence) { .user_id = "bob", .user_hash = hash };
	assert_int_equal(enter(&d, d.post.code, "one"), STEP_UP_NEEDED);
	d.who = (struct evidence) { 0 };
	assert_int_equal(enter(&d, d.post.code, "one"), STEP_UP_NEEDED);
	d.who = ada;
	assert_int_equal(enter(&d, d.post.code, "one"), STEP_UP_OPEN);
	run(&d, "manage", CANCEL, "two");
	expect(&d, PROBLEM_STEP_UP_REQUIRED);
	run(&d, "manage", CANCEL, "one");
	expect(&d, PROBLEM_NEEDS_CONFIRMATION);
	desk_close(&d);
}

static void code__that_cannot_be_sent_opens_nothing(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d, BOTH);
	d.post.broken = true;
	run(&d, "manage", CANCEL, NULL);
	expect(&d, PROBLEM_STEP_UP_UNAVAILABLE);
	assert_holds(d.company.result.problem.detail, "status 500");
	script_first(
		&d.company.script, (struct reply) { .method = "GET",
					   .path = "/v1/customers/cus_ada",
					   .body = "{\"id\":\"cus_ada\",\"object\":\"customer\",\"email\":null}" });
	d.company.script.now += STEP_UP_CODE_SECONDS;
	run(&d, "manage", CANCEL, NULL);
	expect(&d, PROBLEM_STEP_UP_UNAVAILABLE);
	assert_int_equal(d.post.sent, 1);
	desk_close(&d);
}

static const struct config_row {
	const char *name, *url, *secret, *fault;
} configs[] = {
	{ "config__http_to_elsewhere", "http://example.com/codes", "secret_of_the_post", "must begin with https://" },
	{ "config__no_address", "example.com/codes", "secret_of_the_post", "must be an address" },
	{ "config__short_secret", "https://example.com/codes", "short", "at least 16 bytes" },
	{ "config__good", "https://example.com/codes", "secret_of_the_post", NULL },
};

static void config_row_test(void **state)
{
	const struct config_row *row = *state;
	json_t *all = json_loads(BOTH, 0, NULL), *deliver = js_at(all, "step_up.deliver");
	struct config *c;
	struct text why;
	char *text;

	js_put_text(deliver, "url", row->url);
	js_put_text(deliver, "secret", row->secret);
	text = json_dumps(all, 0);
	json_decref(all);
	text_init(&why, TEXT_NO_CEILING);
	c = config_parse(text, strlen(text), "agent.json", &why);
	assert_int_equal(c == NULL, row->fault != NULL);
	if (row->fault)
		assert_holds(why.data, row->fault);
	config_free(c);
	text_clear(&why);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code__opens_what_it_is_for),
		cmocka_unit_test(code__goes_to_the_old_address),
		cmocka_unit_test(code__is_signed),
		cmocka_unit_test(code__takes_three_tries),
		cmocka_unit_test(code__is_sent_once_while_it_is_good_and_five_times_an_hour),
		cmocka_unit_test(trust__ends_after_half_an_hour),
		cmocka_unit_test(trust__stays_in_its_conversation_and_with_its_person),
		cmocka_unit_test(code__that_cannot_be_sent_opens_nothing),
	};
	struct CMUnitTest *rows = tests_of_rows(configs, COUNT_OF(configs), sizeof(configs[0]), config_row_test);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	failed += _cmocka_run_group_tests("config", rows, COUNT_OF(configs), NULL, NULL);
	free(rows);
	return failed;
}
