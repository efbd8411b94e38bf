/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CLI_H
#define ACTIONS_CLI_H

#include <stdio.h>

#include "actions/core/clock.h"
#include "actions/stripe/transport.h"

/*
 * The command line: arguments to a run, and its result to text. It decides nothing about billing. What the world is
 * made of is handed in, so that a suite runs it without a process.
 *
 * Exit status: 0 done; 1 refused, or an error; 2 wrong usage or configuration; 3 a confirmation is needed; 4 a choice
 * is needed; 5 the caller is not verified.
 */
struct cli {
	FILE *in, *out, *err;
	struct transport transport; /* send NULL: libcurl        */
	struct clock clock;	    /* now NULL: the machine's */
};

int cli_run(const struct cli *cli, int argc, char **argv);

#endif
