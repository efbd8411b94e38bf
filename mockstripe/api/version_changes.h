/* SPDX-License-Identifier: MIT */
#ifndef API_VERSION_CHANGES_H
#define API_VERSION_CHANGES_H

#include "api/call.h"

/*
 * Versions are rendered, not stored: every object is kept in the newest shape. A dated change says how requests of the
 * versions before it are turned into the newer form (oldest change first), and how objects are shown to them (newest
 * change first). A call of the newest form has call->changes == 0 and pays for none of it. Source: Stripe docs "API
 * upgrades", "Changelog".
 */

/* One object on its way out. */
struct older {
	struct call *call;
	const struct expand *expand; /* what is expanded inside it; NULL: nothing */
	struct record *record;	     /* its record; NULL: a computed body */
};

/* Objects of that kind are brought from the form after the change to the one before it: `tree` is changed in place. */
struct version_shape {
	const char *object;
	void (*show)(const struct older *o, json_t *tree);
};

/* What expand[] may name in the form before the change and not after it. */
struct version_link {
	const char *object; /* where it stands */
	const char *name;   /* "payment_intent", "total_tax_amounts.tax_rate" */
	const char *target; /* the "object" value of what stands there */
	bool list;	    /* a list of them */
};

/* A route that is gone. */
struct version_route {
	const char *method, *path;			/* as it was, with at most one {id}, which is call->ids[0] */
	const char *now_method, *now_pattern;		/* who serves it: a pattern without {…} */
	void (*take)(struct call *call, json_t *given); /* its parameters in the form of that one */
	json_t *(*answer)(struct call *call, json_t *tree); /* another answer (takes tree); NULL: the same */
	call_handler *handle;				    /* in place of that route's own; NULL: that one */
};

/* A parameter in messages of failures: `now` at the head of a name was `before` on that route. */
struct version_name {
	const char *pattern; /* of the route that serves it */
	const char *now, *before;
};

/* Tables end with a row of zeros; any may be NULL. */
struct version_change {
	const char *from; /* the first version with the newer form */
	const struct version_shape *shapes;
	const struct version_link *links;
	const struct version_route *routes;
	const struct version_name *names;
	void (*take)(struct call *call, json_t *given); /* the undecoded parameters: texts, objects, arrays; in place */
};

/* How many of the changes a version does not know yet: call->changes. */
unsigned version_changes(const struct api *api, const char *version);

/* The route that serves what an older version asks for; NULL: the request is served as it stands. */
const struct schema_route *version_route(struct call *call, const char *method, const char *path);
/* Brings the parameters into the newest form. */
void version_take(struct call *call, json_t *given);
/* The answer's bytes (taken) in the shape of call->version; one reference. */
struct bytes *version_show(struct call *call, struct bytes *newest);
/* The same for a tree, in place; `expand`: what is expanded in it. Events inside keep the shape they were made in. */
void version_show_tree(struct call *call, json_t *tree, const struct expand *expand);

/*
 * expand[]: an old name inside objects with these fields. Gives the kind of thing that stands there and sets *words to
 * how many parts of the path the name has; NULL when no older form knows it.
 */
const struct version_link *version_link(
	const struct call *call, const struct schema_node *fields, char *const *names, size_t n, size_t *words);

/* ---- words for the changes ---- */

/* tree[name] = the id, or the object when it is expanded there. id NULL: null. */
void older_put_link(const struct older *o, json_t *tree, const char *name, const char *id);
/* tree[name] = the object in full. id NULL or unknown: null. */
void older_put_whole(const struct older *o, json_t *tree, const char *name, const char *id);
/* tree[name] = what the includable field holds, unless it stands there already. */
void older_put_included(const struct older *o, json_t *tree, const char *name);
/* tree[name] = a made-up object (taken), shown in the shape of the version too. */
void older_put_made(const struct older *o, json_t *tree, const char *name, json_t *made);
/* The id at a path, where an expanded object may stand as well; NULL. */
const char *older_id_at(const json_t *tree, const char *path);
/* given[from] becomes given[to], unless that is given. */
void older_rename(json_t *given, const char *from, const char *to);
/* The object at given[key], made when it is absent; NULL when something else stands there. */
json_t *older_object(json_t *given, const char *key);
bool older_route_is(const struct call *call, const char *method, const char *pattern);
/* Calls each(call, element) for the elements of an array, or of an object with numbers for keys. */
void older_each(struct call *call, json_t *list, void (*each)(struct call *call, json_t *element));

#endif
