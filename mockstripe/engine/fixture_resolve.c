/* SPDX-License-Identifier: MIT */
/* Every id in a state document names something that is there, and of the kind that stands there. */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "engine/fixture_inside.h"
#include "engine/inside.h"

void reference_add(
	const struct walk *w, const struct schema_node *node, const char *id, const struct where *at, bool whole)
{
	struct reference *r;

	if (w->verbatim)
		return; /* a snapshot has what its account had, ids of things long gone included */
	r = arena_alloc(&w->load->arena, sizeof *r);
	*r = (struct reference) { w->file, where_text(w->load, at), id, node, whole };
	list_add(&w->target->references, r);
}

static bool is_named(const struct schema_resource *type, const char *object)
{
	return type->object && !strcmp(type->object, object);
}

/* A recurring price is a plan of the same id too, and stands where plans do (API reference, "Plans"). */
static bool is_of(const struct schema_node *node, const struct schema_resource *type)
{
	for (size_t i = 0; i < node->n_refs; i++)
		if (node->refs[i] == type || (is_named(node->refs[i], "plan") && is_named(type, "price")))
			return true;
	return false;
}

/* Ids of what the simulator makes itself have to be known; others (a review, a mandate) may name what it never had. */
static bool must_be_known(const struct load *l, const struct reference *r)
{
	for (size_t i = 0; i < r->node->n_refs; i++)
		if (l->engine->api.makeable[r->node->refs[i]->index] || !strcmp(r->node->refs[i]->name, "Discount"))
			return true;
	return r->whole;
}

static bool resolve(struct load *l, struct target *t, const struct reference *r)
{
	const struct loaded *o = map_get(t->by_id, r->id);
	const struct record *stored = account_find(t->account, r->id);
	const struct schema_resource *type = o ? o->type : stored ? stored->type : NULL;
	const struct schema_resource *wanted = r->node->refs[0];
	const char *name = wanted->object ? wanted->object : wanted->name;

	if (type && (is_of(r->node, type) || !r->node->n_refs))
		return true;
	if (type)
		return load_fail_at(l, r->file, r->path, "\"%s\" is a %s, not a %s", r->id,
			type->object ? type->object : type->name, name);
	if (!must_be_known(l, r))
		return true;
	return load_fail_at(l, r->file, r->path,
		"no such %s: \"%s\" is neither in this fixture nor in the account; add it, or copy the object around "
		"it with "
		"expand[]",
		name, r->id);
}

bool state_resolve(struct load *l, struct target *t)
{
	for (size_t i = 0; i < t->references.count; i++)
		if (!resolve(l, t, t->references.at[i]))
			return false;
	return true;
}
