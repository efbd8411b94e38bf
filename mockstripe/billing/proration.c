/* SPDX-License-Identifier: MIT */
#include "billing/proration.h"

bool proration_part(int sign, struct decimal total, struct span part, struct span whole, int64_t *out)
{
	wide numerator, denominator;

	if (whole.from >= whole.to || part.from < whole.from || part.to > whole.to || part.from > part.to)
		return false;
	/* Rounded once: the total's twelve places and the period's seconds are divided out together. */
	if (!wide_multiply(total.scaled, (wide)part.to - part.from, &numerator) ||
		!wide_multiply(DECIMAL_ONE, (wide)whole.to - whole.from, &denominator) ||
		!wide_multiply(numerator, sign, &numerator))
		return false;
	return wide_round(numerator, denominator, ROUND_HALF_DOWN, out);
}

/* Where the lines of one update go. */
struct sheet {
	struct proration_line *lines;
	size_t room, count;
};

static bool sheet_add(struct sheet *s, struct proration_line line)
{
	if (s->count == s->room)
		return false;
	s->lines[s->count++] = line;
	return true;
}

static bool credit_classic(struct sheet *s, const struct proration_change *c, size_t item, int64_t at)
{
	struct proration_line line = { .kind = PRORATION_CREDIT, .item = item, .period = { at, c->old_period.to } };

	if (c->old_period.from >= c->old_period.to || at < c->old_period.from)
		return false;
	if (at >= c->old_period.to)
		return true;
	if (!proration_part(-1, c->old_total, line.period, c->old_period, &line.amount))
		return false;
	return sheet_add(s, line);
}

/* Each original is credited by its own amount over its own period; one that starts later is credited whole. */
static bool credit_flexible(struct sheet *s, const struct proration_change *c, size_t item, int64_t at)
{
	for (size_t i = 0; i < c->original_count; i++) {
		const struct proration_original *o = &c->originals[i];
		struct proration_line line = { .kind = PRORATION_CREDIT, .item = item, .original = i };

		if (o->period.from >= o->period.to)
			return false;
		if (at >= o->period.to)
			continue;
		line.period = o->period;
		if (at > o->period.from)
			line.period.from = at;
		if (!proration_part(-1, decimal_of(o->amount), line.period, o->period, &line.amount) ||
			!sheet_add(s, line))
			return false;
	}
	return true;
}

static bool debit(struct sheet *s, const struct proration_change *c, size_t item, int64_t at)
{
	struct proration_line line = { .kind = PRORATION_DEBIT, .item = item, .period = { at, c->new_period.to } };

	if (c->new_period.from >= c->new_period.to)
		return false;
	if (c->restarts) {
		line.kind = PRORATION_FULL;
		line.period = c->new_period;
		if (!decimal_round(c->new_total, ROUND_HALF_AWAY, &line.amount))
			return false;
		return sheet_add(s, line);
	}
	if (at < c->new_period.from)
		return false;
	if (at >= c->new_period.to)
		return true;
	if (!proration_part(1, c->new_total, line.period, c->new_period, &line.amount))
		return false;
	return sheet_add(s, line);
}

bool proration_lines(const struct proration_change *changes, size_t n, enum proration_basis basis, int64_t at,
	struct proration_line *out, size_t room, size_t *count)
{
	struct sheet sheet = { .lines = out, .room = room };

	for (size_t i = 0; i < n; i++) {
		const struct proration_change *c = &changes[i];

		if (!c->has_old)
			continue;
		if (basis == PRORATION_FLEXIBLE ? !credit_flexible(&sheet, c, i, at)
						: !credit_classic(&sheet, c, i, at))
			return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (changes[i].has_new && !debit(&sheet, &changes[i], i, at))
			return false;
	}
	*count = sheet.count;
	return true;
}

bool proration_end_moved(struct decimal total, struct span natural, int64_t old_end, int64_t new_end,
	struct proration_line *out, bool *changed)
{
	bool later = new_end > old_end;
	struct proration_line line = { .kind = later ? PRORATION_DEBIT : PRORATION_CREDIT };

	if (old_end == new_end) {
		*changed = false;
		return true;
	}
	line.period = later ? (struct span) { old_end, new_end } : (struct span) { new_end, old_end };
	if (!proration_part(later ? 1 : -1, total, line.period, natural, &line.amount))
		return false;
	*out = line;
	*changed = true;
	return true;
}
