/* SPDX-License-Identifier: MIT */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdatomic.h>
#include <stddef.h>

/*
 * An immutable run of characters that several owners share: a rendered object, a response body, a stored replay.
 * The count is atomic because the HTTP library drops its reference on its own thread. data[length] is always 0.
 */
struct bytes {
	atomic_uint owners;
	size_t length;
	char data[];
};

struct bytes *bytes_new(const char *data, size_t length); /* copies; one owner */
struct bytes *bytes_blank(size_t length);		  /* not filled in; the maker fills it before sharing */
struct bytes *bytes_keep(struct bytes *b);		  /* NULL-safe; gives b */
void bytes_drop(struct bytes *b);			  /* NULL-safe; frees with the last owner */

#endif
