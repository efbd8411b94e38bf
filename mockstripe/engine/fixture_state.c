/* SPDX-License-Identifier: MIT */
/*
 * State documents: {"mockstripe": {...}, "objects": [...]}, or what the API itself answers - a list envelope, one
 * object - or a bare array. Every object in them, at whatever depth, becomes one entry of its account's part of the
 * load; then every id has to name something.
 */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "engine/fixture_inside.h"

/* The last four are for people and for the suites: what a case shows, what is done to it, and what comes of it. */
static const char *const document_members[] = { "mockstripe", "objects", "shows", "rule", "changes", "expected", NULL };
static const char *const header_members[] = { "account", "now", "snapshot", NULL };
static const char *const snapshot_members[] = { "counters", NULL };
static const char *const entry_members[] = { "id", "type", "created", NULL };

/* ---- the header ---- */

static bool check_header(struct load *l, const struct fixture_file *file, const json_t *header)
{
	struct where at = { .key = "mockstripe" };
	const json_t *account = json_object_get(header, "account"), *now = json_object_get(header, "now");
	const char *id = json_string_value(account);

	if (!json_is_object(header))
		return load_fail(l, file, &at, "must be an object with account and now, both of which may be left out");
	if (!only_members(l, file, &at, header, header_members))
		return false;
	if (account && (!id || strncmp(id, "acct_", 5) || strlen(id) > 64))
		return load_fail(l, file, &(struct where) { .up = &at, .key = "account" },
			"must be an account's id that begins with acct_");
	if (now && (!json_is_integer(now) || json_integer_value(now) <= 0 ||
			   json_integer_value(now) > INT64_C(253402300799)))
		return load_fail(l, file, &(struct where) { .up = &at, .key = "now" },
			"must be a time in Unix seconds, not %s",
			json_is_integer(now) ? "that number" : json_kind(now));
	return true;
}

/* Whether the document is the one with members of ours, not a Stripe object or a list. */
static bool has_header(const json_t *tree)
{
	return json_is_object(tree) && (json_object_get(tree, "objects") || json_object_get(tree, "mockstripe"));
}

bool state_account(struct load *l, struct fixture_file *file, const char **account)
{
	json_t *header = json_object_get(file->tree, "mockstripe");

	*account = NULL;
	if (!has_header(file->tree))
		return true;
	if (!only_members(l, file, NULL, file->tree, document_members) || (header && !check_header(l, file, header)))
		return false;
	*account = js_text(header, "account");
	return true;
}

static bool check_counters(struct load *l, const struct fixture_file *file, const json_t *counters)
{
	struct where header = { .key = "mockstripe" }, snapshot = { .up = &header, .key = "snapshot" };
	struct where at = { .up = &snapshot, .key = "counters" };
	const char *name;
	json_t *value;

	if (!json_is_object(counters))
		return load_fail(l, file, &at, "must be an object of whole numbers");
	json_object_foreach((json_t *)(uintptr_t)counters, name, value)
	{
		if (!json_is_integer(value) || json_integer_value(value) < 0)
			return load_fail(l, file, &(struct where) { .up = &at, .key = name },
				"must be a whole number that is not negative");
	}
	return true;
}

/* The header's time and counters become the target's; false when another file says another time. */
static bool take_header(struct load *l, struct fixture_file *file, bool *verbatim)
{
	struct target *t = file->target;
	json_t *header = json_object_get(file->tree, "mockstripe");
	json_t *snapshot = json_object_get(header, "snapshot");
	struct where up = { .key = "mockstripe" }, at = { .up = &up, .key = "now" };
	int64_t now = js_int(header, "now", NO_TIME);

	if (now != NO_TIME && t->now != NO_TIME && t->now != now)
		return load_fail(l, file, &at, "is another time than the %lld of %s; one account has one present",
			(long long)t->now, t->now_file->name);
	if (now != NO_TIME) {
		t->now = now;
		t->now_file = file;
	}
	*verbatim = snapshot != NULL;
	if (!snapshot)
		return true;
	at.key = "snapshot";
	if (!json_is_object(snapshot))
		return load_fail(
			l, file, &at, "must be an object; it is written by a snapshot, leave it out otherwise");
	if (!only_members(l, file, &at, snapshot, snapshot_members) ||
		!check_counters(l, file, json_object_get(snapshot, "counters")))
		return false;
	list_add(&t->counters, json_object_get(snapshot, "counters"));
	return true;
}

