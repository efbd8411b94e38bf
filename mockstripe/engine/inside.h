/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_INSIDE_H
#define ENGINE_INSIDE_H

#include "engine/engine.h"
#include "engine/faults.h"
#include "engine/idempotency.h"

/* What the engine's own files share. */
struct engine {
	struct engine_options options;
	struct api api;
	struct account_rules rules;
	struct keyring *keys;
	struct reqlog *log;
	struct inflight *inflight;
	struct faults *faults;
	struct deliverer *deliverer;
	pthread_mutex_t lock;  /* of the registry: accounts, keys, the request counter */
	pthread_mutex_t loads; /* one fixture at a time: it holds the locks of several accounts */
	struct map *accounts;
	struct db *db;	   /* NULL: memory only */
	uint64_t requests; /* request ids made */
	char *base_url;
};

#endif
