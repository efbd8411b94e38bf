/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_LINE_H
#define ENGINE_LINE_H

#include "engine/inside.h"

/* A request on its way along the line that serve.c describes, and the stages that stand in files of their own. */
struct line {
	struct engine *engine;
	const struct request *request;
	struct reply *reply;
	struct call call;
	struct account *account;
	const struct key *key; /* declared; NULL otherwise */
	const char *secret;
	const char *path, *query;
	size_t path_length;
	json_t *given;		     /* the decoded parameters */
	const struct strike *strike; /* the fault that strikes this call, NULL: none */
	const struct replay *replay;
	uint64_t fingerprint;
	bool locked, entered, reached, spoilt;
	const char *stage;
};

/* The key opens an account: l->account. 0, or -1 with 401 or 403 in the call. */
int line_who(struct line *l);
/* A restricted key's permission for the route. 0, or -1 with 403. */
int line_permit(struct line *l);

#endif
