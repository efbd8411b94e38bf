/* SPDX-License-Identifier: MIT */
#include "actions/doors/mcp_sessions.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/json.h"
#include "base/mem.h"

void mcp_sessions_init(struct mcp_sessions *s)
{
	memset(s, 0, sizeof(*s));
	if (pthread_mutex_init(&s->lock, NULL))
		die("a lock could not be made");
}

static void session_free(struct mcp_session *one)
{
	mcp_clear(&one->mcp);
	json_decref(one->answers);
	pthread_cond_destroy(&one->news);
	pthread_mutex_destroy(&one->lock);
	free(one);
}

void mcp_session_nudge(struct mcp_session *one)
{
	pthread_mutex_lock(&one->lock);
	pthread_cond_broadcast(&one->news);
	pthread_mutex_unlock(&one->lock);
}

static void session_end(struct mcp_session *one)
{
	pthread_mutex_lock(&one->lock);
	one->ended = true;
	pthread_cond_broadcast(&one->news);
	pthread_mutex_unlock(&one->lock);
}

void mcp_sessions_end(struct mcp_sessions *s)
{
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->all.count; i++)
		session_end(s->all.at[i]);
	pthread_mutex_unlock(&s->lock);
}

void mcp_sessions_clear(struct mcp_sessions *s)
{
	for (size_t i = 0; i < s->all.count; i++)
		session_free(s->all.at[i]);
	list_clear(&s->all);
	pthread_mutex_destroy(&s->lock);
}

void mcp_person(struct agent *a, const struct evidence *who, char out[DIGEST_HEX])
{
	struct identity identity = { 0 };
	struct arena arena = { 0 };
	struct problem why;
	unsigned char digest[DIGEST_SIZE];

	*out = '\0';
	problem_init(&why, &arena);
	/* Only the proof's own word: whether it is used up is for the run to say. */
	if (identity_verify(a->config, who, clock_now(&a->clock), &identity, &why)) {
		digest_make(a->key, sizeof(a->key), identity.user_id, strlen(identity.user_id), digest);
		digest_hex(digest, DIGEST_SIZE, out);
	}
	problem_clear(&why);
	arena_free(&arena);
}

/* Out of the list, under its lock; freed when nobody has it. */
static void forget(struct mcp_sessions *s, size_t index)
{
	struct mcp_session *one = s->all.at[index];

	list_remove(&s->all, index);
	session_end(one);
	if (!one->holders)
		session_free(one);
}

static void expire(struct mcp_sessions *s, int64_t now)
{
	while (s->all.count) {
		const struct mcp_session *oldest = s->all.at[0];

		if (s->all.count < MCP_SESSIONS_MOST && now - oldest->used <= MCP_SESSION_IDLE)
			return;
		forget(s, 0);
	}
}

static struct mcp_session *session_new(struct agent *a, const char *person)
{
	struct mcp_session *one = mem_alloc(sizeof(*one));
	uint64_t chance[2];

	if (getrandom(chance, sizeof(chance), 0) != (ssize_t)sizeof(chance))
		die("the system gives no random numbers");
	if (pthread_mutex_init(&one->lock, NULL) || pthread_cond_init(&one->news, NULL))
		die("locks could not be made");
	snprintf(one->id, sizeof(one->id), "mcp_%016" PRIx64 "%016" PRIx64, chance[0], chance[1]);
	memcpy(one->person, person, strlen(person) + 1);
	mcp_init(&one->mcp, a);
	one->mcp.asks = true;
	one->answers = json_object();
	return one;
}

struct mcp_session *mcp_session_begin(struct mcp_sessions *s, struct agent *a, const char *person, int64_t now)
{
	struct mcp_session *one = session_new(a, person);

	one->used = now;
	one->holders = 1;
	pthread_mutex_lock(&s->lock);
	expire(s, now);
	list_add(&s->all, one);
	pthread_mutex_unlock(&s->lock);
	return one;
}

/* Under the lock; the count when there is none of that id for that person. */
static size_t find(const struct mcp_sessions *s, const char *id, const char *person)
{
	size_t length = strlen(id);

	for (size_t i = 0; i < s->all.count; i++) {
		const struct mcp_session *one = s->all.at[i];

		if (length == strlen(one->id) &&
			digest_same((const unsigned char *)id, (const unsigned char *)one->id, length))
			return strcmp(one->person, person) ? s->all.count : i;
	}
	return s->all.count;
}

struct mcp_session *mcp_session_take(struct mcp_sessions *s, const char *id, const char *person, int64_t now)
{
	struct mcp_session *one = NULL;
	size_t index;

	pthread_mutex_lock(&s->lock);
	expire(s, now);
	index = find(s, id, person);
	if (index < s->all.count) {
		one = s->all.at[index];
		list_remove(&s->all, index);
		list_add(&s->all, one);
		one->used = now;
		one->holders++;
	}
	pthread_mutex_unlock(&s->lock);
	return one;
}

void mcp_session_drop(struct mcp_sessions *s, struct mcp_session *one)
{
	bool last;

	pthread_mutex_lock(&s->lock);
	one->holders--;
	pthread_mutex_lock(&one->lock);
	last = one->ended && !one->holders;
	pthread_mutex_unlock(&one->lock);
	/* One that ended with the whole server is on the list still, and goes with it. */
	for (size_t i = 0; last && i < s->all.count; i++)
		last = s->all.at[i] != one;
	if (last)
		session_free(one);
	pthread_mutex_unlock(&s->lock);
}

bool mcp_session_end(struct mcp_sessions *s, const char *id, const char *person)
{
	size_t index;
	bool found;

	pthread_mutex_lock(&s->lock);
	index = find(s, id, person);
	found = index < s->all.count;
	if (found)
		forget(s, index);
	pthread_mutex_unlock(&s->lock);
	return found;
}

void mcp_session_tell(struct mcp_session *one, const json_t *message)
{
	const char *question = js_text(message, "id");

	pthread_mutex_lock(&one->lock);
	if (question && mcp_is_waiting(&one->mcp, question)) {
		js_put_new(one->answers, question, json_deep_copy(message)); /* counted references are one thread's */
		pthread_cond_broadcast(&one->news);
	}
	pthread_mutex_unlock(&one->lock);
}

json_t *mcp_session_wait(struct mcp_session *one, const char *question, const bool *gone)
{
	json_t *answer;

	pthread_mutex_lock(&one->lock);
	while (!(answer = js_get(one->answers, question)) && !*gone && !one->ended &&
		mcp_is_waiting(&one->mcp, question))
		pthread_cond_wait(&one->news, &one->lock);
	if (answer) {
		json_incref(answer);
		json_object_del(one->answers, question);
	}
	pthread_mutex_unlock(&one->lock);
	return answer;
}
