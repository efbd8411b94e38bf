/* SPDX-License-Identifier: MIT */
#include "actions/core/config.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "actions/core/config_load.h"
#include "actions/core/config_rows.h"
#include "actions/core/zone.h"
#include "base/json.h"
#include "base/mem.h"

void load_fault(struct load *l, const char *path, const char *format, ...)
{
	struct arena *arena = &l->c->arena;
	char *problem;
	va_list args;
	struct text t;

	va_start(args, format);
	text_init(&t, TEXT_NO_CEILING);
	if (vsnprintf(text_room(&t, 1024), 1024, format, args) < 0)
		die("a message could not be formatted");
	va_end(args);
	problem = arena_text(arena, t.data);
	text_clear(&t);
	text_format(l->why, "%s%s: %s: %s", l->faults ? "\n" : "", l->c->file, path, problem);
	l->faults++;
}

bool load_has(const json_t *list, const char *text)
{
	size_t i;
	json_t *row;

	json_array_foreach(list, i, row) if (!strcmp(json_string_value(row), text)) return true;
	return false;
}

const char *load_text(const json_t *object, const char *key, const char *fallback)
{
	const char *found = js_text(object, key);

	return found ? found : fallback;
}

/* The characters that every tool format takes. */
static bool is_tool_name(const char *s)
{
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '_' && *s != '-')
			return false;
	return true;
}

static unsigned read_environments(const json_t *list)
{
	unsigned set = 0;

	if (!list)
		return 1U << ENVIRONMENT_WIDGET | 1U << ENVIRONMENT_API;
	for (unsigned i = 0; environment_names[i]; i++)
		if (load_has(list, environment_names[i]))
			set |= 1U << i;
	return set;
}

static void read_actions(struct load *l)
{
	struct config *c = l->c;
	json_t *list = js_get(c->root, "actions"), *row;
	size_t i;

	c->n_actions = json_array_size(list);
	c->actions = arena_alloc(&c->arena, (c->n_actions + 1) * sizeof(*c->actions));
	json_array_foreach(list, i, row)
	{
		const char *path = arena_format(&c->arena, "$.actions[%zu].name", i);
		struct action_config *a = &c->actions[i];

		a->name = js_text(row, "name");
		a->title = js_text(row, "title");
		a->kind = js_text(row, "kind");
		a->when_to_use = js_text(row, "when_to_use");
		a->enabled = js_flag(row, "enabled", false);
		a->environments = read_environments(js_get(row, "environments"));
		if (!is_tool_name(a->name))
			load_fault(l, path, "may hold letters, digits, _ and - only");
		for (size_t j = 0; j < i; j++)
			if (!strcasecmp(c->actions[j].name, a->name))
				load_fault(l, path, "action_name_taken: $.actions[%zu] has this name already", j);
	}
}

/* Their names stand beside the actions' in what a model may call. */
static void read_client_tools(struct load *l)
{
	struct config *c = l->c;
	json_t *row;
	size_t i;

	c->client_tools = js_get(c->root, "client_tools");
	json_array_foreach(c->client_tools, i, row)
	{
		const char *path = arena_format(&c->arena, "$.client_tools[%zu].name", i), *name = js_text(row, "name");

		if (!is_tool_name(name))
			load_fault(l, path, "may hold letters, digits, _ and - only");
		for (size_t k = 0; k < c->n_actions; k++)
			if (!strcasecmp(c->actions[k].name, name))
				load_fault(l, path, "action_name_taken: $.actions[%zu] has this name already", k);
		for (size_t k = 0; k < i; k++)
			if (!strcasecmp(js_text(json_array_get(c->client_tools, k), "name"), name))
				load_fault(l, path, "action_name_taken: $.client_tools[%zu] has this name already", k);
	}
}

static const char *read_file(struct load *l, const char *file)
{
	return *file == '/' ? file : arena_format(&l->c->arena, "%s%s", l->directory, file);
}

static void read_files(struct load *l)
{
	struct config *c = l->c;
	json_t *contacts = js_get(c->root, "contacts");
	const char *file = js_text(contacts, "file"), *audit = js_text_at(c->root, "audit.file");
	const char *store = js_text_at(c->root, "store.file");

	if (file && json_object_size(contacts) == 1)
		c->contacts_file = read_file(l, file);
	else if (json_is_array(contacts))
		c->contacts = contacts;
	else if (contacts && !json_is_null(contacts))
		load_fault(l, "$.contacts", "must be {\"file\": \"...\"} or a list of contacts");
	c->audit_file = audit ? read_file(l, audit) : NULL;
	c->store_file = store ? read_file(l, store) : NULL;
}

