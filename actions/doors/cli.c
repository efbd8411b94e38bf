/* SPDX-License-Identifier: MIT */
#include "actions/doors/cli.h"

#include <stdlib.h>
#include <string.h>

#include "actions/doors/cli_inside.h"
#include "actions/doors/options.h"
#include "actions/runtime/admit.h"
#include "actions/runtime/run.h"
#include "actions/runtime/tools.h"
#include "base/json.h"
#include "base/mem.h"

enum {
	EXIT_DONE,
	EXIT_REFUSED,
	EXIT_USAGE,
	EXIT_CONFIRM,
	EXIT_CHOOSE,
	EXIT_VERIFY,
};

void cli_print_json(FILE *out, const json_t *tree)
{
	struct text compact, shown;

	text_init(&compact, TEXT_NO_CEILING);
	text_init(&shown, TEXT_NO_CEILING);
	js_write(&compact, tree);
	js_indent(&shown, compact.data, compact.length, 0);
	fprintf(out, "%s\n", shown.data);
	text_clear(&shown);
	text_clear(&compact);
}

static void print_faults(FILE *out, const json_t *faults)
{
	json_t *row;
	size_t i;

	json_array_foreach(faults, i, row) fprintf(out, "- %s: %s\n", js_text(row, "path"), js_text(row, "problem"));
}

/* What the customer would read goes to out; what only the operator may see goes to err. */
static void print_result(const struct cli *cli, const struct run_result *r)
{
	const struct problem_row *row = problem_row(r->problem.code);
	const json_t *data = r->envelope.data;

	fprintf(cli->out, "%s\n", r->envelope.message.data);
	print_faults(cli->out, js_get(data, "faults"));
	if (r->envelope.status == ENVELOPE_NEEDS_CONFIRMATION)
		fprintf(cli->out, "\nTo go ahead, call again with the same inputs and --confirm %s\n",
			js_text(data, "confirmation"));
	else if (r->problem.code != PROBLEM_NONE)
		fprintf(cli->err, "operator: %s (at %s): %s\noperator: %s\n", row->name, r->stage, r->problem.detail,
			row->hint);
	if (r->problem.request_id)
		fprintf(cli->err, "operator: Stripe request %s\n", r->problem.request_id);
}

static void print_result_json(const struct cli *cli, const struct options *o, const struct run_result *r)
{
	js_auto envelope = envelope_json(&r->envelope, &r->problem);

	if (o->explain)
		js_put_new(envelope, "diagnostic", envelope_diagnostic(&r->envelope, &r->problem, r->stage));
	cli_print_json(cli->out, envelope);
}

static int exit_of(const struct run_result *r)
{
	static const int codes[] = {
		[ENVELOPE_OK] = EXIT_DONE,
		[ENVELOPE_NEEDS_CHOICE] = EXIT_CHOOSE,
		[ENVELOPE_NEEDS_CONFIRMATION] = EXIT_CONFIRM,
		[ENVELOPE_NEEDS_VERIFICATION] = EXIT_VERIFY,
		[ENVELOPE_REFUSED] = EXIT_REFUSED,
		[ENVELOPE_ERROR] = EXIT_REFUSED,
	};

	return codes[r->envelope.status];
}

static void show(const struct cli *cli, const struct options *o, const struct run_result *r)
{
	if (o->json) {
		print_result_json(cli, o, r);
		return;
	}
	print_result(cli, r);
	if (o->explain) {
		js_auto diagnostic = envelope_diagnostic(&r->envelope, &r->problem, r->stage);

		cli_print_json(cli->err, diagnostic);
	}
}

/* All of standard input, up to one byte more than a run takes, so that too much is noticed by the run itself. */
static void input_read(const struct cli *cli, struct text *out)
{
	char buffer[4096];
	size_t length;

	while (out->length <= RUN_INPUTS_MOST && (length = fread(buffer, 1, sizeof(buffer), cli->in)) > 0)
		text_add(out, buffer, length);
}

/* With --yes the proposal is shown and confirmed at once: at a terminal, the person is the one who typed it. */
static void call_run(const struct cli *cli, struct agent *a, const struct options *o, struct run_call *call,
	struct run_result *result)
{
	char *confirmation;

	run_action(a, call, result);
	if (!o->yes || result->envelope.status != ENVELOPE_NEEDS_CONFIRMATION)
		return;
	if (!o->json)
		fprintf(cli->out, "%s\n(confirmed by --yes)\n", result->envelope.message.data);
	confirmation = mem_copy_text(js_text(result->envelope.data, "confirmation"));
	run_clear(result);
	call->confirmation = confirmation;
	run_action(a, call, result);
	free(confirmation);
}

