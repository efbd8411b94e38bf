/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_OPTIONS_H
#define ACTIONS_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

/* The command line, taken apart. Texts are borrowed from argv. */
struct options {
	const char *command, *action;
	const char *config, *format, *environment;
	const char *contact, *user_id, *user_hash, *token;
	const char *input, *confirm, *code;
	const char *file, *kept; /* of audit verify */
	const char *port, *bind, *public_url, *sites;
	const char *model, *model_url;
	bool yes, json, explain, demo, stream, help;
};

/* false with one line on `err` that names the fault. */
bool options_read(struct options *o, int argc, char **argv, FILE *err);
void options_usage(FILE *out);

#endif
