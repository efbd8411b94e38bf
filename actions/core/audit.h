/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_AUDIT_H
#define ACTIONS_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "actions/core/config.h"
#include "base/json.h"
#include "base/text.h"

/*
 * The audit record: one JSON line for every run, refusals included, appended to a file that several processes may
 * share. The lines are a chain. Each ends with three members:
 *
 *	"chain": {"seq": 7, "prev": "<hash of line 6>", "hash": "<of prev and this line without chain>", "key":
 *"2026-11", "seal": "<HMAC of the hash, with a key derived from that verification secret>"}
 *
 * A line that is changed, left out, added in between or moved breaks the chain for whoever looks; whoever rewrites the
 * file from some line on needs the secret for the seals. Lines cut off at the end cannot be seen in the file itself:
 * the verifier prints the number of lines and the last hash, which can be kept elsewhere.
 */
struct audit;

/* Opens (or creates, mode 0600) the file. `secret` seals; borrowed. NULL with *why (free it) when that fails. */
struct audit *audit_open(const char *file, const struct secret *secret, char **why);
void audit_close(struct audit *a); /* NULL-safe */
/*
 * Adds a line under a lock on the file, in one write; threads may do so at once. What a killed process left of a line
 * is cut away first. a may be NULL: nothing is recorded. false with errno when the line could not be written in full.
 */
bool audit_append(struct audit *a, const json_t *record);

struct audit_report {
	size_t lines;
	char last[65];	 /* hash of the last good line; "" when there is none */
	size_t unsealed; /* lines whose seal could not be checked: no secret of that id was given */
	bool torn;	 /* the last line has no end: its process was killed, or the file was cut */
};

/*
 * Reads a file and checks the chain, and the seals for as far as the secrets go (none: NULL, 0). kept: the last hash of
 * an earlier look, which some line must still have, or lines were cut off at the end; NULL: none was kept. false with
 * the first fault in `why`, by line.
 */
bool audit_verify(const char *file, const struct secret *secrets, size_t n_secrets, const char *kept,
	struct audit_report *report, struct text *why);

#endif
