/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "actions/agent/conversation.h"
#include "actions/doors/cli_inside.h"
#include "actions/doors/http.h"
#include "actions/doors/mcp.h"
#include "base/json.h"

/* The commands that open another door: serve, mcp, and a conversation on the terminal. */

#define KEY_OF_MODEL "MODEL_API_KEY"
#define KEY_OF_CONTACTS "ACTIONS_API_KEY"

static struct model_remote model_of(const struct options *o)
{
	return (struct model_remote) {
		.base_url = o->model_url, .name = o->model, .api_key = getenv(KEY_OF_MODEL), .stream = o->stream
	};
}

/* The operator at the terminal holds the secret, and may speak as any contact. */
static struct evidence evidence_of(const struct agent *a, const struct options *o, char hash[65])
{
	if (!o->contact)
		return (struct evidence) { .token = o->token, .user_id = o->user_id, .user_hash = o->user_hash };
	identity_hash(a->config, o->contact, hash);
	return (struct evidence) { .user_id = o->contact, .user_hash = hash };
}

static bool environment_check(const struct cli *cli, const struct options *o)
{
	if (!o->environment || environment_find(o->environment) != ENVIRONMENT_COUNT)
		return true;
	fprintf(cli->err, "stripe-actions: there is no such environment: %s\n", o->environment);
	return false;
}

int cli_serve(const struct cli *cli, struct agent *a, const struct options *o)
{
	const struct http_options options = {
		.port = o->port,
		.bind = o->bind,
		.public_url = o->public_url,
		.sites = o->sites,
		.demo = o->demo,
		.api_key = getenv(KEY_OF_CONTACTS),
		.model = model_of(o),
	};

	return http_serve(a, &options, cli->out, cli->err);
}

int cli_mcp(const struct cli *cli, struct agent *a, const struct options *o)
{
	struct evidence who;
	struct mcp m;
	char hash[65];
	int status;

	if (!environment_check(cli, o))
		return 2;
	who = evidence_of(a, o, hash);
	mcp_init(&m, a);
	m.environment = o->environment;
	m.asks = true;
	status = mcp_stdio(&m, &who, cli->in, cli->out, cli->err);
	mcp_clear(&m);
	return status;
}

/* ---- chat ---- */

struct chat {
	const struct cli *cli;
	struct conversation *conversation;
	struct evidence who;
};

static void hear(void *arg, const json_t *event)
{
	const struct chat *chat = arg;
	const char *type = js_text(event, "type");

	if (!strcmp(type, "text") || !strcmp(type, "error"))
		fprintf(chat->cli->out, "%s\n", js_text(event, "text"));
	else if (!strcmp(type, "tool-call"))
		fprintf(chat->cli->err, "(%s)\n", js_text(event, "name"));
}

static struct conversation_ear ear_of(const struct chat *chat)
{
	return (struct conversation_ear) { .hear = hear, .arg = (void *)(uintptr_t)chat };
}

/* The person answers a proposal here, not through the model. false at the end of the input. */
static bool ask(const struct chat *chat)
{
	const struct conversation_ear ear = ear_of(chat);
	char answer[64];

	fprintf(chat->cli->out, "Confirm? [y/N] ");
	fflush(chat->cli->out);
	if (!fgets(answer, sizeof(answer), chat->cli->in)) {
		conversation_confirm(chat->conversation, &chat->who, false, &ear);
		return false;
	}
	conversation_confirm(chat->conversation, &chat->who, answer[0] == 'y' || answer[0] == 'Y', &ear);
	return true;
}

static bool turn(const struct chat *chat, char *line)
{
	const struct conversation_ear ear = ear_of(chat);
	struct text trouble;

	line[strcspn(line, "\r\n")] = '\0';
	if (!line[strspn(line, " \t")])
		return true;
	text_init(&trouble, TEXT_NO_CEILING);
	conversation_say(chat->conversation, &chat->who, line, &ear, &trouble);
	if (trouble.length)
		fprintf(chat->cli->err, "operator: %s\n", trouble.data);
	text_clear(&trouble);
	return !chat->conversation->proposal || ask(chat);
}

int cli_chat(const struct cli *cli, struct agent *a, const struct options *o)
{
	const struct model_remote remote = model_of(o);
	struct model model;
	struct chat chat = { .cli = cli };
	char hash[65], line[CONVERSATION_MESSAGE_MOST];
	bool more = true;

	if (!environment_check(cli, o))
		return 2;
	model = o->model ? model_openai(&remote) : model_scripted();
	chat.who = evidence_of(a, o, hash);
	chat.conversation = conversation_new(a, &model, o->environment, "terminal");
	while (more) {
		fprintf(cli->out, "> ");
		fflush(cli->out);
		more = fgets(line, sizeof(line), cli->in) && turn(&chat, line);
	}
	fprintf(cli->out, "\n");
	conversation_free(chat.conversation);
	model_close(&model);
	return 0;
}
