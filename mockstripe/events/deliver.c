/* SPDX-License-Identifier: MIT */
#include "events/deliver.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "api/due.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "events/outbox.h"
#include "events/sign.h"
#include "store/timeline.h"

#define ATTEMPT_MILLISECONDS 10000L
#define IDLE_MILLISECONDS 60000
#define WATCH_MILLISECONDS 1000

struct flight { /* an attempt under way; the worker's own */
	struct post_line *line;
	struct post_item *item;
	struct letter letter;
	CURL *easy;
	struct curl_slist *headers; /* Expect first, which HTTP does not get to see */
	struct text response;
	int64_t sent, started;
	char error[CURL_ERROR_SIZE];
};

struct waiter {
	const struct account *account;
	void (*go_on)(void *arg);
	void *arg;
};

struct deliverer {
	struct deliverer_options options;
	struct attempts *log;
	pthread_mutex_t lock; /* of everything down to the worker's own */
	pthread_cond_t idle;  /* a line has come to its end */
	struct map *lines; /* "account endpoint" -> struct post_line; only those with something in them or under way */
	struct list waiters; /* struct waiter */
	struct list watched; /* struct account */
	pthread_t worker;
	bool started, stopping;
	CURLM *multi; /* once started */
	/* The worker's own. */
	struct list flights;
	int64_t looked; /* machine milliseconds */
};

struct deliverer *deliverer_new(const struct deliverer_options *options)
{
	struct deliverer *d = mem_alloc(sizeof *d);

	d->options = *options;
	d->log = attempts_new(options->log_capacity);
	d->lines = map_new();
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->idle, NULL);
	return d;
}

const struct deliverer_options *deliverer_options(const struct deliverer *d)
{
	return &d->options;
}

struct attempts *deliver_log(struct deliverer *d)
{
	return d->log;
}

/* ---- lines ---- */

static struct post_line *line_for(struct deliverer *d, struct account *a, const char *endpoint)
{
	char *key = line_key(a, endpoint);
	struct post_line *line = map_get(d->lines, key);

	if (!line) {
		line = line_new(a, endpoint);
		map_put(d->lines, key, line);
	}
	free(key);
	return line;
}

/* An attempt has ended, and everything about it is written down. */
static void line_done(struct deliverer *d, struct post_line *line)
{
	pthread_mutex_lock(&d->lock);
	line->flying--;
	if (!line->flying && !line->first) {
		map_remove(d->lines, line->key);
		line_free(line);
		pthread_cond_broadcast(&d->idle);
	}
	pthread_mutex_unlock(&d->lock);
}

struct search {
	int64_t now;
	int pause; /* the shortest */
	struct post_line *line;
};

static void look_at_line(void *arg, const char *key, void *value)
{
	struct search *s = arg;
	int pause = line_pause(value, s->now);

	(void)key;
	if (pause >= 0 && pause < s->pause) {
		s->pause = pause;
		s->line = value;
	}
}

static struct search look_at_lines(struct deliverer *d)
{
	struct search s = { .now = machine_milliseconds(),
		.pause = d->watched.count ? WATCH_MILLISECONDS : IDLE_MILLISECONDS };

	map_each(d->lines, look_at_line, &s);
	return s;
}

/* ---- attempts ---- */

static size_t on_response(char *part, size_t size, size_t n, void *arg)
{
	struct flight *f = arg;
	size_t room = DELIVERY_EXCERPT - f->response.length;

	/* The rest is read and let go: closing on a target that still writes would be an error of ours. */
	text_add(&f->response, part, size * n < room ? size * n : room);
	return size * n;
}

static void add_header(struct flight *f, const char *line)
{
	struct curl_slist *longer = curl_slist_append(f->headers, line);

	if (!longer)
		die("out of memory");
	f->headers = longer;
}

static void make_headers(struct flight *f)
{
	struct text signature;

	add_header(f, "Expect:");
	add_header(f, "Accept: */*; q=0.5, application/xml");
	add_header(f, "Cache-Control: no-cache");
	add_header(f, "Content-Type: application/json; charset=utf-8");
	text_init(&signature, TEXT_NO_CEILING);
	text_put(&signature, "Stripe-Signature: ");
	sign_header(&signature, f->sent, f->letter.secret, f->letter.body->data, f->letter.body->length,
		!f->letter.livemode);
	add_header(f, signature.data);
	text_clear(&signature);
	add_header(f, "User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)");
}

