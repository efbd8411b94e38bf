/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_STREAM_H
#define ACTIONS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Bytes on their way from the thread that makes them to the connection that sends them, as they are made. A stream has
 * two ends, its maker and its reader, and is freed when both have left. Either may leave first: what is put after the
 * reader has left is dropped, and stream_is_left tells the maker that its work is for nobody.
 */
#define STREAM_MOST ((size_t)4 * 1024 * 1024) /* bytes that wait; a reader so slow is left behind */

struct stream;

struct stream *stream_new(void);

/* ---- the maker's end ---- */

void stream_put(struct stream *s, const char *data, size_t length);
bool stream_is_left(struct stream *s);
/* Calls wake(arg) when the reader leaves, from the reader's thread; at once when it has. For a maker that waits. */
void stream_on_left(struct stream *s, void (*wake)(void *arg), void *arg);
void stream_end(struct stream *s); /* no more; the maker's pointer is void */

/* ---- the reader's end ---- */

enum stream_state {
	STREAM_BYTES,  /* *length of them were read */
	STREAM_QUIET,  /* nothing came within the patience */
	STREAM_ENDED,  /* all is read and no more will come, or the connection has nobody at its other side */
	STREAM_BROKEN, /* the reader was too slow */
};

/* Waits for bytes. connection: its descriptor, whose end is noticed meanwhile; -1: none. patience in milliseconds. */
enum stream_state stream_read(struct stream *s, int connection, int patience, char *out, size_t room, size_t *length);
void stream_leave(struct stream *s); /* the reader's pointer is void */

#endif
