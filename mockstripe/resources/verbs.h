/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_VERBS_H
#define RESOURCES_VERBS_H

#include "api/call.h"

/*
 * Lifecycle verbs of the generic resource: POST /v1/…/{id}/<verb> moves `status` to the state that the verb names, if
 * the description lists such a state, sets the matching time stamp, and emits the matching event, else
 * <object>.updated.
 */
void verb_apply(struct call *call, struct record *r, const char *verb);

#endif
