/* SPDX-License-Identifier: MIT */
#include "actions/core/config.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "actions/core/config_rows.h"
#include "base/json.h"
#include "base/mem.h"

#define SECRET_MIN 16 /* bytes; a shorter HMAC key can be searched for */

/* One load: where faults go, and how many there were. */
struct load {
	struct config *c;
	struct text *why;
	size_t faults;
	const char *directory; /* with its slash; "" for the working directory */
};

__attribute__((format(printf, 3, 4))) static void fault(struct load *l, const char *path, const char *format, ...)
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

/* A secret as text, or {"env": "NAME"}: then from the environment, so that the file can be committed. */
static const char *read_secret(struct load *l, const json_t *value, const char *path)
{
	const char *name = js_text(value, "env"), *found;

	if (json_is_string(value) && *json_string_value(value))
		return json_string_value(value);
	if (!json_is_object(value) || json_object_size(value) != 1 || !name) {
		fault(l, path, "must be a text that is not empty, or {\"env\": \"NAME\"}");
		return "";
	}
	found = getenv(name);
	if (!found || !*found) {
		fault(l, path, "the environment variable %s is not set", name);
		return "";
	}
	return arena_text(&l->c->arena, found);
}

static void read_secrets(struct load *l, const json_t *identity)
{
	struct config *c = l->c;
	json_t *list = js_get(identity, "secrets"), *row;
	size_t i;

	c->n_secrets = json_array_size(list);
	c->secrets = arena_alloc(&c->arena, (c->n_secrets + 1) * sizeof(*c->secrets));
	json_array_foreach(list, i, row)
	{
		const char *path = arena_format(&c->arena, "$.identity.secrets[%zu].secret", i);
		struct secret *s = &c->secrets[i];

		s->id = js_text(row, "id");
		s->secret = read_secret(l, js_get(row, "secret"), path);
		s->accept_until = js_int(row, "accept_until", 0);
		if (*s->secret && strlen(s->secret) < SECRET_MIN)
			fault(l, path, "must have at least %d bytes", SECRET_MIN);
		for (size_t j = 0; j < i; j++)
			if (!strcmp(c->secrets[j].id, s->id))
				fault(l, arena_format(&c->arena, "$.identity.secrets[%zu].id", i), "is used twice");
	}
}

static bool list_has(const json_t *list, const char *text)
{
	size_t i;
	json_t *row;

	json_array_foreach(list, i, row) if (!strcmp(json_string_value(row), text)) return true;
	return false;
}

static void read_identity(struct load *l)
{
	struct config *c = l->c;
	const json_t *identity = js_get(c->root, "identity"), *methods = js_get(identity, "methods");

	read_secrets(l, identity);
	c->takes_token = !methods || list_has(methods, "token");
	c->takes_hash = !methods || list_has(methods, "user_hash");
	c->max_lifetime = js_int(identity, "max_lifetime_seconds", 86400);
	c->leeway = js_int(identity, "leeway_seconds", 60);
}

static bool is_loopback(const char *host)
{
	return !strncmp(host, "127.", 4) || !strncmp(host, "[::1]", 5) ||
	       (!strncmp(host, "localhost", 9) && (!host[9] || host[9] == ':' || host[9] == '/'));
}

static void read_stripe(struct load *l)
{
	struct config *c = l->c;
	const json_t *stripe = js_get(c->root, "stripe");
	const char *url = js_text(stripe, "base_url"), *host;
	size_t length;

	url = url ? url : "https://api.stripe.com";
	length = strlen(url);
	host = strstr(url, "://");
	if (strncmp(url, "http://", 7) && strncmp(url, "https://", 8))
		fault(l, "$.stripe.base_url", "must begin with http:// or https://");
	else if (!host[3] || host[3] == '/' || strpbrk(host + 3, " ?#@"))
		fault(l, "$.stripe.base_url", "must be scheme, host and port only");
	c->api_key = read_secret(l, js_get(stripe, "api_key"), "$.stripe.api_key");
	/* A live key can move money; on a wire that others read it is theirs. The machine itself may be asked in the
	 * clear. */
	if (!strncmp(url, "http://", 7) && strstr(c->api_key, "_live_") && !is_loopback(url + 7))
		fault(l, "$.stripe.base_url", "a live key is sent over https only");
	while (length && url[length - 1] == '/')
		length--;
	c->base_url = arena_range(&c->arena, url, length);
	if (*c->api_key && strncmp(c->api_key, "sk_", 3) && strncmp(c->api_key, "rk_", 3))
		fault(l, "$.stripe.api_key", "must be a secret (sk_...) or restricted (rk_...) key");
	for (const char *k = c->api_key; *k; k++)
		if (!isalnum((unsigned char)*k) && *k != '_') {
			fault(l, "$.stripe.api_key", "holds characters that no key has");
			break;
		}
	c->timeout_ms = js_int(stripe, "timeout_ms", 15000);
	c->connect_timeout_ms = js_int(stripe, "connect_timeout_ms", 5000);
	c->max_retries = js_int(stripe, "max_retries", 2);
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
		if (list_has(list, environment_names[i]))
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
			fault(l, path, "may hold letters, digits, _ and - only");
		for (size_t j = 0; j < i; j++)
			if (!strcasecmp(c->actions[j].name, a->name))
				fault(l, path, "action_name_taken: $.actions[%zu] has this name already", j);
	}
}

