/* SPDX-License-Identifier: MIT */
#include "actions/catalog/catalog.h"

#include <stdio.h>
#include <string.h>

#include "actions/catalog/holdings.h"
#include "actions/core/digest.h"
#include "actions/core/wording.h"
#include "actions/stripe/pages.h"
#include "base/json.h"
#include "value/calendar.h"

/* Get Invoices: number, date, amount, what became of it, and the links to view and to download. */

#define SHOWN_DEFAULT 5
#define SCANNED_MOST 300 /* drafts and filtered ones included */
#define CURSOR_MAC 12	 /* bytes */

static const char *const statuses[] = { "open", "paid", "uncollectible", "void", NULL };
static const struct input status_element = { .kind = INPUT_CHOICE, .choices = statuses };

static const struct input inputs[] = {
	ACCOUNT_INPUT,
	{ .name = "subscription",
		.kind = INPUT_TEXT,
		.min = 1,
		.max = 100,
		.what = "Only invoices of this subscription: a handle such as sub_1." },
	{ .name = "status",
		.kind = INPUT_LIST,
		.min = 1,
		.max = 4,
		.fields = &status_element,
		.what = "Only invoices in one of these states." },
	{ .name = "from", .kind = INPUT_TEXT, .min = 10, .max = 10, .what = "First day, YYYY-MM-DD." },
	{ .name = "to", .kind = INPUT_TEXT, .min = 10, .max = 10, .what = "Last day, YYYY-MM-DD." },
	{ .name = "limit",
		.kind = INPUT_INTEGER,
		.min = 1,
		.max = 20,
		.what = "How many, newest first; 5 by default." },
	{ .name = "cursor",
		.kind = INPUT_TEXT,
		.min = 1,
		.max = 300,
		.what = "next_cursor of the previous answer, to go on from there." },
	{ 0 },
};

/* The cursor is an invoice id with a seal over it and the customer: it cannot be made up, nor used for somebody else.
 */
static void cursor_seal(struct action_run *run, const char *id, char out[2 * CURSOR_MAC + 1])
{
	const char *message = arena_format(run->arena, "cursor\n%s\n%s", run->account.customer, id);
	unsigned char digest[DIGEST_SIZE];

	digest_make(run->key, DIGEST_SIZE, message, strlen(message), digest);
	digest_hex(digest, CURSOR_MAC, out);
}

static const char *cursor_make(struct action_run *run, const char *id)
{
	char seal[2 * CURSOR_MAC + 1];

	cursor_seal(run, id, seal);
	return arena_format(run->arena, "%s.%s", id, seal);
}

/* The invoice id; NULL with run->why raised. */
static const char *cursor_read(struct action_run *run, const char *cursor)
{
	const char *dot = strrchr(cursor, '.');
	unsigned char given[CURSOR_MAC], made[CURSOR_MAC];
	char seal[2 * CURSOR_MAC + 1];
	const char *id;

	if (dot && digest_unhex(dot + 1, given, CURSOR_MAC)) {
		id = arena_range(run->arena, cursor, (size_t)(dot - cursor));
		cursor_seal(run, id, seal);
		if (digest_unhex(seal, made, CURSOR_MAC) && digest_same(given, made, CURSOR_MAC))
			return id;
	}
	problem_raise(run->why, PROBLEM_ARGUMENTS_INVALID, "the cursor was not given out for this customer");
	return NULL;
}

/* "2026-11-23" as the first second of that day, in UTC. */
static bool day_read(struct action_run *run, const char *name, int64_t *out)
{
	const char *text = js_text(run->inputs, name);
	struct civil day = { 0 };
	char end;

	if (text && strspn(text, "0123456789-") == 10 && text[4] == '-' && text[7] == '-' &&
		sscanf(text, "%4d-%2d-%2d%c", &day.year, &day.month, &day.day, &end) == 3 &&
		calendar_seconds(&day, out))
		return true;
	return problem_raise(run->why, PROBLEM_ARGUMENTS_INVALID, "%s is not a day as YYYY-MM-DD", name);
}

