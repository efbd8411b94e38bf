/* SPDX-License-Identifier: MIT */
/* The lines of a period that begins: whole ones, and shares of one. Source: Stripe docs "Set the subscription billing
 * renewal date", "Cancel subscriptions". */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "billing/describe.h"
#include "resources/billing/sub.h"

int sub_stub_line(struct sub_change *c, size_t which, struct span part, struct span whole, int64_t from)
{
	struct item_change *item = &c->items[which];
	struct bill_line *line;
	struct text text;

	if (item->new.metered)
		return 0;
	line = bill_lines_add(c->call, &c->lines);
	if (!line)
		return -1;
	*line = (struct bill_line) {
		.period = { from, part.to },
		.price = item->new.price,
		.quantity = item->new.quantity,
		.sub = c->sub,
		.item = item->new.record,
		.proration = true,
		.discountable = true,
		.discounts = item->new.discounts,
		.tax_rates = item->new.tax_rates,
		.metadata = json_object_get(record_tree(c->sub), "metadata"),
	};
	if (!proration_part(1, item->new.total, part, whole, &line->amount))
		return sub_fail_amount(c->call);
	text_init(&text, 4096);
	describe_proration(
		&text, PRORATION_DEBIT, item_product_name(&item->new), item->new.quantity, NULL, 0, c->currency, from);
	line->description = arena_text(&c->call->arena, text.data);
	text_clear(&text);
	return 0;
}

int sub_full_lines(struct sub_change *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct item_change *item = &c->items[i];
		struct span period = item->new.period, whole;

		if (!item->idle && sub_usage_line(c, i, c->call->now)) /* in arrears: the time that ends here */
			return -1;
		if (!item->has_new || item->idle || period.from >= period.to)
			continue;
		if (c->lines.count + item->new.terms.tier_count + 1 >= BILL_LINES)
			return fail_invalid(c->call, NULL, NULL, "An invoice can have at most %d lines.", BILL_LINES);
		whole = sub_natural(&item->new, c->anchor);
		if (whole.from != period.from || whole.to != period.to) {
			if (sub_stub_line(c, i, period, whole, period.from))
				return -1;
		} else if (item_period_lines(c->call, &item->new, c->sub, c->currency, period, &c->lines)) {
			return -1;
		}
	}
	return 0;
}
