/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_AUDIT_CHAIN_H
#define ACTIONS_AUDIT_CHAIN_H

#include <stdint.h>

#include "actions/core/config.h"
#include "actions/core/digest.h"
#include "base/json.h"

/* The links of the audit record, as audit.h describes them. Hashes and seals are 64 hexadecimal digits. */
#define CHAIN_START "0000000000000000000000000000000000000000000000000000000000000000"

void chain_hash(const char *prev, const json_t *record, char out[DIGEST_HEX]); /* record without its chain */
void chain_seal(const struct secret *secret, const char *hash, char out[DIGEST_HEX]);

#endif