static bool put_days(struct action_run *run, json_t *params)
{
	json_t *created;
	int64_t from = 0, to = 0;
	bool has_from = js_text(run->inputs, "from"), has_to = js_text(run->inputs, "to");

	if ((has_from && !day_read(run, "from", &from)) || (has_to && !day_read(run, "to", &to)))
		return false;
	if (has_from && has_to && from > to)
		return problem_raise(run->why, PROBLEM_ARGUMENTS_INVALID, "from is after to");
	if (!has_from && !has_to)
		return true;
	created = json_object();
	if (has_from)
		js_put_int(created, "gte", from);
	if (has_to)
		js_put_int(created, "lt", to + CALENDAR_DAY);
	js_put_new(params, "created", created);
	return true;
}

static bool put_subscription(struct action_run *run, json_t *params)
{
	const struct holding *chosen;
	struct holdings all;

	if (!js_text(run->inputs, "subscription"))
		return true;
	if (!holdings_load(run, &all))
		return false;
	chosen = holding_pick(run, &all, NULL);
	if (!chosen)
		return false;
	js_put_text(params, "subscription", js_text(chosen->subscription, "id"));
	return true;
}

static bool params_make(struct action_run *run, json_t *params, int64_t limit)
{
	const json_t *wanted = js_get(run->inputs, "status");
	const char *cursor = js_text(run->inputs, "cursor"), *after;

	js_put_text(params, "customer", run->account.customer);
	if (!put_subscription(run, params) || !put_days(run, params))
		return false;
	if (json_array_size(wanted) == 1) /* Stripe takes one; several are chosen from what it sends */
		js_put(params, "status", json_array_get(wanted, 0));
	js_put_int(params, "limit", json_array_size(wanted) > 1 ? 100 : limit + 2);
	if (!cursor)
		return true;
	after = cursor_read(run, cursor);
	if (after)
		js_put_text(params, "starting_after", after);
	return after != NULL;
}

/* Drafts have no number and no links, and may still change: they are the merchant's, not the customer's. */
static bool is_shown(const struct action_run *run, const json_t *invoice)
{
	json_t *wanted = js_get(run->inputs, "status"), *row;
	const char *status = js_text(invoice, "status");
	size_t i;

	if (!status || !strcmp(status, "draft"))
		return false;
	json_array_foreach(wanted, i, row) if (!strcmp(json_string_value(row), status)) return true;
	return !wanted;
}

/* The answer to "was my payment processed?". */
static const char *state_text(struct action_run *run, const json_t *invoice)
{
	struct arena *arena = run->arena;
	const char *status = js_text(invoice, "status"), *currency = js_text(invoice, "currency");
	int64_t paid = js_int_at(invoice, "status_transitions.paid_at", 0), due = js_int(invoice, "due_date", 0);
	int64_t next = js_int(invoice, "next_payment_attempt", 0), left = js_int(invoice, "amount_remaining", 0);

	if (!strcmp(status, "paid"))
		return paid ? arena_format(arena, say(run, "paid on %s"), run_date(run, paid)) : say(run, "paid");
	if (!strcmp(status, "void"))
		return say(run, "cancelled, nothing is owed");
	if (!strcmp(status, "uncollectible"))
		return say(run, "written off; it can still be paid by its link");
	if (js_flag(invoice, "attempted", false) || js_int(invoice, "attempt_count", 0) > 0)
		return next ? arena_format(
				      arena, say(run, "the payment failed, the next try is on %s"), run_date(run, next))
			    : arena_format(arena, say(run, "the payment failed, %s is open"),
				      run_money(run, left, currency ? currency : ""));
	return due ? arena_format(arena, say(run, "to be paid by %s"), run_date(run, due)) : say(run, "not paid yet");
}

static json_t *invoice_data(struct action_run *run, const json_t *invoice, const char *total, const char *state)
{
	static const char *const amounts[] = { "total", "amount_due", "amount_paid", "amount_remaining" };
	json_t *out = json_object();

	js_put_text(out, "number", js_text(invoice, "number"));
	js_put_text(out, "status", js_text(invoice, "status"));
	run_put_time(run, out, "date", js_int(invoice, "created", 0));
	js_put_text(out, "currency", js_text(invoice, "currency"));
	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++)
		js_put_int(out, amounts[i], js_int(invoice, amounts[i], 0));
	js_put_text(out, "total_text", total);
	js_put_text(out, "state", state);
	run_put_time(run, out, "due_date", js_int(invoice, "due_date", 0));
	run_put_time(run, out, "paid_at", js_int_at(invoice, "status_transitions.paid_at", 0));
	run_put_time(run, out, "next_payment_attempt", js_int(invoice, "next_payment_attempt", 0));
	js_put_text(out, "hosted_invoice_url", js_text(invoice, "hosted_invoice_url"));
	js_put_text(out, "invoice_pdf", js_text(invoice, "invoice_pdf"));
	return out;
}

