/* SPDX-License-Identifier: MIT */
#include "actions/people/contact_api.h"

#include <string.h>

#include "actions/people/attributes.h"
#include "base/json.h"

static void drop(json_t *dropped, const char *what)
{
	json_array_append_new(dropped, json_string(what));
}

/* The claims without what cannot be kept. */
static json_t *claims_sift(const struct contacts *c, const char *user_id, json_t *claims, json_t *dropped, bool *broken)
{
	json_t *out = json_copy(claims), *given = js_get(claims, "custom_attributes"), *checked, *row;
	js_auto issues = json_array(), *holder = NULL;
	const char *email = js_text(claims, "email");
	size_t i;

	if (json_is_object(given)) {
		checked = attributes_check(c, given, issues, dropped);
		*broken |= !checked;
		json_array_foreach(issues, i, row) drop(dropped, js_text(row, "field"));
		js_put_new(out, "custom_attributes", checked);
	} else if (given && !json_is_null(given)) {
		drop(dropped, "custom_attributes");
		json_object_del(out, "custom_attributes");
	}
	holder = email ? contacts_find_email(c, email) : NULL;
	if (holder && strcmp(js_text(holder, "external_id"), user_id) != 0) {
		drop(dropped, "email");
		json_object_del(out, "email");
	}
	return out;
}

json_t *contact_upsert(const struct contacts *c, const char *user_id, json_t *claims, int64_t now, json_t *dropped)
{
	js_auto found = contacts_find(c, user_id), *sifted = NULL;
	struct arena arena = { 0 };
	bool broken = !found && store_trouble(c->store);
	json_t *merged, *out;

	if (broken)
		return NULL;
	if (!claims)
		return json_incref(found);
	sifted = claims_sift(c, user_id, claims, dropped, &broken);
	merged = broken ? NULL : contact_with_claims(&arena, found, sifted, user_id);
	if (!merged)
		out = NULL;
	else if (found && json_equal(found, merged))
		out = json_incref(found);
	else
		out = contacts_save(c, merged, now);
	arena_free(&arena);
	return out;
}
