/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CLI_INSIDE_H
#define ACTIONS_CLI_INSIDE_H

#include "actions/doors/cli.h"
#include "actions/doors/options.h"
#include "actions/runtime/agent.h"

/* What the files of the command line share. The commands give the exit status. */
void cli_print_json(FILE *out, const json_t *tree);
int cli_doctor(const struct cli *cli, struct agent *a, const struct options *o);
int cli_serve(const struct cli *cli, struct agent *a, const struct options *o);
int cli_mcp(const struct cli *cli, struct agent *a, const struct options *o);
int cli_chat(const struct cli *cli, struct agent *a, const struct options *o);
int cli_permissions(const struct cli *cli, const struct agent *a, const struct options *o);
int cli_audit(const struct cli *cli, const struct options *o);

#endif