static void read_prices(struct load *l, struct plan *p, json_t *list, size_t plan)
{
	struct config *c = l->c;
	const struct plan *other;
	json_t *row;
	size_t i;

	p->prices = arena_alloc(&c->arena, (json_array_size(list) + 1) * sizeof(*p->prices));
	json_array_foreach(list, i, row)
	{
		const char *path = arena_format(&c->arena, "$.plans[%zu].prices[%zu]", plan, i);
		struct plan_price *price = &p->prices[i];

		price->price = js_text(row, "price");
		price->interval = js_text(row, "interval");
		price->currency = js_text(row, "currency");
		for (const char *s = price->currency; s && *s; s++)
			if (*s < 'a' || *s > 'z') {
				fault(l, arena_format(&c->arena, "%s.currency", path),
					"must be three lower-case letters");
				break;
			}
		other = config_plan_of_price(c, price->price);
		if (other)
			fault(l, arena_format(&c->arena, "%s.price", path), "belongs to the plan %s already",
				other->key);
		p->n_prices = i + 1;
	}
}

static void read_plans(struct load *l)
{
	struct config *c = l->c;
	json_t *list = js_get(c->root, "plans"), *row, *quantity;
	size_t i;

	c->plans = arena_alloc(&c->arena, (json_array_size(list) + 1) * sizeof(*c->plans));
	json_array_foreach(list, i, row)
	{
		struct plan *p = &c->plans[i];

		p->key = js_text(row, "key");
		p->label = js_text(row, "label");
		p->description = js_text(row, "description");
		p->rank = js_int(row, "rank", 0);
		quantity = js_get(row, "quantity");
		p->quantity_min = js_int(quantity, "min", 1);
		p->quantity_max = js_int(quantity, "max", quantity ? 1000000 : 1);
		p->quantity_adjustable = js_flag(quantity, "adjustable", false);
		if (p->quantity_min > p->quantity_max)
			fault(l, arena_format(&c->arena, "$.plans[%zu].quantity", i), "min is above max");
		if (config_plan(c, p->key))
			fault(l, arena_format(&c->arena, "$.plans[%zu].key", i), "is used twice");
		read_prices(l, p, js_get(row, "prices"), i);
		c->n_plans = i + 1;
	}
}

static const char *text_or(const json_t *object, const char *key, const char *fallback)
{
	const char *found = js_text(object, key);

	return found ? found : fallback;
}

static struct change_rule read_change(const json_t *rule, const char *proration)
{
	return (struct change_rule) {
		.enabled = js_flag(rule, "enabled", true),
		.at_period_end = !strcmp(text_or(rule, "when", "now"), "period_end"),
		.undo_enabled = js_flag(rule, "undo_enabled", true),
		.proration_behavior = text_or(rule, "proration_behavior", proration),
		.billing_cycle_anchor = text_or(rule, "billing_cycle_anchor", "unchanged"),
		.payment_behavior = text_or(rule, "payment_behavior", "error_if_incomplete"),
	};
}

static void read_cancellation(struct config *c)
{
	const json_t *policy = js_get(c->root, "cancellation_policy"), *reason = js_get(policy, "reason");
	const json_t *options = js_get(reason, "options");
	const char *mode = text_or(policy, "mode", "at_period_end"), *credit = text_or(policy, "credit", "none");
	struct cancellation_policy *p = &c->cancellation;

	/* Without a policy nobody decided that customers may cancel in the chat. */
	p->enabled = policy && js_flag(policy, "enabled", true);
	p->undo_enabled = js_flag(policy, "undo_enabled", true);
	p->reason_required = js_flag(reason, "required", false);
	p->comment_max = js_int(policy, "comment_max", 500);
	p->mode = !strcmp(mode, "choice")	 ? CANCEL_CHOICE
		  : !strcmp(mode, "immediately") ? CANCEL_IMMEDIATELY
						 : CANCEL_AT_PERIOD_END;
	p->credit = !strcmp(credit, "none")		? CREDIT_NONE
		    : !strcmp(credit, "prorate_credit") ? CREDIT_PRORATE
							: CREDIT_INVOICE_NOW;
	for (unsigned i = 0; config_reasons[i]; i++)
		if (!options || list_has(options, config_reasons[i]))
			p->reasons |= 1U << i;
}

