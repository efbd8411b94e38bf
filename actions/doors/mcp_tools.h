/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_MCP_TOOLS_H
#define ACTIONS_MCP_TOOLS_H

#include "actions/doors/mcp.h"

/* A request, taken apart; everything is borrowed from the message. */
struct mcp_request {
	json_t *id, *params;
	const struct evidence *who;
	bool modern, elicits;
};

/* {tools: [...]}: a new tree. */
json_t *mcp_tools(const struct mcp *m);
/*
 * The result of tools/call, or a question to the person (a request of ours, with a method), as a new tree; NULL with a
 * whole error message in *fault.
 */
json_t *mcp_tool_call(struct mcp *m, const struct mcp_request *r, json_t **fault);
/* The result of a call that waited for the person; `said` is the client's ElicitResult, NULL when it failed. */
json_t *mcp_tool_go_on(struct mcp *m, const struct evidence *who, const json_t *held, const json_t *said);

#endif
