/* SPDX-License-Identifier: MIT */
/* Who calls, and what the key allows. Source: Stripe docs "API keys", "Restricted API keys", "Connect"; protocol
 * reference section 1. */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/random.h"
#include "engine/line.h"

/* The message is arena text, or a literal. */
static int unauthenticated(struct line *l, const char *code, const char *message)
{
	fail_status(&l->call, 401, code, NULL, "%s", message);
	l->reply->unauthenticated = true;
	return -1;
}

/* What a publishable key may do at Stripe: what a browser needs. */
static bool open_to_publishable(const struct line *l)
{
	static const char *const open[] = { "/v1/tokens", "/v1/payment_methods", "/v1/sources",
		"/v1/confirmation_tokens" };

	for (size_t i = 0; i < COUNT_OF(open); i++)
		if (strlen(open[i]) == l->path_length && !strncmp(open[i], l->path, l->path_length))
			return !strcmp(l->request->method, "POST");
	return l->query && strstr(l->query, "client_secret=");
}

static bool is_test_key(const char *key)
{
	const char *tail = !strncmp(key, "sk_test_", 8) || !strncmp(key, "rk_test_", 8) || !strncmp(key, "pk_test_", 8)
				   ? key + 8
				   : "";

	return *tail && strspn(tail, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(tail);
}

static const char *key_account(struct line *l, const char *secret)
{
	char name[24] = "1";

	if (!l->engine->options.account_per_key)
		return NULL;
	random_base62(name + 1, 15, random_hash(secret, strlen(secret), 1), 0, 0);
	return arena_format(&l->call.arena, "acct_%s", name);
}

/* Stripe-Account: an account of its own that the platform made or a fixture declared. */
static struct account *connected(struct line *l, struct account *platform)
{
	const char *id = l->request->stripe_account;
	struct record *r;
	struct account *a;
	bool known;

	if (!id || !*id || !strcmp(id, platform->id))
		return platform;
	pthread_mutex_lock(&platform->lock);
	r = account_find(platform, id);
	known = r && !r->deleted && record_is(r, "account");
	pthread_mutex_unlock(&platform->lock);
	a = engine_account(l->engine, id, known);
	if (!a) {
		l->call.account = platform;
		fail_status(&l->call, 403, "account_invalid", NULL,
			"The provided key '%s' does not have access to account '%s' (or that account does not exist). "
			"Application access may have been revoked.",
			key_masked(&l->call.arena, l->secret), id);
	}
	return a;
}

/* A token of a meter event session stands in for a key: it names its account, and opens the stream alone. */
static bool open_by_token(struct line *l, const char *token)
{
	static const char prefix[] = SESSION_TOKEN, stream[] = "/v2/billing/meter_event_stream";
	const char *name = token + sizeof prefix - 1, *end;

	if (strncmp(token, prefix, sizeof prefix - 1))
		return false;
	end = strrchr(name, '_');
	if (!end || strcmp(l->request->method, "POST") || sizeof stream - 1 != l->path_length ||
		strncmp(stream, l->path, l->path_length))
		return false;
	l->account =
		engine_account(l->engine, arena_format(&l->call.arena, "acct_%.*s", (int)(end - name), name), false);
	l->call.session_token = l->account ? arena_text(&l->call.arena, token) : NULL;
	return l->account;
}

int line_who(struct line *l)
{
	const char *secret =
		l->request->key ? l->request->key : key_of_header(&l->call.arena, l->request->authorization);
	const char *shown;
	struct account *platform;

	l->account = l->request->held;
	if (l->account)
		return 0;
	if (!secret)
		return unauthenticated(l, NULL,
			arena_format(&l->call.arena,
				"You did not provide an API key. You need to provide your API key in the Authorization "
				"header, using "
				"Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
				"https://stripe.com/docs/api#authentication for details, or we can help at %s.",
				"https://support.stripe.com/"));
	l->secret = secret;
	if (open_by_token(l, secret))
		return 0;
	shown = key_masked(&l->call.arena, secret);
	l->key = keyring_find(l->engine->keys, secret);
	if (l->key && l->key->expired)
		return unauthenticated(
			l, "api_key_expired", arena_format(&l->call.arena, "Expired API Key provided: %s", shown));
	if (!l->key && (!strncmp(secret, "sk_live_", 8) || !strncmp(secret, "rk_live_", 8)))
		return unauthenticated(l, NULL,
			arena_format(&l->call.arena,
				"Invalid API Key provided: %s. This is mockstripe, a simulator: it never needs a live "
				"key. Use any "
				"sk_test_ key here, and roll this one if it is real and was pasted where it should not "
				"be.",
				shown));
	if (!l->key && (l->engine->options.strict_keys || !is_test_key(secret)))
		return unauthenticated(l, NULL, arena_format(&l->call.arena, "Invalid API Key provided: %s", shown));
	if (!strncmp(secret, "pk_", 3) && !open_to_publishable(l))
		return unauthenticated(l, "secret_key_required",
			arena_format(&l->call.arena,
				"This API call cannot be made with a publishable API key. Please use a secret API key. "
				"You can find a "
				"list of your API keys at %s.",
				"https://dashboard.stripe.com/account/apikeys"));
	platform = engine_account(l->engine, l->key ? l->key->account : key_account(l, secret), true);
	l->account = connected(l, platform);
	l->call.livemode = l->key && l->key->livemode;
	return l->account ? 0 : -1;
}

int line_permit(struct line *l)
{
	const char *family, *granted;
	bool writes;

	if (!l->key || !l->key->restricted || !route_permission(l->call.route, &family, &writes))
		return 0;
	writes = writes && strcmp(l->request->method, "GET"); /* an old route that a POST serves now only reads */
	granted = js_text(l->key->permissions, family);
	if (granted && (!strcmp(granted, "write") || (!writes && !strcmp(granted, "read"))))
		return 0;
	return fail_status(&l->call, 403, NULL, NULL,
		"The provided key '%s' does not have the required permissions for this endpoint on account '%s'. "
		"Having the "
		"'%s_%s' permission would allow this request to continue.",
		key_masked(&l->call.arena, l->secret), l->account->id, family, writes ? "write" : "read");
}
