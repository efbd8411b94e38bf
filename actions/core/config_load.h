/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CONFIG_LOAD_H
#define ACTIONS_CONFIG_LOAD_H

#include "actions/core/config.h"

/* Inside the room: the parts of reading a configuration. The rows of config_rows.h hold already when these run. */

/* One load: where faults go, and how many there were. */
struct load {
	struct config *c;
	struct text *why;
	size_t faults;
	const char *directory; /* with its slash; "" for the working directory */
};

/* Appends "FILE: PATH: what is wrong" as a line of its own. */
void load_fault(struct load *l, const char *path, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A list of texts that has this one. list may be NULL. */
bool load_has(const json_t *list, const char *text);
const char *load_text(const json_t *object, const char *key, const char *fallback);
/* A secret as text, or {"env": "NAME"}: then from the environment, so that the file can be committed. "" and a fault
 * when there is none. */
const char *load_secret(struct load *l, const json_t *value, const char *path);

void load_identity(struct load *l); /* $.identity                                    */
void load_stripe(struct load *l);   /* $.stripe                                      */
void load_step_up(struct load *l);  /* $.step_up                                     */
void load_plans(struct load *l);    /* $.plans, before the policies that name them  */
void load_policies(struct load *l); /* what may be changed, cancelled and offered   */

#endif
