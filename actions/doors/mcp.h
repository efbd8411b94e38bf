/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_MCP_H
#define ACTIONS_MCP_H

#include <pthread.h>
#include <stdio.h>

#include "actions/runtime/admit.h"
#include "actions/runtime/run.h"

/*
 * The Model Context Protocol: JSON-RPC messages in, messages out, whatever carries them. A request that names its
 * protocol version in _meta is served by the stateless revision 2026-07-28; any other by the revisions before it, which
 * begin with `initialize` (Model Context Protocol specification, "Lifecycle", "Tools", "Elicitation").
 *
 * Who is asking is never an argument of a tool: the host says it, on the command line or in a header. A change is
 * confirmed by the person through elicitation when the client can do that; otherwise the proposal goes back with its
 * confirmation, for a host that asks in a way of its own and calls again with it.
 */
#define MCP_NEWEST "2026-07-28"
#define MCP_NEWEST_LEGACY "2025-11-25"
#define MCP_MESSAGE_MOST ((size_t)1024 * 1024) /* bytes */

enum mcp_fault {
	MCP_PARSE = -32700,
	MCP_INVALID_REQUEST = -32600,
	MCP_NO_METHOD = -32601,
	MCP_INVALID_PARAMS = -32602,
	MCP_HEADER_MISMATCH = -32020,
	MCP_VERSION = -32022,
};

/* One host's connection, or the whole door where there are none; good for several threads at once. */
struct mcp {
	struct agent *agent;
	const char *environment; /* NULL: the configured one           */
	bool asks;		 /* the carrier takes requests of ours */

	/* Made while it is used, under the lock. */
	pthread_mutex_t lock;
	bool elicits;		   /* the client said it can ask the person */
	struct admission admitted; /* whose proof it goes on with, when a token is for one use */
	json_t *waiting;	   /* by id of our question: the call that waits for its answer */
	int64_t asked;
};

void mcp_init(struct mcp *m, struct agent *a);
void mcp_clear(struct mcp *m);
/*
 * One message in; the one to send back, a new tree, or NULL when none is due. `who` is asking, as the host says: it
 * counts for this message alone, but for a call that waits for the person it is who answers that counts.
 */
json_t *mcp_take(struct mcp *m, const struct evidence *who, const char *data, size_t length);
/* Whether a question of ours still waits for its answer: it does not when its call was cancelled. */
bool mcp_is_waiting(struct mcp *m, const char *question);
/* Nobody will answer it any more. */
void mcp_forget(struct mcp *m, const char *question);

/* A message {jsonrpc, id, error}; id and data may be NULL; takes data. */
json_t *mcp_error(json_t *id, enum mcp_fault code, const char *message, json_t *data);
/* Whether a revision is one of those spoken here. */
bool mcp_speaks(const char *version);
/* The revision a message names in its _meta; NULL: none, so it is of the older kind. */
const char *mcp_version_of(const json_t *message);

/* One message a line from `in` to `out` until `in` ends (specification, "stdio"). Gives the exit status. */
int mcp_stdio(struct mcp *m, const struct evidence *who, FILE *in, FILE *out, FILE *err);

#endif
