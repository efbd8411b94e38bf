/* SPDX-License-Identifier: MIT */
#include "actions/runtime/agent.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include <stdlib.h>
#include <string.h>

#include "actions/catalog/action.h"
#include "base/json.h"
#include "base/mem.h"

#define WHEN_TO_USE_SHORT 40 /* bytes; less hardly tells a model when to call */
#define WORDS_FEWEST 5	     /* of which an overlap can be told             */
#define OVERLAP_MOST 70	     /* in a hundred                                */

static bool kinds_check(const struct config *c, struct text *why)
{
	size_t faults = 0;

	for (size_t i = 0; i < c->n_actions; i++) {
		if (action_kind_find(c->actions[i].kind))
			continue;
		text_format(why, "%s%s: $.actions[%zu].kind: must be one of: ", faults++ ? "\n" : "", c->file, i);
		for (size_t k = 0; action_kinds[k]; k++)
			text_format(why, "%s%s", k ? ", " : "", action_kinds[k]->kind);
	}
	return !faults;
}

static bool contacts_open(struct agent *a, struct text *why)
{
	const struct config *c = a->config;
	int64_t now = clock_now(&a->clock);
	struct text trouble;

	text_init(&trouble, TEXT_NO_CEILING);
	a->store = store_open(c->store_file, &trouble);
	if (!a->store)
		text_format(why, "%s: $.store.file: %s", c->file, trouble.data);
	text_clear(&trouble);
	if (!a->store)
		return false;
	a->contacts = (struct contacts) { .store = a->store, .agent = c->agent_id };
	a->ledger = (struct ledger) { .store = a->store, .agent = c->agent_id };
	if (c->contacts_file)
		return contacts_import_file(&a->contacts, c->contacts_file, now, why);
	return !c->contacts || contacts_import(&a->contacts, c->contacts, c->file, "$.contacts", now, why);
}

__attribute__((format(printf, 2, 3))) static void warn(struct agent *a, const char *format, ...)
{
	va_list args;
	struct text t;

	text_init(&t, TEXT_NO_CEILING);
	va_start(args, format);
	if (vsnprintf(text_room(&t, 512), 512, format, args) < 0)
		die("a warning could not be formatted");
	va_end(args);
	json_array_append_new(a->warnings, json_string(t.data));
	text_clear(&t);
}

/* The words of a text that say something, four letters or more, in small letters; a new object with them as keys. */
static json_t *words_of(const char *text)
{
	json_t *out = json_object();
	char word[64];

	while (*text) {
		size_t length = 0;

		while (isalpha((unsigned char)text[length]) || (unsigned char)text[length] >= 0x80)
			length++;
		if (length >= 4 && length < sizeof(word)) {
			for (size_t i = 0; i < length; i++)
				word[i] = (char)tolower((unsigned char)text[i]);
			word[length] = '\0';
			js_put_flag(out, word, true);
		}
		text += length ? length : 1;
	}
	return out;
}

/* How many in a hundred of the words of the poorer of two texts stand in the other one too. */
static size_t overlap_of(const char *one, const char *other)
{
	js_auto a = words_of(one);
	js_auto b = words_of(other);
	size_t shared = 0,
	       fewest = json_object_size(a) < json_object_size(b) ? json_object_size(a) : json_object_size(b);
	const char *word;
	json_t *value;

	json_object_foreach(a, word, value) shared += js_get(b, word) != NULL;
	return fewest >= WORDS_FEWEST ? 100 * shared / fewest : 0;
}

/* Two texts that say nearly the same leave the choice to chance. */
static void overlap_lint(struct agent *a, size_t i, size_t j)
{
	const char *one = a->config->actions[i].when_to_use, *other = a->config->actions[j].when_to_use;
	size_t overlap = overlap_of(one, other);

	if (*one && !strcmp(one, other))
		warn(a, "when_to_use_weak: $.actions[%zu].when_to_use: is the same as that of $.actions[%zu]", i, j);
	else if (overlap >= OVERLAP_MOST)
		warn(a,
			"when_to_use_weak: $.actions[%zu].when_to_use: shares %zu%% of its words with that of "
			"$.actions[%zu]",
			i, overlap, j);
}

/* A model chooses by these words: too few of them, or the same twice, and it will not choose, or choose wrong. */
static void actions_lint(struct agent *a)
{
	const struct config *c = a->config;

	for (size_t i = 0; i < c->n_actions; i++) {
		const struct action_config *one = &c->actions[i];

		if (strlen(one->when_to_use) < WHEN_TO_USE_SHORT)
			warn(a,
				"when_to_use_weak: $.actions[%zu].when_to_use: describe concrete requests, in %d "
				"characters or more",
				i, WHEN_TO_USE_SHORT);
		for (size_t j = 0; j < i; j++) {
			overlap_lint(a, i, j);
			if (one->enabled && c->actions[j].enabled && !strcmp(one->kind, c->actions[j].kind))
				warn(a, "action_overlap: $.actions[%zu] and $.actions[%zu] are of the same kind", j, i);
		}
	}
	if (!strncmp(c->api_key, "sk_live_", 8))
		warn(a, "stripe_key_overprivileged: $.stripe.api_key: a restricted key (rk_...) would do");
	if (!c->audit_file)
		warn(a, "audit_off: $.audit: runs are not recorded");
}

struct agent *agent_open(const struct agent_options *options, struct text *why)
{
	struct agent *a = mem_alloc(sizeof(*a));
	char *trouble = NULL;

	latches_init(&a->latches);
	a->warnings = json_array();
	a->clock = options->clock.now ? options->clock : clock_system();
	a->config = options->file ? config_load(options->file, why)
				  : config_parse(options->json, strlen(options->json), options->name, why);
	if (!a->config || !kinds_check(a->config, why) || !contacts_open(a, why)) {
		agent_close(a);
		return NULL;
	}
	if (a->config->audit_file) {
		a->audit = audit_open(a->config->audit_file, &a->config->secrets[0], &trouble);
		if (!a->audit) {
			text_format(why, "%s: $.audit.file: %s", a->config->file, trouble);
			free(trouble);
			agent_close(a);
			return NULL;
		}
	}
	digest_derive(a->config->secrets[0].secret, "stripe-actions: confirmations, cursors, idempotency", a->key);
	a->stripe = (struct stripe_client) {
		.transport = options->transport,
		.clock = a->clock,
		.api_key = a->config->api_key,
		.max_retries = a->config->max_retries,
	};
	if (!options->transport.send) {
		a->wire = client_new(a->config->base_url, a->config->connect_timeout_ms, a->config->timeout_ms);
		a->stripe.transport = client_transport(a->wire);
	}
	a->courier = courier_open(a->config, options->courier);
	actions_lint(a);
	return a;
}

void agent_close(struct agent *a)
{
	if (!a)
		return;
	client_free(a->wire);
	courier_close(a->courier);
	audit_close(a->audit);
	store_close(a->store);
	config_free(a->config);
	json_decref(a->warnings);
	latches_clear(&a->latches);
	free(a);
}
