/* SPDX-License-Identifier: MIT */
#include "embed_faults.h"

#include "base/text.h"

_Static_assert((int)MS_WIRE_CUT == (int)WIRE_CUT && (int)MS_WIRE_EMPTY == (int)WIRE_EMPTY &&
		       (int)MS_WIRE_RESET == (int)WIRE_RESET && (int)MS_WIRE_STALL == (int)WIRE_STALL,
	"what the wire does is named in one order");

unsigned embed_fault(struct faults *f, const struct ms_fault *rule, char **why)
{
	return faults_add(f,
		&(struct fault) {
			.account = rule->account,
			.method = rule->method,
			.route = rule->route,
			.param = rule->param,
			.nth = rule->nth,
			.times = rule->times,
			.percent = rule->percent,
			.when = rule->when,
			.kind = rule->kind,
			.delay = rule->delay,
			.cut = rule->cut,
			.status = rule->status,
			.retry_after = rule->retry_after,
			.should_retry = rule->should_retry,
			.code = rule->code,
			.message = rule->message,
			.body = rule->body,
			.kept = rule->kept,
		},
		why);
}

unsigned embed_answer(struct faults *f, const struct ms_answer *answer, char **why)
{
	struct text headers;
	unsigned number;

	text_init(&headers, TEXT_NO_CEILING);
	for (const char *const *h = answer->headers; h && *h; h++)
		text_format(&headers, "%s\n", *h);
	number = faults_add(f,
		&(struct fault) {
			.kind = "answer",
			.account = answer->account,
			.method = answer->method,
			.route = answer->route,
			.param = answer->param,
			.times = answer->times ? answer->times : 1,
			.status = answer->status,
			.body = answer->body,
			.headers = headers.length ? headers.data : NULL,
		},
		why);
	text_clear(&headers);
	return number;
}

struct counting {
	unsigned number;
	int struck;
};

static void note_count(void *arg, unsigned number, const struct fault *rule, unsigned matched, unsigned struck)
{
	struct counting *c = arg;

	(void)rule, (void)matched;
	if (number == c->number)
		c->struck = (int)struck;
}

int embed_fault_count(struct faults *f, unsigned number)
{
	struct counting c = { .number = number, .struck = -1 };

	faults_each(f, note_count, &c);
	return c.struck;
}
