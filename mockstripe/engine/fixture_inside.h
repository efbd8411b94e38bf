/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_FIXTURE_INSIDE_H
#define ENGINE_FIXTURE_INSIDE_H

#include "base/arena.h"
#include "engine/engine.h"
#include "store/mark.h"

/*
 * One load, shared by the files fixture*.c. It goes through fixed steps, and the first fault ends it:
 *
 *	read     files into documents, each with its form                              fixture.c
 *	collect  objects out of state documents, checked against the description       fixture_state.c, fixture_check.c
 *	resolve  every id in them names something                                      fixture_resolve.c
 *	build    bodies are completed and stored, what they embed first                fixture_build.c, fixture_derive.c
 *	replay   scripts                                                               fixture_script.c
 *	keys     into the keyring                                                      fixture_keys.c
 *
 * Everything a load makes for itself is in its arena.
 */
enum fixture_form { FIXTURE_STATE, FIXTURE_SCRIPT, FIXTURE_KEYS, FIXTURE_OF_ACTIONS };

/* Where a value stands in its document, as a chain on the stack: "$.objects[3].items.data[0]". */
struct where {
	const struct where *up; /* NULL: the document itself */
	const char *key;	/* NULL: element `index` of an array */
	size_t index;
};

struct fixture_file {
	const char *name;
	json_t *tree; /* owned */
	enum fixture_form form;
	struct target *target; /* state and scripts: the account it goes to */
};

/* An object of a state document, or one that stood whole inside another. */
struct loaded {
	const struct fixture_file *file;
	const char *path; /* in the arena */
	const struct schema_resource *type;
	const char *id;
	json_t *given;	 /* its fields, with ids in place of the objects they name; owned until it is built */
	json_t *private; /* PRIVATE_KEY's member, or NULL; owned */
	int64_t created; /* of the record, when it is known from elsewhere than the body; else NO_TIME */
	size_t order;	 /* as it was met */
	bool embedded;	 /* met inside another object only */
	bool deleted;
	bool verbatim; /* out of a snapshot: stored as it is */
	enum { UNBUILT, BUILDING, BUILT } state;
	struct record *record;
};

#define NO_TIME INT64_MIN

/* An id in an object that has to name something. */
struct reference {
	const struct fixture_file *file;
	const char *path, *id;
	const struct schema_node *node; /* its refs say of what kind */
	bool whole;			/* the thing itself is shown there: it must be known */
};

/* One account of the load. */
struct target {
	struct account *account;
	struct mark *mark; /* the way back */
	struct call call;  /* what the state is built in; open while `building` */
	bool building, was_empty;
	int64_t now; /* NO_TIME: no file says */
	const struct fixture_file *now_file;
	struct list objects; /* struct loaded */
	struct map *by_id;   /* the same */
	struct list references;
	struct list counters; /* json_t objects out of snapshots, borrowed */
	struct map *children; /* "Invoice sub_1" -> struct list of struct loaded; made when first asked for */
};

struct load {
	struct engine *engine;
	const char *account; /* the caller's, or NULL */
	struct arena arena;
	struct list files;     /* struct fixture_file */
	struct list targets;   /* struct target */
	struct list forgotten; /* struct used_key: idempotency keys that a failed load must forget */
	size_t met;	       /* objects so far */
	char *why;	       /* the first fault */
};

/* fixture_fault.c */
/* Notes the fault, unless there is one; always false. */
bool load_fail(struct load *l, const struct fixture_file *file, const struct where *at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* The same with a path that is text already. */
bool load_fail_at(struct load *l, const struct fixture_file *file, const char *path, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
const char *where_text(struct load *l, const struct where *at); /* arena */
const char *json_kind(const json_t *value);			/* "a text", "a whole number", ... */
/* Whether all members of an object are among the names (NULL-ended); a fault otherwise. */
bool only_members(struct load *l, const struct fixture_file *file, const struct where *at, const json_t *object,
	const char *const *names);

/* fixture.c */
/* The account's part in this load; locks it and marks it when it is new. */
struct target *load_target(struct load *l, const char *account);
/* The account that a file names ("acct_..."), or NULL; the caller's wins. */
const char *load_account(const struct load *l, const char *named);

/* fixture_state.c */
bool state_account(struct load *l, struct fixture_file *file, const char **account);
bool state_collect(struct load *l, struct fixture_file *file);
/* fixture_check.c calls it for an object that stands whole inside another: collects it, gives its id in *out. */
struct owner {
	const struct schema_resource *type;
	const char *id;
};
struct walk {
	struct load *load;
	struct target *target;
	const struct fixture_file *file;
	bool verbatim;
	const struct owner *owner; /* the object that is being read */
};
bool object_collect(const struct walk *w, json_t *value, const struct where *at, bool embedded,
	const struct owner *parent, const char **id);

/* fixture_resolve.c: ids are noted as they are met, and looked for when everything has been read. */
void reference_add(
	const struct walk *w, const struct schema_node *node, const char *id, const struct where *at, bool whole);
bool state_resolve(struct load *l, struct target *t);

/*
 * fixture_check.c: the fields of a resource, or of an anonymous object, against the description. *out is a new object
 * in which expanded objects have become ids; what Stripe shows only when it is expanded goes to *aside (NULL: refused).
 */
bool check_fields(const struct walk *w, const struct schema_resource *type, const struct schema_node *fields, size_t n,
	json_t *value, const struct where *at, json_t **out, json_t **aside);

/* fixture_old.c */
/* What a field that the description lacks was in older API versions, and where it stands now; NULL: nothing known. */
const char *old_field_remedy(const struct schema_resource *type, const char *name);
/* A field that real answers carry and the description does not declare: it is left out. */
bool is_leftover(const struct schema_resource *type, const char *name);

/* fixture_build.c */
bool state_build(struct load *l, struct target *t);
/* Makes sure that the object of that id is stored; NULL with a fault. */
struct record *object_built(struct load *l, struct target *t, const char *id);
/* fixture_derive.c: sets in o->given what follows from other fields and objects. */
bool object_derive(struct load *l, struct target *t, struct loaded *o);
void children_free(struct target *t);

/* fixture_expand.c */
struct script {
	struct load *load;
	struct fixture_file *file;
	json_t *answers; /* name -> answer */
};
/* The text with its ${name:path} replaced; arena. NULL with a fault. */
const char *script_text(struct script *s, const char *text, const struct where *at);
/* Adds the pairs of an object or array called `name` ("": all parameters): {"a": {"b": 1}} is a[b]=1, {"a": [{"b": 1}]}
 * is a[0][b]=1; an empty one is the empty text, which unsets. False with a fault. */
bool script_form(struct script *s, const char *name, const json_t *value, const struct where *at, struct text *out);
/* The same tree with its references replaced, for the JSON bodies of /v2. New reference; NULL with a fault. */
json_t *script_tree(struct script *s, const json_t *value, const struct where *at);

/* fixture_script.c */
bool script_replay(struct load *l, struct fixture_file *file);
void script_forget(struct load *l); /* after a failed load */

/* fixture_keys.c */
bool keys_check(struct load *l, struct fixture_file *file);
void keys_add(struct load *l, struct fixture_file *file); /* what keys_check found right */

#endif
