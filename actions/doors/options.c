/* SPDX-License-Identifier: MIT */
#include "actions/doors/options.h"

#include <stddef.h>
#include <string.h>

#include "base/mem.h"

enum which {
	CALL = 1,
	TOOLS = 2,
	CHECK = 4,
	HASH = 8,
	AUDIT = 16,
	DOCTOR = 32,
	SERVE = 64,
	MCP = 128,
	CHAT = 256,
	PERMISSIONS = 512,
};

static const struct {
	const char *name;
	enum which which;
} commands[] = { { "call", CALL }, { "tools", TOOLS }, { "check", CHECK }, { "hash", HASH }, { "audit", AUDIT },
	{ "doctor", DOCTOR }, { "serve", SERVE }, { "mcp", MCP }, { "chat", CHAT }, { "permissions", PERMISSIONS } };

/* One row an option: where its value goes, and with which commands it makes sense. */
static const struct option {
	const char *name;
	unsigned commands;
	size_t text; /* offset of a const char *, when it takes a value */
	size_t flag; /* offset of a bool, when it does not             */
} rows[] = {
	{ "--config", CALL | TOOLS | CHECK | HASH | AUDIT | DOCTOR | SERVE | MCP | CHAT | PERMISSIONS,
		offsetof(struct options, config), 0 },
	{ "--environment", CALL | TOOLS | DOCTOR | MCP | CHAT, offsetof(struct options, environment), 0 },
	{ "--format", TOOLS, offsetof(struct options, format), 0 },
	{ "--contact", CALL | DOCTOR | MCP | CHAT, offsetof(struct options, contact), 0 },
	{ "--user-id", CALL | HASH | DOCTOR | MCP | CHAT, offsetof(struct options, user_id), 0 },
	{ "--user-hash", CALL | DOCTOR | MCP | CHAT, offsetof(struct options, user_hash), 0 },
	{ "--token", CALL | DOCTOR | MCP | CHAT, offsetof(struct options, token), 0 },
	{ "--input", CALL, offsetof(struct options, input), 0 },
	{ "--code", CALL, offsetof(struct options, code), 0 },
	{ "--confirm", CALL, offsetof(struct options, confirm), 0 },
	{ "--yes", CALL, 0, offsetof(struct options, yes) },
	{ "--kept", AUDIT, offsetof(struct options, kept), 0 },
	{ "--json", CALL | DOCTOR | PERMISSIONS, 0, offsetof(struct options, json) },
	{ "--explain", CALL, 0, offsetof(struct options, explain) },
	{ "--port", SERVE, offsetof(struct options, port), 0 },
	{ "--bind", SERVE, offsetof(struct options, bind), 0 },
	{ "--public-url", SERVE, offsetof(struct options, public_url), 0 },
	{ "--sites", SERVE, offsetof(struct options, sites), 0 },
	{ "--model", SERVE | CHAT, offsetof(struct options, model), 0 },
	{ "--model-url", SERVE | CHAT, offsetof(struct options, model_url), 0 },
	{ "--stream", SERVE | CHAT, 0, offsetof(struct options, stream) },
	{ "--demo", SERVE, 0, offsetof(struct options, demo) },
};

void options_usage(FILE *out)
{
	fputs("stripe-actions: the billing actions of a support agent\n"
	      "\n"
	      "  stripe-actions call ACTION --config FILE [who] [--input JSON] [--confirm ID | --yes] [--code N]\n"
	      "                             [--environment NAME] [--json] [--explain]\n"
	      "  stripe-actions tools --config FILE [--format mcp|openai|openai-strict|anthropic] [--environment "
	      "NAME]\n"
	      "  stripe-actions check --config FILE\n"
	      "  stripe-actions hash --config FILE --user-id ID\n"
	      "  stripe-actions doctor [ACTION] --config FILE [who] [--environment NAME] [--json]\n"
	      "  stripe-actions permissions --config FILE [--json]\n"
	      "  stripe-actions audit verify FILE [--config FILE] [--kept HASH]\n"
	      "  stripe-actions serve --config FILE [--port N] [--bind ADDRESS] [--public-url ORIGIN]\n"
	      "                             [--sites ORIGIN,...] [--demo] [model]\n"
	      "  stripe-actions mcp --config FILE [who] [--environment NAME]\n"
	      "  stripe-actions chat --config FILE [who] [--environment NAME] [model]\n"
	      "\n"
	      "  who       --token JWT                      as a page presents it\n"
	      "            --user-id ID --user-hash HEX     the older proof\n"
	      "            --contact ID                     as the operator, who holds the secret: makes the proof for "
	      "ID\n"
	      "  model     --model NAME --model-url URL [--stream], the endpoint of chat completions without\n"
	      "            /chat/completions; its key in the environment variable MODEL_API_KEY. Without it: a\n"
	      "            scripted model that needs no network\n"
	      "  --input   the action's inputs, a JSON object; - reads them from standard input\n"
	      "  --confirm carries out what an earlier call with the same inputs proposed\n"
	      "  --code    what was sent for a step-up\n"
	      "  --yes     proposes and confirms in one go\n"
	      "  --json    prints the result as JSON; --explain adds what only the operator should see\n"
	      "\n"
	      "  tools     the enabled actions as tool definitions for a model\n"
	      "  check     reads the configuration and says what is wrong or weak\n"
	      "  hash      prints the user hash of an id, for trying out a page\n"
	      "  doctor    walks through a call without changing anything, and says why it does not work\n"
	      "  permissions\n"
	      "            what a restricted key has to be allowed for this configuration, and for which requests\n"
	      "  audit     checks that nobody changed the audit record; with --config also who wrote it,\n"
	      "            and with --kept, the last hash of an earlier look, that nothing was cut off since\n"
	      "  serve     the actions and the chat widget over HTTP on 127.0.0.1 (port 12113; 0 takes a free one);\n"
	      "            --bind listens elsewhere, behind a proxy that speaks TLS for --public-url;\n"
	      "            --sites may show the widget, --demo adds a site that signs anybody in as any contact;\n"
	      "            ACTIONS_API_KEY in the environment opens the contacts API\n"
	      "  mcp       the actions as tools over standard input and output (Model Context Protocol)\n"
	      "  chat      a conversation on the terminal\n"
	      "\n"
	      "Exit status: 0 done, 1 refused or failed, 2 wrong usage or configuration, 3 confirmation needed,\n"
	      "4 choice needed, 5 not signed in.\n"
	      "doctor: 0 all is well, 10 the action is not triggered, 11 it gets no data, 12 the visitor is not "
	      "recognised.\n",
		out);
}

