/* SPDX-License-Identifier: MIT */
#include "actions/people/contact_api.h"

#include <stdlib.h>
#include <string.h>

#include "actions/people/attributes.h"
#include "base/json.h"
#include "base/mem.h"

static struct contact_answer answer(int status, const char *message)
{
	struct contact_answer out = { status, json_object() };

	js_put_text(out.body, "message", message);
	return out;
}

static struct contact_answer answer_data(json_t *data)
{
	struct contact_answer out = answer(200, "Success");

	js_put_new(out.body, "data", data);
	return out;
}

static struct contact_answer answer_issues(const char *message, json_t *issues)
{
	struct contact_answer out = answer(400, message);

	js_put(out.body, "issues", issues);
	return out;
}

static struct contact_answer answer_broken(void)
{
	return answer(500, "Error retrieving chatbot contacts");
}

static void issue(json_t *issues, const char *prefix, const char *field, const char *message)
{
	char *path = mem_format("%s%s", prefix, field);
	json_t *row = json_object();

	js_put_text(row, "field", path);
	js_put_text(row, "message", message);
	json_array_append_new(issues, row);
	free(path);
}

static const char *kind_of(const json_t *value)
{
	if (json_is_string(value))
		return "string";
	if (json_is_number(value))
		return "number";
	if (json_is_boolean(value))
		return "boolean";
	return json_is_array(value) ? "array" : json_is_object(value) ? "object" : "null";
}

static void expect(json_t *issues, const char *prefix, const char *field, const char *wanted, const json_t *value)
{
	char *message = mem_format("Expected %s, received %s", wanted, kind_of(value));

	issue(issues, prefix, field, message);
	free(message);
}

/* stripe_accounts: entries of a label and an id, an e-mail address or both. */
static void accounts_check(const json_t *list, const char *prefix, json_t *issues)
{
	char *field;
	json_t *entry;
	size_t i;

	if (!json_is_array(list)) {
		expect(issues, prefix, "stripe_accounts", "array", list);
		return;
	}
	json_array_foreach(list, i, entry)
	{
		const char *label = js_text(entry, "label");

		field = mem_format("%sstripe_accounts.%zu.", prefix, i);
		if (!json_is_object(entry))
			expect(issues, field, "", "object", entry);
		else if (!label || !*label)
			issue(issues, field, "label", "Required");
		else if (!js_text(entry, "stripe_id") && !js_text(entry, "stripe_email"))
			issue(issues, field, "stripe_id", "Required");
		free(field);
	}
}

/* One reading of a contact's fields: what is wrong, and what was left out. */
struct reading {
	const struct contacts *contacts;
	json_t *issues, *dropped;
	const char *prefix; /* of the fields in issues */
	bool broken;
};

static void field_take(struct reading *r, json_t *out, const char *name, json_t *value)
{
	static const char *const texts[] = { "external_id", "name", "email", "phonenumber" };
	js_auto issues = NULL, *checked = NULL;
	json_t *row;
	size_t i;

	for (i = 0; i < COUNT_OF(texts); i++) {
		if (strcmp(texts[i], name) != 0)
			continue;
		if (json_is_string(value) || (json_is_null(value) && i))
			js_put(out, name, value);
		else
			expect(r->issues, r->prefix, name, "string", value);
		return;
	}
	if (!strcmp(name, "stripe_accounts")) {
		if (!json_is_null(value))
			accounts_check(value, r->prefix, r->issues);
		js_put(out, name, value);
	} else if (!strcmp(name, "custom_attributes") && !json_is_object(value)) {
		expect(r->issues, r->prefix, name, "object", value);
	} else if (!strcmp(name, "custom_attributes")) {
		issues = json_array();
		checked = attributes_check(r->contacts, value, issues, r->dropped);
		r->broken |= !checked;
		json_array_foreach(issues, i, row)
			issue(r->issues, r->prefix, js_text(row, "field"), js_text(row, "message"));
		js_put(out, name, checked);
	} else {
		json_array_append_new(r->dropped, json_string(name));
	}
}

/* The fields that are kept, a new object. */
static json_t *fields_take(struct reading *r, json_t *given)
{
	json_t *out = json_object(), *value;
	const char *name;

	json_object_foreach(given, name, value) field_take(r, out, name, value);
	if (js_text(out, "external_id") && (!*js_text(out, "external_id") || strlen(js_text(out, "external_id")) > 256))
		issue(r->issues, r->prefix, "external_id", "String must contain 1 to 256 bytes");
	return out;
}

static bool is_other(json_t *found, const char *id)
{
	bool other = found && (!id || strcmp(js_text(found, "id"), id) != 0);

	json_decref(found);
	return other;
}

