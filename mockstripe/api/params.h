/* SPDX-License-Identifier: MIT */
#ifndef API_PARAMS_H
#define API_PARAMS_H

#include "api/call.h"

/*
 * The check of a request's parameters against the description, and their use.
 *
 * The order is Stripe's: all unknown parameters first, then what is missing or has the wrong form. Texts are those of
 * Stripe docs "Error codes" and the protocol reference section 6. An empty string becomes null ("unset") where that is
 * allowed. On success call->params holds the typed tree: integers, booleans, arrays, decimals as strings.
 */
int params_check(struct call *call, const json_t *given); /* 0, or -1 with call->fail */

/* Every id in the parameters that the body would refer to names something; -1 with resource_missing otherwise. */
int params_check_references(struct call *call, const struct schema_resource *type);

/*
 * Copies each given parameter into the body's field of the same name: objects merge per leaf, metadata merges, arrays
 * replace, null unsets. Names in `except` (NULL-terminated, may be NULL) are left to the handler. Gives 0, or -1 when
 * the metadata would grow past its limits.
 */
int params_apply(struct call *call, json_t *body, const struct schema_resource *type, const char *const *except);

/* Merges given metadata (null: clears) into body.metadata; 0 or -1. */
int metadata_apply(struct call *call, json_t *body, const json_t *given);

#endif
