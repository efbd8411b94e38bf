/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "actions/core/config_load.h"
#include "base/json.h"

/* Who is who: the secrets that prove customers, and the key that opens Stripe. */

#define SECRET_MIN 16 /* bytes; a shorter HMAC key can be searched for */

const char *load_secret(struct load *l, const json_t *value, const char *path)
{
	const char *name = js_text(value, "env"), *found;

	if (json_is_string(value) && *json_string_value(value))
		return json_string_value(value);
	if (!json_is_object(value) || json_object_size(value) != 1 || !name) {
		load_fault(l, path, "must be a text that is not empty, or {\"env\": \"NAME\"}");
		return "";
	}
	found = getenv(name);
	if (!found || !*found) {
		load_fault(l, path, "the environment variable %s is not set", name);
		return "";
	}
	return arena_text(&l->c->arena, found);
}

static void read_secrets(struct load *l, const json_t *identity)
{
	struct config *c = l->c;
	json_t *list = js_get(identity, "secrets"), *row;
	size_t i;

	c->n_secrets = json_array_size(list);
	c->secrets = arena_alloc(&c->arena, (c->n_secrets + 1) * sizeof(*c->secrets));
	json_array_foreach(list, i, row)
	{
		const char *path = arena_format(&c->arena, "$.identity.secrets[%zu].secret", i);
		struct secret *s = &c->secrets[i];

		s->id = js_text(row, "id");
		s->secret = load_secret(l, js_get(row, "secret"), path);
		s->accept_until = js_int(row, "accept_until", 0);
		if (*s->secret && strlen(s->secret) < SECRET_MIN)
			load_fault(l, path, "must have at least %d bytes", SECRET_MIN);
		for (size_t j = 0; j < i; j++)
			if (!strcmp(c->secrets[j].id, s->id))
				load_fault(
					l, arena_format(&c->arena, "$.identity.secrets[%zu].id", i), "is used twice");
	}
}

void load_identity(struct load *l)
{
	struct config *c = l->c;
	const json_t *identity = js_get(c->root, "identity"), *methods = js_get(identity, "methods");

	read_secrets(l, identity);
	c->takes_token = !methods || load_has(methods, "token");
	c->takes_hash = !methods || load_has(methods, "user_hash");
	c->single_use = js_flag(identity, "single_use_tokens", false);
	c->max_lifetime = js_int(identity, "max_lifetime_seconds", 86400);
	c->leeway = js_int(identity, "leeway_seconds", 60);
}

static bool is_loopback(const char *host)
{
	return !strncmp(host, "127.", 4) || !strncmp(host, "[::1]", 5) ||
	       (!strncmp(host, "localhost", 9) && (!host[9] || host[9] == ':' || host[9] == '/'));
}

void load_stripe(struct load *l)
{
	struct config *c = l->c;
	const json_t *stripe = js_get(c->root, "stripe");
	const char *url = js_text(stripe, "base_url"), *host;
	size_t length;

	url = url ? url : "https://api.stripe.com";
	length = strlen(url);
	host = strstr(url, "://");
	if (strncmp(url, "http://", 7) && strncmp(url, "https://", 8))
		load_fault(l, "$.stripe.base_url", "must begin with http:// or https://");
	else if (!host[3] || host[3] == '/' || strpbrk(host + 3, " ?#@"))
		load_fault(l, "$.stripe.base_url", "must be scheme, host and port only");
	c->api_key = load_secret(l, js_get(stripe, "api_key"), "$.stripe.api_key");
	/* A live key can move money; on a wire that others read it is theirs. The machine itself may be asked in the
	 * clear. */
	if (!strncmp(url, "http://", 7) && strstr(c->api_key, "_live_") && !is_loopback(url + 7))
		load_fault(l, "$.stripe.base_url", "a live key is sent over https only");
	while (length && url[length - 1] == '/')
		length--;
	c->base_url = arena_range(&c->arena, url, length);
	if (*c->api_key && strncmp(c->api_key, "sk_", 3) && strncmp(c->api_key, "rk_", 3))
		load_fault(l, "$.stripe.api_key", "must be a secret (sk_...) or restricted (rk_...) key");
	for (const char *k = c->api_key; *k; k++)
		if (!isalnum((unsigned char)*k) && *k != '_') {
			load_fault(l, "$.stripe.api_key", "holds characters that no key has");
			break;
		}
	c->timeout_ms = js_int(stripe, "timeout_ms", 15000);
	c->connect_timeout_ms = js_int(stripe, "connect_timeout_ms", 5000);
	c->max_retries = js_int(stripe, "max_retries", 2);
}

void load_step_up(struct load *l)
{
	const json_t *given = js_get(l->c->root, "step_up"), *deliver = js_get(given, "deliver");
	const char *url = js_text(deliver, "url"), *host = url ? strstr(url, "://") : NULL;
	struct step_up_config *s = &l->c->step_up;

	if (!given)
		return;
	for (unsigned i = 0; config_step_ups[i]; i++)
		if (load_has(js_get(given, "for"), config_step_ups[i]))
			s->wanted |= 1U << i;
	s->url = url;
	s->secret = load_secret(l, js_get(deliver, "secret"), "$.step_up.deliver.secret");
	if (*s->secret && strlen(s->secret) < SECRET_MIN)
		load_fault(l, "$.step_up.deliver.secret", "must have at least %d bytes", SECRET_MIN);
	/* A code on a wire that others read is no proof of anything. */
	if (!host || !host[3] || host[3] == '/' || strpbrk(url, " #@"))
		load_fault(l, "$.step_up.deliver.url", "must be an address such as https://example.com/codes");
	else if (strncmp(url, "https://", 8) && !(!strncmp(url, "http://", 7) && is_loopback(url + 7)))
		load_fault(l, "$.step_up.deliver.url", "must begin with https://");
}
