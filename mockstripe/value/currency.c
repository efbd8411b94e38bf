/* SPDX-License-Identifier: MIT */
#include "value/currency.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/*
 * Facts: Stripe docs, "Supported currencies" (decimals, minimum amounts, special cases) and ISO 4217. Symbols: signs
 * where a currency has one (all dollars are "$", as in Stripe's own descriptions), "R$ " and "CHF " with a space as
 * Stripe writes them; NULL stands for the code in capitals and a space, after the example of "CHF ". The space behind
 * symbols made of letters other than these two is our choice, and so are the two decimals of usdc and the place of xcg,
 * which followed ang, in the list.
 */
#define TWO(code, minimum, symbol)                                                                                     \
	{                                                                                                              \
		code, 2, 1, 1, minimum, symbol, 0                                                                      \
	}
#define WHOLE(code, minimum, symbol)                                                                                   \
	{                                                                                                              \
		code, 0, 1, 1, minimum, symbol, 0                                                                      \
	}
#define THREE(code, symbol)                                                                                            \
	{                                                                                                              \
		code, 3, 10, 10, 0, symbol, 0                                                                          \
	}
#define WHOLE_IN_TWO(code, symbol)                                                                                     \
	{                                                                                                              \
		code, 2, 100, 100, 0, symbol, 0                                                                        \
	}
#define WHOLE_PAID_OUT(code, minimum, symbol)                                                                          \
	{                                                                                                              \
		code, 2, 1, 100, minimum, symbol, 0                                                                    \
	}
#define LATE(code, symbol, place)                                                                                      \
	{                                                                                                              \
		code, 2, 1, 1, 0, symbol, place                                                                        \
	}

/* clang-format off */
static const struct currency table[] = { /* sorted by code */
	TWO("aed", 200, "\u062f.\u0625"), TWO("afn", 0, NULL), TWO("all", 0, NULL), TWO("amd", 0, "\u058f"),
	TWO("ang", 0, NULL), TWO("aoa", 0, NULL), TWO("ars", 0, "$"), TWO("aud", 50, "$"), TWO("awg", 0, NULL),
	TWO("azn", 0, "\u20bc"),
	TWO("bam", 0, NULL), TWO("bbd", 0, "$"), TWO("bdt", 0, "\u09f3"), TWO("bgn", 100, NULL),
	THREE("bhd", NULL), WHOLE("bif", 0, NULL), TWO("bmd", 0, "$"), TWO("bnd", 0, "$"), TWO("bob", 0, NULL),
	TWO("brl", 50, "R$ "), TWO("bsd", 0, "$"), LATE("btn", NULL, 2), TWO("bwp", 0, NULL), TWO("byn", 0, NULL),
	TWO("bzd", 0, "$"),
	TWO("cad", 50, "$"), TWO("cdf", 0, NULL), TWO("chf", 50, "CHF "), WHOLE("clp", 0, "$"),
	TWO("cny", 0, "\u00a5"), TWO("cop", 0, "$"), TWO("crc", 0, "\u20a1"), TWO("cve", 0, NULL),
	TWO("czk", 1500, "K\u010d "),
	WHOLE("djf", 0, NULL), TWO("dkk", 250, "kr "), TWO("dop", 0, "$"), TWO("dzd", 0, NULL),
	LATE("eek", NULL, 4), TWO("egp", 0, NULL), TWO("etb", 0, NULL), TWO("eur", 50, "\u20ac"),
	TWO("fjd", 0, "$"), TWO("fkp", 0, "\u00a3"),
	TWO("gbp", 30, "\u00a3"), TWO("gel", 0, "\u20be"), LATE("ghs", "\u20b5", 3), TWO("gip", 0, "\u00a3"),
	TWO("gmd", 0, NULL), WHOLE("gnf", 0, NULL), TWO("gtq", 0, NULL), TWO("gyd", 0, "$"),
	TWO("hkd", 400, "$"), TWO("hnl", 0, NULL), TWO("hrk", 0, NULL), TWO("htg", 0, NULL),
	WHOLE_PAID_OUT("huf", 17500, "Ft "),
	TWO("idr", 0, "Rp "), TWO("ils", 0, "\u20aa"), TWO("inr", 50, "\u20b9"), WHOLE_IN_TWO("isk", "kr "),
	TWO("jmd", 0, "$"), THREE("jod", NULL), WHOLE("jpy", 50, "\u00a5"),
	TWO("kes", 0, NULL), TWO("kgs", 0, NULL), TWO("khr", 0, "\u17db"), WHOLE("kmf", 0, NULL),
	WHOLE("krw", 50, "\u20a9"), THREE("kwd", NULL), TWO("kyd", 0, "$"), TWO("kzt", 0, "\u20b8"),
	TWO("lak", 0, "\u20ad"), TWO("lbp", 0, NULL), TWO("lkr", 0, "\u20a8"), TWO("lrd", 0, "$"),
	TWO("lsl", 0, NULL), LATE("ltl", NULL, 8), LATE("lvl", NULL, 5),
	TWO("mad", 0, NULL), TWO("mdl", 0, NULL), WHOLE("mga", 0, NULL), TWO("mkd", 0, NULL), TWO("mmk", 0, NULL),
	TWO("mnt", 0, "\u20ae"), TWO("mop", 0, NULL), LATE("mro", NULL, 10), TWO("mur", 0, "\u20a8"),
	TWO("mvr", 0, NULL), TWO("mwk", 0, NULL), TWO("mxn", 1000, "$"), TWO("myr", 200, "RM "), TWO("mzn", 0, NULL),
	TWO("nad", 0, "$"), TWO("ngn", 0, "\u20a6"), TWO("nio", 0, NULL), TWO("nok", 300, "kr "),
	TWO("npr", 0, "\u20a8"), TWO("nzd", 50, "$"),
	THREE("omr", NULL),
	TWO("pab", 0, NULL), TWO("pen", 0, NULL), TWO("pgk", 0, NULL), TWO("php", 0, "\u20b1"),
	TWO("pkr", 0, "\u20a8"), TWO("pln", 200, "z\u0142 "), WHOLE("pyg", 0, "\u20b2"),
	TWO("qar", 0, NULL),
	TWO("ron", 200, "Lei "), TWO("rsd", 0, NULL), TWO("rub", 0, "\u20bd"), WHOLE("rwf", 0, NULL),
	TWO("sar", 0, "\u0631.\u0633"), TWO("sbd", 0, "$"), TWO("scr", 0, "\u20a8"), TWO("sek", 300, "kr "),
	TWO("sgd", 50, "$"), TWO("shp", 0, "\u00a3"), TWO("sle", 0, NULL), LATE("sll", NULL, 9), TWO("sos", 0, NULL),
	TWO("srd", 0, "$"), TWO("std", 0, NULL), LATE("svc", "\u20a1", 6), TWO("szl", 0, NULL),
	TWO("thb", 1000, "\u0e3f"), TWO("tjs", 0, NULL), THREE("tnd", NULL), TWO("top", 0, NULL),
	TWO("try", 0, "\u20ba"), TWO("ttd", 0, "$"), WHOLE_PAID_OUT("twd", 0, "$"), TWO("tzs", 0, NULL),
	TWO("uah", 0, "\u20b4"), WHOLE_IN_TWO("ugx", NULL), TWO("usd", 50, "$"), LATE("usdc", NULL, 1),
	TWO("uyu", 0, "$"), TWO("uzs", 0, NULL),
	LATE("vef", NULL, 7), WHOLE("vnd", 0, "\u20ab"), WHOLE("vuv", 0, NULL),
	TWO("wst", 0, NULL),
	WHOLE("xaf", 0, NULL), TWO("xcd", 0, "$"), TWO("xcg", 0, NULL), WHOLE("xof", 0, NULL), WHOLE("xpf", 0, NULL),
	TWO("yer", 0, NULL),
	TWO("zar", 0, "R "), TWO("zmw", 0, NULL),
};
/* clang-format on */

static int compare_code(const void *code, const void *row)
{
	return strcmp(code, ((const struct currency *)row)->code);
}

static char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

const struct currency *currency_find(const char *code)
{
	char lower[sizeof(table->code)] = "";
	size_t length = code ? strlen(code) : 0;
	if (length >= sizeof(lower))
		return NULL;
	for (size_t i = 0; i < length; i++)
		lower[i] = to_lower(code[i]);
	return bsearch(lower, table, COUNT_OF(table), sizeof(*table), compare_code);
}

size_t currency_count(void)
{
	return COUNT_OF(table);
}

/* Where a row stands in Stripe's list: usd, the alphabet, and then those that were added or withdrawn later. */
static size_t list_index(const struct currency *row, size_t *alphabetical)
{
	static const size_t late_rows = 10;
	if (row->late)
		return COUNT_OF(table) - late_rows + row->late - 1;
	return strcmp(row->code, "usd") == 0 ? 0 : ++*alphabetical;
}

const struct currency *currency_at(size_t index)
{
	size_t alphabetical = 0;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (list_index(&table[i], &alphabetical) == index)
			return &table[i];
	return NULL;
}

void currency_list(struct text *out)
{
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		if (i)
			text_put(out, ", ");
		text_put(out, currency_at(i)->code);
	}
}

