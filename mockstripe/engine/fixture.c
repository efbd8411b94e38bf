/* SPDX-License-Identifier: MIT */
/* The course of a load: reading files, who belongs where, one transaction over all of it. */
#include "engine/fixture.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/mem.h"
#include "engine/fixture_inside.h"
#include "engine/inside.h"
#include "events/outbox.h"

/* ---- documents ---- */

/*
 * What a document is shows at its top: "fixtures" is a script, "keys" are keys, "contacts" or "agent" is for the
 * actions, everything else has to be state (which says more precisely what is wrong with it).
 */
static enum fixture_form form_of(const json_t *tree)
{
	if (json_object_get(tree, "fixtures"))
		return FIXTURE_SCRIPT;
	if (json_object_get(tree, "keys"))
		return FIXTURE_KEYS;
	if (json_is_object(tree) && !json_object_get(tree, "object") &&
		(json_object_get(tree, "contacts") || json_object_get(tree, "agent")))
		return FIXTURE_OF_ACTIONS;
	return FIXTURE_STATE;
}

static struct fixture_file *add_file(struct load *l, const char *name, json_t *tree)
{
	struct fixture_file *file = arena_alloc(&l->arena, sizeof *file);

	file->name = arena_text(&l->arena, name);
	file->tree = tree;
	file->form = form_of(tree);
	list_add(&l->files, file);
	return file;
}

static bool read_file(struct load *l, const char *path)
{
	json_error_t error;
	json_t *tree = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	struct fixture_file nameless = { .name = path };

	if (tree) {
		add_file(l, path, tree);
		return true;
	}
	if (error.line < 0)
		return load_fail_at(l, &nameless, "", "cannot be read: %s", strerror(errno));
	return load_fail_at(
		l, &nameless, "", "is not JSON: %s (line %d, column %d)", error.text, error.line, error.column);
}

static int is_fixture_name(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return *entry->d_name != '.' && length > 5 && !strcmp(entry->d_name + length - 5, ".json");
}

/* By bytes, whatever the machine's language: the order of scripts is the same everywhere. */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool read_folder(struct load *l, const char *path)
{
	struct fixture_file nameless = { .name = path };
	struct dirent **names;
	int n = scandir(path, &names, is_fixture_name, compare_names);
	bool right = true;

	if (n < 0)
		return load_fail_at(l, &nameless, "", "cannot be read: %s", strerror(errno));
	if (!n)
		right = load_fail_at(
			l, &nameless, "", "the folder has no *.json file; name a folder or file that has fixtures");
	for (int i = 0; i < n; i++) {
		const char *slash = path[strlen(path) - 1] == '/' ? "" : "/";

		if (right)
			right = read_file(l, arena_format(&l->arena, "%s%s%s", path, slash, names[i]->d_name));
		free(names[i]);
	}
	free(names);
	return right;
}

/* ---- accounts ---- */

const char *load_account(const struct load *l, const char *named)
{
	return l->account ? l->account : named;
}

struct target *load_target(struct load *l, const char *account)
{
	struct account *a = engine_account(l->engine, account, true);
	struct target *t;

	for (size_t i = 0; i < l->targets.count; i++)
		if (((struct target *)l->targets.at[i])->account == a)
			return l->targets.at[i];
	t = arena_alloc(&l->arena, sizeof *t);
	t->account = a;
	t->now = NO_TIME;
	t->by_id = map_new();
	pthread_mutex_lock(&a->lock);
	t->mark = mark_take(a);
	t->was_empty = !map_count(a->records);
	list_add(&l->targets, t);
	return t;
}

/* The newest record that is not announced for a time to come: what a present may not lie before. */
static void find_newest(void *arg, const char *id, void *value)
{
	const struct record **newest = arg;
	const struct record *r = value;

	(void)id;
	if (!*newest || r->created > (*newest)->created)
		*newest = r;
}

/*
 * "now" becomes the account's present. An empty account may be put anywhere; one with records goes forward through what
 * falls due on the way, and back only as far as nothing in it would come from the future.
 */
static bool set_time(struct load *l, struct target *t)
{
	struct account *a = t->account;
	const struct record *newest = NULL;

	if (t->now == NO_TIME) {
		engine_catch_up(l->engine, a);
		return true;
	}
	if (!t->was_empty && t->now > timeline_now(&a->time)) {
		engine_move_time(l->engine, a, t->now);
		return true;
	}
	map_each(a->records, find_newest, &newest);
	if (newest && newest->created > t->now)
		return load_fail_at(l, t->now_file, "$.mockstripe.now",
			"lies before the creation of %s, which the account has already (%lld); reset the account "
			"first, or leave "
			"\"now\" out",
			newest->id, (long long)newest->created);
	timeline_move(&a->time, t->now);
	return true;
}

/* ---- the course ---- */

static bool each_file(struct load *l, enum fixture_form form, bool (*step)(struct load *l, struct fixture_file *file))
{
	for (size_t i = 0; i < l->files.count; i++) {
		struct fixture_file *file = l->files.at[i];

		if (file->form == form && !step(l, file))
			return false;
	}
	return true;
}

