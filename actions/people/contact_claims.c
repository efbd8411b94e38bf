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

/* The contact as the claims leave it. *same: as it was before. */
static json_t *contact_merge(
	const struct contacts *c, const char *user_id, json_t *claims, struct arena *arena, json_t *dropped, bool *same)
{
	js_auto found = contacts_find(c, user_id), *sifted = NULL;
	bool broken = !found && store_trouble(c->store);
	json_t *merged;

	if (broken)
		return NULL;
	sifted = claims_sift(c, user_id, claims, dropped, &broken);
	merged = broken ? NULL : contact_with_claims(arena, found, sifted, user_id);
	*same = found && merged && json_equal(found, merged);
	return *same ? json_incref(found) : json_incref(merged);
}

json_t *contact_upsert(const struct contacts *c, const char *user_id, json_t *claims, int64_t now, json_t *dropped)
{
	struct arena arena = { 0 };
	json_t *merged, *out;
	bool same = false;

	if (!claims)
		return contacts_find(c, user_id);
	merged = contact_merge(c, user_id, claims, &arena, dropped, &same);
	out = same ? json_incref(merged) : NULL;
	/* Mostly nothing is new. Otherwise once more, with everybody else kept out between the look and the write. */
	if (merged && !same && store_begin(c->store)) {
		json_decref(merged);
		json_array_clear(dropped);
		merged = contact_merge(c, user_id, claims, &arena, dropped, &same);
		out = merged ? contacts_save(c, merged, now) : NULL;
		if (!store_end(c->store, out != NULL)) {
			json_decref(out);
			out = NULL;
		}
	}
	json_decref(merged);
	arena_free(&arena);
	return out;
}
