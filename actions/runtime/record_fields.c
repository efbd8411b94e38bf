/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "actions/core/redact.h"
#include "actions/core/wording.h"
#include "actions/runtime/record.h"
#include "base/json.h"
#include "base/mem.h"

/* ---- masks ---- */

static json_t *mask_whole(struct arena *arena, const json_t *value)
{
	(void)arena, (void)value;
	return json_string("***");
}

static json_t *mask_email(struct arena *arena, const json_t *value)
{
	return json_string(wording_masked_email(arena, json_string_value(value)));
}

static json_t *mask_phone(struct arena *arena, const json_t *value)
{
	return json_string(wording_masked_phone(arena, json_string_value(value)));
}

/* Two characters, and in UTF-8 no half ones. */
static json_t *mask_postal_code(struct arena *arena, const json_t *value)
{
	const char *text = json_string_value(value);
	size_t length = strlen(text), kept = length > 2 ? 2 : 0;

	while (kept && ((unsigned char)text[kept] & 0xC0) == 0x80)
		kept--;
	return json_string(arena_format(arena, "%.*s***", (int)kept, text));
}

/* Texts by the name of the member that holds them; other texts are looked through for what is secret by its form. */
static const struct mask {
	const char *name;
	json_t *(*make)(struct arena *arena, const json_t *value);
} masks[] = {
	{ "email", mask_email },
	{ "phone", mask_phone },
	{ "value", mask_phone }, /* of a tax number, whose last two characters stay as well */
	{ "postal_code", mask_postal_code },
	{ "name", mask_whole },
	{ "comment", mask_whole },
	{ "line1", mask_whole },
	{ "line2", mask_whole },
	{ "city", mask_whole },
	{ "state", mask_whole },
};

json_t *record_masked(struct arena *arena, const char *name, const json_t *value)
{
	const char *key;
	json_t *out, *member;
	size_t i;

	if (json_is_string(value))
		for (i = 0; i < COUNT_OF(masks); i++)
			if (!strcmp(masks[i].name, name) && *json_string_value(value))
				return masks[i].make(arena, value);
	if (json_is_object(value)) {
		out = json_object();
		json_object_foreach((json_t *)(uintptr_t)value, key, member)
			js_put_new(out, key, record_masked(arena, key, member));
		return out;
	}
	if (json_is_array(value)) {
		out = json_array();
		json_array_foreach(value, i, member) json_array_append_new(out, record_masked(arena, name, member));
		return out;
	}
	return redact_tree(arena, value);
}

/* ---- before and after ---- */

/* What the actions change, of each kind of object; the name is what the record calls it. */
static const struct field {
	const char *object, *name, *path;
} fields[] = {
	{ "subscription", "status", "status" },
	{ "subscription", "price", "items.data.0.price.id" },
	{ "subscription", "quantity", "items.data.0.quantity" },
	{ "subscription", "cancel_at_period_end", "cancel_at_period_end" },
	{ "subscription", "cancel_at", "cancel_at" },
	{ "subscription", "discounts", "discounts" },
	{ "subscription", "resumes_at", "pause_collection.resumes_at" },
	{ "subscription", "trial_end", "trial_end" },
	{ "subscription", "schedule", "schedule" },
	{ "subscription_schedule", "next_price", "phases.1.items.0.price" },
	{ "subscription_schedule", "next_quantity", "phases.1.items.0.quantity" },
	{ "customer", "name", "name" },
	{ "customer", "email", "email" },
	{ "customer", "phone", "phone" },
	{ "customer", "address", "address" },
	{ "customer", "shipping", "shipping" },
};

static bool is_of(const json_t *object, const char *kind)
{
	const char *own = js_text(object, "object");

	return own && !strcmp(own, kind);
}

static void put_masked(struct arena *arena, json_t *out, const char *name, const json_t *value)
{
	if (value)
		js_put_new(out, name, record_masked(arena, name, value));
	else
		js_put_null(out, name);
}

/* A missing value and null are the same. */
static bool same(const json_t *a, const json_t *b)
{
	bool none = !a || json_is_null(a), neither = !b || json_is_null(b);

	return none || neither ? none == neither : json_equal(a, b);
}

void record_change(struct arena *arena, json_t *record, const json_t *before, const json_t *after)
{
	json_t *was = json_object(), *is = json_object();

	for (const struct field *f = fields; f < fields + COUNT_OF(fields); f++) {
		/* An object of another kind, made by the change, was not there before. */
		const json_t *old = is_of(before, f->object) ? js_at(before, f->path) : NULL;
		const json_t *new = js_at(after, f->path);

		if (!is_of(after, f->object) || same(old, new))
			continue;
		put_masked(arena, was, f->name, old);
		put_masked(arena, is, f->name, new);
	}
	if (json_object_size(is)) {
		js_put(record, "before", was);
		js_put(record, "after", is);
	}
	json_decref(was);
	json_decref(is);
}
