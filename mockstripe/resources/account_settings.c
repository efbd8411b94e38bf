/* SPDX-License-Identifier: MIT */
#include "resources/account_settings.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "resources/account.h"
#include "schema/schema.h"

#define MEMBER "settings"

const struct account_setting account_settings[] = {
	{ "subscription_after_retries", { "cancel", "unpaid", "past_due", NULL } },
	{ "invoice_after_retries", { "open", "uncollectible", NULL } },
	{ "tax_rounding", { "line", "invoice", NULL } },
	{ NULL, { NULL } },
};

const struct account_setting *account_setting_find(const char *name)
{
	for (const struct account_setting *s = account_settings; s->name; s++) {
		if (!strcmp(s->name, name))
			return s;
	}
	return NULL;
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

bool account_setting_takes(const struct account_setting *setting, const char *value)
{
	return value_of(setting, value) != NULL;
}

const char *account_setting(struct call *call, const char *name)
{
	const struct account_setting *setting = account_setting_find(name);
	struct record *self = account_get(call->account, call->account->id, schema_find_object("account"));
	json_t *kept = self ? json_object_get(record_private(self), MEMBER) : NULL;
	const char *value;

	if (!setting)
		die("no account setting \"%s\"", name);
	value = value_of(setting, js_text(kept, name)); /* a fixture's own text may be none of ours */
	return value ? value : setting->values[0];
}

bool account_setting_is(struct call *call, const char *name, const char *value)
{
	return !strcmp(account_setting(call, name), value);
}

void account_setting_put(struct call *call, const char *name, const char *value)
{
	struct record *self = account_self(call);

	js_put_text(js_own(journal_edit_private(&call->journal, self), MEMBER), name, value);
}
