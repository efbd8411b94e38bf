/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CLIENT_TOOLS_H
#define ACTIONS_CLIENT_TOOLS_H

#include "actions/core/config.h"
#include "base/json.h"

/*
 * Tools that run in the customer's page. The operator names them, with when to use them; the page registers a function
 * under the same name. A call of one is handed to the page and waited for; what the page gives back is data from
 * outside, like the arguments of a model.
 */
#define CLIENT_OUTPUT_MOST ((size_t)20 * 1024) /* bytes of an output as JSON */

bool client_tool_known(const struct config *c, const char *name);
/* Appends their definitions, in the notation of chat completions. */
void client_tools_add(json_t *tools, const struct config *c);
/*
 * What the model is told of an output: {status: "success", data} or {status: "error", error}, a new tree. Whatever is
 * not of this form, or too long, is an error.
 */
json_t *client_output_read(const json_t *output);
json_t *client_output_error(const char *error);
/*
 * What a page says of its visitor, as JSON text of at most `most` characters of values: *out, the caller's, NULL when
 * nothing is left. false when something was left out.
 */
bool client_context_read(const json_t *context, size_t most, char **out);

#endif
