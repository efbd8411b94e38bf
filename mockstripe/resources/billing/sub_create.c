/* SPDX-License-Identifier: MIT */
/*
 * Creating a subscription and its first invoice. Source: Stripe docs "Build a subscriptions integration", "How
 * subscriptions work", "Free trials", "Backdating", "Set the subscription billing renewal date".
 */
#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/sub.h"
#include "resources/check.h"
#include "resources/customer.h"
#include "resources/discount.h"
#include "resources/generic.h"
#include "resources/payments/pay.h"
#include "resources/price.h"

#define CUSTOMER_SUBSCRIPTIONS 500 /* Stripe docs "Subscriptions": live ones of one customer */
#define CLOCK_SUBSCRIPTIONS 3	   /* of each customer on a test clock: Stripe docs "Test clocks" */

struct creation {
	struct call *call;
	struct sub_change c;
	json_t *body;
	int64_t start;	   /* now, or the backdated start */
	int64_t trial_end; /* 0: no trial */
	bool stub;	   /* the first period ends at an anchor that lies elsewhere */
	enum pay_behavior pay;
};

static int check_behavior(struct creation *n)
{
	struct call *call = n->call;
	const char *method = param_text(call, "collection_method");
	bool sends = text_is(method, "send_invoice");

	if (sub_check_pending_interval(call, call->params) ||
		sub_check_billing_schedules(call, call->params, "billing_schedules"))
		return -1;
	n->pay = pay_behavior_of(param_text(call, "payment_behavior"));
	if (n->pay == PENDING_IF_INCOMPLETE)
		return fail_invalid(call, NULL, "payment_behavior",
			"Setting `payment_behavior` to `pending_if_incomplete` has no effect when creating a "
			"subscription.");
	if (sends && !param_given(call, "days_until_due"))
		return fail_invalid(call, NULL, NULL,
			"If invoice collection method is 'send_invoice', you must specify 'due_date' or "
			"'days_until_due'.");
	if (!sends && param_given(call, "days_until_due"))
		return fail_invalid(call, NULL, NULL,
			"You can only specify 'due_date' or 'days_until_due' if invoice collection method is "
			"'send_invoice'.");
	if (param_given(call, "cancel_at") && param_given(call, "cancel_at_period_end"))
		return fail_invalid(call, NULL, NULL,
			"You may only specify one of these parameters: cancel_at, cancel_at_period_end.");
	return 0;
}

static int read_trial(struct creation *n)
{
	struct call *call = n->call;
	json_t *end = param(call, "trial_end");
	int64_t days = param_int(call, "trial_period_days", 0);

	if (end && param_given(call, "trial_period_days"))
		return fail_invalid(call, NULL, NULL,
			"You may only specify one of these parameters: trial_end, trial_period_days.");
	if (end && param_flag(call, "trial_from_plan", false))
		return fail_exclusive(call, NULL, "trial_end", "trial_from_plan");
	if (param_flag(call, "trial_from_plan", false) && sub_trial_days(&n->c) > days)
		days = sub_trial_days(&n->c);
	if (json_is_integer(end)) {
		n->trial_end = json_integer_value(end);
		if (sub_check_trial_end(call, n->trial_end, "trial_end"))
			return -1;
	} else if (days > 0) {
		n->trial_end = call->now + days * 86400;
	}
	return 0;
}

static int read_anchor_config(struct creation *n, json_t *config)
{
	const struct item_facts *first = &n->c.items[0].new;
	struct cycle_anchor_config parts = {
		.day_of_month = (int)js_int(config, "day_of_month", 1),
		.month = (int)js_int(config, "month", CYCLE_UNSET),
		.hour = (int)js_int(config, "hour", CYCLE_UNSET),
		.minute = (int)js_int(config, "minute", CYCLE_UNSET),
		.second = (int)js_int(config, "second", CYCLE_UNSET),
	};

	if (!cycle_anchor_resolve(&parts, n->trial_end ? n->trial_end : n->call->now, first->interval, &n->c.anchor))
		return fail_invalid(n->call, NULL, "billing_cycle_anchor_config",
			"billing_cycle_anchor_config must name a day that exists, for prices billed by the month or "
			"year.");
	n->stub = n->c.anchor != n->call->now;
	return 0;
}