/* Whether another contact has its ids: then the message of the 409. id: of the contact itself, NULL for a new one. */
static const char *clash_of(const struct contacts *c, const json_t *contact, const char *id)
{
	const char *external_id = js_text(contact, "external_id"), *email = js_text(contact, "email");

	if (external_id && is_other(contacts_find(c, external_id), id))
		return "External ID already exists";
	if (email && is_other(contacts_find_email(c, email), id))
		return "Email already exists";
	return NULL;
}

static void put_warnings(struct contact_answer *a, const json_t *dropped)
{
	json_t *list, *name;
	size_t i;

	if (!json_array_size(dropped))
		return;
	list = json_array();
	json_array_foreach(dropped, i, name)
	{
		char *text = mem_format("%s was left out: there is no such field", json_string_value(name));

		json_array_append_new(list, json_string(text));
		free(text);
	}
	js_put_new(a->body, "warnings", list);
}

/* A new contact without an id of the operator's gets its own as both. */
static json_t *contact_insert(const struct contacts *c, json_t *contact, int64_t now)
{
	json_t *saved, *renamed;

	if (js_text(contact, "external_id"))
		return contacts_save(c, contact, now);
	js_put_text(contact, "external_id", "\x01 pending");
	saved = contacts_save(c, contact, now);
	if (!saved)
		return NULL;
	js_put_text(saved, "external_id", js_text(saved, "id"));
	renamed = contacts_save(c, saved, now);
	json_decref(saved);
	return renamed;
}

static struct contact_answer create_all(const struct contacts *c, json_t *list, int64_t now)
{
	js_auto data = json_array();
	const char *clash;
	json_t *contact, *saved;
	size_t i;

	json_array_foreach(list, i, contact)
	{
		clash = clash_of(c, contact, NULL);
		if (clash)
			return answer(409, clash);
		saved = contact_insert(c, contact, now);
		if (!saved)
			return answer_broken();
		json_array_append_new(data, saved);
	}
	return answer_data(json_incref(data));
}

struct contact_answer contact_api_create(const struct contacts *c, json_t *body, int64_t now)
{
	json_t *users = js_get(body, "users"), *row;
	js_auto issues = json_array(), *dropped = json_array(), *list = json_array();
	struct reading r = { .contacts = c, .issues = issues, .dropped = dropped };
	struct contact_answer out;
	int64_t known;
	size_t i;

	if (!json_is_array(users) || !json_array_size(users) || json_array_size(users) > CONTACTS_AT_ONCE) {
		issue(issues, "", "users", "Array must contain 1 to 1000 elements");
		return answer_issues("Invalid request body", issues);
	}
	json_array_foreach(users, i, row)
	{
		char *prefix = mem_format("users.%zu.", i);

		r.prefix = prefix;
		if (json_is_object(row))
			json_array_append_new(list, fields_take(&r, row));
		else
			expect(issues, prefix, "", "object", row);
		free(prefix);
	}
	if (json_array_size(issues))
		return answer_issues("Invalid request body", issues);
	if (r.broken || !store_begin(c->store))
		return answer_broken();
	known = contacts_count(c);
	if (known >= 0 && known + (int64_t)json_array_size(list) > CONTACTS_MOST)
		out = answer(400, "Maximum contacts limit reached");
	else
		out = create_all(c, list, now);
	if (!store_end(c->store, out.status == 200) && out.status == 200) {
		json_decref(out.body);
		return answer_broken();
	}
	if (out.status == 200)
		put_warnings(&out, dropped);
	return out;
}

static int64_t query_read(
	const char *text, const char *name, int64_t fallback, int64_t least, int64_t most, json_t *issues)
{
	char *end, *message;
	long long value;

	if (!text)
		return fallback;
	value = strtoll(text, &end, 10);
	if (!*text || *end) {
		issue(issues, "", name, "Expected number, received string");
		return fallback;
	}
	if (value >= least && (!most || value <= most))
		return value;
	message = mem_format("Number must be %s than or equal to %lld", value < least ? "greater" : "less",
		(long long)(value < least ? least : most));
	issue(issues, "", name, message);
	free(message);
	return fallback;
}

struct contact_answer contact_api_list(const struct contacts *c, const char *per_page, const char *page)
{
	js_auto issues = json_array();
	int64_t size = query_read(per_page, "per_page", CONTACTS_PER_PAGE, 10, CONTACTS_AT_ONCE, issues);
	int64_t number = query_read(page, "page", 1, 1, CONTACTS_MOST, issues), total;
	struct contact_answer out;
	json_t *data, *pages;

