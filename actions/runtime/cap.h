/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CAP_H
#define ACTIONS_CAP_H

#include "actions/catalog/action.h"
#include "actions/runtime/run.h"

/*
 * Makes a result fit into what a model may be given, RUN_RESULT_MOST: first the text is cut, then rows go from the end
 * of a list, with a cursor for going on behind those that are left where the action has one. The result says
 * `truncated`, and the operator is warned. kind may be NULL: the run did not get that far.
 */
void result_cap(struct action_run *run, const struct action_kind *kind, struct run_result *result);

#endif
