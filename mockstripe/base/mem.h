/* SPDX-License-Identifier: MIT */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/*
 * Memory that cannot fail. Out of memory ends the process with one line on standard error: a test tool gains nothing
 * from half-surviving, and no caller has an error path to get wrong.
 */

/* Prints "mockstripe: ..." to standard error and aborts. For the impossible only, never for bad input. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

void *mem_alloc(size_t size);			       /* zeroed; free() it */
void *mem_resize(void *old, size_t size);	       /* as realloc; the new part is not zeroed */
char *mem_copy_text(const char *text);		       /* NULL gives NULL; free() it */
char *mem_copy_range(const char *text, size_t length); /* adds the terminator; free() it */
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2))); /* free() it */

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
