/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "api/fail.h"
#include "api/render.h"
#include "base/mem.h"
#include "engine/fault_inside.h"

static void set_body(struct reply *out, const char *text, const char *content_type)
{
	bytes_drop(out->body);
	out->body = bytes_new(text, strlen(text));
	out->content_type = content_type;
}

static void set_error(struct call *call, struct reply *out, const struct fail *wanted)
{
	struct fail own = call->fail;

	call->fail = *wanted;
	bytes_drop(out->body);
	out->body = render_fail(call);
	out->content_type = "application/json";
	out->status = wanted->status;
	out->should_retry = wanted->should_retry;
	call->fail = own;
}

static void add_header(struct reply *out, const char *name, const char *value)
{
	struct text lines;

	text_init(&lines, TEXT_NO_CEILING);
	text_format(&lines, "%s%s: %s\n", out->headers ? out->headers->data : "", name, value);
	bytes_drop(out->headers);
	out->headers = text_bytes(&lines);
	text_clear(&lines);
}

static void add_retry_after(const struct fault *f, struct reply *out)
{
	char seconds[16];

	if (!f->retry_after)
		return;
	snprintf(seconds, sizeof seconds, "%u", f->retry_after);
	add_header(out, "Retry-After", seconds);
}

static void strike_error(const struct fault *f, struct call *call, struct reply *out)
{
	int status = f->status ? f->status : 500;

	set_error(call, out,
		&(struct fail) {
			.status = status,
			.type = status >= 500	? "api_error"
				: status == 402 ? "card_error"
						: "invalid_request_error",
			.code = f->code,
			.message = f->message ? f->message
					      : "An unexpected error was asked for by a fault of this simulator.",
			.should_retry = f->should_retry,
		});
	if (f->body)
		set_body(out, f->body, "application/json");
	add_retry_after(f, out);
}

/* Wording and headers: Stripe docs "Rate limits". */
static void strike_rate_limit(const struct fault *f, struct call *call, struct reply *out)
{
	set_error(call, out,
		&(struct fail) {
			.status = 429,
			.type = "invalid_request_error",
			.code = "rate_limit",
			.message = "Request rate limit exceeded. You can learn more about rate limits here "
				   "https://stripe.com/docs/rate-limits.",
		});
	add_header(out, "Stripe-Rate-Limited-Reason", "global-rate");
	add_retry_after(f, out);
}

/* Stripe's libraries would not send a 429 again by themselves: only the header makes them (same page, "Object lock").
 */
static void strike_lock(const struct fault *f, struct call *call, struct reply *out)
{
	(void)f;
	set_error(call, out,
		&(struct fail) {
			.status = 429,
			.type = "invalid_request_error",
			.code = "lock_timeout",
			.message = "This object cannot be accessed right now because another API request or Stripe "
				   "process is "
				   "currently accessing it. If you see this error intermittently, retry the request. "
				   "If you see "
				   "this error frequently and are making multiple concurrent requests to a single "
				   "object, make "
				   "your requests serially or at a lower rate. For more details, see "
				   "https://stripe.com/docs/rate-limits#object-lock-timeouts.",
			.should_retry = "true",
		});
}

static void strike_delay(const struct fault *f, struct call *call, struct reply *out)
{
	(void)f, (void)call, (void)out; /* every kind may be delayed; this one does nothing else */
}

static void strike_stall(const struct fault *f, struct call *call, struct reply *out)
{
	(void)f, (void)call;
	out->wire = WIRE_STALL;
}

static void strike_reset(const struct fault *f, struct call *call, struct reply *out)
{
	(void)f, (void)call;
	out->wire = WIRE_RESET;
}

static void strike_empty(const struct fault *f, struct call *call, struct reply *out)
{
	(void)f, (void)call;
	out->wire = WIRE_EMPTY;
}

static void strike_cut(const struct fault *f, struct call *call, struct reply *out)
{
	(void)call;
	out->wire = WIRE_CUT;
	out->cut = f->cut < out->body->length ? f->cut : out->body->length;
}

/* What a proxy in between answers for itself: a page for people, and not seldom with a good status. */
static void strike_garbage(const struct fault *f, struct call *call, struct reply *out)
{
	(void)call;
	out->status = f->status ? f->status : 200;
	out->should_retry = NULL;
	set_body(out,
		f->body ? f->body
			: "<html><head><title>Please wait</title></head><body><h1>One moment</h1></body></html>\n",
		"text/html");
}

static void strike_answer(const struct fault *f, struct call *call, struct reply *out)
{
	(void)call;
	out->status = f->status ? f->status : 200;
	set_body(out, f->body ? f->body : "", "application/json");
	if (f->headers)
		out->headers = bytes_new(f->headers, strlen(f->headers));
}

