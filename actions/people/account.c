/* SPDX-License-Identifier: MIT */
#include "actions/people/account.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"

/* The id goes into a path: only what Stripe's ids are made of. */
static bool is_customer_id(const char *id)
{
	if (!id || strncmp(id, "cus_", 4) != 0 || !id[4] || strlen(id) > 255)
		return false;
	for (; *id; id++)
		if (!isalnum((unsigned char)*id) && *id != '_' && *id != '-')
			return false;
	return true;
}

/* An entry that could be meant: with a label, and an id or an e-mail address of the right form. */
static bool is_usable(const json_t *entry)
{
	const char *label = js_text(entry, "label"), *id = js_text(entry, "stripe_id");
	const char *email = js_text(entry, "stripe_email");

	if (!label || !*label)
		return false;
	return id ? is_customer_id(id) : email && strchr(email, '@');
}

static bool ask_which(const json_t *list, struct problem *why)
{
	js_auto labels = json_array();
	json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry) if (is_usable(entry)) json_array_append(labels, js_get(entry, "label"));
	problem_raise(why, PROBLEM_ACCOUNT_CHOICE, "the contact has %zu accounts", json_array_size(labels));
	problem_show(why, "choices", labels);
	return false;
}

static bool resolve_email(const char *email, struct stripe_client *client, struct account *out, struct problem *why)
{
	js_auto params = json_object();
	struct stripe_ask ask = { .method = "GET", .path = "/v1/customers", .params = params };
	json_t *body, *data;

	js_put_text(params, "email", email);
	js_put_int(params, "limit", 2);
	body = stripe_call(client, &ask, why);
	if (!body)
		return false;
	data = js_get(body, "data");
	if (json_array_size(data) != 1 || !is_customer_id(js_text(json_array_get(data, 0), "id")))
		return problem_raise(why, PROBLEM_CONTACT_STRIPE_ACCOUNT_AMBIGUOUS,
			"%s customers have the entry's stripe_email", json_array_size(data) ? "several" : "no");
	out->customer = arena_text(why->arena, js_text(json_array_get(data, 0), "id"));
	return true;
}

/* The usable entry that the label fits, of as many as *fitting says; wanted NULL: any. */
static const json_t *entry_find(
	const json_t *list, const char *wanted, int (*compare)(const char *, const char *), size_t *fitting)
{
	const json_t *found = NULL;
	json_t *entry;
	size_t i;

	*fitting = 0;
	json_array_foreach(list, i, entry)
	{
		if (!is_usable(entry) || (wanted && compare(wanted, js_text(entry, "label")) != 0))
			continue;
		found = entry;
		++*fitting;
	}
	return found;
}

bool account_resolve(const json_t *contact, const char *wanted, struct stripe_client *client, struct account *out,
	struct problem *why)
{
	const json_t *list = js_get(contact, "stripe_accounts"), *found;
	size_t usable, fitting;
	const char *id;

	if (!json_is_array(list) || !json_array_size(list))
		return problem_raise(why, PROBLEM_CONTACT_STRIPE_ACCOUNT_MISSING, "stripe_accounts is %s",
			!list || json_is_null(list) ? "missing"
			: json_is_array(list)	    ? "empty"
						    : "not a list");
	entry_find(list, NULL, strcmp, &usable);
	if (!usable)
		return problem_raise(why, PROBLEM_CONTACT_STRIPE_ACCOUNT_INVALID,
			"none of the %zu entries has a label and a stripe_id that begins with cus_",
			json_array_size(list));
	found = entry_find(list, wanted, strcmp, &fitting);
	if (!fitting)
		found = entry_find(list, wanted, strcasecmp, &fitting);
	if (fitting != 1)
		return ask_which(list, why);
	out->label = arena_text(why->arena, js_text(found, "label"));
	id = js_text(found, "stripe_id");
	if (!id)
		return resolve_email(js_text(found, "stripe_email"), client, out, why);
	out->customer = arena_text(why->arena, id);
	return true;
}
