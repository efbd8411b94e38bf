/* SPDX-License-Identifier: MIT */
#include "actions/widget/demo.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

#define SHOWN_MOST 100
#define TOKEN_LIFETIME 3600 /* seconds */

json_t *demo_contacts(const struct agent *a)
{
	json_t *out = json_object(), *list = json_array(), *page = contacts_page(&a->contacts, 0, SHOWN_MOST), *contact;
	size_t i;

	json_array_foreach(page, i, contact)
	{
		json_t *row = json_object();
		const char *id = js_text(contact, "external_id"), *name = js_text(contact, "name");

		js_put_text(row, "external_id", id);
		js_put_text(row, "name", name ? name : id);
		json_array_append_new(list, row);
	}
	json_decref(page);
	js_put_new(out, "contacts", list);
	return out;
}

/* RFC 4648 section 5, without padding, as RFC 7515 wants it. */
static void base64url_put(struct text *out, const void *from, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const unsigned char *at = from;

	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		unsigned bits = (unsigned)at[i] << 16 | (left > 1 ? (unsigned)at[i + 1] << 8 : 0) |
				(left > 2 ? (unsigned)at[i + 2] : 0);

		for (unsigned k = 0; k < (left > 2 ? 4 : left + 1); k++)
			text_char(out, digits[bits >> (18 - 6 * k) & 63]);
	}
}

/* A compact JWS of the claims, HS256 with the agent's current secret (RFC 7515, RFC 7519). */
static void token_sign(const struct agent *a, const json_t *claims, struct text *out)
{
	static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
	const char *secret = a->config->secrets[0].secret;
	unsigned char mac[DIGEST_SIZE];
	struct text payload;

	text_init(&payload, TEXT_NO_CEILING);
	js_write(&payload, claims);
	base64url_put(out, header, sizeof(header) - 1);
	text_char(out, '.');
	base64url_put(out, payload.data, payload.length);
	digest_make(secret, strlen(secret), out->data, out->length, mac);
	text_char(out, '.');
	base64url_put(out, mac, sizeof(mac));
	text_clear(&payload);
}

json_t *demo_session(const struct agent *a, const char *id)
{
	json_t *contact = id ? contacts_find(&a->contacts, id) : NULL, *claims, *out;
	int64_t now = clock_now(&a->clock);
	struct text token;

	if (!contact)
		return NULL;
	claims = json_object();
	js_put_text(claims, "user_id", id);
	js_put_int(claims, "iat", now);
	js_put_int(claims, "exp", now + TOKEN_LIFETIME);
	text_init(&token, TEXT_NO_CEILING);
	token_sign(a, claims, &token);
	json_decref(claims);
	out = json_object();
	js_put_text(out, "name", js_text(contact, "name"));
	js_put_text(out, "token", token.data);
	text_clear(&token);
	json_decref(contact);
	return out;
}