static void read_offer(struct load *l, struct offer *o, const json_t *row, size_t i)
{
	static const char *const kinds[] = { "coupon", "pause", "downgrade", "extend_trial" };
	const char *kind = js_text(row, "kind"), *path = arena_format(&l->c->arena, "$.retention.offers[%zu]", i);

	o->key = js_text(row, "key");
	o->label = js_text(row, "label");
	o->coupon = js_text(row, "coupon");
	o->plan = js_text(row, "plan");
	o->days = js_int(row, "days", 0);
	o->reason = js_text(row, "reason");
	for (unsigned k = 0; k < COUNT_OF(kinds); k++)
		if (!strcmp(kinds[k], kind))
			o->kind = (enum offer_kind)k;
	if (o->kind == OFFER_COUPON && !o->coupon)
		fault(l, path, "an offer of a coupon needs coupon");
	if ((o->kind == OFFER_PAUSE || o->kind == OFFER_EXTEND_TRIAL) && !o->days)
		fault(l, path, "this kind of offer needs days");
	if (o->kind == OFFER_DOWNGRADE && (!o->plan || !config_plan(l->c, o->plan)))
		fault(l, path, "an offer of a downgrade needs the key of a plan");
	for (size_t k = 0; k < i; k++)
		if (!strcmp(l->c->retention.offers[k].key, o->key))
			fault(l, path, "the key is used twice");
}

static void read_retention(struct load *l)
{
	json_t *retention = js_get(l->c->root, "retention"), *list = js_get(retention, "offers"), *row;
	struct retention *r = &l->c->retention;
	size_t i;

	r->offers = arena_alloc(&l->c->arena, (json_array_size(list) + 1) * sizeof(*r->offers));
	r->max_per_customer = js_int(retention, "max_per_customer", 1);
	r->cooldown_days = js_int(retention, "cooldown_days", 90);
	json_array_foreach(list, i, row)
	{
		read_offer(l, &r->offers[i], row, i);
		r->n_offers = i + 1;
	}
}

static void read_payment_method(struct load *l)
{
	const json_t *given = js_get(l->c->root, "payment_method");
	const char *mode = text_or(given, "mode", "off"), *url = js_text(given, "return_url");

	l->c->payment_method.mode = !strcmp(mode, "portal_link")    ? PAYMENT_METHOD_PORTAL
				    : !strcmp(mode, "setup_intent") ? PAYMENT_METHOD_INTENT
								    : PAYMENT_METHOD_OFF;
	l->c->payment_method.return_url = url;
	if (url && strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		fault(l, "$.payment_method.return_url", "must begin with https:// or http://");
}

static void read_billing_fields(struct config *c)
{
	static const struct {
		const char *name;
		enum billing_field field;
	} fields[] = { { "address", FIELD_ADDRESS }, { "email", FIELD_EMAIL }, { "name", FIELD_NAME },
		{ "phone", FIELD_PHONE }, { "tax_id", FIELD_TAX_ID } };
	const json_t *list = js_get(c->root, "billing_fields");

	/* Left out, nothing may be changed: as an empty allowed_updates of Stripe's customer portal. */
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (list_has(list, fields[i].name))
			c->billing_fields |= fields[i].field;
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
		fault(l, "$.contacts", "must be {\"file\": \"...\"} or a list of contacts");
	c->audit_file = audit ? read_file(l, audit) : NULL;
	c->store_file = store ? read_file(l, store) : NULL;
}

static void read_all(struct load *l)
{
	struct config *c = l->c;
	const char *environment = text_or(c->root, "environment", "widget");

	c->agent_id = js_text_at(c->root, "agent.id");
	c->agent_name = text_or(js_get(c->root, "agent"), "name", c->agent_id);
	c->environment = environment_find(environment);
	c->confirmation_ttl = js_int_at(c->root, "confirmation.ttl_seconds", 900);
	c->limits = (struct limits) {
		.reads_per_minute = js_int_at(c->root, "limits.reads_per_minute", 60),
		.writes_per_day = js_int_at(c->root, "limits.writes_per_day", 20),
		.offers_per_90d = js_int_at(c->root, "limits.offers_per_90d", 1),
	};
	read_identity(l);
	read_stripe(l);
	read_actions(l);
	read_plans(l);
	c->upgrade = read_change(js_at(c->root, "change_policy.upgrade"), "always_invoice");
	c->downgrade = read_change(js_at(c->root, "change_policy.downgrade"), "create_prorations");
	read_cancellation(c);
	read_retention(l);
	read_payment_method(l);
	c->locale = text_or(js_get(c->root, "agent"), "locale", "en");
	read_billing_fields(c);
	read_files(l);
}

static struct config *config_finish(struct config *c, const char *directory, struct text *why)
{
	struct load l = { .c = c, .why = why, .directory = directory };
	json_t *faults = json_array(), *row;
	size_t i;

	inputs_check(config_rows, c->root, "$", faults);
	json_array_foreach(faults, i, row) fault(&l, js_text(row, "path"), "%s", js_text(row, "problem"));
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
