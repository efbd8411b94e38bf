/* SPDX-License-Identifier: MIT */
#ifndef API_RENDER_H
#define API_RENDER_H

#include "api/call.h"

/*
 * The answer's bytes, indented as Stripe indents. Records without expansion are their cached text; lists are those
 * texts joined; nothing is copied as a tree. Gives one owner's reference. A failure is rendered as its envelope.
 */
struct bytes *render_answer(struct call *call);
struct bytes *render_fail(const struct call *call);

#endif
