/* SPDX-License-Identifier: MIT */
#include "engine/faults.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"
#include "base/random.h"
#include "engine/fault_inside.h"

struct rule {
	struct fault fault; /* its texts are the rule's own */
	const struct fault_kind *kind;
	unsigned number, matched, struck;
};

struct faults {
	pthread_mutex_t lock;
	atomic_uint count; /* of rules, so that a simulator without any pays nothing */
	uint64_t seed;
	unsigned made;
	struct list rules;
};

/* The rule counts the call, and says whether it is struck. */
static bool strikes(struct rule *r, uint64_t seed)
{
	const struct fault *f = &r->fault;
	unsigned first = f->nth ? f->nth : 1;

	r->matched++;
	if (r->matched < first || (f->times && r->struck == f->times))
		return false;
	if (f->percent && random_mix(seed, r->number, r->matched) % 100 >= f->percent)
		return false;
	r->struck++;
	return true;
}

static struct fault copied(struct arena *arena, const struct fault *f)
{
	struct fault copy = *f;
	const char **texts[] = { &copy.when, &copy.account, &copy.method, &copy.route, &copy.param, &copy.kind,
		&copy.should_retry, &copy.code, &copy.message, &copy.body, &copy.headers };

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (*texts[i])
			*texts[i] = arena_text(arena, *texts[i]);
	return copy;
}

static struct strike *struck_by(const struct rule *r, struct call *call)
{
	struct strike *s = arena_alloc(&call->arena, sizeof *s);

	s->fault = copied(&call->arena, &r->fault);
	if (s->fault.should_retry) /* the reply outlives the call */
		s->fault.should_retry = !strcmp(s->fault.should_retry, "true") ? "true" : "false";
	s->number = r->number;
	s->before = r->fault.when ? !strcmp(r->fault.when, "before") : r->kind->usually_before;
	return s;
}

const struct strike *faults_strike(struct faults *f, struct call *call, const json_t *given)
{
	const struct strike *found = NULL;

	if (!atomic_load_explicit(&f->count, memory_order_acquire))
		return NULL;
	pthread_mutex_lock(&f->lock);
	for (size_t i = 0; i < f->rules.count && !found; i++) {
		struct rule *r = f->rules.at[i];

		if (fault_fits(&r->fault, call, given) && strikes(r, f->seed))
			found = struck_by(r, call);
	}
	pthread_mutex_unlock(&f->lock);
	return found;
}

/* ---- the rules ---- */

struct faults *faults_new(uint64_t seed)
{
	struct faults *f = mem_alloc(sizeof *f);

	f->seed = seed;
	pthread_mutex_init(&f->lock, NULL);
	return f;
}

static void free_rule(struct rule *r)
{
	struct fault *f = &r->fault;
	const char *texts[] = { f->when, f->account, f->method, f->route, f->param, f->should_retry, f->code,
		f->message, f->body, f->headers };

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		free((char *)(uintptr_t)texts[i]);
	free(r);
}

static void remove_at(struct faults *f, size_t i)
{
	free_rule(f->rules.at[i]);
	list_remove(&f->rules, i);
	atomic_store_explicit(&f->count, (unsigned)f->rules.count, memory_order_release);
}

void faults_free(struct faults *f)
{
	if (!f)
		return;
	faults_clear(f, NULL);
	list_clear(&f->rules);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

bool fault_refuse(char **why, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	if (vasprintf(why, format, list) < 0)
		die("out of memory");
	va_end(list);
	return false;
}

static struct rule *make_rule(const struct fault *f, const struct fault_kind *kind)
{
	struct rule *r = mem_alloc(sizeof *r);
	const char **texts[] = { &r->fault.when, &r->fault.account, &r->fault.method, &r->fault.route, &r->fault.param,
		&r->fault.should_retry, &r->fault.code, &r->fault.message, &r->fault.body, &r->fault.headers };

	r->fault = *f;
	r->kind = kind;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		*texts[i] = mem_copy_text(*texts[i]);
	r->fault.kind = kind->name;
	return r;
}

static void forget_used_up(struct faults *f)
{
	for (size_t i = f->rules.count; i-- > 0;) {
		const struct rule *r = f->rules.at[i];

		if (r->fault.times && r->struck == r->fault.times)
			remove_at(f, i);
	}
}

unsigned faults_add(struct faults *f, const struct fault *rule, char **why)
{
	const struct fault_kind *kind = fault_kind_find(rule->kind);
	unsigned number = 0;

	if (!fault_kind_check(rule, kind, why) || !fault_match_check(rule, why))
		return 0;
	pthread_mutex_lock(&f->lock);
	if (f->rules.count >= FAULTS_MOST)
		forget_used_up(f);
	if (f->rules.count < FAULTS_MOST) {
		struct rule *r = make_rule(rule, kind);

		number = r->number = ++f->made;
		list_add(&f->rules, r);
		atomic_store_explicit(&f->count, (unsigned)f->rules.count, memory_order_release);
	}
	pthread_mutex_unlock(&f->lock);
	if (!number)
		fault_refuse(why, "there are %d rules already; clear some", FAULTS_MOST);
	return number;
}

bool faults_remove(struct faults *f, unsigned number)
{
	bool found = false;

	pthread_mutex_lock(&f->lock);
	for (size_t i = f->rules.count; i-- > 0 && !found;) {
		const struct rule *r = f->rules.at[i];

		found = r->number == number;
		if (found)
			remove_at(f, i);
	}
	pthread_mutex_unlock(&f->lock);
	return found;
}

void faults_clear(struct faults *f, const char *account)
{
	pthread_mutex_lock(&f->lock);
	for (size_t i = f->rules.count; i-- > 0;) {
		const struct rule *r = f->rules.at[i];

		if (!account || (r->fault.account && !strcmp(r->fault.account, account)))
			remove_at(f, i);
	}
	pthread_mutex_unlock(&f->lock);
}

void faults_each(struct faults *f,
	void (*each)(void *arg, unsigned number, const struct fault *rule, unsigned matched, unsigned struck),
	void *arg)
{
	pthread_mutex_lock(&f->lock);
	for (size_t i = 0; i < f->rules.count; i++) {
		const struct rule *r = f->rules.at[i];

		each(arg, r->number, &r->fault, r->matched, r->struck);
	}
	pthread_mutex_unlock(&f->lock);
}