	if (json_array_size(issues))
		return answer_issues("Invalid request parameters", issues);
	total = contacts_count(c);
	data = total < 0 ? NULL : contacts_page(c, (number - 1) * size, size);
	if (!data)
		return answer_broken();
	out = answer_data(data);
	pages = json_object();
	js_put_int(pages, "page", number);
	js_put_int(pages, "per_page", size);
	js_put_int(pages, "total_pages", (total + size - 1) / size);
	js_put_int(out.body, "total", total);
	js_put_new(out.body, "pages", pages);
	return out;
}

/* By its own id when it looks like one, else by the operator's. */
static json_t *contact_lookup(const struct contacts *c, const char *id)
{
	json_t *found = !strncmp(id, "ct_", 3) ? contacts_find_id(c, id) : NULL;

	return found ? found : contacts_find(c, id);
}

static struct contact_answer answer_missing(const struct contacts *c)
{
	return store_trouble(c->store) ? answer_broken() : answer(404, "Contact not found");
}

struct contact_answer contact_api_get(const struct contacts *c, const char *id)
{
	json_t *found = contact_lookup(c, id);

	return found ? answer_data(found) : answer_missing(c);
}

/* Sets, erases and merges the changes into a contact. */
static void contact_change(json_t *contact, json_t *changes)
{
	json_t *value, *attributes, *one;
	const char *name, *key;

	json_object_foreach(changes, name, value)
	{
		if (json_is_null(value)) {
			json_object_del(contact, name);
			continue;
		}
		if (strcmp(name, "custom_attributes") != 0) {
			js_put(contact, name, value);
			continue;
		}
		attributes = js_get(contact, name) ? json_copy(js_get(contact, name)) : json_object();
		json_object_foreach(value, key, one)
		{
			if (json_is_null(one))
				json_object_del(attributes, key);
			else
				js_put(attributes, key, one);
		}
		js_put_new(contact, name, attributes);
	}
}

struct contact_answer contact_api_update(const struct contacts *c, const char *id, json_t *body, int64_t now)
{
	js_auto issues = json_array(), *dropped = json_array(), *changes = NULL, *found = NULL;
	struct reading r = { .contacts = c, .issues = issues, .dropped = dropped, .prefix = "" };
	json_t *data = js_get(body, "data"), *saved;
	struct contact_answer out;
	const char *clash;

	if (!json_is_object(data)) {
		expect(issues, "", "data", "object", data);
		return answer_issues("Invalid request body", issues);
	}
	changes = fields_take(&r, data);
	if (json_array_size(issues))
		return answer_issues("Invalid request body", issues);
	if (r.broken)
		return answer_broken();
	found = contact_lookup(c, id);
	if (!found)
		return answer_missing(c);
	clash = clash_of(c, changes, js_text(found, "id"));
	if (clash)
		return answer(409, clash);
	contact_change(found, changes);
	saved = contacts_save(c, found, now);
	if (!saved)
		return answer_broken();
	out = answer_data(saved);
	put_warnings(&out, dropped);
	return out;
}

struct contact_answer contact_api_delete(const struct contacts *c, const char *id)
{
	json_t *found = contact_lookup(c, id);

	if (!found)
		return answer_missing(c);
	if (contacts_remove(c, js_text(found, "id")))
		return answer_data(found);
	json_decref(found);
	return answer_broken();
}

static struct contact_answer define(const struct contacts *c, const json_t *definition)
{
	js_auto issues = json_array();
	json_t *found;

	if (attribute_define(c, definition, issues)) {
		found = attribute_find(c, js_text(definition, "name"));
		return found ? answer_data(found) : answer_broken();
	}
	return json_array_size(issues) ? answer_issues("Invalid request body", issues) : answer_broken();
}

struct contact_answer attribute_api_create(const struct contacts *c, json_t *body)
{
	js_auto known = js_text(body, "name") ? attribute_find(c, js_text(body, "name")) : NULL;

	return known ? answer(409, "Attribute already exists") : define(c, body);
}

struct contact_answer attribute_api_list(const struct contacts *c)
{
	json_t *all = attributes_all(c);

	return all ? answer_data(all) : answer_broken();
}

struct contact_answer attribute_api_update(const struct contacts *c, const char *name, json_t *body)
{
	js_auto known = attribute_find(c, name);

	if (!known)
		return store_trouble(c->store) ? answer_broken() : answer(404, "Attribute not found");
	if (json_is_object(body))
		json_object_update(known, body);
	js_put_text(known, "name", name);
	return define(c, known);
}

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
