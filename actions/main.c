/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>

#include "actions/doors/cli.h"

int main(int argc, char **argv)
{
	const struct cli cli = { .in = stdin, .out = stdout, .err = stderr };
	int code;

	signal(SIGPIPE, SIG_IGN); /* a connection that Stripe closes is an answer lost, not the end of the program */
	code = cli_run(&cli, argc, argv);
	if (fflush(stdout) != 0 && code == 0) {
		perror("stripe-actions: standard output");
		return 1;
	}
	return code;
}
