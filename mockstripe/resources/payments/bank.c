/* SPDX-License-Identifier: MIT */
/* Bank accounts as things to pay with. Source: Stripe docs "The PaymentMethod object", us_bank_account and the like. */
#include <ctype.h>
#include <string.h>

#include "api/fail.h"
#include "api/shape.h"
#include "base/json.h"
#include "resources/payments/inside.h"

/* Where the test numbers of each rail are at home: what their magic payment methods show. */
static const struct {
	const char *rail, *field, *value;
} homes[] = {
	{ "us_bank_account", "routing_number", "110000000" },
	{ "bacs_debit", "sort_code", "108800" },
	{ "au_becs_debit", "bsb_number", "000000" },
	{ "acss_debit", "institution_number", "000" },
	{ "acss_debit", "transit_number", "11000" },
};

/* Upper case, without the blanks that people group it with. */
static const char *iban_of(struct call *call, const char *text)
{
	char *out = arena_alloc(&call->arena, strlen(text) + 1);
	size_t n = 0;

	for (; *text; text++)
		if (!isspace((unsigned char)*text))
			out[n++] = (char)toupper((unsigned char)*text);
	return out;
}

/* The check digits of ISO 13616: the first four characters moved to the end, letters as numbers from 10, modulo 97. */
static bool iban_is_whole(const char *iban)
{
	size_t length = strlen(iban);
	unsigned rest = 0;

	if (length < 15 || length > 34 || !isalpha((unsigned char)iban[0]) || !isalpha((unsigned char)iban[1]))
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)iban[(i + 4) % length];

		if (!isalnum(c))
			return false;
		rest = isdigit(c) ? rest * 10 + (unsigned)(c - '0') : rest * 100 + (unsigned)(c - 'A') + 10;
		rest %= 97;
	}
	return rest == 1;
}

/* The number that names the account; NULL: this rail has none, or none is given. */
static const char *number_of(struct call *call, json_t *given)
{
	if (js_text(given, "iban"))
		return iban_of(call, js_text(given, "iban"));
	return js_text(given, "account_number");
}

static void put_number(struct call *call, json_t *body, json_t *shown, const char *number)
{
	size_t length = strlen(number);

	js_put_text(shown, "last4", length > 4 ? number + length - 4 : number);
	js_put_text(shown, "fingerprint", fingerprint(call, number));
	js_put_text(js_own(body, PRIVATE_KEY), "test", number);
}

static void put_us(json_t *shown)
{
	json_t *networks = json_object(), *supported = json_array();

	js_put_text(shown, "bank_name", "STRIPE TEST BANK");
	if (js_is_null(shown, "account_type"))
		js_put_text(shown, "account_type", "checking");
	if (js_is_null(shown, "account_holder_type"))
		js_put_text(shown, "account_holder_type", "individual");
	json_array_append_new(supported, json_string("ach"));
	js_put_text(networks, "preferred", "ach");
	js_put_new(networks, "supported", supported);
	js_put_new(shown, "networks", networks);
}

int bank_apply(struct call *call, json_t *body, const char *type, json_t *given, const char *where)
{
	const char *number = number_of(call, given);
	json_t *shown;

	if (!number || !schema_child(schema_field(method_type(), type), "last4"))
		return 0;
	shown = js_own(body, type);
	if (js_text(given, "iban")) {
		if (!iban_is_whole(number))
			return fail_invalid(call, "invalid_bank_account_iban",
				arena_format(&call->arena, "%s[iban]", where), "The IBAN you provided is invalid.");
		js_put_text(shown, "country", arena_range(&call->arena, number, 2));
	}
	put_number(call, body, shown, number);
	if (!strcmp(type, "us_bank_account"))
		put_us(shown);
	/* Financial Connections have verified the account already. */
	if (js_text(given, "financial_connections_account"))
		js_put_flag(js_own(body, PRIVATE_KEY), "verified", true);
	return 0;
}

struct record *bank_mint(struct call *call, const struct test_bank *bank)
{
	json_t *body = method_blank(call, bank->rail, NULL), *shown = js_own(body, bank->rail);

	for (size_t i = 0; i < sizeof homes / sizeof *homes; i++)
		if (!strcmp(homes[i].rail, bank->rail))
			js_put_text(shown, homes[i].field, homes[i].value);
	put_number(call, body, shown, bank->number);
	if (!strcmp(bank->rail, "us_bank_account"))
		put_us(shown);
	if (!strcmp(bank->rail, "sepa_debit"))
		js_put_text(shown, "country", arena_range(&call->arena, bank->number, 2));
	return object_store(call, method_type(), body_in_order(method_type(), body));
}

const struct test_bank *method_bank(struct record *method)
{
	return test_bank_numbered(method_kind(method), js_text(record_private(method), "test"));
}

bool bank_is_unverified(struct record *method)
{
	json_t *private = record_private(method);

	return rail_verifies(method_kind(method)) && js_text(private, "test") && !js_flag(private, "verified", false);
}

void bank_set_verified(struct call *call, struct record *method)
{
	if (bank_is_unverified(method))
		js_put_flag(journal_edit_private(&call->journal, method), "verified", true);
}
