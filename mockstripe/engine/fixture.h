/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_FIXTURE_H
#define ENGINE_FIXTURE_H

#include "engine/engine.h"

/*
 * Fixtures: state that an account starts from. The two forms, the keys and the rules stand in fixtures/README.md.
 *
 *	state    objects as the API shows them; also what snapshot_text writes
 *	script   requests, in the format of the Stripe CLI's "fixtures" command, replayed in order
 *	keys     API keys and what they open
 *
 * One load takes one file, or all *.json files of a folder: first everything that is state, whatever file it stands in,
 * then the scripts in the order of their files' names, then the keys. It is all or nothing: with a fault anywhere every
 * account is as it was. A folder may also hold what belongs to the actions (files with "contacts" or "agent" at their
 * top), which is passed over.
 *
 * `account` is the account to load into, whatever the files say; NULL: the one that a file names, else the default one.
 * Both give false with a malloc'd "file: JSON path: reason and remedy" in *why (which may be NULL), and want no lock
 * held: they take those of the accounts concerned, for the whole load.
 */
bool fixture_load(struct engine *e, const char *account, const char *path, char **why);
/* The same for a document in hand; `name` stands for the file in messages. The document is borrowed. */
bool fixture_load_json(struct engine *e, const char *account, json_t *document, const char *name, char **why);

#endif
