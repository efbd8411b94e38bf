/* SPDX-License-Identifier: MIT */
/* What an account's owner chooses on the Dashboard: the settings that Stripe has no API for. */
#include <string.h>

#include "control/inside.h"
#include "resources/account_settings.h"

/* ---- refusing ---- */

static int refuse_name(struct order *o, const char *name)
{
	const char *known = "";

	for (const struct account_setting *s = account_settings; s->name; s++)
		known = arena_format(&o->arena, "%s%s%s", known, *known ? ", " : "", s->name);
	return order_refuse(
		o, 400, arena_format(&o->arena, "Send one of: %s.", known), "There is no setting '%s'.", name);
}

static int refuse_value(struct order *o, const struct account_setting *setting)
{
	const char *known = "", *given = order_text(o, setting->name);

	for (const char *const *v = setting->values; *v; v++)
		known = arena_format(&o->arena, "%s%s%s", known, *known ? ", " : "", *v);
	return order_refuse(o, 400, arena_format(&o->arena, "Send %s as one of: %s.", setting->name, known),
		"The setting %s cannot be '%s'.", setting->name, given ? given : "");
}

static int check(struct order *o)
{
	const char *name;
	json_t *value;

	json_object_foreach(o->args, name, value)
	{
		const struct account_setting *setting = account_setting_find(name);

		if (!strcmp(name, "account"))
			continue;
		if (!setting)
			return refuse_name(o, name);
		if (!account_setting_takes(setting, json_string_value(value)))
			return refuse_value(o, setting);
	}
	return 0;
}

/* ---- telling and setting ---- */

/* With the account locked. */
static void put_all(struct order *o, struct call *call)
{
	const char *name;
	json_t *value;

	json_object_foreach(o->args, name, value)
	{
		if (strcmp(name, "account") != 0)
			account_setting_put(call, name, json_string_value(value));
	}
	journal_freeze_all(&call->journal);
}

static int run(struct order *o, bool puts)
{
	struct account *a = order_account(o);
	struct call call;

	if (!a)
		return order_no_account(o);
	pthread_mutex_lock(&a->lock);
	engine_catch_up(o->engine, a);
	call_init(&call, engine_api(o->engine), a, timeline_now(&a->time));
	if (puts)
		put_all(o, &call);
	o->answer = json_object();
	for (const struct account_setting *s = account_settings; s->name; s++)
		js_put_text(o->answer, s->name, account_setting(&call, s->name));
	journal_commit(&call.journal);
	call_end(&call);
	account_cool(a);
	pthread_mutex_unlock(&a->lock);
	return 0;
}

static int get_settings(struct order *o)
{
	return run(o, false);
}

static int post_settings(struct order *o)
{
	return check(o) ? -1 : run(o, true);
}

const struct control_route setting_routes[] = {
	{ "GET", "/settings", get_settings, "what is chosen on the Dashboard only (account)" },
	{ "POST", "/settings", post_settings,
		"chooses it: subscription_after_retries=cancel|unpaid|past_due, "
		"invoice_after_retries=open|uncollectible, "
		"tax_rounding=line|invoice (account)" },
	{ 0 },
};
