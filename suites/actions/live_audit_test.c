/* SPDX-License-Identifier: MIT */
/* What the audit record says of a change: how it was and how it is, who called, how long it took, nothing personal. */
#include "suites/actions/live.h"

struct change_row {
	const char *name, *contact, *action, *inputs;
	const char *before, *after; /* as JSON, in the order of the record */
	const char *intent;	    /* of what was to be changed */
	const char *hidden;	    /* nowhere in the record; NULL */
	size_t writes;
};

static const struct change_row changes[] = {
	{ "audit__another_plan", "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}",
		"{\"price\":\"price_team_month\"}", "{\"price\":\"price_fleet_month\"}",
		"\"new_price\":\"price_fleet_month\"", NULL, 1 },
	{ "audit__more_seats", "ada", MANAGE, "{\"operation\":\"change_plan\",\"quantity\":5}", "{\"quantity\":1}",
		"{\"quantity\":5}", "\"old_quantity\":1", NULL, 1 },
	{ "audit__cancelled_later", "ada", MANAGE,
		"{\"operation\":\"cancel\",\"reason\":\"unused\",\"comment\":\"My boat sank off Howth\"}",
		"{\"cancel_at_period_end\":false,\"cancel_at\":null}",
		"{\"cancel_at_period_end\":true,\"cancel_at\":1796893920}", "\"reason\":\"unused\"", "Howth", 1 },
	{ "audit__cancelled_at_once", "ada", MANAGE, "{\"operation\":\"cancel\",\"when\":\"immediately\"}",
		"{\"status\":\"active\"}", "{\"status\":\"canceled\"}", "\"now\":true", NULL, 1 },
	{ "audit__email", "ada", BILLING, "{\"email\":\"countess@lovelace.example\"}", "{\"email\":\"a***@e***.com\"}",
		"{\"email\":\"c***@l***.example\"}", "\"changes\":{\"email\":\"c***@l***.example\"}", "countess", 1 },
	{ "audit__name_and_phone", "ada", BILLING, "{\"name\":\"Augusta King\",\"phone\":\"+353 1 555 0199\"}",
		"{\"name\":\"***\",\"phone\":\"***01\"}", "{\"name\":\"***\",\"phone\":\"***99\"}", "\"name\":\"***\"",
		"Augusta", 1 },
	{ "audit__address", "ada", BILLING,
		"{\"address\":{\"line1\":\"7 Ormond Quay\",\"city\":\"Dublin\",\"postal_code\":\"D01 "
		"W2V4\",\"country\":"
		"\"IE\",\"state\":\"\"}}",
		NULL, NULL, "\"postal_code\":\"D0***\",\"country\":\"IE\"", "Ormond", 1 },
	{ "audit__tax_number", "ada", BILLING, "{\"tax_id\":{\"type\":\"eu_vat\",\"value\":\"DE123456789\"}}", NULL,
		NULL, "\"tax_id\":{\"type\":\"eu_vat\",\"value\":\"***89\"}", "DE123456789", 1 },
};

/* The lines of a phase with that many writes; the last one. A new reference. */
static json_t *line_of(const char *record, const char *phase)
{
	json_t *found = NULL;

	while (*record) {
		size_t length = strcspn(record, "\n");
		json_t *line = json_loadb(record, length, 0, NULL);

		assert_non_null(line);
		if (!strcmp(js_text(line, "phase"), phase)) {
			json_decref(found);
			found = json_incref(line);
		}
		json_decref(line);
		record += length + (record[length] == '\n');
	}
	assert_non_null(found);
	return found;
}