#define BOTH true, true
#define ONLY_BEFORE true, false
#define ONLY_AFTER false, true
static const struct fault_kind kinds[] = {
	{ "error", BOTH, true, USES_STATUS | USES_RETRY_AFTER | USES_WORDS | USES_BODY | USES_KEPT, strike_error },
	{ "rate_limit", ONLY_BEFORE, true, USES_RETRY_AFTER, strike_rate_limit },
	{ "lock", ONLY_BEFORE, true, 0, strike_lock },
	{ "delay", ONLY_AFTER, false, 0, strike_delay },
	{ "stall", BOTH, false, 0, strike_stall },
	{ "reset", BOTH, false, 0, strike_reset },
	{ "empty", BOTH, false, 0, strike_empty },
	{ "cut", ONLY_AFTER, false, USES_CUT, strike_cut },
	{ "garbage", BOTH, false, USES_STATUS | USES_BODY, strike_garbage },
	{ "answer", ONLY_BEFORE, true, USES_STATUS | USES_BODY | USES_HEADERS, strike_answer },
};

const char *const fault_kind_names[] = { "error", "rate_limit", "lock", "delay", "stall", "reset", "empty", "cut",
	"garbage", "answer", NULL };
_Static_assert(COUNT_OF(fault_kind_names) == COUNT_OF(kinds) + 1, "a kind without a name");

const struct fault_kind *fault_kind_find(const char *name)
{
	for (size_t i = 0; name && i < COUNT_OF(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

void fault_answer(const struct strike *s, struct call *call, struct reply *out)
{
	const struct fault_kind *kind = fault_kind_find(s->fault.kind);

	if (!out->body)
		out->body = bytes_new("", 0);
	out->delay = s->fault.delay;
	kind->strike(&s->fault, call, out);
}

static bool uses_are_good(const struct fault *f, const struct fault_kind *kind, char **why)
{
	const struct {
		const char *name;
		bool given;
		unsigned use;
	} members[] = {
		{ "status", f->status != 0, USES_STATUS },
		{ "retry_after", f->retry_after != 0, USES_RETRY_AFTER },
		{ "should_retry", f->should_retry != NULL, USES_WORDS },
		{ "code", f->code != NULL, USES_WORDS },
		{ "message", f->message != NULL, USES_WORDS },
		{ "body", f->body != NULL, USES_BODY },
		{ "headers", f->headers != NULL, USES_HEADERS },
		{ "cut", f->cut != 0, USES_CUT },
		{ "kept", f->kept, USES_KEPT },
	};

	for (size_t i = 0; i < COUNT_OF(members); i++)
		if (members[i].given && !(kind->uses & members[i].use))
			return fault_refuse(why, "the kind '%s' has no use for `%s`", kind->name, members[i].name);
	return true;
}

/* "Name: value" in every line, of what may stand in a header (RFC 9110, section 5). */
static bool headers_are_good(const char *headers)
{
	while (headers && *headers) {
		size_t length = strcspn(headers, "\n"), name = strcspn(headers, ":\n");

		if (!name || name >= length || memchr(headers, ' ', name))
			return false;
		for (size_t i = 0; i < length; i++)
			if ((unsigned char)headers[i] < ' ' || headers[i] == 0x7f)
				return false;
		headers += length + (headers[length] == '\n');
	}
	return true;
}

static bool when_is_good(const struct fault *f, const struct fault_kind *kind, char **why)
{
	bool before = f->when && !strcmp(f->when, "before"), after = f->when && !strcmp(f->when, "after");

	if (!f->when)
		return true;
	if (!strcmp(f->when, "wire"))
		return !kind->usually_before ||
		       fault_refuse(why, "the kind '%s' is an answer of the API, not of the wire", kind->name);
	if (!before && !after)
		return fault_refuse(why, "`when` is \"before\", \"after\" or \"wire\", not '%s'", f->when);
	return (before ? kind->before : kind->after) ||
	       fault_refuse(
		       why, "the kind '%s' strikes only %s the call is done", kind->name, before ? "after" : "before");
}

bool fault_kind_check(const struct fault *f, const struct fault_kind *kind, char **why)
{
	if (!kind)
		return fault_refuse(why,
			"there is no kind '%s'; the kinds are error, rate_limit, lock, delay, stall, reset, empty, "
			"cut, garbage "
			"and answer",
			f->kind ? f->kind : "");
	if (!when_is_good(f, kind, why))
		return false;
	if (f->status && (f->status < 200 || f->status > 599))
		return fault_refuse(why, "the status goes from 200 to 599");
	if (f->should_retry && strcmp(f->should_retry, "true") && strcmp(f->should_retry, "false"))
		return fault_refuse(why, "should_retry is \"true\" or \"false\"");
	if (f->kept && (!f->when || strcmp(f->when, "after") != 0))
		return fault_refuse(why, "only an error after the call is done can be kept under its idempotency key");
	if (f->delay > FAULT_DELAY_MOST)
		return fault_refuse(why, "a delay is of at most %u milliseconds", FAULT_DELAY_MOST);
	if (!headers_are_good(f->headers))
		return fault_refuse(why, "a header is \"Name: value\", in printable characters");
	if (!strcmp(kind->name, "delay") && !f->delay)
		return fault_refuse(why, "the kind 'delay' needs `delay`, in milliseconds");
	return uses_are_good(f, kind, why);
}
