/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_AUDIT_H
#define ACTIONS_AUDIT_H

#include <jansson.h>
#include <stdbool.h>

/*
 * The audit record: one JSON line for every run, refusals included, appended to a file. A line is written with one
 * write(2) to a descriptor opened for appending, so that several processes may share the file.
 */
struct audit;

/* Opens (or creates, mode 0600) the file. NULL with *why (free it) when that fails. */
struct audit *audit_open(const char *file, char **why);
void audit_close(struct audit *a); /* NULL-safe */
/* a may be NULL: nothing is recorded. false with errno when the line could not be written in full. */
bool audit_append(struct audit *a, const json_t *record);

#endif
