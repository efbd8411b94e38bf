/* SPDX-License-Identifier: MIT */
/* Everything that can be done to an audit record, and what `audit verify` says of it. */
#include "actions/doors/cli.h"
#include "suites/actions/company.h"

#include <unistd.h>

#define RUNS 5

/* A record of five lines, taken apart. */
struct record {
	char file[40], config[40];
	char *lines[RUNS + 1];
	size_t count;
	char last[65]; /* hash of the fifth */
};

static void file_write(const char *file, char *const *lines, size_t count)
{
	FILE *out = fopen(file, "we");

	assert_non_null(out);
	for (size_t i = 0; i < count; i++)
		fputs(lines[i], out);
	assert_int_equal(fclose(out), 0);
}

static void record_open(struct record *r)
{
	json_t *all = json_loads(COMPANY_CONFIG, 0, NULL), *audit = json_object();
	char hash[65], *config;
	struct company c;
	size_t room = 0;
	FILE *in;

	memset(r, 0, sizeof(*r));
	strncpy(r->file, "/tmp/actions-suite-XXXXXX", sizeof(r->file) - 1);
	strncpy(r->config, "/tmp/actions-suite-XXXXXX", sizeof(r->config) - 1);
	close(mkstemp(r->file));
	close(mkstemp(r->config));
	js_put_text(audit, "file", r->file);
	js_put_new(all, "audit", audit);
	config = json_dumps(all, 0);
	json_decref(all);
	file_write(r->config, &config, 1);
	company_open(&c, config);
	free(config);
	identity_hash(c.agent->config, "ada", hash);
	for (int i = 0; i < RUNS; i++) {
		run_clear(&c.result);
		run_action(c.agent,
			&(struct run_call) {
				.action = "get_subscription", .evidence = { .user_id = "ada", .user_hash = hash } },
			&c.result);
	}
	company_close(&c);
	in = fopen(r->file, "re");
	assert_non_null(in);
	while (r->count < RUNS && getline(&r->lines[r->count], &room, in) > 0) {
		r->count++;
		room = 0;
	}
	fclose(in);
	assert_int_equal(r->count, RUNS);
	memcpy(r->last, strstr(r->lines[RUNS - 1], "\"hash\":\"") + 8, 64);
}

static void record_close(struct record *r)
{
	for (size_t i = 0; i < COUNT_OF(r->lines); i++)
		free(r->lines[i]);
	unlink(r->file);
	unlink(r->config);
}

/* Runs the command; gives its exit status, and in *said all that it printed: free() it. */
static int verify(const struct record *r, bool config, const char *kept, char **said)
{
	const char *words[10] = { "stripe-actions", "audit", "verify", r->file };
	char *argv[10];
	struct cli cli = { .in = stdin };
	size_t length;
	int argc = 4, code;

	if (config) {
		words[argc++] = "--config";
		words[argc++] = r->config;
	}
	if (kept) {
		words[argc++] = "--kept";
		words[argc++] = kept;
	}
	for (int i = 0; i < argc; i++)
		argv[i] = mem_copy_text(words[i]);
	cli.out = cli.err = open_memstream(said, &length);
	code = cli_run(&cli, argc, argv);
	fclose(cli.out);
	for (int i = 0; i < argc; i++)
		free(argv[i]);
	return code;
}

/* ---- what somebody may do to it ---- */

static void untouched(struct record *r)
{
	(void)r;
}

static void value_changed(struct record *r)
{
	memcpy(strstr(r->lines[2], "\"ok\""), "\"no\"", 4);
}

static void time_changed(struct record *r)
{
	strstr(r->lines[4], "2026-")[3] = '7';
}

static void hash_changed(struct record *r)
{
	char *hash = strstr(r->lines[1], "\"hash\":\"") + 8;

	*hash = *hash == '0' ? '1' : '0';
}

static void seal_changed(struct record *r)
{
	char *seal = strstr(r->lines[1], "\"seal\":\"") + 8;

	*seal = *seal == '0' ? '1' : '0';
}

static void line_removed(struct record *r, size_t index)
{
	free(r->lines[index]);
	memmove(r->lines + index, r->lines + index + 1, (COUNT_OF(r->lines) - index - 1) * sizeof(r->lines[0]));
	r->lines[COUNT_OF(r->lines) - 1] = NULL;
	r->count--;
}

static void first_removed(struct record *r)
{
	line_removed(r, 0);
}

static void middle_removed(struct record *r)
{
	line_removed(r, 2);
}

static void last_removed(struct record *r)
{
	line_removed(r, RUNS - 1);
}

static void line_added(struct record *r, size_t index, char *line)
{
	memmove(r->lines + index + 1, r->lines + index, (r->count - index) * sizeof(r->lines[0]));
	r->lines[index] = line;
	r->count++;
}

static void line_repeated(struct record *r)
{
	line_added(r, 3, mem_copy_text(r->lines[2]));
}

static void line_invented(struct record *r)
{
	line_added(r, 3, mem_copy_text("{\"time\":\"2026-01-01T00:00:00Z\",\"status\":\"ok\"}\n"));
}

