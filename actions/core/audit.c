/* SPDX-License-Identifier: MIT */
#include "actions/core/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"

struct audit {
	int file;
};

struct audit *audit_open(const char *file, char **why)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	struct audit *a;

	if (fd < 0) {
		*why = mem_format("%s: %s", file, strerror(errno));
		return NULL;
	}
	a = mem_alloc(sizeof(*a));
	a->file = fd;
	return a;
}

void audit_close(struct audit *a)
{
	if (!a)
		return;
	close(a->file);
	free(a);
}

bool audit_append(struct audit *a, const json_t *record)
{
	struct text line;
	ssize_t written;
	bool whole;

	if (!a)
		return true;
	text_init(&line, TEXT_NO_CEILING);
	js_write(&line, record);
	text_char(&line, '\n');
	do
		written = write(a->file, line.data, line.length);
	while (written < 0 && errno == EINTR);
	whole = written == (ssize_t)line.length;
	if (written >= 0 && !whole)
		errno = ENOSPC;
	text_clear(&line);
	return whole;
}
