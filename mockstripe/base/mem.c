/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die(const char *format, ...)
{
	va_list args;
	fputs("mockstripe: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

void *mem_alloc(size_t size)
{
	/* calloc may answer NULL for nothing at all; callers may rely on a pointer they can free. */
	void *memory = calloc(1, size ? size : 1);
	if (!memory)
		die("out of memory (%zu bytes)", size);
	return memory;
}

void *mem_resize(void *old, size_t size)
{
	void *memory = realloc(old, size ? size : 1);
	if (!memory)
		die("out of memory (%zu bytes)", size);
	return memory;
}

char *mem_copy_range(const char *text, size_t length)
{
	char *copy = mem_resize(NULL, length + 1);
	if (length)
		memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

char *mem_copy_text(const char *text)
{
	return text ? mem_copy_range(text, strlen(text)) : NULL;
}

char *mem_format(const char *format, ...)
{
	char *made = NULL;
	va_list args;
	va_start(args, format);
	int length = vasprintf(&made, format, args);
	va_end(args);
	if (length < 0)
		die("out of memory, or a format that cannot be printed: %s", format);
	return made;
}