/* ---- one object ---- */

/* A resource without an id of its own is found under the path that shows it: "/v1/balance". */
static const char *singleton_path(const struct schema_resource *type)
{
	for (size_t i = 0; i < schema_route_count; i++) {
		const struct schema_route *route = &schema_routes[i];

		if (route->resource == type && route->answer == SCHEMA_ANSWER_RESOURCE && !route->n_path &&
			!strcmp(route->method, "GET"))
			return route->pattern;
	}
	return NULL;
}

/* What a snapshot adds where the body does not tell: the record's id, resource and creation. */
static const json_t *entry_of(const json_t *value)
{
	return json_object_get(json_object_get(value, PRIVATE_KEY), "record");
}

static const struct schema_resource *object_type(const struct walk *w, const json_t *value, const struct where *at)
{
	const char *object = js_text(value, "object"), *name = js_text(entry_of(value), "type");
	const struct schema_resource *type = NULL;

	if (!json_is_object(value)) {
		load_fail(w->load, w->file, at, "must be an object as the API shows it, not %s", json_kind(value));
		return NULL;
	}
	if (name)
		type = schema_find_resource(name);
	else if (object)
		type = schema_find_object(object);
	if (type)
		return type;
	if (name || object)
		load_fail(w->load, w->file, &(struct where) { .up = at, .key = "object" },
			"Stripe has no object \"%s\" in %s; \"object\" is what the API shows, such as \"customer\"",
			name ? name : object, schema_api_version);
	else
		load_fail(w->load, w->file, at, "has no \"object\", which says what it is, such as \"customer\"");
	return NULL;
}

static const char *object_id(
	const struct walk *w, const json_t *value, const struct schema_resource *type, const struct where *at)
{
	const char *id = js_text(entry_of(value), "id");
	struct where here = { .up = at, .key = "id" };

	if (!id)
		id = schema_field(type, "id") ? js_text(value, "id") : singleton_path(type);
	if (id && *id && strlen(id) < ID_ROOM && (!strchr(id, '/') || !schema_field(type, "id") || entry_of(value)))
		return id;
	if (!schema_field(type, "id") && !id)
		load_fail(w->load, w->file, at, "a %s has no id and is shown inside other objects only", type->object);
	else if (!json_object_get(value, "id"))
		load_fail(w->load, w->file, at, "has no \"id\"; every object of a fixture needs one, such as \"%s1\"",
			type->prefix);
	else
		load_fail(w->load, w->file, &here, "must be a text of 1 to %d characters without \"/\"", ID_ROOM - 1);
	return NULL;
}

/*
 * The same object again. Copies inside other objects are common in what the API answers with expand[]; they have to
 * agree, and together they say more than one alone.
 */
static bool merge(const struct walk *w, struct loaded *o, json_t *given, const struct where *at, bool embedded)
{
	const char *key;
	json_t *value;

	json_object_foreach(given, key, value)
	{
		json_t *before = json_object_get(o->given, key);

		if (before && !js_same(before, value))
			return load_fail(w->load, w->file, &(struct where) { .up = at, .key = key },
				"differs from the copy of %s at %s of %s; the copies of one object must agree", o->id,
				o->path, o->file->name);
		js_put(o->given, key, value);
	}
	if (!embedded && o->embedded) {
		o->embedded = false;
		o->file = w->file;
		o->path = where_text(w->load, at);
		o->order = w->load->met++;
	}
	return true;
}

