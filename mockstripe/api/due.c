/* SPDX-License-Identifier: MIT */
#include "api/due.h"

#include "api/resource.h"
#include "base/mem.h"
#include "store/timeline.h"

void due_run(const struct api *api, struct account *a, struct timeline *t, int64_t until)
{
	struct record *r;
	struct arena memory = { 0 }; /* of one call after the other: advancing a clock makes thousands */

	while ((r = timeline_first(t)) && r->due <= until) {
		const struct resource *own = api->by_type[r->type->index];
		int64_t due = r->due;
		struct call call;

		if (!own || !own->on_due)
			die("%s is due and %s has nothing to do", r->id, r->type->name);
		if (!t->wall && due > t->now)
			t->now = due;
		call_init(&call, api, a, due);
		call.arena = memory;
		call.automatic = true;
		own->on_due(&call, r);
		if (call.fail.status && !call.fail.keep)
			die("due work of %s failed: %s", r->id, call.fail.message);
		journal_commit(&call.journal);
		if (call.events && api->on_events)
			api->on_events(api->engine, a);
		if (r == timeline_first(t) && r->due == due)
			die("due work of %s did not move its due time", r->id);
		arena_clear(&call.arena);
		memory = call.arena;
		call.arena = (struct arena) { 0 };
		call_end(&call);
		account_cool(a);
	}
	arena_free(&memory);
	if (!t->wall && until > t->now)
		t->now = until;
}