static void tell_one(struct action_run *run, const json_t *invoice, json_t *list)
{
	const char *currency = js_text(invoice, "currency"), *number = js_text(invoice, "number");
	const char *view = js_text(invoice, "hosted_invoice_url"), *pdf = js_text(invoice, "invoice_pdf");
	const char *total = run_money(run, js_int(invoice, "total", 0), currency ? currency : "");
	const char *state = state_text(run, invoice);
	struct text *message = &run->answer->message;

	json_array_append_new(list, invoice_data(run, invoice, total, state));
	text_format(message, say(run, "\n- %s of %s: %s, %s."), number ? number : say(run, "Invoice"),
		run_date(run, js_int(invoice, "created", 0)), total, state);
	if (view)
		text_format(message, say(run, "\n  View: %s"), view);
	if (pdf)
		text_format(message, say(run, "\n  PDF: %s"), pdf);
}

/* Shown invoices in order, for going on behind any of them. */
static void remember(struct action_run *run, const char *id)
{
	if (!run->shown_ids)
		run->shown_ids = run_own(run, json_array());
	json_array_append_new(run->shown_ids, json_string(id ? id : ""));
}

static void invoices_resume(struct action_run *run, size_t left)
{
	const char *id = left ? json_string_value(json_array_get(run->shown_ids, left - 1)) : NULL;

	js_put_flag(run->answer->data, "has_more", true);
	js_put_text(run->answer->data, "next_cursor", id ? cursor_make(run, id) : NULL);
}

static bool invoices_plan(struct action_run *run, struct proposal *out)
{
	int64_t limit = js_int(run->inputs, "limit", SHOWN_DEFAULT), shown = 0;
	json_t *params = run_own(run, json_object()), *list = json_array(), *invoice;
	struct pages pages = { .path = "/v1/invoices", .params = params, .most = SCANNED_MOST };
	const char *last = NULL, *scanned = NULL;
	bool more = false;

	out->writes = false;
	js_put_new(run->answer->data, "invoices", list);
	if (!params_make(run, params, limit))
		return false;
	text_put(&run->answer->message, say(run, "Your invoices:"));
	while (!more && (invoice = pages_next(&pages, run->client, run->why))) {
		if (!run_owns(run, invoice))
			return problem_raise(
				run->why, PROBLEM_STRIPE_BAD_RESPONSE, "the list of invoices holds another customer's");
		scanned = js_text(invoice, "id");
		if (!is_shown(run, invoice))
			continue;
		if (shown == limit) {
			more = true;
			break;
		}
		tell_one(run, invoice, list);
		remember(run, scanned);
		last = scanned;
		shown++;
	}
	if (pages.failed)
		return false;
	if (!more && pages.more) { /* the ceiling, not the end: go on behind what was looked at */
		more = true;
		last = scanned;
	}
	js_put_flag(run->answer->data, "has_more", more);
	if (more && last) {
		js_put_text(run->answer->data, "next_cursor", cursor_make(run, last));
		envelope_next(run->answer, "Call again with next_cursor as cursor for older invoices.");
	}
	if (shown)
		return true;
	js_put_text(run->answer->data, "code", "no_invoices");
	text_reset(&run->answer->message);
	text_put(&run->answer->message, json_object_size(run->inputs) ? say(run, "I found no invoices like that.")
								      : say(run, "There are no invoices yet."));
	return true;
}

const struct action_kind invoices_kind = {
	.kind = "invoices",
	.title = "Get Invoices",
	.sentence = "Reads the signed-in customer's invoices: number, date, amount, payment state, links to view and "
		    "download.",
	.contract = "The customer is known already; never ask for ids. Give links exactly as they are in the answer.",
	.inputs = inputs,
	.effect = EFFECT_READS,
	.unknown_input = PROBLEM_ARGUMENTS_INVALID,
	.plan = invoices_plan,
	.probe = "{\"limit\":1}",
	.list = "invoices",
	.resume = invoices_resume,
};