static void make_request(struct flight *f)
{
	const char *body = f->letter.body->data;

	f->easy = curl_easy_init();
	if (!f->easy)
		die("out of memory");
	curl_easy_setopt(f->easy, CURLOPT_URL, f->letter.url);
	curl_easy_setopt(f->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(f->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(f->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(f->easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(f->easy, CURLOPT_TIMEOUT_MS, ATTEMPT_MILLISECONDS);
	curl_easy_setopt(f->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(f->easy, CURLOPT_QUICK_EXIT, 1L); /* the thread does not wait for a name to be resolved */
	curl_easy_setopt(f->easy, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(f->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)f->letter.body->length);
	curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, f->headers);
	curl_easy_setopt(f->easy, CURLOPT_WRITEFUNCTION, on_response);
	curl_easy_setopt(f->easy, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(f->easy, CURLOPT_ERRORBUFFER, f->error);
	curl_easy_setopt(f->easy, CURLOPT_PRIVATE, f);
}

static void take_off(struct deliverer *d, struct post_line *line, struct post_item *item)
{
	struct letter letter;
	struct flight *f;

	if (!outbox_write_letter(&item->job, &letter)) {
		outbox_settle(&item->job, false);
		free(item);
		line_done(d, line);
		return;
	}
	f = mem_alloc(sizeof *f);
	f->line = line;
	f->item = item;
	f->letter = letter;
	f->started = machine_milliseconds();
	f->sent = f->started / 1000;
	text_init(&f->response, DELIVERY_EXCERPT);
	make_headers(f);
	make_request(f);
	list_add(&d->flights, f);
	curl_multi_add_handle(d->multi, f->easy);
}

static void flight_free(struct deliverer *d, struct flight *f)
{
	for (size_t i = d->flights.count; i-- > 0;)
		if (d->flights.at[i] == f)
			list_remove(&d->flights, i);
	curl_multi_remove_handle(d->multi, f->easy);
	curl_easy_cleanup(f->easy);
	curl_slist_free_all(f->headers);
	text_clear(&f->response);
	letter_clear(&f->letter);
	free(f->item);
	free(f);
}

static void write_down(struct deliverer *d, const struct flight *f, struct delivery *x)
{
	const char *headers[16];
	size_t n = 0;

	for (const struct curl_slist *h = f->headers->next; h && n + 1 < COUNT_OF(headers); h = h->next)
		headers[n++] = h->data;
	headers[n] = NULL;
	x->headers = headers;
	x->response = text_bytes(&f->response);
	attempts_add(d->log, x);
	bytes_drop(x->response);
}

static void land(struct deliverer *d, struct flight *f, CURLcode result)
{
	const struct job *job = &f->item->job;
	struct post_line *line = f->line;
	long status = 0;
	struct delivery x = {
		.at = f->letter.at,
		.sent = f->sent,
		.account = job->account->id,
		.event = job->event,
		.type = f->letter.type,
		.endpoint = job->endpoint,
		.url = f->letter.url,
		.attempt = f->letter.attempt,
		.milliseconds = machine_milliseconds() - f->started,
		.body = f->letter.body,
	};

	curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	x.status = (int)status;
	if (result != CURLE_OK)
		x.error = *f->error ? f->error : curl_easy_strerror(result);
	x.delivered = result == CURLE_OK && status >= 200 && status < 300;
	x.next = outbox_settle(job, x.delivered);
	write_down(d, f, &x);
	flight_free(d, f);
	line_done(d, line);
}

/* ---- the worker ---- */

static void start_attempts(struct deliverer *d)
{
	for (;;) {
		struct post_item *item = NULL;
		struct search s;

		pthread_mutex_lock(&d->lock);
		s = look_at_lines(d);
		if (s.line && !s.pause && !d->stopping) {
			item = line_take(s.line);
			s.line->flying++;
			s.line->started = s.now;
		}
		pthread_mutex_unlock(&d->lock);
		if (!item)
			return;
		take_off(d, s.line, item);
	}
}

static void end_attempts(struct deliverer *d)
{
	const CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(d->multi, &left))) {
		CURLcode result = message->data.result;
		char *f = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &f);
		land(d, (struct flight *)(void *)f, result);
	}
}

/* On the machine's clock nobody else sees a retry's time come while no request does. */
static void look_after_watched(struct deliverer *d)
{
	int64_t now = machine_milliseconds();
	size_t n;

	if (now >= d->looked && now - d->looked < WATCH_MILLISECONDS)
		return;
	d->looked = now;
	pthread_mutex_lock(&d->lock);
	n = d->watched.count;
	pthread_mutex_unlock(&d->lock);
	for (size_t i = 0; i < n; i++) {
		const struct record *first;
		struct account *a;

		pthread_mutex_lock(&d->lock);
		a = d->watched.at[i];
		pthread_mutex_unlock(&d->lock);
		pthread_mutex_lock(&a->lock);
		first = timeline_first(&a->time);
		if (first && first->due <= timeline_now(&a->time))
			due_run(d->options.api, a, &a->time, timeline_now(&a->time));
		pthread_mutex_unlock(&a->lock);
		outbox_tell(a);
	}
}

struct busy {
	const struct account *account;
	bool found;
};

static void look_for_account(void *arg, const char *key, void *value)
{
	struct busy *b = arg;
	const struct post_line *line = value;

	(void)key;
	b->found |= !b->account || line->account == b->account;
}

static bool is_busy(struct deliverer *d, const struct account *a)
{
	struct busy b = { .account = a };

	if (!d->stopping)
		map_each(d->lines, look_for_account, &b);
	return b.found;
}

static void let_waiters_go(struct deliverer *d)
{
	struct list ready = { 0 };

	pthread_mutex_lock(&d->lock);
	for (size_t i = 0; i < d->waiters.count;) {
		struct waiter *w = d->waiters.at[i];

		if (is_busy(d, w->account)) {
			i++;
			continue;
		}
		list_add(&ready, w);
		list_remove(&d->waiters, i);
	}
	pthread_mutex_unlock(&d->lock);
	for (size_t i = 0; i < ready.count; i++) {
		struct waiter *w = ready.at[i];

		w->go_on(w->arg);
		free(w);
	}
	list_clear(&ready);
}

static void *work(void *arg)
{
	struct deliverer *d = arg;
	bool stopping = false;
	int running, pause;

	while (!stopping) {
		start_attempts(d);
		curl_multi_perform(d->multi, &running);
		end_attempts(d);
		look_after_watched(d);
		let_waiters_go(d);
		pthread_mutex_lock(&d->lock);
		pause = look_at_lines(d).pause;
		stopping = d->stopping;
		pthread_mutex_unlock(&d->lock);
		if (!stopping && pause)
			curl_multi_poll(d->multi, NULL, 0, pause, NULL);
	}
	while (d->flights.count)
		flight_free(d, d->flights.at[0]);
	return NULL;
}

/* With the lock. Signals are for the program's own threads. */
static void need_worker(struct deliverer *d)
{
	sigset_t all, before;
	int failed;

	if (d->started)
		return;
	d->multi = curl_multi_init();
	if (!d->multi)
		die("out of memory");
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&d->worker, NULL, work, d);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed)
		die("no thread for webhooks: %s", strerror(failed));
	d->started = true;
}

