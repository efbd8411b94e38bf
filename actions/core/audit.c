/* SPDX-License-Identifier: MIT */
#include "actions/core/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actions/core/audit_chain.h"
#include "base/json.h"
#include "base/mem.h"

#define LINE_MOST ((off_t)1 << 20) /* the end of the file that is looked at for the last line */

struct audit {
	int file;
	pthread_mutex_t lock; /* a lock on the file keeps other processes out, not other threads */
	const struct secret *secret;
	off_t end; /* behind the line that `seq` and `hash` are of; another process may have gone on since */
	int64_t seq;
	char hash[DIGEST_HEX];
};

struct audit *audit_open(const char *file, const struct secret *secret, char **why)
{
	int fd = open(file, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	struct audit *a;

	if (fd < 0) {
		*why = mem_format("%s: %s", file, strerror(errno));
		return NULL;
	}
	a = mem_alloc(sizeof(*a));
	a->file = fd;
	if (pthread_mutex_init(&a->lock, NULL))
		die("the audit record's lock could not be made");
	a->secret = secret;
	memcpy(a->hash, CHAIN_START, DIGEST_HEX);
	return a;
}

void audit_close(struct audit *a)
{
	if (!a)
		return;
	close(a->file);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

static bool lock(int fd, int how)
{
	int code;

	do
		code = flock(fd, how);
	while (code < 0 && errno == EINTR);
	return code == 0;
}

static bool read_at(int fd, char *out, size_t length, off_t at)
{
	ssize_t got;

	while (length) {
		got = pread(fd, out, length, at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		out += got;
		at += got;
		length -= (size_t)got;
	}
	return true;
}

/* The chain's end out of the last line; a line that is none of ours starts a new chain, which the verifier will see. */
static void line_take(struct audit *a, const char *line, size_t length)
{
	js_auto record = json_loadb(line, length, 0, NULL);
	const char *hash = js_text_at(record, "chain.hash");

	a->seq = js_int_at(record, "chain.seq", 0);
	if (hash && strlen(hash) == DIGEST_HEX - 1)
		memcpy(a->hash, hash, DIGEST_HEX);
	else
		memcpy(a->hash, CHAIN_START, DIGEST_HEX);
}

/* Where the chain stands, under the lock. Cuts a line without an end: its process was killed while it wrote. */
static bool chain_find(struct audit *a)
{
	off_t size = lseek(a->file, 0, SEEK_END), from;
	char *tail;
	size_t length, start;
	bool done = false;

	if (size < 0)
		return false;
	if (size == a->end)
		return true;
	from = size > LINE_MOST ? size - LINE_MOST : 0;
	length = (size_t)(size - from);
	tail = mem_alloc(length + 1);
	if (read_at(a->file, tail, length, from)) {
		while (length && tail[length - 1] != '\n')
			length--;
		done = from + (off_t)length == size || ftruncate(a->file, from + (off_t)length) == 0;
		start = length ? length - 1 : 0;
		while (start && tail[start - 1] != '\n')
			start--;
		if (length)
			line_take(a, tail + start, length - 1 - start);
		else
			a->seq = 0;
		a->end = from + (off_t)length;
	}
	free(tail);
	return done;
}

static json_t *chain_make(const struct audit *a, const json_t *record, char hash[DIGEST_HEX])
{
	json_t *chain = json_object();
	char seal[DIGEST_HEX];

	chain_hash(a->hash, record, hash);
	chain_seal(a->secret, hash, seal);
	js_put_int(chain, "seq", a->seq + 1);
	js_put_text(chain, "prev", a->hash);
	js_put_text(chain, "hash", hash);
	js_put_text(chain, "key", a->secret->id);
	js_put_text(chain, "seal", seal);
	return chain;
}

static bool line_write(struct audit *a, const json_t *record)
{
	js_auto whole = json_copy((json_t *)(uintptr_t)record);
	char hash[DIGEST_HEX];
	struct text line;
	ssize_t written;
	bool done;

	js_put_new(whole, "chain", chain_make(a, record, hash));
	text_init(&line, TEXT_NO_CEILING);
	js_write(&line, whole);
	text_char(&line, '\n');
	do
		written = write(a->file, line.data, line.length);
	while (written < 0 && errno == EINTR);
	done = written == (ssize_t)line.length;
	if (written >= 0 && !done)
		errno = ENOSPC;
	if (done) {
		a->end += written;
		a->seq++;
		memcpy(a->hash, hash, DIGEST_HEX);
	}
	text_clear(&line);
	return done;
}

static bool append_locked(struct audit *a, const json_t *record)
{
	bool done;
	int code;

	if (!lock(a->file, LOCK_EX))
		return false;
	done = chain_find(a) && line_write(a, record);
	code = errno;
	lock(a->file, LOCK_UN);
	errno = code;
	return done;
}

bool audit_append(struct audit *a, const json_t *record)
{
	bool done;

	if (!a)
		return true;
	pthread_mutex_lock(&a->lock);
	done = append_locked(a, record);
	pthread_mutex_unlock(&a->lock);
	return done;
}
