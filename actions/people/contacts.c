/* SPDX-License-Identifier: MIT */
#include "actions/people/contacts.h"

#include <string.h>

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"

#define COLUMNS "id, body, created_at, updated_at"

static json_t *contact_read(const json_t *row)
{
	const char *body = js_text(row, "body");
	json_t *contact = json_object(), *kept;

	js_put_text(contact, "id", js_text(row, "id"));
	kept = body ? json_loads(body, 0, NULL) : NULL;
	json_object_update(contact, kept);
	json_decref(kept);
	js_put(contact, "created_at", js_get(row, "created_at"));
	js_put(contact, "updated_at", js_get(row, "updated_at"));
	return contact;
}

/* The first of the rows as a contact; takes the rows. */
static json_t *contact_first(json_t *rows)
{
	json_t *contact = json_array_size(rows) ? contact_read(json_array_get(rows, 0)) : NULL;

	json_decref(rows);
	return contact;
}

json_t *contacts_find(const struct contacts *c, const char *external_id)
{
	return contact_first(store_rows(c->store,
		"SELECT " COLUMNS " FROM contacts WHERE agent = ?1 AND external_id = ?2", "tt", c->agent, external_id));
}

json_t *contacts_find_id(const struct contacts *c, const char *id)
{
	return contact_first(store_rows(
		c->store, "SELECT " COLUMNS " FROM contacts WHERE agent = ?1 AND id = ?2", "tt", c->agent, id));
}

json_t *contacts_find_email(const struct contacts *c, const char *email)
{
	return contact_first(store_rows(c->store,
		"SELECT " COLUMNS " FROM contacts WHERE agent = ?1 AND email = ?2 LIMIT 1", "tt", c->agent, email));
}

const char *contacts_near(const struct contacts *c, struct arena *arena, const char *external_id)
{
	js_auto rows = store_rows(c->store,
		"SELECT external_id FROM contacts WHERE agent = ?1 AND likeness(external_id) = likeness(?2) LIMIT 1",
		"tt", c->agent, external_id);
	const char *found = js_text(json_array_get(rows, 0), "external_id");

	return found ? arena_text(arena, found) : NULL;
}

/* What is kept of it: everything but what the columns say. */
static json_t *body_make(const json_t *contact)
{
	static const char *const fields[] = { "external_id", "name", "email", "phonenumber", "stripe_accounts",
		"custom_attributes" };
	json_t *body = json_object();

	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (js_get(contact, fields[i]))
			js_put(body, fields[i], js_get(contact, fields[i]));
	return body;
}

json_t *contacts_save(const struct contacts *c, const json_t *contact, int64_t now)
{
	const char *id = js_text(contact, "id"), *external_id = js_text(contact, "external_id");
	js_auto body = body_make(contact);
	struct text t;
	bool saved;

	text_init(&t, TEXT_NO_CEILING);
	js_write(&t, body);
	if (id)
		saved = store_do(c->store,
			"UPDATE contacts SET external_id = ?3, email = ?4, body = ?5, updated_at = ?6"
			" WHERE agent = ?1 AND id = ?2",
			"ttttti", c->agent, id, external_id, js_text(contact, "email"), t.data, now);
	else /* a contact that was made without an id of the operator's goes by its own */
		saved = store_do(c->store,
			"INSERT INTO contacts (id, agent, external_id, email, body, created_at, updated_at)"
			" VALUES ('ct_' || lower(hex(randomblob(12))), ?1, ?2, ?3, ?4, ?5, ?5)",
			"tttti", c->agent, external_id, js_text(contact, "email"), t.data, now);
	text_clear(&t);
	return saved ? contacts_find(c, external_id) : NULL;
}

bool contacts_remove(const struct contacts *c, const char *id)
{
	return store_do(c->store, "DELETE FROM contacts WHERE agent = ?1 AND id = ?2", "tt", c->agent, id) &&
	       store_changed(c->store) == 1;
}

int64_t contacts_count(const struct contacts *c)
{
	js_auto rows = store_rows(c->store, "SELECT count(*) AS n FROM contacts WHERE agent = ?1", "t", c->agent);

	return rows ? js_int(json_array_get(rows, 0), "n", 0) : -1;
}

json_t *contacts_page(const struct contacts *c, int64_t skip, int64_t count)
{
	js_auto rows = store_rows(c->store,
		"SELECT " COLUMNS " FROM contacts WHERE agent = ?1 ORDER BY created_at, rowid LIMIT ?2 OFFSET ?3",
		"tii", c->agent, count, skip);
	json_t *out, *row;
	size_t i;

	if (!rows)
		return NULL;
	out = json_array();
	json_array_foreach(rows, i, row) json_array_append_new(out, contact_read(row));
	return out;
}

static void attributes_merge(json_t *contact, const json_t *given)
{
	json_t *merged, *value;
	const char *name;

	if (!json_is_object(given))
		return;
	merged = js_get(contact, "custom_attributes") ? json_copy(js_get(contact, "custom_attributes")) : json_object();
	json_object_foreach((json_t *)(uintptr_t)given, name, value)
	{
		if (json_is_null(value))
			json_object_del(merged, name);
		else
			js_put(merged, name, value);
	}
	js_put_new(contact, "custom_attributes", merged);
}

json_t *contact_with_claims(struct arena *arena, json_t *contact, json_t *claims, const char *user_id)
{
	static const char *const fields[] = { "name", "email", "phonenumber", "stripe_accounts", "custom_attributes" };
	json_t *out = js_lent(arena, contact ? json_copy(contact) : json_object()), *value;
	bool known = contact != NULL;

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		value = js_get(claims, fields[i]);
		if (!value)
			continue;
		known = true;
		if (json_is_null(value))
			json_object_del(out, fields[i]);
		else if (!strcmp(fields[i], "custom_attributes"))
			attributes_merge(out, value);
		else
			js_put(out, fields[i], value);
	}
	js_put_text(out, "external_id", user_id);
	return known ? out : NULL;
}
