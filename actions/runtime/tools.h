/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_TOOLS_H
#define ACTIONS_TOOLS_H

#include "actions/runtime/agent.h"

/*
 * The actions as tools for a model, in the notations that models take. All come from the same tables as the checks. An
 * action that is not enabled, or not for the environment, is not there at all.
 */
enum tools_format {
	TOOLS_MCP,	     /* Model Context Protocol, "Tools": {tools: [...]} with annotations              */
	TOOLS_OPENAI,	     /* chat completions: [{type: "function", function: {...}}]                        */
	TOOLS_OPENAI_STRICT, /* the same with strict schemas                                                   */
	TOOLS_ANTHROPIC,     /* [{name, description, input_schema}]                                            */
	TOOLS_FORMAT_COUNT,
};

extern const char *const tools_format_names[]; /* by enum; NULL at the end */
/* TOOLS_FORMAT_COUNT when there is none of that name. */
enum tools_format tools_format_find(const char *name);
/* A new tree. */
json_t *tools_list(const struct agent *a, enum tools_format format, enum environment environment);

#endif