static int read_anchor(struct creation *n)
{
	struct call *call = n->call;
	struct sub_change *c = &n->c;
	const struct item_facts *first = &c->items[0].new;
	int64_t wanted = param_int(call, "billing_cycle_anchor", 0), latest;

	n->start = param_int(call, "backdate_start_date", call->now);
	if (n->start > call->now)
		return fail_invalid(call, NULL, "backdate_start_date", "The backdated start must lie in the past.");
	c->anchor = n->trial_end ? n->trial_end : call->now; /* a backdated start does not move it */
	if (json_is_object(param(call, "billing_cycle_anchor_config")) && wanted)
		return fail_exclusive(call, NULL, "billing_cycle_anchor", "billing_cycle_anchor_config");
	if (json_is_object(param(call, "billing_cycle_anchor_config")) && param_given(call, "backdate_start_date"))
		return fail_exclusive(call, NULL, "backdate_start_date", "billing_cycle_anchor_config");
	if (json_is_object(param(call, "billing_cycle_anchor_config")))
		return read_anchor_config(n, param(call, "billing_cycle_anchor_config"));
	if (!wanted)
		return 0;
	if (wanted <= call->now)
		return fail_invalid(call, NULL, "billing_cycle_anchor",
			"Invalid timestamp: must be an integer Unix timestamp in the future.");
	if (!cycle_latest_anchor(
		    n->trial_end ? n->trial_end : call->now, first->interval, first->interval_count, &latest) ||
		wanted > latest)
		return fail_invalid(call, NULL, "billing_cycle_anchor",
			"billing_cycle_anchor cannot be later than next natural billing date (%lld) for plan",
			(long long)latest);
	c->anchor = wanted;
	n->stub = true;
	return 0;
}

/* When it is to end, from the request: c->cancel_at, 0 for never. */
static int read_end(struct creation *n)
{
	struct call *call = n->call;
	json_t *at = param(call, "cancel_at");
	struct sub_change *c = &n->c;

	if (json_is_integer(at)) {
		c->cancel_at = json_integer_value(at);
		if (c->cancel_at <= call->now)
			return fail_invalid(call, NULL, "cancel_at",
				"Invalid timestamp: must be an integer Unix timestamp in the future.");
	}
	return 0;
}

static int set_periods(struct creation *n)
{
	struct call *call = n->call;
	struct sub_change *c = &n->c;
	int64_t last = 0, first = 0;
	const char *named = param_text(call, "cancel_at");

	for (size_t i = 0; i < c->n; i++) {
		struct item_facts *item = &c->items[i].new;
		struct cycle cycle = sub_cycle(c, item);
		struct span whole;

		if (n->trial_end)
			item->period = (struct span) { call->now, n->trial_end };
		else if (sub_set_period(c, item, call->now))
			return -1;
		/* With an anchor ahead the backdated time is a part of the first, shortened period. */
		else if (n->stub && n->start < call->now && cycle_period(&cycle, call->now, &whole))
			item->period.from = n->start > whole.from ? n->start : whole.from;
		if (item->period.to > last)
			last = item->period.to;
		if (!first || item->period.to < first)
			first = item->period.to;
	}
	if (named)
		c->cancel_at = !strcmp(named, "min_period_end") ? first : last;
	else if (param_flag(call, "cancel_at_period_end", false))
		c->cancel_at = last;
	return 0;
}

/* ---- the body ---- */

static void apply_cancel(struct creation *n, json_t *body)
{
	js_put_flag(body, "cancel_at_period_end", param_flag(n->call, "cancel_at_period_end", false));
	if (!n->c.cancel_at)
		return;
	js_put_int(body, "cancel_at", n->c.cancel_at);
	js_put_int(body, "canceled_at", n->call->now);
	js_put_text(js_own(body, "cancellation_details"), "reason", "cancellation_requested");
}

static json_t *make_body(struct creation *n)
{
	static const char *const by_hand[] = { "items", "discounts", "default_tax_rates", "trial_end", "cancel_at",
		"cancel_at_period_end", "billing_cycle_anchor", "billing_mode", "add_invoice_items",
		"billing_schedules", NULL };
	struct call *call = n->call;
	json_t *body = shape_new(call, sub_type(), NULL);
	json_t *rates = tax_rates_of(call, param(call, "default_tax_rates"), "default_tax_rates");

	n->body = body;
	js_put_text(body, "customer", n->c.customer->id);
	if (call->fail.status || params_apply(call, body, sub_type(), by_hand))
		return NULL;
	js_put(body, "test_clock", json_object_get(record_tree(n->c.customer), "test_clock"));
	js_put_text(body, "currency", n->c.currency);
	js_put_int(body, "start_date", n->start);
	js_put_int(body, "billing_cycle_anchor", n->c.anchor);
	js_put_new(body, "default_tax_rates", rates ? json_incref(rates) : json_array());
	js_put_text(body, "status", n->trial_end ? "trialing" : "active");
	if (n->trial_end) {
		js_put_int(body, "trial_start", call->now);
		js_put_int(body, "trial_end", n->trial_end);
	}
	js_put_new(body, "billing_mode",
		billing_mode_body(n->c.flexible, param_text_at(call, "billing_mode.flexible.proration_discounts")));
	apply_cancel(n, body);
	sub_set_pending_interval(body, call->now);
	return body;
}

