/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "actions/catalog/billing_fields.h"
#include "base/json.h"
#include "base/mem.h"

/*
 * Tax numbers (Stripe docs, "Customer tax IDs"). The forms are those that the page lists for the kinds customers name
 * most: 9 a digit, A a letter, * a digit or letter, everything else itself. Of other kinds Stripe is the judge.
 */
static const struct form {
	const char *type;
	const char *forms[12];
} forms[] = {
	{ "eu_vat", { "ATU99999999", "BE9999999999", "DE999999999", "DK99999999", "ES*9999999*", "FI99999999",
			    "FR**999999999", "IE9*99999A", "IT99999999999", "LU99999999", "NL*********B99",
			    "SE999999999999" } },
	{ "gb_vat", { "GB999999999", "GB999999999999" } },
	{ "us_ein", { "99-9999999" } },
	{ "ca_bn", { "999999999" } },
	{ "au_abn", { "99999999999" } },
	{ "ch_vat", { "CHE-999.999.999 MWST", "CHE-999.999.999 TVA", "CHE-999.999.999 IVA" } },
	{ "no_vat", { "999999999MVA" } },
	{ "nz_gst", { "999999999", "99999999" } },
};

/* Other countries of the Union: two letters and 8 to 12 characters. */
static bool union_fits(const char *value)
{
	static const char countries[] = "BG CY CZ EE EL HR HU IE LT LV MT PL PT RO SI SK XI ES NL";
	size_t length = strlen(value);
	const char *at;

	if (length < 10 || length > 14)
		return false;
	for (at = countries; *at; at += 2 + (at[2] == ' '))
		if (!strncmp(at, value, 2))
			return strspn(value + 2, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+*") == length - 2;
	return false;
}

/* Writes the number in its form; blanks, dots and hyphens of either side may be missing on the other. */
static bool form_take(const char *form, const char *value, char *out)
{
	while (*form) {
		if (strchr(" .-", *form)) {
			*out++ = *form++;
			continue;
		}
		while (*value && strchr(" .-", *value))
			value++;
		if ((*form == '9' && !isdigit((unsigned char)*value)) ||
			(*form == 'A' && !isalpha((unsigned char)*value)) ||
			(*form == '*' && !isalnum((unsigned char)*value)))
			return false;
		if (!strchr("9A*", *form) && toupper((unsigned char)*value) != *form)
			return false;
		if (!*value)
			return false;
		*out++ = (char)toupper((unsigned char)*value++);
		form++;
	}
	*out = '\0';
	return value[strspn(value, " .-")] == '\0';
}

static const char *bare(struct arena *arena, const char *value)
{
	char *out = arena_text(arena, value), *to = out;

	for (; *value; value++)
		if (!strchr(" .-", *value))
			*to++ = (char)toupper((unsigned char)*value);
	*to = '\0';
	return out;
}

const char *tax_id_normal(struct arena *arena, const char *type, const char *value)
{
	char out[64];

	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		if (strcmp(forms[i].type, type) != 0)
			continue;
		for (size_t k = 0; k < COUNT_OF(forms[i].forms) && forms[i].forms[k]; k++)
			if (form_take(forms[i].forms[k], value, out))
				return arena_text(arena, out);
		if (strcmp(type, "eu_vat") != 0)
			return NULL;
		value = bare(arena, value);
		return union_fits(value) ? value : NULL;
	}
	return value;
}

static json_t *list_read(struct action_run *run)
{
	json_t *params = run_own(run, json_object());

	js_put_int(params, "limit", 100);
	return run_get(run, arena_format(run->arena, "/v1/customers/%s/tax_ids", run->account.customer), params);
}

static bool list_has(const json_t *list, const void *arg)
{
	const json_t *wanted = arg;
	json_t *row;
	size_t i;

	json_array_foreach(js_get(list, "data"), i, row)
	{
		const char *type = js_text(row, "type"), *value = js_text(row, "value");

		if (type && value && !strcmp(type, js_text(wanted, "type")) && !strcmp(value, js_text(wanted, "value")))
			return true;
	}
	return false;
}

bool tax_id_plan(struct action_run *run, json_t **out)
{
	const json_t *given = js_get(run->inputs, "tax_id");
	json_t *wanted, *list;
	const char *value;

	*out = NULL;
	if (!given)
		return true;
	value = tax_id_normal(run->arena, js_text(given, "type"), js_text(given, "value"));
	if (!value)
		return problem_raise(run->why, PROBLEM_TAX_ID_INVALID, "not of the form of %s", js_text(given, "type"));
	list = list_read(run);
	if (!list)
		return false;
	wanted = run_own(run, json_object());
	js_put_text(wanted, "type", js_text(given, "type"));
	js_put_text(wanted, "value", value);
	if (!list_has(list, wanted))
		*out = wanted;
	return true;
}

bool tax_id_perform(struct action_run *run, json_t *tax_id)
{
	const char *path = arena_format(run->arena, "/v1/customers/%s/tax_ids", run->account.customer);

	if (run_write(run, &(struct run_write) {
				   .method = "POST",
				   .path = path,
				   .params = tax_id,
				   .step = "tax_id",
				   .read_path = arena_format(run->arena, "%s?limit=100", path),
				   .applied = list_has,
				   .arg = tax_id,
			   }))
		return true;
	/* Stripe knows the forms of all kinds, and says so by the parameter or its own code. */
	if ((run->why->stripe_code && !strcmp(run->why->stripe_code, "tax_id_invalid")) ||
		(run->why->stripe_param && !strcmp(run->why->stripe_param, "type")))
		run->why->code = PROBLEM_TAX_ID_INVALID;
	return false;
}
