/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "actions/catalog/permissions.h"
#include "actions/core/audit.h"
#include "actions/doors/cli_inside.h"
#include "actions/runtime/doctor.h"
#include "base/json.h"

/* The commands that only an operator has: what is wrong, what the key needs, whether the record can be trusted. */

static void print_line(FILE *out, const char *title, const char *text)
{
	if (text && *text)
		fprintf(out, "  %-9s %s\n", title, text);
}

static void print_finding(FILE *out, const json_t *finding, bool first)
{
	const char *action = js_text(finding, "action");

	fprintf(out, "%s %s: %s%s%s\n", first ? "cause" : "also", js_text(finding, "cause"), js_text(finding, "code"),
		action ? ", action " : "", action ? action : "");
	print_line(out, "step", js_text(finding, "stage"));
	print_line(out, "customer", js_text(finding, "message"));
	print_line(out, "found", js_text(finding, "detail"));
	print_line(out, "look for", js_text(finding, "diagnostic"));
	print_line(out, "missing", js_text(finding, "permission"));
	print_line(out, "request", js_text(finding, "request_id"));
	print_line(out, "remedy", js_text(finding, "hint"));
}

int cli_doctor(const struct cli *cli, struct agent *a, const struct options *o)
{
	static const int codes[] = { 0, 10, 11, 12 };
	struct doctor_call call = {
		.action = o->action,
		.environment = o->environment,
		.evidence = { .token = o->token, .user_id = o->user_id, .user_hash = o->user_hash },
	};
	enum doctor_group group;
	char hash[65];
	json_t *row;
	size_t i;

	if (o->contact) {
		identity_hash(a->config, o->contact, hash);
		call.evidence.user_id = o->contact;
		call.evidence.user_hash = hash;
	}
	js_auto found = doctor_look(a, &call, &group);
	if (o->json) {
		cli_print_json(cli->out, found);
		return codes[group];
	}
	if (group == DOCTOR_WELL)
		fprintf(cli->out, "All is well: the action runs for this visitor.\n");
	json_array_foreach(js_get(found, "findings"), i, row) print_finding(cli->out, row, i == 0);
	json_array_foreach(js_get(found, "warnings"), i, row)
		fprintf(cli->out, "warning: %s\n", json_string_value(row));
	return codes[group];
}

int cli_permissions(const struct cli *cli, const struct agent *a, const struct options *o)
{
	js_auto list = permissions_list(a->config);
	const char *last = "", *permission;
	json_t *row;
	size_t i;

	if (o->json) {
		cli_print_json(cli->out, list);
		return 0;
	}
	fprintf(cli->out, "A restricted key for %s needs:\n\n", a->config->file);
	json_array_foreach(js_get(list, "permissions"), i, row) fprintf(
		cli->out, "  %-16s %-6s %s\n", js_text(row, "family"), js_text(row, "level"), js_text(row, "name"));
	fprintf(cli->out, "\nfor these requests:\n");
	json_array_foreach(js_get(list, "requests"), i, row)
	{
		permission = js_text(row, "permission");
		if (strcmp(permission, last) != 0)
			fprintf(cli->out, "\n%s\n", permission);
		last = permission;
		fprintf(cli->out, "  %-6s %-45s %s\n", js_text(row, "method"), js_text(row, "route"),
			js_text(row, "use"));
	}
	return 0;
}

int cli_audit(const struct cli *cli, const struct options *o)
{
	struct config *config = NULL;
	struct audit_report report;
	struct text why;
	bool good;

	text_init(&why, TEXT_NO_CEILING);
	if (o->config && !(config = config_load(o->config, &why))) {
		fprintf(cli->err, "%s\n", why.data);
		text_clear(&why);
		return 2;
	}
	good = audit_verify(
		o->file, config ? config->secrets : NULL, config ? config->n_secrets : 0, o->kept, &report, &why);
	if (!good)
		fprintf(cli->err, "%s\n", why.data);
	fprintf(cli->out, "%s: %zu lines are whole%s%s\n", o->file, report.lines, *report.last ? ", the last is " : "",
		report.last);
	if (good && report.torn)
		fprintf(cli->out, "The last line has no end: its writer was killed, or the file was cut.\n");
	if (good && report.unsealed)
		fprintf(cli->out, "%zu seals were not checked: %s.\n", report.unsealed,
			config ? "their secrets are not in the configuration" : "that takes --config FILE");
	text_clear(&why);
	config_free(config);
	return good ? 0 : 1;
}
