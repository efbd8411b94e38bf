/* SPDX-License-Identifier: MIT */
/* Routes that make calls go wrong on purpose, and canned answers. */
#include "engine/faults.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "control/inside.h"

/* The members of a rule as arguments; `account` is every order's. */
enum member_kind { TEXT, COUNT, STATUS, FLAG, BODY, HEADERS };

struct member {
	const char *name;
	enum member_kind kind;
	size_t offset;
	bool of_answers; /* a canned answer has it as well */
};

#define MEMBER(name, kind, of_answers)                                                                                 \
	{                                                                                                              \
#name, kind, offsetof(struct fault, name), of_answers                                                  \
	}
static const struct member members[] = {
	MEMBER(kind, TEXT, false),
	MEMBER(when, TEXT, false),
	MEMBER(method, TEXT, true),
	MEMBER(route, TEXT, true),
	MEMBER(param, TEXT, true),
	MEMBER(nth, COUNT, false),
	MEMBER(times, COUNT, true),
	MEMBER(percent, COUNT, false),
	MEMBER(delay, COUNT, false),
	MEMBER(cut, COUNT, false),
	MEMBER(status, STATUS, true),
	MEMBER(retry_after, COUNT, false),
	MEMBER(should_retry, TEXT, false),
	MEMBER(code, TEXT, false),
	MEMBER(message, TEXT, false),
	MEMBER(body, BODY, true),
	MEMBER(headers, HEADERS, true),
	MEMBER(kept, FLAG, false),
};

static const struct member *find_member(const char *name, bool of_answers)
{
	for (size_t i = 0; i < COUNT_OF(members); i++)
		if (!strcmp(members[i].name, name) && (!of_answers || members[i].of_answers))
			return &members[i];
	return NULL;
}

/* ---- reading ---- */

static int bad_member(struct order *o, const char *name, const char *remedy)
{
	return order_refuse(o, 400, remedy, "`%s` is not what it should be.", name);
}

static int read_number(struct order *o, const struct member *m, struct fault *f)
{
	int64_t value = 0;
	bool is_bad;

	if (!order_int(o, m->name, &value, &is_bad) || value < 0 || value > INT32_MAX)
		return bad_member(o, m->name, "Give a whole number from 0.");
	if (m->kind == STATUS)
		f->status = (int)value;
	else
		*(unsigned *)(void *)((char *)f + m->offset) = (unsigned)value;
	return 0;
}

static const char *compact(struct order *o, const json_t *tree)
{
	const char *copy;
	struct text out;

	text_init(&out, TEXT_NO_CEILING);
	js_write(&out, tree);
	copy = arena_text(&o->arena, out.data);
	text_clear(&out);
	return copy;
}

/* {"Retry-After": "3"}, or ["Retry-After: 3"]. */
static const char *read_headers(struct order *o, json_t *given)
{
	const char *name, *copy = NULL;
	json_t *value;
	struct text lines;
	bool good = json_is_object(given) || json_is_array(given);
	size_t i;

	text_init(&lines, TEXT_NO_CEILING);
	json_object_foreach(given, name, value)
	{
		good = good && json_is_string(value);
		text_format(&lines, "%s: %s\n", name, good ? json_string_value(value) : "");
	}
	json_array_foreach(given, i, value)
	{
		good = good && json_is_string(value);
		text_format(&lines, "%s\n", good ? json_string_value(value) : "");
	}
	if (good)
		copy = arena_text(&o->arena, lines.data);
	text_clear(&lines);
	return copy;
}

static int read_text(struct order *o, const struct member *m, json_t *given, const char **out)
{
	if (json_is_string(given))
		*out = json_string_value(given);
	else if (m->kind == BODY)
		*out = compact(o, given);
	else
		return bad_member(o, m->name, "Give a text.");
	return 0;
}

static int read_member(struct order *o, const struct member *m, json_t *given, struct fault *f)
{
	const char **text = (const char **)(void *)((char *)f + m->offset);

	switch (m->kind) {
	case COUNT:
	case STATUS:
		return read_number(o, m, f);
	case FLAG:
		f->kept = json_is_true(given) || (json_is_string(given) && !strcmp(json_string_value(given), "true"));
		if (f->kept || json_is_false(given) ||
			(json_is_string(given) && !strcmp(json_string_value(given), "false")))
			return 0;
		return bad_member(o, m->name, "Give true or false.");
	case HEADERS:
		f->headers = read_headers(o, given);
		return f->headers ? 0 : bad_member(o, m->name, "Give an object of names and texts.");
	case TEXT:
	case BODY:
		break;
	}
	return read_text(o, m, given, text);
}