static void line_appended(struct record *r)
{
	line_added(r, RUNS, mem_copy_text(r->lines[0]));
}

static void two_swapped(struct record *r)
{
	char *kept = r->lines[1];

	r->lines[1] = r->lines[2];
	r->lines[2] = kept;
}

static void end_cut(struct record *r)
{
	r->lines[RUNS - 1][strlen(r->lines[RUNS - 1]) / 2] = '\0';
}

static void blank_line(struct record *r)
{
	line_added(r, 2, mem_copy_text("\n"));
}

static void key_twice(struct record *r)
{
	char *line = mem_format("{\"status\":\"refused\",%s", r->lines[2] + 1);

	free(r->lines[2]);
	r->lines[2] = line;
}

static const struct tamper_row {
	const char *name;
	void (*change)(struct record *r);
	int code;
	const char *says;
	bool plain; /* shows without the secrets as well */
	bool kept;  /* takes the hash of an earlier look to show */
} tampers[] = {
	{ "tamper__none", untouched, 0, "5 lines are whole", true, false },
	{ "tamper__none_and_the_hash_is_there", untouched, 0, "5 lines are whole", true, true },
	{ "tamper__value_changed", value_changed, 1, "line 3 was changed", true, false },
	{ "tamper__last_line_changed", time_changed, 1, "line 5 was changed", true, false },
	{ "tamper__hash_changed", hash_changed, 1, "line 2 was changed", true, false },
	{ "tamper__seal_changed", seal_changed, 1, "line 2 the seal", false, false },
	{ "tamper__first_line_removed", first_removed, 1, "line 1 does not follow", true, false },
	{ "tamper__line_removed", middle_removed, 1, "line 3 does not follow", true, false },
	{ "tamper__line_repeated", line_repeated, 1, "line 4 does not follow", true, false },
	{ "tamper__line_inserted", line_invented, 1, "line 4 has no link", true, false },
	{ "tamper__line_appended", line_appended, 1, "line 6 does not follow", true, false },
	{ "tamper__lines_swapped", two_swapped, 1, "line 2 does not follow", true, false },
	{ "tamper__blank_line", blank_line, 1, "line 3 is not a JSON object", true, false },
	{ "tamper__key_twice", key_twice, 1, "line 3 is not a JSON object", true, false },
	/* A process that was killed leaves such an end as well: it is said, and is no fault by itself. */
	{ "tamper__end_cut_off", end_cut, 0, "The last line has no end", true, false },
	{ "tamper__end_cut_off_of_a_kept_line", end_cut, 1, "lines were cut off at the end", true, true },
	{ "tamper__last_line_removed", last_removed, 1, "lines were cut off at the end", true, true },
};

static void tamper_row_test(void **state)
{
	const struct tamper_row *row = *state;
	struct record r;
	char *said;

	record_open(&r);
	row->change(&r);
	file_write(r.file, r.lines, r.count);
	assert_int_equal(verify(&r, true, row->kept ? r.last : NULL, &said), row->code);
	assert_holds(said, row->says);
	free(said);
	assert_int_equal(verify(&r, false, row->kept ? r.last : NULL, &said), row->plain ? row->code : 0);
	if (row->plain)
		assert_holds(said, row->says);
	free(said);
	record_close(&r);
}

/* Whoever makes the whole chain anew has no secret to seal it with. */
static void forged_chain__has_no_seals(void **state)
{
	struct record r;
	char *said, *seal;

	(void)state;
	record_open(&r);
	for (size_t i = 0; i < RUNS; i++) {
		seal = strstr(r.lines[i], "\"seal\":\"") + 8;
		memset(seal, 'a', 64);
	}
	file_write(r.file, r.lines, r.count);
	assert_int_equal(verify(&r, true, NULL, &said), 1);
	assert_holds(said, "line 1 the seal is not this agent's");
	free(said);
	assert_int_equal(verify(&r, false, NULL, &said), 0);
	assert_holds(said, "5 seals were not checked");
	free(said);
	record_close(&r);
}

/* A record goes on: the hash kept last week is still in it this week. */
static void kept_hash__may_be_of_any_line(void **state)
{
	struct record r;
	char early[65] = "", *said;

	(void)state;
	record_open(&r);
	memcpy(early, strstr(r.lines[1], "\"hash\":\"") + 8, 64);
	assert_int_equal(verify(&r, true, early, &said), 0);
	free(said);
	early[0] = early[0] == '0' ? '1' : '0';
	assert_int_equal(verify(&r, true, early, &said), 1);
	free(said);
	record_close(&r);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(forged_chain__has_no_seals),
		cmocka_unit_test(kept_hash__may_be_of_any_line),
	};
	struct CMUnitTest *rows = tests_of_rows(tampers, COUNT_OF(tampers), sizeof(tampers[0]), tamper_row_test);
	int failed = cmocka_run_group_tests(others, NULL, NULL);

	failed += _cmocka_run_group_tests("tamper", rows, COUNT_OF(tampers), NULL, NULL);
	free(rows);
	return failed;
}
