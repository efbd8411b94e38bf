/* SPDX-License-Identifier: MIT */
#include "engine/keys.h"

#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"

/* Keys are added while calls run. One that was replaced stays until the end, since a call may still hold it. */
struct keyring {
	pthread_mutex_t lock;
	struct map *keys;
	struct list replaced;
};

struct keyring *keyring_new(void)
{
	struct keyring *ring = mem_alloc(sizeof *ring);

	ring->keys = map_new();
	pthread_mutex_init(&ring->lock, NULL);
	return ring;
}

static void key_free(void *arg, const char *name, void *value)
{
	struct key *k = value;

	(void)arg, (void)name;
	json_decref(k->permissions);
	free(k->account);
	free(k->secret);
	free(k);
}

void keyring_free(struct keyring *ring)
{
	if (!ring)
		return;
	map_each(ring->keys, key_free, NULL);
	map_free(ring->keys);
	for (size_t i = 0; i < ring->replaced.count; i++)
		key_free(NULL, NULL, ring->replaced.at[i]);
	list_clear(&ring->replaced);
	pthread_mutex_destroy(&ring->lock);
	free(ring);
}

void keyring_add(struct keyring *ring, const char *secret, const char *account, bool expired, const json_t *permissions)
{
	struct key *k = mem_alloc(sizeof *k), *old;

	k->secret = mem_copy_text(secret);
	k->account = mem_copy_text(account);
	k->expired = expired;
	k->restricted = !strncmp(secret, "rk_", 3);
	k->livemode = strlen(secret) > 3 && !strncmp(secret + 3, "live_", 5);
	k->permissions = permissions ? json_deep_copy(permissions) : json_object();
	pthread_mutex_lock(&ring->lock);
	old = map_put(ring->keys, secret, k);
	if (old)
		list_add(&ring->replaced, old);
	pthread_mutex_unlock(&ring->lock);
}

const struct key *keyring_find(struct keyring *ring, const char *secret)
{
	const struct key *k;

	pthread_mutex_lock(&ring->lock);
	k = map_get(ring->keys, secret);
	pthread_mutex_unlock(&ring->lock);
	return k;
}

static int base64_value(char c)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/* The user part of Basic credentials (RFC 7617): what stands before the first colon. NULL when it is not base64. */
static const char *basic_user(struct arena *arena, const char *encoded)
{
	size_t length = strcspn(encoded, "= \t");
	char *out = arena_alloc(arena, length + 1);
	unsigned bits = 0, n_bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < length; i++) {
		int value = base64_value(encoded[i]);

		if (value < 0)
			return NULL;
		bits = bits << 6 | (unsigned)value;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			out[n++] = (char)(bits >> n_bits & 0xFF);
		}
	}
	out[n] = 0;
	out[strcspn(out, ":")] = 0;
	return out;
}

const char *key_of_header(struct arena *arena, const char *value)
{
	const char *key = NULL;

	if (!value)
		return NULL;
	if (!strncasecmp(value, "Bearer ", 7)) {
		value += 7 + strspn(value + 7, " ");
		key = arena_range(arena, value, strcspn(value, " \t"));
	} else if (!strncasecmp(value, "Basic ", 6)) {
		key = basic_user(arena, value + 6 + strspn(value + 6, " "));
	}
	return key && *key ? key : NULL;
}

const char *key_masked(struct arena *arena, const char *secret)
{
	size_t length = strlen(secret), prefix = 0;
	char *out = arena_text(arena, secret);
	const char *mode = strstr(secret, "test_") ? strstr(secret, "test_") : strstr(secret, "live_");

	if (mode && mode - secret <= 3)
		prefix = (size_t)(mode - secret) + 5;
	for (size_t i = prefix; i + 4 < length; i++)
		out[i] = '*';
	return out;
}

/* The first matching row wins: longer prefixes stand before shorter ones. */
static const struct {
	const char *prefix, *family;
} families[] = {
	{ "/v1/test_helpers/test_clocks", "billing_clock" },
	{ "/v1/billing_portal", "customer_portal" },
	{ "/v1/checkout/sessions", "checkout_session" },
	{ "/v1/entitlements", "entitlements" },
	{ "/v1/subscription_items", "subscription" },
	{ "/v1/subscription_schedules", "subscription" },
	{ "/v1/subscriptions", "subscription" },
	{ "/v1/invoiceitems", "invoice" },
	{ "/v1/invoice_payments", "invoice" },
	{ "/v1/invoices", "invoice" },
	{ "/v1/credit_notes", "credit_note" },
	{ "/v1/customers", "customer" },
	{ "/v1/tax_ids", "customer" },
	{ "/v1/prices", "plan" },
	{ "/v1/plans", "plan" },
	{ "/v1/products", "product" },
	{ "/v1/charges", "charge" },
	{ "/v1/refunds", "charge" },
	{ "/v1/payment_intents", "payment_intent" },
	{ "/v1/payment_methods", "payment_method" },
	{ "/v1/setup_intents", "setup_intent" },
	{ "/v1/coupons", "coupon" },
	{ "/v1/promotion_codes", "promotion_code" },
	{ "/v1/events", "event" },
	{ "/v1/webhook_endpoints", "webhook" },
	{ "/v1/tax_rates", "tax_rate" },
	{ "/v1/quotes", "quote" },
};

bool route_permission(const struct schema_route *route, const char **family, bool *writes)
{
	size_t start, length;

	*writes = strcmp(route->method, "GET") != 0;
	if (!strcmp(route->pattern, "/v1/invoices/create_preview"))
		*writes = false; /* it stores nothing */
	for (size_t i = 0; i < COUNT_OF(families); i++) {
		size_t n = strlen(families[i].prefix);

		if (!strncmp(route->pattern, families[i].prefix, n) &&
			(!route->pattern[n] || route->pattern[n] == '/')) {
			*family = families[i].family;
			return true;
		}
	}
	/* Everything else is named after its first segment: /v1/payouts is payout. */
	start = strlen("/v1/");
	length = strcspn(route->pattern + start, "/");
	*family = route->resource && route->resource->object && length ? route->resource->object : NULL;
	return *family != NULL;
}