static void assert_member(const json_t *line, const char *name, const char *wanted)
{
	const json_t *member = js_get(line, name);
	char *text = member ? json_dumps(member, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	if (wanted && (!text || strcmp(text, wanted) != 0))
		fail_msg("%s is %s, wanted %s", name, text ? text : "missing", wanted);
	free(text);
}

static void change(void **state)
{
	const struct change_row *row = *state;
	char *file = file_temporary(), *changes_text, *record, *text, hash[65];
	const char *confirmation;
	json_t *outcome, *intent;
	struct live l;

	changes_text = mem_format("{\"audit\":{\"file\":\"%s\"}}", file);
	live_open(&l, changes_text);
	confirmation = live_propose(&l, row->contact, row->action, row->inputs);
	identity_hash(l.config, row->contact, hash);
	live_call(&l, &(struct sa_call) { .action = row->action,
			      .inputs = row->inputs,
			      .user_id = row->contact,
			      .user_hash = hash,
			      .confirmation = confirmation,
			      .conversation = "conv_0123456789abcdef",
			      .tool_call = "call_7" });
	assert_outcome(&l, "ok", "none");
	record = file_read(file);
	outcome = line_of(record, "outcome");
	intent = line_of(record, "intent");
	assert_member(outcome, "before", row->before);
	assert_member(outcome, "after", row->after);
	assert_member(outcome, "tool_call", "\"call_7\"");
	assert_member(intent, "tool_call", "\"call_7\"");
	/* The same digests, so that the lines of one call, one person, one conversation can be found. */
	assert_int_equal(strlen(js_text(outcome, "conversation")), 16);
	assert_string_equal(js_text(outcome, "conversation"), js_text(intent, "conversation"));
	assert_string_equal(js_text(outcome, "contact"), js_text(intent, "contact"));
	assert_int_equal(json_array_size(js_get(outcome, "stripe_requests")), row->writes);
	assert_holds(json_string_value(json_array_get(js_get(outcome, "stripe_requests"), 0)), "req_");
	assert_true(json_is_integer(js_get(outcome, "latency_ms")));
	text = json_dumps(intent, JSON_COMPACT);
	assert_holds(text, row->intent);
	if (row->hidden)
		assert_lacks(record, row->hidden);
	assert_lacks(record, "conv_0123456789abcdef");
	assert_lacks(record, "ada@example.com");
	free(text);
	free(record);
	free(changes_text);
	json_decref(outcome);
	json_decref(intent);
	live_close(&l);
	unlink(file);
	free(file);
}

/* A downgrade that waits leaves the subscription alone: what is new is the schedule's. */
static void audit__a_change_for_later(void **state)
{
	char *file = file_temporary(), *changes_text, *record;
	json_t *outcome;
	struct live l;

	(void)state;
	changes_text = mem_format("{\"audit\":{\"file\":\"%s\"},\"change_policy\":{\"downgrade\":{\"when\":"
				  "\"period_end\"}}}",
		file);
	live_open(&l, changes_text);
	live_do(&l, "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"solo\"}");
	assert_outcome(&l, "ok", "none");
	record = file_read(file);
	outcome = line_of(record, "outcome");
	assert_member(outcome, "before", "{\"next_price\":null,\"next_quantity\":null}");
	assert_member(outcome, "after", "{\"next_price\":\"price_solo_month\",\"next_quantity\":1}");
	assert_int_equal(json_array_size(js_get(outcome, "stripe_requests")), 2);
	json_decref(outcome);
	free(record);
	live_do(&l, "ada", MANAGE, "{\"operation\":\"undo_downgrade\"}");
	record = file_read(file);
	outcome = line_of(record, "outcome");
	assert_member(outcome, "after", "{\"schedule\":null}");
	json_decref(outcome);
	free(record);
	free(changes_text);
	live_close(&l);
	unlink(file);
	free(file);
}

/* Refusals have a latency too, and no change; nor has a proposal, or a write that Stripe refused. */
static void audit__nothing_changed(void **state)
{
	char *file = file_temporary(), *changes_text, *record;
	const char *confirmation;
	json_t *outcome;
	struct live l;

	(void)state;
	changes_text = mem_format("{\"audit\":{\"file\":\"%s\"}}", file);
	live_open(&l, changes_text);
	confirmation = live_propose(&l, "ada", MANAGE, "{\"operation\":\"cancel\"}");
	for (int i = 0; i < 2; i++) {
		record = file_read(file);
		outcome = line_of(record, "outcome");
		assert_null(js_get(outcome, "before"));
		assert_null(js_get(outcome, "after"));
		assert_true(json_is_integer(js_get(outcome, "latency_ms")));
		json_decref(outcome);
		free(record);
		l.refuse = 99;
		live_run(&l, "ada", MANAGE, "{\"operation\":\"cancel\"}", confirmation);
		assert_outcome(&l, "error", "stripe_unreachable");
	}
	free(changes_text);
	live_close(&l);
	unlink(file);
	free(file);
}

/* A host's name for a call is as hostile as the arguments. */
static void audit__a_call_named_by_an_enemy(void **state)
{
	static const char *const names[] = { "sk_live_0123456789abcdef", "4242 4242 4242 4242",
		"0123456789012345678901234567890123456789012345678901234567890123456789" };
	char *file = file_temporary(), *changes_text, *record;
	struct live l;

	(void)state;
	changes_text = mem_format("{\"audit\":{\"file\":\"%s\"}}", file);
	live_open(&l, changes_text);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		live_call(&l, &(struct sa_call) { .action = INFO, .tool_call = names[i] });
	record = file_read(file);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		assert_lacks(record, names[i]);
	assert_holds(record, "\"tool_call\":\"sk_live_***\"");
	free(record);
	free(changes_text);
	live_close(&l);
	unlink(file);
	free(file);
}

int main(void)
{
	const struct table tables[] = {
		{ "changes", changes, COUNT_OF(changes), sizeof(changes[0]), change },
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(audit__a_change_for_later),
		cmocka_unit_test(audit__nothing_changed),
		cmocka_unit_test(audit__a_call_named_by_an_enemy),
	};

	return tables_run(tables, COUNT_OF(tables)) + cmocka_run_group_tests(tests, NULL, NULL);
}