/* A child in a list belongs to the object that shows the list, whether it says so or not. */
static bool set_owner(const struct walk *w, const struct schema_resource *type, json_t *given, json_t **aside,
	const struct owner *owner, const struct where *at)
{
	const char *name = owner->type->object;
	const struct schema_node *field = name ? schema_field(type, name) : NULL;
	const char *said = field ? js_text(given, name) : NULL;

	if (!field || field->kind != SCHEMA_STRING) {
		if (!*aside)
			*aside = json_object();
		js_put_text(*aside, "parent", owner->id);
		return true;
	}
	if (said && strcmp(said, owner->id))
		return load_fail(w->load, w->file, &(struct where) { .up = at, .key = name },
			"says %s, but the list it stands in is that of %s", said, owner->id);
	js_put_text(given, name, owner->id);
	return true;
}

static struct loaded *add_object(
	const struct walk *w, const struct schema_resource *type, const char *id, const struct where *at)
{
	struct loaded *o = arena_alloc(&w->load->arena, sizeof *o);

	o->file = w->file;
	o->path = where_text(w->load, at);
	o->type = type;
	o->id = arena_text(&w->load->arena, id);
	o->created = NO_TIME;
	o->order = w->load->met++;
	list_add(&w->target->objects, o);
	map_put(w->target->by_id, o->id, o);
	return o;
}

static bool check_private(const struct walk *w, const json_t *value, const struct where *at)
{
	const json_t *private = json_object_get(value, PRIVATE_KEY), *entry = entry_of(value);
	struct where here = { .up = at, .key = PRIVATE_KEY }, record = { .up = &here, .key = "record" };

	if (!private)
		return true;
	if (!json_is_object(private))
		return load_fail(w->load, w->file, &here, "must be an object; it is written by a snapshot");
	return !entry || only_members(w->load, w->file, &record, entry, entry_members);
}

/* The parts of an object that was read for the first time. */
static void fill_object(const struct walk *w, struct loaded *o, json_t *value, json_t *given, json_t *aside)
{
	json_t *private = json_object_get(value, PRIVATE_KEY);

	o->created = js_int(entry_of(value), "created", NO_TIME);
	o->deleted = js_flag(value, "deleted", false) && o->type->has_deleted;
	o->verbatim = w->verbatim;
	o->given = given;
	o->private = aside;
	if (private) {
		o->private = json_copy(private);
		if (aside)
			json_object_update_missing(o->private, aside);
		json_decref(aside);
		/* An empty one is kept as it was, unless it was made for the snapshot's own remark. */
		if (!json_object_del(o->private, "record") && !json_object_size(o->private)) {
			json_decref(o->private);
			o->private = NULL;
		}
	}
	if (w->verbatim) {
		json_decref(o->given);
		o->given = json_copy(value);
		json_object_del(o->given, PRIVATE_KEY);
	}
}

static bool read_object(const struct walk *w, struct loaded *known, const struct schema_resource *type, const char *id,
	json_t *value, const struct where *at, bool embedded, const struct owner *parent)
{
	const struct owner self = { type, id };
	struct walk inner = *w;
	bool deleted = js_flag(value, "deleted", false) && type->has_deleted;
	struct loaded *o = known;
	json_t *given = NULL, *aside = NULL;
	bool right;

	inner.owner = &self;
	if (!o) {
		o = add_object(w, type, id, at);
		o->embedded = embedded;
	}
	right = check_fields(&inner, type, deleted ? type->deleted : type->fields,
		deleted ? type->n_deleted : type->n_fields, value, at, &given, &aside);
	if (right && parent && !deleted)
		right = set_owner(w, type, given, &aside, parent, at);
	if (right && !o->given) {
		fill_object(w, o, value, given, aside);
		return true;
	}
	right = right && merge(w, o, given, at, embedded);
	if (right && aside) {
		if (!o->private)
			o->private = json_object();
		json_object_update_missing(o->private, aside);
	}
	json_decref(given);
	json_decref(aside);
	return right;
}

