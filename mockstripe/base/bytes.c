/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct bytes *bytes_blank(size_t length)
{
	if (length > SIZE_MAX / 2)
		die("out of memory (%zu bytes)", length);
	struct bytes *b = mem_resize(NULL, sizeof(*b) + length + 1);
	atomic_init(&b->owners, 1);
	b->length = length;
	b->data[length] = '\0';
	return b;
}

struct bytes *bytes_new(const char *data, size_t length)
{
	struct bytes *b = bytes_blank(length);
	if (length)
		memcpy(b->data, data, length);
	return b;
}

struct bytes *bytes_keep(struct bytes *b)
{
	if (b)
		atomic_fetch_add_explicit(&b->owners, 1, memory_order_relaxed);
	return b;
}

void bytes_drop(struct bytes *b)
{
	/* Release orders this owner's reads before the free; acquire lets the last owner see them all. */
	if (b && atomic_fetch_sub_explicit(&b->owners, 1, memory_order_acq_rel) == 1)
		free(b);
}