/* The magnitude of an amount with `decimals` places; negated as unsigned, since the smallest amount has one too. */
static void write_magnitude(struct text *out, int64_t amount, unsigned decimals, bool grouped)
{
	char digits[40];
	size_t at = sizeof(digits);
	uint64_t rest = amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount;
	if (decimals) {
		for (unsigned i = 0; i < decimals; i++, rest /= 10)
			digits[--at] = (char)('0' + rest % 10);
		digits[--at] = '.';
	}
	unsigned count = 0;
	do {
		if (grouped && count && count % 3 == 0)
			digits[--at] = ',';
		digits[--at] = (char)('0' + rest % 10);
		count++;
	} while (rest /= 10);
	text_add(out, digits + at, sizeof(digits) - at);
}

static void write_symbol(struct text *out, const struct currency *c, const char *code)
{
	if (c && c->symbol) {
		text_put(out, c->symbol);
		return;
	}
	for (; *code; code++)
		text_char(out, *code >= 'a' && *code <= 'z' ? (char)(*code - ('a' - 'A')) : *code);
	text_char(out, ' ');
}

void currency_format(struct text *out, int64_t amount, const char *code)
{
	const struct currency *c = currency_find(code);
	unsigned decimals = c ? c->exponent : 2;
	/* Nobody says decimals of a krona of Iceland: they are shown only where a computed amount has some. */
	if (c && c->exponent == 2 && c->step == 100 && amount % 100 == 0) {
		amount /= 100;
		decimals = 0;
	}
	if (amount < 0)
		text_char(out, '-');
	write_symbol(out, c, code);
	write_magnitude(out, amount, decimals, true);
}

void currency_format_plain(struct text *out, int64_t amount, const char *code)
{
	const struct currency *c = currency_find(code);
	if (amount < 0)
		text_char(out, '-');
	write_magnitude(out, amount, c ? c->exponent : 2, false);
}
