/* SPDX-License-Identifier: MIT */
#ifndef DOORS_LATER_H
#define DOORS_LATER_H

#include <stdbool.h>

/*
 * Answers that are held back: one thread waits for all of them, so that the door's own threads serve others meanwhile.
 * It is started with the first. The kernel counts the time; nobody here asks the clock.
 */
struct later;

struct later *later_new(void);
/* Lets everything go at once, and from then on whatever is added. Thread-safe. */
void later_let_go(struct later *l);
void later_free(struct later *l); /* NULL-safe; lets everything go first */

/*
 * Calls ready(arg) once, on another thread: after that many milliseconds (0: never), or as soon as the other side of
 * the socket has closed it, or when everything is let go. The socket must stay open until then.
 */
void later_add(struct later *l, int socket, unsigned milliseconds, void (*ready)(void *arg), void *arg);

#endif
