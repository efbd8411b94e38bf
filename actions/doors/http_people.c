/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "actions/core/digest.h"
#include "actions/doors/http_inside.h"
#include "actions/people/contact_api.h"
#include "base/json.h"
#include "base/mem.h"

/* The contacts API on HTTP. Its answers are those of actions/people/contact_api.h; here are only its addresses and key.
 */

static void refuse(struct http_answer *out, int status, const char *message)
{
	json_t *tree = json_object();

	js_put_text(tree, "message", message);
	http_answer_json(out, status, tree);
}

/* Digests are compared, so that neither the key's length nor its beginning shows in the time it takes. */
static bool is_operator(const struct http_visit *v)
{
	const char *given = v->request->authorization, *key = v->house->api_key;
	const unsigned char *seal = v->house->agent->key;
	unsigned char a[DIGEST_SIZE], b[DIGEST_SIZE];

	if (!key || !*key || !given || strncmp(given, "Bearer ", 7) != 0)
		return false;
	digest_make(seal, DIGEST_SIZE, given + 7, strlen(given + 7), a);
	digest_make(seal, DIGEST_SIZE, key, strlen(key), b);
	return digest_same(a, b, DIGEST_SIZE);
}

/* Seconds until the next request may come; 0: this one may, and counts. */
static int64_t meter_wait(struct http_meter *m, int64_t now)
{
	int64_t wait;

	pthread_mutex_lock(&m->lock);
	wait = m->at[m->next] + HTTP_METER_SECONDS - now;
	if (wait <= 0) {
		m->at[m->next] = now;
		m->next = (m->next + 1) % HTTP_METER_MOST;
		wait = 0;
	}
	pthread_mutex_unlock(&m->lock);
	return wait;
}

static struct contact_answer contacts_route(const struct http_visit *v, const char *id)
{
	const struct agent *a = v->house->agent;
	const struct http_request *r = v->request;
	int64_t now = clock_now(&a->clock);

	if (!id && !strcmp(r->method, "POST"))
		return contact_api_create(&a->contacts, v->body, now);
	if (!id && !strcmp(r->method, "GET"))
		return contact_api_list(&a->contacts, r->query(r->arg, "per_page"), r->query(r->arg, "page"));
	if (id && !strcmp(r->method, "GET"))
		return contact_api_get(&a->contacts, id);
	if (id && !strcmp(r->method, "PATCH"))
		return contact_api_update(&a->contacts, id, v->body, now);
	if (id && !strcmp(r->method, "DELETE"))
		return contact_api_delete(&a->contacts, id);
	return (struct contact_answer) { .status = 405 };
}

static struct contact_answer attributes_route(const struct http_visit *v, const char *name)
{
	const struct agent *a = v->house->agent;
	const char *method = v->request->method;

	if (!name && !strcmp(method, "POST"))
		return attribute_api_create(&a->contacts, v->body);
	if (!name && !strcmp(method, "GET"))
		return attribute_api_list(&a->contacts);
	if (name && !strcmp(method, "PUT"))
		return attribute_api_update(&a->contacts, name, v->body);
	return (struct contact_answer) { .status = 405 };
}

/* What stands behind a part and its slash: NULL when that is nothing. */
static const char *part_take(const char *at, const char *name, bool *fits)
{
	size_t length = strlen(name);

	*fits = !strncmp(at, name, length) && (!at[length] || at[length] == '/');
	return *fits && at[length] && at[length + 1] ? at + length + 1 : NULL;
}

void http_people(const struct http_visit *v, struct http_answer *out)
{
	const char *agent = v->house->agent->config->agent_id, *rest, *id;
	struct contact_answer answer = { .status = 404 };
	int64_t wait;
	bool fits;

	if (!is_operator(v)) {
		refuse(out, 401, "Unauthorized access");
		return;
	}
	wait = meter_wait(&v->house->meter, clock_now(&v->house->agent->clock));
	if (wait) {
		snprintf(out->retry_after, sizeof(out->retry_after), "%lld", (long long)wait);
		refuse(out, 429, "Rate limit exceeded");
		return;
	}
	rest = part_take(v->rest, agent, &fits);
	if (!fits) {
		refuse(out, 404, "Chatbot not found");
		return;
	}
	id = part_take(rest ? rest : "", "contacts", &fits);
	if (!fits) /* as examples for the original's first edition have it */
		id = part_take(rest ? rest : "", "contact", &fits);
	if (fits)
		answer = contacts_route(v, id);
	if (!fits) {
		id = part_take(rest ? rest : "", "custom-attributes", &fits);
		if (fits)
			answer = attributes_route(v, id);
	}
	if (answer.body)
		http_answer_json(out, answer.status, answer.body);
	else
		refuse(out, answer.status, answer.status == 405 ? "Method not allowed" : "There is nothing here.");
}
