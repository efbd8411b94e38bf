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

static int refuse_value(struct order *o, const struct account_setting *setting, const char *given)
{
	return order_refuse(o, 400,
		arena_format(&o->arena, "Send %s as %s.", setting->name, account_setting_choice(setting, &o->arena)),
		"The setting %s cannot be '%s'.", setting->name, given ? given : "");
}

/* A value as the table takes it: a JSON body may give a number as one. NULL: neither text nor number. */
static const char *text_of_value(struct order *o, const json_t *value)
{
	if (json_is_integer(value))
		return arena_format(&o->arena, "%lld", (long long)json_integer_value(value));
	return json_string_value(value);
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
		if (!account_setting_takes(setting, text_of_value(o, value)))
			return refuse_value(o, setting, text_of_value(o, value));
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
			account_setting_put(call, name, text_of_value(o, value));
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
	for (const struct account_setting *s = account_settings; s->name; s++) {
		if (account_setting_is_number(s))
			js_put_int(o->answer, s->name, account_setting_number(&call, s->name));
		else
			js_put_text(o->answer, s->name, account_setting(&call, s->name));
	}
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

/* The table for readers: what there is to choose, among what, and what it means. */
static int get_choices(struct order *o)
{
	o->answer = json_object();
	for (const struct account_setting *s = account_settings; s->name; s++) {
		json_t *row = json_object();

		js_put_text(row, "takes", account_setting_choice(s, &o->arena));
		if (account_setting_is_number(s))
			js_put_int(row, "default", s->usual);
		else
			js_put_text(row, "default", s->values[0]);
		js_put_text(row, "says", s->meaning);
		js_put_new(o->answer, s->name, row);
	}
	return 0;
}

const struct control_route setting_routes[] = {
	{ "GET", "/settings", get_settings, "what is chosen on the Dashboard only (account)" },
	{ "GET", "/settings/choices", get_choices, "what there is to choose, among what, and what it means" },
	{ "POST", "/settings", post_settings, "chooses it: any of the settings that GET names (account)" },
	{ 0 },
};
