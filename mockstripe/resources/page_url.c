/* SPDX-License-Identifier: MIT */
#include "resources/page_url.h"

#include <string.h>

#include "base/random.h"

#define MODE "test_"
#define SECRET 24 /* characters of [0-9A-Za-z] */

const char *page_url(struct call *call, const char *host, const char *path)
{
	return *call->base_url ? arena_format(&call->arena, "%s%s", call->base_url, path)
			       : arena_format(&call->arena, "https://%s%s", host, path);
}

/* Of the account's seed, so that a page of one account opens nothing of another's. */
static void secret_of(struct call *call, const char *id, char out[SECRET + 1])
{
	random_base62(out, SECRET, call->account->seed, random_hash(id, strlen(id), 3), 0);
}

const char *page_word(struct call *call, const struct schema_resource *type, const char *id)
{
	size_t prefix = strlen(type->prefix);
	char secret[SECRET + 1];

	secret_of(call, id, secret);
	return arena_format(&call->arena, MODE "%s%s", secret, strncmp(id, type->prefix, prefix) ? id : id + prefix);
}

struct record *page_record(struct call *call, const char *word, const struct schema_resource *type)
{
	const char *rest = word + strlen(MODE) + SECRET, *ids[2];
	char secret[SECRET + 1];

	if (strncmp(word, MODE, strlen(MODE)) || strlen(word) <= strlen(MODE) + SECRET)
		return NULL;
	ids[0] = arena_format(&call->arena, "%s%s", type->prefix, rest);
	ids[1] = rest; /* an id of the caller's own, without a prefix */
	for (size_t i = 0; i < 2; i++) {
		struct record *r = account_get(call->account, ids[i], type);

		secret_of(call, ids[i], secret);
		if (r && !strncmp(word + strlen(MODE), secret, SECRET))
			return r;
	}
	return NULL;
}

const char *invoice_page_url(struct call *call, const char *invoice)
{
	return page_url(call, "invoice.stripe.com",
		arena_format(&call->arena, "/i/%s/%s?s=ap", call->account->id,
			page_word(call, schema_find_object("invoice"), invoice)));
}

const char *invoice_pdf_url(struct call *call, const char *invoice)
{
	return page_url(call, "pay.stripe.com",
		arena_format(&call->arena, "/invoice/%s/%s/pdf?s=ap", call->account->id,
			page_word(call, schema_find_object("invoice"), invoice)));
}