/* ---- what the others see ---- */

bool deliver(struct deliverer *d, const struct job *job)
{
	struct post_line *line;
	bool fits = true;

	pthread_mutex_lock(&d->lock);
	if (!d->stopping) {
		line = line_for(d, job->account, job->endpoint);
		fits = line->count < LINE_MOST;
		if (fits)
			line_add(line, job);
		need_worker(d);
		curl_multi_wakeup(d->multi);
	}
	pthread_mutex_unlock(&d->lock);
	return fits;
}

bool deliver_is_busy(struct deliverer *d, const struct account *a)
{
	bool busy;

	pthread_mutex_lock(&d->lock);
	busy = is_busy(d, a);
	pthread_mutex_unlock(&d->lock);
	return busy;
}

void deliver_wait(struct deliverer *d, const struct account *a)
{
	pthread_mutex_lock(&d->lock);
	while (is_busy(d, a))
		pthread_cond_wait(&d->idle, &d->lock);
	pthread_mutex_unlock(&d->lock);
}

void deliver_when_idle(struct deliverer *d, const struct account *a, void (*go_on)(void *arg), void *arg)
{
	struct waiter *w = NULL;

	pthread_mutex_lock(&d->lock);
	if (is_busy(d, a)) {
		w = mem_alloc(sizeof *w);
		*w = (struct waiter) { .account = a, .go_on = go_on, .arg = arg };
		list_add(&d->waiters, w);
		curl_multi_wakeup(d->multi);
	}
	pthread_mutex_unlock(&d->lock);
	if (!w)
		go_on(arg);
}

void deliver_watch(struct deliverer *d, struct account *a)
{
	bool known = false;

	pthread_mutex_lock(&d->lock);
	for (size_t i = 0; i < d->watched.count; i++)
		known |= d->watched.at[i] == a;
	if (!known && !d->stopping) {
		list_add(&d->watched, a);
		need_worker(d);
		curl_multi_wakeup(d->multi);
	}
	pthread_mutex_unlock(&d->lock);
}

void deliverer_stop(struct deliverer *d)
{
	bool started;

	pthread_mutex_lock(&d->lock);
	started = d->started && !d->stopping;
	d->stopping = true;
	pthread_cond_broadcast(&d->idle);
	if (started)
		curl_multi_wakeup(d->multi);
	pthread_mutex_unlock(&d->lock);
	if (started)
		pthread_join(d->worker, NULL);
	let_waiters_go(d);
}

static void free_line(void *arg, const char *key, void *line)
{
	(void)arg, (void)key;
	line_free(line);
}

void deliverer_free(struct deliverer *d)
{
	if (!d)
		return;
	map_each(d->lines, free_line, NULL);
	map_free(d->lines);
	list_clear(&d->waiters);
	list_clear(&d->watched);
	list_clear(&d->flights);
	if (d->multi)
		curl_multi_cleanup(d->multi);
	attempts_free(d->log);
	pthread_cond_destroy(&d->idle);
	pthread_mutex_destroy(&d->lock);
	free(d);
}
