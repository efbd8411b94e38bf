/* SPDX-License-Identifier: MIT */
/* Keys: {"keys": [{"key": "sk_test_...", "account": "acct_...", "expired": false, "permissions": {...}}]}. */
#include <string.h>

#include "base/json.h"
#include "engine/fixture_inside.h"

static const char *const document_members[] = { "keys", NULL };
static const char *const key_members[] = { "key", "account", "expired", "permissions", NULL };

/* sk_, rk_ or pk_, then test_ or live_, then letters, digits and underscores. */
static bool is_key(const char *key)
{
	static const char *const kinds[] = { "sk_test_", "rk_test_", "pk_test_", "sk_live_", "rk_live_", "pk_live_" };

	for (size_t i = 0; key && i < sizeof kinds / sizeof *kinds; i++) {
		const char *tail = key + 8;

		if (strncmp(key, kinds[i], 8))
			continue;
		return *tail && strlen(key) <= 255 &&
		       strspn(tail, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(tail);
	}
	return false;
}

/* A family that no route asks for would be a permission that never takes effect. */
static bool is_family(const char *name)
{
	const char *family;
	bool writes;

	for (size_t i = 0; i < schema_route_count; i++)
		if (route_permission(&schema_routes[i], &family, &writes) && !strcmp(family, name))
			return true;
	return false;
}

static bool check_permissions(struct load *l, const struct fixture_file *file, const char *key,
	const json_t *permissions, const struct where *up)
{
	struct where at = { .up = up, .key = "permissions" };
	const char *name;
	json_t *value;

	if (!json_is_object(permissions))
		return load_fail(l, file, &at, "must be an object such as {\"customer\": \"read\"}");
	if (strncmp(key, "rk_", 3))
		return load_fail(
			l, file, &at, "only restricted keys (rk_) have permissions; the others may do everything");
	json_object_foreach((json_t *)(uintptr_t)permissions, name, value)
	{
		const char *text = json_string_value(value);
		struct where here = { .up = &at, .key = name };

		if (!is_family(name))
			return load_fail(l, file, &here,
				"no request asks for a permission of that name; names are such as "
				"customer, subscription, invoice, payment_intent, plan");
		if (!text || (strcmp(text, "read") && strcmp(text, "write") && strcmp(text, "none")))
			return load_fail(l, file, &here, "must be \"read\", \"write\" or \"none\"");
	}
	return true;
}

static bool check_key(struct load *l, const struct fixture_file *file, const json_t *given, const struct where *at)
{
	const char *key = js_text(given, "key"), *account = js_text(given, "account");
	const json_t *expired = json_object_get(given, "expired"), *permissions = json_object_get(given, "permissions");

	if (!json_is_object(given))
		return load_fail(l, file, at, "must be an object with \"key\"");
	if (!only_members(l, file, at, given, key_members))
		return false;
	if (!is_key(key))
		return load_fail(l, file, &(struct where) { .up = at, .key = "key" },
			"must be a key such as sk_test_123: sk_, rk_ or pk_, then test_ or live_, then letters and "
			"digits");
	if (json_object_get(given, "account") && (!account || strncmp(account, "acct_", 5) || strlen(account) > 64))
		return load_fail(l, file, &(struct where) { .up = at, .key = "account" },
			"must be an account's id that begins with acct_");
	if (expired && !json_is_boolean(expired))
		return load_fail(l, file, &(struct where) { .up = at, .key = "expired" }, "must be true or false");
	return !permissions || check_permissions(l, file, key, permissions, at);
}

bool keys_check(struct load *l, struct fixture_file *file)
{
	struct where up = { .key = "keys" };
	json_t *keys = json_object_get(file->tree, "keys"), *given, *seen = json_object();
	size_t i;
	bool right = only_members(l, file, NULL, file->tree, document_members);

	if (right && !json_is_array(keys))
		right = load_fail(l, file, &up, "must be an array of keys, not %s", json_kind(keys));
	json_array_foreach(keys, i, given)
	{
		struct where at = { .up = &up, .index = i };

		right = right && check_key(l, file, given, &at);
		if (right && json_object_get(seen, js_text(given, "key")))
			right = load_fail(l, file, &(struct where) { .up = &at, .key = "key" }, "stands twice");
		if (!right)
			break;
		js_put_flag(seen, js_text(given, "key"), true);
	}
	json_decref(seen);
	return right;
}

void keys_add(struct load *l, struct fixture_file *file)
{
	json_t *given;
	size_t i;

	json_array_foreach(json_object_get(file->tree, "keys"), i, given)
	{
		const char *account = js_text(given, "account"); /* a key's own word counts before the caller's */

		if (!account)
			account = load_account(l, NULL);

		keyring_add(engine_keys(l->engine), js_text(given, "key"), account ? account : ENGINE_DEFAULT_ACCOUNT,
			js_flag(given, "expired", false), json_object_get(given, "permissions"));
	}
}
