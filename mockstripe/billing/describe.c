/* SPDX-License-Identifier: MIT */
#include "billing/describe.h"

#include <inttypes.h>
#include <string.h>

#include "value/currency.h"

#define TIMES " × "

static void put_quantity(struct text *out, struct decimal quantity)
{
	char digits[DECIMAL_ROOM];

	text_add(out, digits, decimal_format(quantity, digits));
}

/*
 * A unit amount keeps the decimals it has: $0.025 for 2.5 cents. Prices of whole minor units are the rule; for the
 * others the digits below the minor unit follow those of the currency.
 */
static void put_unit_amount(struct text *out, struct decimal amount, const char *currency)
{
	const struct currency *c = currency_find(currency);
	char digits[DECIMAL_ROOM];
	const char *point;

	if (amount.scaled < 0) {
		text_char(out, '-');
		amount.scaled = -amount.scaled;
	}
	currency_format(out, (int64_t)(amount.scaled / DECIMAL_ONE), currency);
	decimal_format(amount, digits);
	point = strchr(digits, '.');
	if (point)
		text_put(out, c && c->exponent == 0 ? point : point + 1);
}

static void put_price(struct text *out, const struct describe_price *p)
{
	const char *interval = calendar_interval_name(p->interval);

	put_unit_amount(out, p->unit_amount, p->currency);
	if (p->interval_count == 1)
		text_format(out, " / %s", interval);
	else
		text_format(out, " / every %" PRId64 " %ss", p->interval_count, interval);
}

void describe_discount(struct text *out, const struct discount *d, const char *currency)
{
	if (d->percent_off > 0) {
		char digits[PERCENT_ROOM];

		text_add(out, digits, percent_format(d->percent_off, digits));
		text_char(out, '%');
	} else {
		currency_format(out, d->amount_off, currency);
	}
	text_put(out, " off");
}

void describe_proration(struct text *out, enum proration_kind kind, const char *product, struct decimal quantity,
	const struct discount *discounts, size_t n, const char *currency, int64_t at)
{
	char date[CALENDAR_DATE_ROOM];

	text_put(out, kind == PRORATION_CREDIT ? "Unused time on " : "Remaining time on ");
	if (decimal_compare(quantity, decimal_of(1)) != 0) {
		put_quantity(out, quantity);
		text_put(out, TIMES);
	}
	text_put(out, product);
	for (size_t i = 0; i < n; i++) {
		text_put(out, i == 0 ? " (with " : ", ");
		describe_discount(out, &discounts[i], currency);
	}
	if (n > 0)
		text_char(out, ')');
	calendar_format_date(at, date);
	text_format(out, " after %s", date);
}

void describe_recurring(struct text *out, const char *product, struct decimal quantity, const struct describe_price *p)
{
	put_quantity(out, quantity);
	text_format(out, TIMES "%s (at ", product);
	put_price(out, p);
	text_char(out, ')');
}

void describe_tier(
	struct text *out, const char *product, struct decimal quantity, size_t tier, const struct describe_price *p)
{
	put_quantity(out, quantity);
	text_format(out, TIMES "%s (Tier %zu at ", product, tier + 1);
	put_price(out, p);
	text_char(out, ')');
}

void describe_trial(struct text *out, enum proration_basis mode, const char *product, struct decimal quantity)
{
	if (mode == PRORATION_CLASSIC) {
		text_format(out, "Trial period for %s", product);
		return;
	}
	text_put(out, "Free trial for ");
	put_quantity(out, quantity);
	text_format(out, TIMES "%s", product);
}
