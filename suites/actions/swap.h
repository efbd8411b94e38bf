/* SPDX-License-Identifier: MIT */
#ifndef SUITES_ACTIONS_SWAP_H
#define SUITES_ACTIONS_SWAP_H

#include "suites/support/api.h"

/*
 * Every id of mary's in ada's hands, and one that nobody has in its place; what may be seen of mary in no answer; and
 * the requests that an answer took, as two answers that take the same ones take the same time.
 */
#define INFO "subscription_info"
#define INVOICES "list_invoices"
#define MANAGE "manage_subscriptions"
#define BILLING "update_billing"

static const struct swap_row {
	const char *name, *action;
	const char *inputs; /* %s: the id */
	const char *foreign, *missing;
	const char *status;
} swap_rows[] = {
	{ "swap__subscription_cancelled", MANAGE, "{\"operation\":\"cancel\",\"subscription\":\"%s\"}", "sub_mary",
		"sub_none", "refused" },
	{ "swap__subscription_cancelled_at_once", MANAGE,
		"{\"operation\":\"cancel\",\"when\":\"immediately\",\"subscription\":\"%s\"}", "sub_mary", "sub_none",
		"refused" },
	{ "swap__subscription_changed", MANAGE,
		"{\"operation\":\"change_plan\",\"plan\":\"fleet\",\"subscription\":\"%s\"}", "sub_mary", "sub_none",
		"refused" },
	{ "swap__subscription_previewed", MANAGE,
		"{\"operation\":\"preview_change\",\"plan\":\"fleet\",\"subscription\":\"%s\"}", "sub_mary", "sub_none",
		"refused" },
	{ "swap__cancellation_taken_back", MANAGE, "{\"operation\":\"undo_cancel\",\"subscription\":\"%s\"}",
		"sub_mary", "sub_none", "refused" },
	{ "swap__downgrade_taken_back", MANAGE, "{\"operation\":\"undo_downgrade\",\"subscription\":\"%s\"}",
		"sub_mary", "sub_none", "refused" },
	{ "swap__subscription_item", MANAGE, "{\"operation\":\"cancel\",\"subscription\":\"%s\"}", "si_mary", "si_none",
		"refused" },
	{ "swap__invoices_of_a_subscription", INVOICES, "{\"subscription\":\"%s\"}", "sub_mary", "sub_none",
		"refused" },
	{ "swap__invoice_as_cursor", INVOICES, "{\"cursor\":\"%s\"}", "in_mary_1", "in_none_1", "refused" },
	{ "swap__customer_as_account", INFO, "{\"account\":\"%s\"}", "cus_mary", "cus_none", "needs_choice" },
	{ "swap__customer_as_argument", INFO, "{\"customer\":\"%s\"}", "cus_mary", "cus_none", "refused" },
	{ "swap__customer_of_billing_details", BILLING, "{\"customer\":\"%s\",\"phone\":\"+35315550199\"}", "cus_mary",
		"cus_none", "refused" },
	{ "swap__contact_as_argument", BILLING, "{\"external_id\":\"%s\",\"phone\":\"+35315550199\"}", "mary", "none",
		"refused" },
};

static const char *const swap_hers[] = { "mary@example.com", "Mary", "Creek Street", "sub_mary", "in_mary", "si_mary",
	"pm_mary", "cus_mary", "4444", "+442071838750" };

/* The inputs with the id in them; free() it. */
static inline char *swap_inputs(const struct swap_row *row, const char *id)
{
	const char *at = strstr(row->inputs, "%s");

	return mem_format("%.*s%s%s", (int)(at - row->inputs), row->inputs, id, at + 2);
}

struct swap_trail {
	size_t skip; /* of those before */
	struct text text;
};

static inline void swap_trail_one(void *arg, const struct ms_exchange *e)
{
	struct swap_trail *t = arg;

	if (t->skip)
		t->skip--;
	else
		text_format(&t->text, "%s %s %d\n", e->method, e->route ? e->route : "", e->status);
}

static inline void swap_count_one(void *arg, const struct ms_exchange *e)
{
	(void)e;
	++*(size_t *)arg;
}

/* How many requests the simulator has seen. */
static inline size_t swap_asked(struct ms *ms)
{
	size_t n = 0;

	ms_each_request(ms, NULL, swap_count_one, &n);
	return n;
}

/* "GET /v1/customers/{customer} 200" and so on, one a line, of those after the first `before`; free() it. */
static inline char *swap_trail_of(struct ms *ms, size_t before)
{
	struct swap_trail t = { .skip = before };

	text_init(&t.text, TEXT_NO_CEILING);
	ms_each_request(ms, NULL, swap_trail_one, &t);
	return text_take(&t.text);
}

#endif
