/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_ROWS_H
#define RESOURCES_ROWS_H

#include "api/call.h"

/*
 * Answers with a page of things that are worked out, not stored: `all` (an array, taken; newest first) as far as limit,
 * starting_after and ending_before say. Each has an id that stays the same from call to call. word: how messages name
 * one. 0 or -1. Source: Stripe docs "Pagination".
 */
int rows_answer(struct call *call, json_t *all, const char *word);

#endif