static int call(const struct cli *cli, struct agent *a, const struct options *o)
{
	struct run_result result = { 0 };
	struct text input;
	char hash[65];
	struct run_call what = {
		.action = o->action,
		.evidence = { .token = o->token, .user_id = o->user_id, .user_hash = o->user_hash },
		.environment = o->environment,
		.confirmation = o->confirm,
	};
	int code;

	text_init(&input, TEXT_NO_CEILING);
	if (o->input && !strcmp(o->input, "-"))
		input_read(cli, &input);
	else if (o->input)
		text_put(&input, o->input);
	what.inputs = input.data;
	what.inputs_length = input.length;
	if (o->contact) {
		identity_hash(a->config, o->contact, hash);
		what.evidence.user_id = o->contact;
		what.evidence.user_hash = hash;
	}
	if (o->code && agent_verify(a, &what.evidence, NULL, o->code) != STEP_UP_OPEN)
		fprintf(cli->err, "operator: the code is not, or no longer, the one that was sent\n");
	call_run(cli, a, o, &what, &result);
	show(cli, o, &result);
	code = exit_of(&result);
	run_clear(&result);
	text_clear(&input);
	return code;
}

static void print_warnings(const struct cli *cli, const struct agent *a)
{
	json_t *warning;
	size_t i;

	json_array_foreach(a->warnings, i, warning) fprintf(cli->err, "warning: %s\n", json_string_value(warning));
}

static int tools(const struct cli *cli, const struct agent *a, const struct options *o)
{
	enum tools_format format = o->format ? tools_format_find(o->format) : TOOLS_MCP;
	enum environment environment = o->environment ? environment_find(o->environment) : a->config->environment;
	json_t *list;

	if (format == TOOLS_FORMAT_COUNT || environment == ENVIRONMENT_COUNT) {
		fprintf(cli->err, "stripe-actions: there is no such %s: %s\n",
			format == TOOLS_FORMAT_COUNT ? "format" : "environment",
			format == TOOLS_FORMAT_COUNT ? o->format : o->environment);
		return EXIT_USAGE;
	}
	print_warnings(cli, a);
	list = tools_list(a, format, environment);
	cli_print_json(cli->out, list);
	json_decref(list);
	return EXIT_DONE;
}

static int check(const struct cli *cli, const struct agent *a)
{
	print_warnings(cli, a);
	fprintf(cli->out, "%s: %zu actions, %zu plans, %zu warnings\n", a->config->file, a->config->n_actions,
		a->config->n_plans, json_array_size(a->warnings));
	return EXIT_DONE;
}

static int hash(const struct cli *cli, const struct agent *a, const struct options *o)
{
	char out[65];

	identity_hash(a->config, o->user_id, out);
	fprintf(cli->out, "%s\n", out);
	return EXIT_DONE;
}

static int command_run(const struct cli *cli, struct agent *a, const struct options *o)
{
	if (!strcmp(o->command, "tools"))
		return tools(cli, a, o);
	if (!strcmp(o->command, "check"))
		return check(cli, a);
	if (!strcmp(o->command, "hash"))
		return hash(cli, a, o);
	if (!strcmp(o->command, "doctor"))
		return cli_doctor(cli, a, o);
	if (!strcmp(o->command, "permissions"))
		return cli_permissions(cli, a, o);
	if (!strcmp(o->command, "serve")) {
		print_warnings(cli, a);
		return cli_serve(cli, a, o);
	}
	if (!strcmp(o->command, "mcp"))
		return cli_mcp(cli, a, o);
	if (!strcmp(o->command, "chat"))
		return cli_chat(cli, a, o);
	return call(cli, a, o);
}

int cli_run(const struct cli *cli, int argc, char **argv)
{
	struct agent_options opening = { .transport = cli->transport, .clock = cli->clock };
	struct options o;
	struct agent *a;
	struct text why;
	int code;

	if (!options_read(&o, argc, argv, cli->err))
		return EXIT_USAGE;
	if (o.help) {
		options_usage(cli->out);
		return EXIT_DONE;
	}
	if (!strcmp(o.command, "audit"))
		return cli_audit(cli, &o);
	text_init(&why, TEXT_NO_CEILING);
	opening.file = o.config;
	a = agent_open(&opening, &why);
	if (!a)
		fprintf(cli->err, "%s\n", why.data);
	text_clear(&why);
	if (!a)
		return EXIT_USAGE;
	code = command_run(cli, a, &o);
	agent_close(a);
	return code;
}
