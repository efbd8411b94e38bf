/* SPDX-License-Identifier: MIT */
#include "engine/idempotency.h"

#include <openssl/sha.h>
#include <pthread.h>
#include <string.h>

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"

static void replay_free(void *arg, const char *name, void *value)
{
	struct replay *r = value;

	(void)arg, (void)name;
	if (!r)
		return;
	free(r->key);
	free(r->method);
	free(r->path);
	free(r->request_id);
	bytes_drop(r->body);
	free(r);
}

const struct replay *replay_find(struct account *a, const char *key, int64_t now)
{
	struct replay *r = map_get(a->replays, key);

	if (r && now >= r->until) {
		replay_free(NULL, NULL, map_remove(a->replays, key));
		return NULL;
	}
	return r;
}

struct sweep {
	int64_t now;
	struct list over;
};

static void gather_over(void *arg, const char *key, void *value)
{
	struct sweep *s = arg;
	struct replay *r = value;

	(void)key;
	if (s->now >= r->until)
		list_add(&s->over, r);
}

/* Expired answers go when the number kept has doubled: each is looked at a bounded number of times. */
static void forget_expired(struct account *a, int64_t now)
{
	struct sweep s = { .now = now };
	size_t count = map_count(a->replays);

	if (count < 1024 || (count & (count - 1)))
		return;
	map_each(a->replays, gather_over, &s);
	for (size_t i = 0; i < s.over.count; i++) {
		struct replay *r = s.over.at[i];

		map_remove(a->replays, r->key);
		replay_free(NULL, NULL, r);
	}
	list_clear(&s.over);
}

void replay_keep(struct account *a, const char *key, const char *method, const char *path, uint64_t fingerprint,
	const char *request_id, int status, struct bytes *body, const char *content_type, int64_t now)
{
	struct replay *r = mem_alloc(sizeof *r);

	if (!a->replays)
		a->replays = map_new();
	forget_expired(a, now);
	*r = (struct replay) {
		.key = mem_copy_text(key),
		.method = mem_copy_text(method),
		.path = mem_copy_text(path),
		.request_id = mem_copy_text(request_id),
		.fingerprint = fingerprint,
		.status = status,
		.body = bytes_keep(body),
		.content_type = content_type,
		.until = now + IDEMPOTENCY_SECONDS,
	};
	replay_free(NULL, NULL, map_put(a->replays, key, r));
}

void replay_forget(struct account *a, const char *key)
{
	if (map_get(a->replays, key))
		replay_free(NULL, NULL, map_remove(a->replays, key));
}

void replays_clear(struct account *a)
{
	if (!a->replays)
		return;
	map_each(a->replays, replay_free, NULL);
	map_free(a->replays);
	a->replays = NULL;
}

uint64_t params_fingerprint(const json_t *params)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char *text = json_dumps(params, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	uint64_t value;

	if (!text)
		die("parameters do not dump");
	SHA256((const unsigned char *)text, strlen(text), digest);
	free(text);
	memcpy(&value, digest, sizeof value);
	return value;
}

struct inflight {
	pthread_mutex_t lock;
	struct map *keys;
};

struct inflight *inflight_new(void)
{
	struct inflight *f = mem_alloc(sizeof *f);

	pthread_mutex_init(&f->lock, NULL);
	f->keys = map_new();
	return f;
}

void inflight_free(struct inflight *f)
{
	if (!f)
		return;
	map_free(f->keys);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

bool inflight_enter(struct inflight *f, const char *account, const char *key)
{
	char *name = mem_format("%s/%s", account, key);
	bool entered;

	pthread_mutex_lock(&f->lock);
	entered = !map_get(f->keys, name);
	if (entered)
		map_put(f->keys, name, f);
	pthread_mutex_unlock(&f->lock);
	free(name);
	return entered;
}

void inflight_leave(struct inflight *f, const char *account, const char *key)
{
	char *name = mem_format("%s/%s", account, key);

	pthread_mutex_lock(&f->lock);
	map_remove(f->keys, name);
	pthread_mutex_unlock(&f->lock);
	free(name);
}
