/* SPDX-License-Identifier: MIT */
#ifndef EMBED_FAULTS_H
#define EMBED_FAULTS_H

#include "engine/faults.h"
#include "mockstripe.h"

/* Faults as the embedding API shows them, for the engine's rules. A number, or 0 with a sentence in *why (free() it).
 */
unsigned embed_fault(struct faults *f, const struct ms_fault *rule, char **why);
unsigned embed_answer(struct faults *f, const struct ms_answer *answer, char **why);
int embed_fault_count(struct faults *f, unsigned number); /* -1: no such rule */

#endif