static void read_all(struct load *l)
{
	struct config *c = l->c;
	const char *environment = load_text(c->root, "environment", "widget");

	c->agent_id = js_text_at(c->root, "agent.id");
	c->agent_name = load_text(js_get(c->root, "agent"), "name", c->agent_id);
	c->environment = environment_find(environment);
	c->confirmation_ttl = js_int_at(c->root, "confirmation.ttl_seconds", 900);
	c->limits = (struct limits) {
		.reads_per_minute = js_int_at(c->root, "limits.reads_per_minute", 60),
		.writes_per_day = js_int_at(c->root, "limits.writes_per_day", 20),
		.offers_per_90d = js_int_at(c->root, "limits.offers_per_90d", 1),
	};
	load_identity(l);
	load_stripe(l);
	load_step_up(l);
	read_actions(l);
	read_client_tools(l);
	load_plans(l);
	load_policies(l);
	c->locale = load_text(js_get(c->root, "agent"), "locale", "en");
	c->time_zone = js_text_at(c->root, "agent.time_zone");
	if (c->time_zone && !zone_is_known(c->time_zone))
		load_fault(l, "$.agent.time_zone", "is no name of the IANA time zone database, such as Europe/Berlin");
	read_files(l);
}

static struct config *config_finish(struct config *c, const char *directory, struct text *why)
{
	struct load l = { .c = c, .why = why, .directory = directory };
	json_t *faults = json_array(), *row;
	size_t i;

	inputs_check(config_rows, c->root, "$", faults);
	json_array_foreach(faults, i, row) load_fault(&l, js_text(row, "path"), "%s", js_text(row, "problem"));
	json_decref(faults);
	if (!l.faults)
		read_all(&l);
	if (!l.faults)
		return c;
	config_free(c);
	return NULL;
}

static struct config *config_new(const char *file)
{
	struct config *c = mem_alloc(sizeof(*c));

	c->file = arena_text(&c->arena, file);
	return c;
}

static void explain_json(const struct config *c, const json_error_t *error, struct text *why)
{
	if (error->line > 0)
		text_format(why, "%s: line %d, column %d: %s", c->file, error->line, error->column, error->text);
	else
		text_format(why, "%s: %s", c->file, error->text);
}

struct config *config_parse(const char *json, size_t length, const char *name, struct text *why)
{
	struct config *c = config_new(name);
	json_error_t error;

	c->root = json_loadb(json, length, JSON_REJECT_DUPLICATES, &error);
	if (c->root)
		return config_finish(c, "", why);
	explain_json(c, &error, why);
	config_free(c);
	return NULL;
}

struct config *config_load(const char *file, struct text *why)
{
	struct config *c = config_new(file);
	const char *slash = strrchr(file, '/');
	json_error_t error;

	c->root = json_load_file(file, JSON_REJECT_DUPLICATES, &error);
	if (c->root)
		return config_finish(c, arena_range(&c->arena, file, slash ? (size_t)(slash - file) + 1 : 0), why);
	explain_json(c, &error, why);
	config_free(c);
	return NULL;
}

void config_free(struct config *c)
{
	if (!c)
		return;
	json_decref(c->root);
	arena_free(&c->arena);
	free(c);
}

const struct action_config *config_action(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->n_actions; i++)
		if (!strcmp(c->actions[i].name, name))
			return &c->actions[i];
	return NULL;
}

const struct plan *config_plan(const struct config *c, const char *key)
{
	for (size_t i = 0; i < c->n_plans; i++)
		if (!strcmp(c->plans[i].key, key))
			return &c->plans[i];
	return NULL;
}

const struct plan *config_plan_of_price(const struct config *c, const char *price)
{
	for (size_t i = 0; i < c->n_plans; i++)
		for (size_t j = 0; j < c->plans[i].n_prices; j++)
			if (!strcmp(c->plans[i].prices[j].price, price))
				return &c->plans[i];
	return NULL;
}

enum environment environment_find(const char *name)
{
	unsigned i = 0;

	while (environment_names[i] && strcmp(environment_names[i], name))
		i++;
	return (enum environment)i;
}
