/* SPDX-License-Identifier: MIT */
/* The embedding API's part on state: fixtures, snapshots, marks, time. */
#include <stdlib.h>

#include "base/mem.h"
#include "control/state.h"
#include "embed.h"
#include "engine/fixture.h"

struct ms_mark {
	struct ms *ms; /* NULL once it has stopped */
	struct picture *picture;
};

int ms_load(struct ms *ms, const char *account, const char *path, char **why)
{
	char *reason = NULL;

	if (fixture_load(ms->engine, account, path, &reason))
		return 0;
	if (why)
		*why = reason;
	else
		free(reason);
	return -1;
}

char *ms_snapshot(struct ms *ms, const char *account)
{
	return state_snapshot(ms->engine, account);
}

int ms_reset(struct ms *ms, const char *account)
{
	if (account)
		return state_reset(ms->engine, account) ? 0 : -1;
	state_reset_all(ms->engine);
	return 0;
}

struct ms_mark *ms_mark(struct ms *ms, const char *account)
{
	struct picture *picture = picture_take(ms->engine, account);
	struct ms_mark *mark;

	if (!picture)
		return NULL;
	mark = mem_alloc(sizeof *mark);
	*mark = (struct ms_mark) { .ms = ms, .picture = picture };
	pthread_mutex_lock(&ms->lock);
	list_add(&ms->marks, mark);
	pthread_mutex_unlock(&ms->lock);
	return mark;
}

int ms_rewind(struct ms *ms, const struct ms_mark *mark)
{
	if (!mark || mark->ms != ms)
		return -1;
	picture_restore(mark->picture);
	return 0;
}

void ms_mark_free(struct ms_mark *mark)
{
	struct ms *ms = mark ? mark->ms : NULL;

	if (ms) {
		pthread_mutex_lock(&ms->lock);
		for (size_t i = ms->marks.count; i-- > 0;)
			if (ms->marks.at[i] == mark)
				list_remove(&ms->marks, i);
		pthread_mutex_unlock(&ms->lock);
		picture_free(mark->picture);
	}
	free(mark);
}

void embed_marks_end(struct ms *ms)
{
	for (size_t i = 0; i < ms->marks.count; i++) {
		struct ms_mark *mark = ms->marks.at[i];

		picture_free(mark->picture);
		*mark = (struct ms_mark) { 0 };
	}
	list_clear(&ms->marks);
}

int64_t ms_now(struct ms *ms, const char *account)
{
	int64_t now;

	return state_now(ms->engine, account, &now) ? now : -1;
}

int ms_advance(struct ms *ms, const char *account, int64_t seconds)
{
	return state_advance(ms->engine, account, seconds) ? 0 : -1;
}