bool object_collect(const struct walk *w, json_t *value, const struct where *at, bool embedded,
	const struct owner *parent, const char **id)
{
	const struct schema_resource *type = object_type(w, value, at);
	struct loaded *known;
	const struct record *stored;

	if (!type || !check_private(w, value, at))
		return false;
	*id = object_id(w, value, type, at);
	if (!*id)
		return false;
	stored = account_find(w->target->account, *id);
	if (stored && embedded && stored->type == type)
		return true; /* a copy of what the account has: the account's counts */
	if (stored)
		return load_fail(w->load, w->file, &(struct where) { .up = at, .key = "id" },
			"the account %s has a %s \"%s\" already; reset the account first, or take the object out",
			w->target->account->id, stored->type->object ? stored->type->object : stored->type->name, *id);
	known = map_get(w->target->by_id, *id);
	if (known && known->type != type)
		return load_fail(w->load, w->file, &(struct where) { .up = at, .key = "id" },
			"\"%s\" is a %s at %s of %s; ids are unique in an account, whatever they name", *id,
			known->type->object, known->path, known->file->name);
	if (known && !embedded && !known->embedded)
		return load_fail(w->load, w->file, &(struct where) { .up = at, .key = "id" },
			"\"%s\" stands twice: also at %s of %s; give every object once", *id, known->path,
			known->file->name);
	return read_object(w, known, type, *id, value, at, embedded, parent);
}

/* ---- documents ---- */

static bool is_list(const json_t *value)
{
	const char *object = js_text(value, "object");

	return object && (!strcmp(object, "list") || !strcmp(object, "search_result")) &&
	       json_is_array(json_object_get(value, "data"));
}

static bool collect_entry(const struct walk *w, json_t *value, const struct where *at);

/* An array in its order; what the API lists is newest first, so that its last element was made first. */
static bool collect_array(const struct walk *w, json_t *array, const struct where *at, bool backwards)
{
	size_t n = json_array_size(array);

	for (size_t i = 0; i < n; i++) {
		size_t index = backwards ? n - 1 - i : i;

		if (!collect_entry(w, json_array_get(array, index), &(struct where) { .up = at, .index = index }))
			return false;
	}
	return true;
}

static bool collect_entry(const struct walk *w, json_t *value, const struct where *at)
{
	const char *id;

	if (!is_list(value))
		return object_collect(w, value, at, false, NULL, &id);
	if (js_flag(value, "has_more", false))
		return load_fail(w->load, w->file, &(struct where) { .up = at, .key = "has_more" },
			"the list goes on: copy the other pages too, and write false here when all of it is there");
	return collect_array(w, json_object_get(value, "data"), &(struct where) { .up = at, .key = "data" }, true);
}

bool state_collect(struct load *l, struct fixture_file *file)
{
	struct walk w = { .load = l, .target = file->target, .file = file };
	json_t *objects = json_object_get(file->tree, "objects");

	if (json_is_array(file->tree))
		return collect_array(&w, file->tree, NULL, false);
	if (!json_is_object(file->tree))
		return load_fail(l, file, NULL, "must be an object or an array, not %s", json_kind(file->tree));
	if (!has_header(file->tree)) {
		if (!json_object_get(file->tree, "object"))
			return load_fail(l, file, NULL,
				"is none of the forms of a fixture: state has \"objects\" (or is an object or a list "
				"as the API "
				"shows it), a script has \"fixtures\", keys have \"keys\"");
		return collect_entry(&w, file->tree, NULL);
	}
	if (!take_header(l, file, &w.verbatim))
		return false;
	if (!json_is_array(objects))
		return load_fail(l, file, &(struct where) { .key = "objects" }, "must be an array of objects, not %s",
			json_kind(objects));
	return collect_array(&w, objects, &(struct where) { .key = "objects" }, false);
}
