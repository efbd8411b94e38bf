/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_FAULT_INSIDE_H
#define ENGINE_FAULT_INSIDE_H

#include "engine/faults.h"

/* What faults.c (the rules), fault_match.c (whom they strike) and fault_kinds.c (with what) share. */

/* Members of a fault that only some kinds have a use for. */
enum fault_use {
	USES_STATUS = 1,
	USES_RETRY_AFTER = 2,
	USES_WORDS = 4, /* code, message, should_retry */
	USES_BODY = 8,
	USES_HEADERS = 16,
	USES_CUT = 32,
	USES_KEPT = 64,
};

struct fault_kind {
	const char *name;
	bool before, after; /* when it can strike */
	bool usually_before;
	unsigned uses; /* enum fault_use */
	/* Makes the reply the fault; its body is there, if only an empty one. */
	void (*strike)(const struct fault *f, struct call *call, struct reply *out);
};
const struct fault_kind *fault_kind_find(const char *name); /* NULL for NULL too */

/* Whether the members make sense together for the kind (NULL: there is none of that name). false with *why. */
bool fault_kind_check(const struct fault *f, const struct fault_kind *kind, char **why);

/* Whether the call is one of those that the rule is about. */
bool fault_fits(const struct fault *f, const struct call *call, const json_t *given);
/* Whether there can be such a call. false with *why. */
bool fault_match_check(const struct fault *f, char **why);

/* false, with the sentence in *why: free() it. */
bool fault_refuse(char **why, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
