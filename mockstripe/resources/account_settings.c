/* SPDX-License-Identifier: MIT */
#include "resources/account_settings.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "resources/account.h"
#include "schema/schema.h"
#include "value/decimal.h"

#define MEMBER "settings"

/* Source: Stripe docs "Automate payment retries", "Billing collection methods", "Using webhooks with subscriptions",
 * "Status transitions and finalization", "Customize invoices", "Tax rates". */
const struct account_setting account_settings[] = {
	{ .name = "subscription_after_retries",
		.values = { "cancel", "unpaid", "past_due" },
		.meaning = "what becomes of a subscription when the last retry has failed" },
	{ .name = "invoice_after_retries", .values = { "open", "uncollectible" }, .meaning = "and of the invoice" },
	/* The Dashboard's choices: leave the subscription past-due, cancel it, mark it as unpaid. */
	{ .name = "subscription_after_overdue",
		.values = { "past_due", "cancel", "unpaid" },
		.meaning = "what becomes of a subscription whose sent invoice stays unpaid after its due date" },
	{ .name = "subscription_after_overdue_days",
		.usual = 30,
		.least = 1,
		.most = 365,
		.meaning = "and how many days after the due date" },
	{ .name = "invoice_upcoming_days",
		.usual = 7,
		.least = 0,
		.most = 365,
		.meaning = "how many days before a renewal invoice.upcoming comes; 0: never" },
	{ .name = "invoice_waits_for_webhook",
		.values = { "no", "yes" },
		.meaning = "whether a draft waits for the delivery of its invoice.created before it is finalized" },
	{ .name = "invoice_numbering",
		.values = { "customer", "account" },
		.meaning = "whether every customer has a sequence of invoice numbers, or the account one for all" },
	{ .name = "tax_rounding",
		.values = { "line", "invoice" },
		.meaning = "whether manual tax rates are rounded by line, or once by invoice" },
	{ 0 },
};

const struct account_setting *account_setting_find(const char *name)
{
	for (const struct account_setting *s = account_settings; s->name; s++) {
		if (!strcmp(s->name, name))
			return s;
	}
	return NULL;
}

bool account_setting_is_number(const struct account_setting *setting)
{
	return !setting->values[0];
}

/* The table's own text of a value, or NULL. */
static const char *value_of(const struct account_setting *setting, const char *value)
{
	for (const char *const *v = setting->values; value && *v; v++) {
		if (!strcmp(*v, value))
			return *v;
	}
	return NULL;
}

/* Whether the text is a number within the bounds; *out is it then. */
static bool number_of(const struct account_setting *setting, const char *value, int64_t *out)
{
	struct decimal d;
	int64_t n;

	if (!value || decimal_parse(value, 0, &d) != DECIMAL_OK || !decimal_whole(d, &n))
		return false;
	if (n < setting->least || n > setting->most)
		return false;
	*out = n;
	return true;
}

bool account_setting_takes(const struct account_setting *setting, const char *value)
{
	int64_t n;

	return account_setting_is_number(setting) ? number_of(setting, value, &n) : value_of(setting, value) != NULL;
}

const char *account_setting_choice(const struct account_setting *setting, struct arena *arena)
{
	const char *known = "one of: ";

	if (account_setting_is_number(setting))
		return arena_format(
			arena, "a whole number from %lld to %lld", (long long)setting->least, (long long)setting->most);
	for (const char *const *v = setting->values; *v; v++)
		known = arena_format(arena, "%s%s%s", known, v == setting->values ? "" : ", ", *v);
	return known;
}

/* What was set, as text; NULL: nothing. A fixture's own text may be none of ours. */
static const char *kept(struct call *call, const struct account_setting *setting, const char *name)
{
	struct record *self = account_get(call->account, call->account->id, schema_find_object("account"));

	if (!setting)
		die("no account setting \"%s\"", name);
	return self ? js_text(json_object_get(record_private(self), MEMBER), name) : NULL;
}

const char *account_setting(struct call *call, const char *name)
{
	const struct account_setting *setting = account_setting_find(name);
	const char *value = kept(call, setting, name);

	value = value_of(setting, value);
	return value ? value : setting->values[0];
}

bool account_setting_is(struct call *call, const char *name, const char *value)
{
	return !strcmp(account_setting(call, name), value);
}

int64_t account_setting_number(struct call *call, const char *name)
{
	const struct account_setting *setting = account_setting_find(name);
	const char *value = kept(call, setting, name);
	int64_t n;

	return number_of(setting, value, &n) ? n : setting->usual;
}

void account_setting_put(struct call *call, const char *name, const char *value)
{
	struct record *self = account_self(call);

	js_put_text(js_own(journal_edit_private(&call->journal, self), MEMBER), name, value);
}
