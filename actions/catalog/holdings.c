/* SPDX-License-Identifier: MIT */
#include "actions/catalog/holdings.h"

#include <string.h>
#include <strings.h>

#include "actions/stripe/pages.h"
#include "base/json.h"
#include "base/list.h"

#define HOLDINGS_MOST 300

bool holdings_load(struct action_run *run, struct holdings *out)
{
	json_t *params = run_own(run, json_object()), *item;
	struct pages pages = { .path = "/v1/subscriptions", .params = params, .most = HOLDINGS_MOST };
	struct list found = { 0 };

	js_put_text(params, "customer", run->account.customer);
	js_put_text(params, "status", "all");
	js_put_int(params, "limit", 100);
	while ((item = pages_next(&pages, run->client, run->why))) {
		if (!run_owns(run, item)) {
			list_clear(&found);
			return problem_raise(run->why, PROBLEM_STRIPE_BAD_RESPONSE,
				"the list of subscriptions holds another customer's");
		}
		list_add(&found, item);
	}
	if (pages.failed) {
		list_clear(&found);
		return false;
	}
	/* Stripe lists the newest first; counted from the oldest, a handle keeps its meaning when another one comes. */
	out->count = found.count;
	out->list = arena_alloc(run->arena, (found.count + 1) * sizeof(*out->list));
	for (size_t i = 0; i < found.count; i++) {
		out->list[i].handle = arena_format(run->arena, "sub_%zu", i + 1);
		out->list[i].subscription = found.at[found.count - 1 - i];
	}
	list_clear(&found);
	return true;
}

bool holding_has(const json_t *object, const char *key)
{
	const json_t *value = js_get(object, key);

	return value && !json_is_null(value);
}

bool holding_says(const json_t *object, const char *path, const char *wanted)
{
	const char *has = js_text_at(object, path);

	return has && !strcmp(has, wanted);
}

bool holding_is_status(const json_t *subscription, const char *status)
{
	return holding_says(subscription, "status", status);
}

bool holding_is_over(const json_t *subscription)
{
	return holding_is_status(subscription, "canceled") || holding_is_status(subscription, "incomplete_expired");
}

static bool is_live(const json_t *subscription)
{
	return !holding_is_over(subscription);
}

/* "sub_2", "2", or Stripe's id. */
static bool is_named(const struct holding *h, const char *wanted)
{
	const char *id = js_text(h->subscription, "id");

	return !strcmp(wanted, h->handle) || !strcmp(wanted, h->handle + strlen("sub_")) || (id && !strcmp(wanted, id));
}

/* The only one that is not over and whose plan goes by the name; NULL when none or several do. */
static const struct holding *pick_plan(struct action_run *run, const struct holdings *all, const char *wanted)
{
	const struct holding *found = NULL;
	const char *name;

	for (size_t i = 0; i < all->count; i++) {
		if (holding_is_over(all->list[i].subscription))
			continue;
		name = holding_name(run, all->list[i].subscription);
		if (!name || (found && !strcasecmp(name, wanted)))
			return NULL;
		if (!strcasecmp(name, wanted))
			found = &all->list[i];
	}
	return found;
}

static const struct holding *pick_named(struct action_run *run, const struct holdings *all, const char *wanted)
{
	const struct holding *found;

	for (size_t i = 0; i < all->count; i++)
		if (is_named(&all->list[i], wanted))
			return &all->list[i];
	found = pick_plan(run, all, wanted);
	if (!found && run->why->code == PROBLEM_NONE)
		problem_raise(
			run->why, PROBLEM_RESOURCE_NOT_FOUND, "no subscription of the customer goes by the name given");
	return found;
}

/* The choices as data for a program, and as lines that a person can choose from, numbered as their handles are. */
static void ask_which(struct action_run *run, const struct holdings *all, bool (*fits)(const json_t *))
{
	json_t *choices = run_own(run, json_array()), *choice;
	const char *lines = "", *name, *text;

	for (size_t i = 0; i < all->count; i++) {
		const struct holding *h = &all->list[i];

		if (!fits(h->subscription))
			continue;
		name = holding_name(run, h->subscription);
		if (!name)
			return;
		text = holding_text(run, h->subscription, name);
		lines = arena_format(run->arena, "%s\n%s. %s", lines, h->handle + strlen("sub_"), text);
		choice = json_object();
		js_put_text(choice, "subscription", h->handle);
		js_put_text(choice, "plan", name);
		js_put_text(choice, "status", js_text(h->subscription, "status"));
		js_put_text(choice, "text", text);
		json_array_append_new(choices, choice);
	}
	problem_raise(run->why, PROBLEM_SUBSCRIPTION_CHOICE, "%zu subscriptions fit", json_array_size(choices));
	problem_show(run->why, "choices", choices);
	problem_say(run->why, "%s%s", say(run, "You have several subscriptions. Which one do you mean?"), lines);
}

const struct holding *holding_pick(struct action_run *run, const struct holdings *all, bool (*fits)(const json_t *))
{
	const char *wanted = js_text(run->inputs, "subscription");
	const struct holding *found = NULL;
	size_t count = 0;

	if (wanted)
		return pick_named(run, all, wanted);
	fits = fits ? fits : is_live;
	for (size_t i = 0; i < all->count; i++)
		if (fits(all->list[i].subscription)) {
			found = &all->list[i];
			count++;
		}
	if (count == 1)
		return found;
	if (count)
		ask_which(run, all, fits);
	else
		problem_raise(run->why, PROBLEM_NO_SUBSCRIPTIONS, "none of %zu subscriptions fits", all->count);
	return NULL;
}

json_t *holding_item(const json_t *subscription)
{
	json_t *items = js_at(subscription, "items.data"), *item = json_array_get(items, 0);
	const char *usage = js_text_at(item, "price.recurring.usage_type");

	if (json_array_size(items) != 1 || !js_text(item, "id") || !js_text_at(item, "price.id"))
		return NULL;
	return usage && !strcmp(usage, "metered") ? NULL : item;
}

int64_t holding_period_end(const json_t *subscription)
{
	json_t *items = js_at(subscription, "items.data"), *item;
	int64_t earliest = 0, end;
	size_t i;

	json_array_foreach(items, i, item)
	{
		end = js_int(item, "current_period_end", 0);
		if (end && (!earliest || end < earliest))
			earliest = end;
	}
	return earliest;
}

int64_t holding_ends_at(const json_t *subscription)
{
	int64_t at = js_int(subscription, "cancel_at", 0);

	if (!at && js_flag(subscription, "cancel_at_period_end", false))
		at = holding_period_end(subscription);
	return at;
}
