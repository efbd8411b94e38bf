/* SPDX-License-Identifier: MIT */
#include "actions/people/contact_fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

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

/* The answer of a transaction that was begun: what could not be kept was not done. */
static struct contact_answer answer_end(const struct contacts *c, struct contact_answer out)
{
	if (store_end(c->store, out.status == 200) || out.status != 200)
		return out;
	json_decref(out.body);
	return answer_broken();
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
			return answer_make(409, clash);
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
		issue_add(issues, "", "users", "Array must contain 1 to 1000 elements");
		return answer_issues("Invalid request body", issues);
	}
	json_array_foreach(users, i, row)
	{
		char *prefix = mem_format("users.%zu.", i);

		r.prefix = prefix;
		if (json_is_object(row))
			json_array_append_new(list, contact_fields(&r, row));
		else
			issue_expected(issues, prefix, "", "object", row);
		free(prefix);
	}
	if (json_array_size(issues))
		return answer_issues("Invalid request body", issues);
	if (r.broken || !store_begin(c->store))
		return answer_broken();
	known = contacts_count(c);
	if (known >= 0 && known + (int64_t)json_array_size(list) > CONTACTS_MOST)
		out = answer_make(400, "Maximum contacts limit reached");
	else
		out = create_all(c, list, now);
	out = answer_end(c, out);
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
		issue_add(issues, "", name, "Expected number, received string");
		return fallback;
	}
	if (value >= least && (!most || value <= most))
		return value;
	message = mem_format("Number must be %s than or equal to %lld", value < least ? "greater" : "less",
		(long long)(value < least ? least : most));
	issue_add(issues, "", name, message);
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
	return store_trouble(c->store) ? answer_broken() : answer_make(404, "Contact not found");
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

/* Within a transaction: nobody else changes the contact, or takes its address, in between. */
static struct contact_answer update_one(const struct contacts *c, const char *id, json_t *changes, int64_t now)
{
	js_auto found = contact_lookup(c, id);
	const char *clash;
	json_t *saved;

	if (!found)
		return answer_missing(c);
	clash = clash_of(c, changes, js_text(found, "id"));
	if (clash)
		return answer_make(409, clash);
	contact_change(found, changes);
	saved = contacts_save(c, found, now);
	return saved ? answer_data(saved) : answer_broken();
}

struct contact_answer contact_api_update(const struct contacts *c, const char *id, json_t *body, int64_t now)
{
	js_auto issues = json_array(), *dropped = json_array(), *changes = NULL;
	struct reading r = { .contacts = c, .issues = issues, .dropped = dropped, .prefix = "" };
	json_t *data = js_get(body, "data");
	struct contact_answer out;

	if (!json_is_object(data)) {
		issue_expected(issues, "", "data", "object", data);
		return answer_issues("Invalid request body", issues);
	}
	changes = contact_fields(&r, data);
	if (json_array_size(issues))
		return answer_issues("Invalid request body", issues);
	if (r.broken || !store_begin(c->store))
		return answer_broken();
	out = answer_end(c, update_one(c, id, changes, now));
	if (out.status == 200)
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