static int apply_discounts(struct creation *n)
{
	struct call *call = n->call;
	struct discount_owner owner = {
		.customer = n->c.customer, .subscription = n->c.sub->id, .currency = n->c.currency, .start = n->start
	};
	struct decimal sum = decimal_of(0);
	json_t *ids;

	if (!json_array_size(param(call, "discounts")))
		return 0;
	for (size_t i = 0; i < n->c.n; i++)
		if (!decimal_add(sum, n->c.items[i].new.total, &sum))
			return fail_invalid(
				call, "amount_too_large", NULL, "The items together cost more than can be billed.");
	decimal_round(sum, ROUND_HALF_AWAY, &owner.amount);
	ids = discounts_redeem(call, param(call, "discounts"), &owner, NULL, "discounts");
	if (!ids)
		return -1;
	js_put_new(journal_edit(&call->journal, n->c.sub), "discounts", ids);
	return 0;
}

/* ---- the first invoice ---- */

int sub_add_invoice_item(struct sub_change *c, json_t *entry, const char *where)
{
	struct call *call = c->call;
	const char *id = js_text(entry, "price");
	struct record *price = id ? price_usable(call, id, "one_time", arena_format(&call->arena, "%s[price]", where))
				  : price_from_data(call, json_object_get(entry, "price_data"),
					    arena_format(&call->arena, "%s[price_data]", where));
	struct bill_line line = { .sub = c->sub, .discountable = true };

	if (!price)
		return -1;
	line.price = price;
	line.quantity = decimal_of(js_int(entry, "quantity", 1));
	line.period = (struct span) { call->now, call->now };
	line.unit_amount_decimal = price_unit_decimal(price, c->currency);
	line.description = js_text(record_tree(price_product(call, price)), "name");
	line.tax_rates = tax_rates_of(call, json_object_get(entry, "tax_rates"), where);
	line.metadata = json_object_get(entry, "metadata");
	if (call->fail.status)
		return -1;
	if (!line.unit_amount_decimal)
		return fail_invalid(call, NULL, arena_format(&call->arena, "%s[price]", where),
			"The price %s has no amount in %s.", price->id, c->currency);
	if (!price_line_of(line.unit_amount_decimal, line.quantity, &line.amount))
		return fail_invalid(
			call, "amount_too_large", where, "The price times the quantity is more than can be billed.");
	invoice_item_new(call, c->customer, &line, c->currency);
	return 0;
}

/*
 * The time since a backdated start is billed at once: to now, or to the anchor ahead that the first period runs to. A
 * trial begins now; what came before it was none. Source: Stripe docs "Backdating"; API reference "Create a
 * subscription", backdate_start_date.
 */
static int backdated_lines(struct creation *n)
{
	struct sub_change *c = &n->c;
	bool to_anchor = n->stub && !n->trial_end;

	if (n->start >= n->call->now || c->behavior == NO_PRORATIONS)
		return 0;
	for (size_t i = 0; i < c->n; i++) {
		struct item_change *item = &c->items[i];
		int64_t end = to_anchor ? item->new.period.to : n->call->now;

		if (item->new.metered)
			continue;
		item->idle = to_anchor; /* the running period is part of it then */
		if (sub_backdated_lines(c, n->start, i, end))
			return -1;
	}
	return 0;
}

static int first_lines(struct creation *n, bool *invoices)
{
	struct sub_change *c = &n->c;
	bool stub = n->stub && !n->trial_end;

	*invoices = true;
	if (stub && c->behavior == NO_PRORATIONS) { /* free until the anchor */
		*invoices = json_array_size(param(n->call, "add_invoice_items")) > 0;
		return 0;
	}
	if (backdated_lines(n))
		return -1;
	if (!n->trial_end)
		return sub_full_lines(c);
	for (size_t i = 0; i < c->n; i++)
		item_trial_line(n->call, &c->items[i].new, c->sub, c->flexible, c->items[i].new.period, &c->lines);
	return n->call->fail.status ? -1 : 0;
}