static const struct option *option_find(const char *name, size_t length)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (strlen(rows[i].name) == length && !memcmp(rows[i].name, name, length))
			return &rows[i];
	return NULL;
}

static bool fault(FILE *err, const char *what, const char *which)
{
	fprintf(err, "stripe-actions: %s%s%s\n", what, *which ? ": " : "", which);
	return false;
}

/* Takes one option, with its value from "--name=value" or the next argument. */
static bool option_take(struct options *o, enum which command, int argc, char **argv, int *at, FILE *err)
{
	const char *word = argv[*at], *equals = strchr(word, '=');
	const struct option *row = option_find(word, equals ? (size_t)(equals - word) : strlen(word));
	const char **text;

	if (!row)
		return fault(err, "there is no such option", word);
	if (!(row->commands & command))
		return fault(err, "this command does not take the option", word);
	if (row->flag) {
		if (equals)
			return fault(err, "the option takes no value", word);
		*(bool *)(void *)((char *)o + row->flag) = true;
		return true;
	}
	text = (const char **)(void *)((char *)o + row->text);
	if (*text)
		return fault(err, "the option is given twice", word);
	if (!equals && *at + 1 == argc)
		return fault(err, "the option needs a value", word);
	*text = equals ? equals + 1 : argv[++*at];
	return true;
}

static bool options_check(const struct options *o, enum which command, FILE *err)
{
	int proofs = (o->token != NULL) + (o->contact != NULL) + (o->user_hash != NULL);

	if (command == AUDIT && (!o->action || strcmp(o->action, "verify") != 0 || !o->file))
		return fault(err, "audit verify FILE is what there is", "");
	if (!o->config && command != AUDIT)
		return fault(err, "--config FILE is missing", "");
	if (command == CALL && !o->action)
		return fault(err, "the name of the action is missing", "");
	if (proofs > 1)
		return fault(err, "--token, --user-hash and --contact exclude each other", "");
	if (o->contact && o->user_id)
		return fault(err, "--contact and --user-id exclude each other", "");
	if (o->confirm && o->yes)
		return fault(err, "--confirm and --yes exclude each other", "");
	if (!o->model != !o->model_url || (o->stream && !o->model))
		return fault(err, "--model and --model-url go together", "");
	if (command == HASH && !o->user_id)
		return fault(err, "--user-id ID is missing", "");
	return true;
}

bool options_read(struct options *o, int argc, char **argv, FILE *err)
{
	enum which command = 0;

	memset(o, 0, sizeof(*o));
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h") || (i == 1 && !strcmp(argv[i], "help"))) {
			o->help = true;
			return true;
		}
	if (argc < 2)
		return fault(err,
			"a command is missing (call, tools, check, hash, doctor, permissions, audit, serve, mcp, "
			"chat); --help "
			"tells more",
			"");
	o->command = argv[1];
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (!strcmp(commands[i].name, o->command))
			command = commands[i].which;
	if (!command)
		return fault(err,
			"there is no such command (call, tools, check, hash, doctor, permissions, audit, serve, mcp, "
			"chat)",
			o->command);
	for (int i = 2; i < argc; i++) {
		if (argv[i][0] == '-' && argv[i][1]) {
			if (!option_take(o, command, argc, argv, &i, err))
				return false;
		} else if (command & (CALL | AUDIT | DOCTOR) && !o->action) {
			o->action = argv[i];
		} else if (command == AUDIT && !o->file) {
			o->file = argv[i];
		} else {
			return fault(err, "an argument too many", argv[i]);
		}
	}
	return options_check(o, command, err);
}
