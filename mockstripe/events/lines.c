/* SPDX-License-Identifier: MIT */
#include "events/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define PATIENCE_MILLISECONDS 1000 /* an answer that takes longer does not hold up the endpoint's next event */
#define BESIDE_MOST 8		   /* attempts under way to one endpoint */

char *line_key(const struct account *a, const char *endpoint)
{
	return mem_format("%s %s", a->id, endpoint);
}

struct post_line *line_new(struct account *a, const char *endpoint)
{
	size_t length = strlen(endpoint);
	struct post_line *line = mem_alloc(sizeof *line + length + 1);

	line->account = a;
	line->key = line_key(a, endpoint);
	memcpy(line->endpoint, endpoint, length);
	return line;
}

void line_free(struct post_line *line)
{
	while (line->first) {
		struct post_item *item = line->first;

		line->first = item->next;
		free(item);
	}
	free(line->key);
	free(line);
}

void line_add(struct post_line *line, const struct job *job)
{
	size_t length = strlen(job->event);
	struct post_item *item = mem_alloc(sizeof *item + length + 1);

	memcpy(item->event, job->event, length);
	item->job = *job;
	item->job.event = item->event;
	item->job.endpoint = line->endpoint;
	if (line->last)
		line->last->next = item;
	else
		line->first = item;
	line->last = item;
	line->count++;
}

struct post_item *line_take(struct post_line *line)
{
	struct post_item *item = line->first;

	line->first = item->next;
	if (!line->first)
		line->last = NULL;
	line->count--;
	return item;
}

int line_pause(const struct post_line *line, int64_t now)
{
	int64_t passed = now - line->started;

	if (!line->first || line->flying >= BESIDE_MOST)
		return -1;
	/* The machine's clock may be set back. */
	if (!line->flying || passed < 0 || passed >= PATIENCE_MILLISECONDS)
		return 0;
	return (int)(PATIENCE_MILLISECONDS - passed);
}
