/* SPDX-License-Identifier: MIT */
#include "resources/billing/preview.h"

#include "api/fail.h"
#include "api/list.h"
#include "base/json.h"
#include "resources/billing/schedule.h"
#include "resources/check.h"
#include "resources/generic.h"

/* preview_mode=recurring: only what each period costs from now on, without prorations and one-time items. */
static int keep_recurring(struct call *call, struct record *invoice)
{
	const struct list *lines = list_by(call, line_type(), "invoice", invoice->id);
	struct list gone = { 0 };

	for (size_t i = 0; i < lines->count; i++)
		if (json_is_object(js_at(record_tree(lines->at[i]), "parent.invoice_item_details")))
			list_add(&gone, lines->at[i]);
	for (size_t i = 0; i < gone.count; i++)
		journal_delete(&call->journal, gone.at[i]);
	list_clear(&gone);
	return invoice_total(call, invoice);
}

/* Neither a subscription nor items named: the one of the customer's subscriptions that is billed next. NULL: none. */
static struct record *next_subscription(struct call *call, struct record *customer)
{
	const struct list *live = list_by(call, sub_type(), SUB_LIVE, customer->id);
	struct record *next = NULL;
	int64_t first = 0;

	for (size_t i = 0; i < live->count; i++) {
		struct record *sub = live->at[i];
		int64_t end = sub_period_end(sub), cut = js_int(record_tree(sub), "cancel_at", 0);

		if (sub_status_is(sub, "paused") || sub_status_is(sub, "incomplete") || (cut && cut <= end))
			continue;
		if (!next || end < first) {
			next = sub;
			first = end;
		}
	}
	return next;
}

/* What the request is about. */
struct subject {
	struct record *customer, *sub, *schedule;
	bool changes_sub, changes_schedule;
};

static bool is_theirs(const struct subject *s, struct record *r)
{
	return !r || text_is(js_text(record_tree(r), "customer"), s->customer->id);
}

static int find_subject(struct call *call, struct subject *s)
{
	s->customer = param_record(call, "customer", "customer");
	s->sub = call->fail.status ? NULL : param_record(call, "subscription", "subscription");
	s->schedule = call->fail.status ? NULL : param_record(call, "schedule", "subscription_schedule");
	s->changes_sub = json_object_size(param(call, "subscription_details")) > 0;
	s->changes_schedule = json_object_size(param(call, "schedule_details")) > 0;
	if (call->fail.status)
		return -1;
	if ((s->schedule || s->changes_schedule) && (s->sub || s->changes_sub))
		return fail_exclusive(call, NULL, s->sub ? "subscription" : "subscription_details",
			s->schedule ? "schedule" : "schedule_details");
	if (!s->customer && (s->sub || s->schedule))
		s->customer =
			account_find(call->account, js_text(record_tree(s->sub ? s->sub : s->schedule), "customer"));
	call->discard = true;
	s->customer = preview_customer(call, s->customer);
	if (!s->customer)
		return fail_invalid(call, "parameter_missing", NULL,
			"One of the following params should be provided for this request: customer or subscription.");
	if (!is_theirs(s, s->sub))
		return fail_no_such_param(call, s->sub->type, s->sub->id, "subscription");
	if (!is_theirs(s, s->schedule))
		return fail_no_such_param(call, s->schedule->type, s->schedule->id, "schedule");
	call_use_clock(call, s->customer);
	if (s->schedule && !s->sub && !s->changes_schedule)
		s->sub = schedule_subscription(call, s->schedule);
	else if (!s->sub && !s->changes_sub && !s->changes_schedule)
		s->sub = next_subscription(call, s->customer);
	return 0;
}

static const char *currency_of(struct call *call, const struct subject *s)
{
	const char *named = param_text(call, "currency"), *own = js_text(record_tree(s->customer), "currency");

	if (s->sub)
		return js_text(record_tree(s->sub), "currency");
	if (named)
		return named;
	return own ? own : "usd";
}

/* No subscription at all: what is pending, as an invoice of its own. */
static struct record *of_pending_items(struct call *call, const struct subject *s)
{
	struct invoice_terms terms = { .customer = s->customer,
		.reason = "upcoming",
		.currency = currency_of(call, s),
		.period = { call->now, call->now },
		.sweep = true };

	if (js_int_at(call->params, "subscription_details.proration_date", 0)) {
		fail_invalid(call, NULL, "subscription_details[proration_date]",
			"Cannot specify proration date without specifying a subscription.");
		return NULL;
	}
	return invoice_items_pending(call, s->customer, NULL, terms.currency) ? invoice_new(call, &terms, NULL, 0)
									      : NULL;
}

static struct record *find_invoice(struct call *call, const struct subject *s)
{
	if (s->changes_schedule)
		return preview_schedule(call, s->schedule, s->customer);
	if (s->schedule && !s->sub)
		return preview_next_of_schedule(call, s->schedule);
	if (s->sub)
		return preview_discounts(call, s->sub) ? NULL : preview_change(call, s->sub);
	if (json_array_size(js_at(call->params, "subscription_details.items")))
		return preview_creation(call, s->customer);
	return of_pending_items(call, s);
}

int preview_create(struct call *call)
{
	const char *mode = param_text(call, "preview_mode"), *customer;
	bool recurring = text_is(mode, "recurring");
	int64_t proration_date = 0;
	struct subject s = { 0 };
	struct record *invoice;

	if (find_subject(call, &s) || preview_items(call, s.customer, s.sub, currency_of(call, &s)))
		return -1;
	if (s.sub && s.changes_sub)
		proration_date = js_int_at(call->params, "subscription_details.proration_date", call->now);
	customer = s.customer->id;
	invoice = find_invoice(call, &s);
	if (!invoice)
		return call->fail.status ? -1 : preview_none(call, customer);
	if (recurring && keep_recurring(call, invoice))
		return -1;
	journal_freeze_all(&call->journal);
	return answer_tree(call, preview_body(call, invoice, proration_date), invoice_type());
}
