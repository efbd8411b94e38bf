/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_HISTORY_H
#define ACTIONS_HISTORY_H

#include "base/json.h"

/*
 * Messages in the notation of chat completions as a person reads them again: a new array of {role: "user" or
 * "assistant", content}. What tools said is left out, as the assistant tells of it, and so are lines with links, which
 * open billing pages without a login.
 */
json_t *history_of(const json_t *messages);

#endif