static bool each_target(struct load *l, bool (*step)(struct load *l, struct target *t))
{
	for (size_t i = 0; i < l->targets.count; i++)
		if (!step(l, l->targets.at[i]))
			return false;
	return true;
}

/* A snapshot's counters: the next ids are those that its account would have made. */
static void set_counters(struct target *t)
{
	for (size_t i = 0; i < t->counters.count; i++) {
		const char *name;
		json_t *value;

		json_object_foreach(t->counters.at[i], name, value)
		{
			uint64_t *counter = map_get(t->account->counters, name);

			if (!counter) {
				counter = mem_alloc(sizeof *counter);
				map_put(t->account->counters, name, counter);
			}
			if (*counter < (uint64_t)json_integer_value(value))
				*counter = (uint64_t)json_integer_value(value);
		}
	}
}

static bool find_target(struct load *l, struct fixture_file *file)
{
	const char *account;

	if (!state_account(l, file, &account))
		return false;
	file->target = load_target(l, load_account(l, account));
	return true;
}

static bool find_script_target(struct load *l, struct fixture_file *file)
{
	file->target = load_target(l, load_account(l, NULL));
	return true;
}

static bool build_target(struct load *l, struct target *t)
{
	if (!set_time(l, t))
		return false;
	call_init(&t->call, &l->engine->api, t->account, timeline_now(&t->account->time));
	t->call.automatic = true;
	t->building = true;
	if (!state_build(l, t))
		return false;
	journal_commit(&t->call.journal);
	set_counters(t);
	call_end(&t->call);
	t->building = false;
	return true;
}

static bool run(struct load *l)
{
	return each_file(l, FIXTURE_KEYS, keys_check) && each_file(l, FIXTURE_STATE, find_target) &&
	       each_file(l, FIXTURE_SCRIPT, find_script_target) && each_file(l, FIXTURE_STATE, state_collect) &&
	       each_target(l, state_resolve) && each_target(l, build_target) &&
	       each_file(l, FIXTURE_SCRIPT, script_replay);
}

static void end_target(struct target *t, bool right)
{
	if (t->building) {
		journal_roll_back(&t->call.journal);
		call_end(&t->call);
	}
	if (!right) {
		mark_restore(t->account, t->mark);
		outbox_forget(t->account);
	}
	for (size_t i = 0; right && i < t->objects.count; i++) {
		struct loaded *o = t->objects.at[i];

		if (o->verbatim && record_is(o->record, "event"))
			outbox_resume(o->record);
	}
	mark_free(t->mark);
	account_cool(t->account);
	pthread_mutex_unlock(&t->account->lock);
	for (size_t i = 0; i < t->objects.count; i++) {
		struct loaded *o = t->objects.at[i];

		json_decref(o->given);
		json_decref(o->private);
	}
	list_clear(&t->objects);
	list_clear(&t->references);
	list_clear(&t->counters);
	map_free(t->by_id);
	children_free(t);
}

static bool finish(struct load *l, bool right, char **why)
{
	if (right) {
		for (size_t i = 0; i < l->files.count; i++) {
			struct fixture_file *file = l->files.at[i];

			if (file->form == FIXTURE_KEYS)
				keys_add(l, file);
		}
	} else {
		script_forget(l);
	}
	for (size_t i = 0; i < l->targets.count; i++)
		end_target(l->targets.at[i], right);
	for (size_t i = 0; i < l->files.count; i++)
		json_decref(((struct fixture_file *)l->files.at[i])->tree);
	list_clear(&l->files);
	list_clear(&l->targets);
	list_clear(&l->forgotten);
	arena_free(&l->arena);
	if (why)
		*why = l->why;
	else
		free(l->why);
	return right;
}

/* One load at a time: it holds the locks of several accounts, and two loads would wait for each other. */
static bool load_run(struct load *l, char **why)
{
	bool right;

	pthread_mutex_lock(&l->engine->loads);
	right = finish(l, !l->why && run(l), why);
	pthread_mutex_unlock(&l->engine->loads);
	return right;
}

/* A file that is named by itself is meant: contacts and agents are not fixtures of the simulator. */
static void refuse_actions(struct load *l)
{
	struct fixture_file *file = l->files.count ? l->files.at[0] : NULL;

	if (file && file->form == FIXTURE_OF_ACTIONS)
		load_fail(l, file, NULL,
			"\"%s\" is for the actions (stripe-actions --config, its contacts), not for the simulator; "
			"load another file, "
			"or the folder that it stands in",
			json_object_get(file->tree, "contacts") ? "contacts" : "agent");
}

bool fixture_load(struct engine *e, const char *account, const char *path, char **why)
{
	struct load l = { .engine = e, .account = account };
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		read_folder(&l, path);
	} else {
		read_file(&l, path);
		refuse_actions(&l);
	}
	return load_run(&l, why);
}

bool fixture_load_json(struct engine *e, const char *account, json_t *document, const char *name, char **why)
{
	struct load l = { .engine = e, .account = account };

	add_file(&l, name, json_deep_copy(document)); /* its parts become bodies, which nobody else may change */
	refuse_actions(&l);
	return load_run(&l, why);
}