static int read_rule(struct order *o, bool of_answers, struct fault *f)
{
	const char *name;
	json_t *given;

	f->account = o->account;
	json_object_foreach(o->args, name, given)
	{
		const struct member *m = find_member(name, of_answers);

		if (!strcmp(name, "account") || json_is_null(given))
			continue;
		if (!m)
			return order_refuse(o, 400,
				of_answers ? "A canned answer takes account, method, route, param, times, status, body "
					     "and "
					     "headers."
					   : "A fault takes kind, when, account, method, route, param, nth, times, "
					     "percent, "
					     "delay, cut, status, retry_after, should_retry, code, message, body and "
					     "kept.",
				"There is no `%s`.", name);
		if (read_member(o, m, given, f))
			return -1;
	}
	return 0;
}

/* ---- telling ---- */

static void put_member(json_t *row, const struct member *m, const struct fault *f)
{
	const void *at = (const char *)f + m->offset;
	const char *text;

	switch (m->kind) {
	case COUNT:
		if (*(const unsigned *)at)
			js_put_int(row, m->name, *(const unsigned *)at);
		return;
	case STATUS:
		if (f->status)
			js_put_int(row, m->name, f->status);
		return;
	case FLAG:
		if (f->kept)
			js_put_flag(row, m->name, true);
		return;
	case TEXT:
	case BODY:
	case HEADERS:
		break;
	}
	text = *(const char *const *)at;
	if (text)
		js_put_text(row, m->name, text);
}

static void add_rule(void *rows, unsigned number, const struct fault *f, unsigned matched, unsigned struck)
{
	json_t *row = json_object();

	js_put_int(row, "number", number);
	if (f->account)
		js_put_text(row, "account", f->account);
	for (size_t i = 0; i < COUNT_OF(members); i++)
		put_member(row, &members[i], f);
	js_put_int(row, "matched", matched);
	js_put_int(row, "struck", struck);
	json_array_append_new(rows, row);
}

static int get_faults(struct order *o)
{
	json_t *rows = json_array();

	faults_each(engine_faults(o->engine), add_rule, rows);
	o->answer = json_object();
	js_put_new(o->answer, "data", rows);
	return 0;
}

/* ---- changing ---- */

static int add(struct order *o, const struct fault *f)
{
	char *why = NULL;
	unsigned number = faults_add(engine_faults(o->engine), f, &why);

	if (!number) {
		order_refuse(o, 400, "Nothing was added. Mend the rule and send it again.", "%s.", why);
		free(why);
		return -1;
	}
	o->answer = json_object();
	js_put_int(o->answer, "number", number);
	return 0;
}

static int post_fault(struct order *o)
{
	struct fault f = { 0 };

	return read_rule(o, false, &f) ? -1 : add(o, &f);
}

static int post_answer(struct order *o)
{
	struct fault f = { .kind = "answer" };

	if (read_rule(o, true, &f))
		return -1;
	f.times = f.times ? f.times : 1;
	return add(o, &f);
}

static int done(struct order *o)
{
	o->answer = json_object();
	js_put_text(o->answer, "status", "ok");
	return 0;
}

static int delete_faults(struct order *o)
{
	faults_clear(engine_faults(o->engine), o->account);
	return done(o);
}

static int delete_fault(struct order *o)
{
	char *end = NULL;
	unsigned long number = o->id ? strtoul(o->id, &end, 10) : 0;

	if (!number || *end || number > INT32_MAX || !faults_remove(engine_faults(o->engine), (unsigned)number))
		return order_refuse(o, 404, "GET /_mockstripe/faults lists the rules.", "There is no rule '%s'.",
			o->id ? o->id : "");
	return done(o);
}

const struct control_route fault_routes[] = {
	{ "GET", "/faults", get_faults, "the faults and canned answers, with how many calls each has struck" },
	{ "POST", "/faults", post_fault,
		"makes calls go wrong: kind=error|rate_limit|lock|delay|stall|reset|empty|cut|garbage, when, method, "
		"route, "
		"param, nth, times, percent, delay, cut, status, retry_after, should_retry, code, message, body, kept "
		"(account)" },
	{ "DELETE", "/faults", delete_faults,
		"removes all faults and canned answers, or those of an account (account)" },
	{ "DELETE", "/faults/{number}", delete_fault, "removes one" },
	{ "POST", "/answers", post_answer,
		"a canned answer for the next matching calls: method, route, param, times, status, body, headers "
		"(account)" },
	{ 0 },
};