static int count_subscriptions(struct creation *n)
{
	const char *clock = js_text(record_tree(n->c.customer), "test_clock");

	if (clock && subscriptions_live_count(n->call, n->c.customer) >= CLOCK_SUBSCRIPTIONS)
		return fail_invalid(n->call, NULL, NULL,
			"A customer on a test clock can have up to %d subscriptions, and `%s` has reached that limit.",
			CLOCK_SUBSCRIPTIONS, n->c.customer->id);
	if (subscriptions_live_count(n->call, n->c.customer) < CUSTOMER_SUBSCRIPTIONS)
		return 0;
	return fail_invalid(n->call, "customer_max_subscriptions", NULL,
		"Customer %s already has the maximum of %d current subscriptions.", n->c.customer->id,
		CUSTOMER_SUBSCRIPTIONS);
}

static int prepare(struct creation *n)
{
	struct call *call = n->call;
	const char *currency = param_text(call, "currency"), *method = param_text(call, "default_payment_method");
	json_t *items = param(call, "items");

	n->c.currency = currency;
	n->c.flexible = billing_mode_wanted(call);
	n->c.behavior = sub_behavior_of(param_text(call, "proration_behavior"));
	if (check_behavior(n) || count_subscriptions(n))
		return -1;
	if (!json_array_size(items))
		return fail_missing_param(call, "items");
	if (sub_items_wanted(&n->c, items, "items") ||
		customer_use_currency(call, n->c.customer, n->c.currency, "currency"))
		return -1;
	if (method && !method_attached(call, method, n->c.customer, "default_payment_method"))
		return -1;
	return read_trial(n) || read_anchor(n) || read_end(n) || set_periods(n) ? -1 : 0;
}

static void pending_setup(struct creation *n)
{
	struct call *call = n->call;
	struct record *sub = n->c.sub, *intent;
	struct record *invoice = account_find(call->account, js_text(record_tree(sub), "latest_invoice"));

	if (!invoice || js_int(record_tree(invoice), "total", 0) > 0 || invoice_method(call, invoice) ||
		strcmp(js_text(record_tree(sub), "collection_method"), "charge_automatically"))
		return;
	intent = setup_intent_new(call, n->c.customer);
	js_put_text(journal_edit(&call->journal, sub), "pending_setup_intent", intent->id);
}

int sub_create(struct call *call)
{
	return sub_create_scheduled(call, NULL);
}

int sub_create_scheduled(struct call *call, const char *schedule)
{
	struct creation *n = arena_alloc(&call->arena, sizeof *n);
	struct record *customer = param_record(call, "customer", "customer"), *invoice = NULL;
	uint64_t place;
	bool invoices;

	if (call->fail.status)
		return -1;
	if (!customer)
		return fail_missing_param(call, "customer");
	if (!schedule) /* a schedule has brought the call to its time */
		call_use_clock(call, customer);
	n->call = call;
	n->c = (struct sub_change) {
		.call = call, .customer = customer, .at = call->now, .by_schedule = schedule != NULL
	};
	if (prepare(n) || !make_body(n)) {
		json_decref(n->body);
		return -1;
	}
	js_put_text(n->body, "schedule", schedule);
	n->c.sub = object_store(call, sub_type(), n->body);
	if (sub_items_store(&n->c) || apply_discounts(n))
		return -1;
	for (size_t i = 0; i < json_array_size(param(call, "add_invoice_items")); i++)
		if (sub_add_invoice_item(&n->c, json_array_get(param(call, "add_invoice_items"), i),
			    arena_format(&call->arena, "add_invoice_items[%zu]", i)))
			return -1;
	if (first_lines(n, &invoices))
		return -1;
	/* An unpaid start is announced before its invoice, a paid one after: the place is kept until it is known. */
	place = emit_reserve(call);
	journal_freeze_all(&call->journal);
	if (invoices &&
		sub_invoice_now(&n->c, "subscription_create", (struct span) { call->now, call->now }, n->pay, &invoice))
		return -1;
	pending_setup(n);
	sub_plan(call, n->c.sub);
	if (sub_status_is(n->c.sub, "incomplete"))
		emit_reserved(call, place, "customer.subscription.created", n->c.sub);
	else
		emit(call, "customer.subscription.created", n->c.sub);
	return answer_record(call, n->c.sub);
}
