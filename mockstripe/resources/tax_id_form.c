/* SPDX-License-Identifier: MIT */
#include "resources/tax_id_form.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/mem.h"

/* 9: a digit; @: a letter; *: a letter or a digit; _: an optional digit. Others stand for themselves. */
struct form {
	const char *type, *pattern;
};

static const struct form forms[] = {
	{ "ae_trn", "999999999999999" },
	{ "au_abn", "99999999999" },
	{ "au_arn", "999999999999" },
	{ "br_cnpj", "99.999.999/9999-99" },
	{ "br_cnpj", "99999999999999" },
	{ "br_cpf", "999.999.999-99" },
	{ "br_cpf", "99999999999" },
	{ "ca_bn", "999999999" },
	{ "ca_gst_hst", "999999999RT9999" },
	{ "ca_pst_bc", "PST-9999-9999" },
	{ "ca_qst", "9999999999TQ9999" },
	{ "ch_uid", "CHE-999.999.999 HR" },
	{ "ch_vat", "CHE-999.999.999 MWST" },
	{ "ch_vat", "CHE-999.999.999 TVA" },
	{ "ch_vat", "CHE-999.999.999 IVA" },
	{ "es_cif", "@9999999*" },
	{ "eu_oss_vat", "EU999999999" },
	{ "gb_vat", "GB999999999" },
	{ "gb_vat", "GB999999999999" },
	{ "gb_vat", "XI999999999" },
	{ "hk_br", "99999999" },
	{ "il_vat", "999999999" },
	{ "in_gst", "99@@@@@9999@***" },
	{ "jp_cn", "9999999999999" },
	{ "jp_rn", "99999" },
	{ "jp_trn", "T9999999999999" },
	{ "kr_brn", "999-99-99999" },
	{ "mx_rfc", "@@@999999***" },
	{ "mx_rfc", "@@@@999999***" },
	{ "no_vat", "999999999MVA" },
	{ "nz_gst", "99999999_" },
	{ "sa_vat", "999999999999999" },
	{ "sg_gst", "@99999999@" },
	{ "sg_uen", "999999999@" },
	{ "th_vat", "9999999999999" },
	{ "us_ein", "99-9999999" },
	{ "za_vat", "4999999999" },
	{ "eu_vat", "ATU99999999" },
	{ "eu_vat", "BE9999999999" },
	{ "eu_vat", "BG999999999_" },
	{ "eu_vat", "CY99999999@" },
	{ "eu_vat", "CZ99999999__" },
	{ "eu_vat", "DE999999999" },
	{ "eu_vat", "DK99999999" },
	{ "eu_vat", "EE999999999" },
	{ "eu_vat", "EL999999999" },
	{ "eu_vat", "ES*9999999*" },
	{ "eu_vat", "FI99999999" },
	{ "eu_vat", "FR**999999999" },
	{ "eu_vat", "HR99999999999" },
	{ "eu_vat", "HU99999999" },
	{ "eu_vat", "IE9*99999@" },
	{ "eu_vat", "IE9999999@@" },
	{ "eu_vat", "IT99999999999" },
	{ "eu_vat", "LT999999999" },
	{ "eu_vat", "LT999999999999" },
	{ "eu_vat", "LU99999999" },
	{ "eu_vat", "LV99999999999" },
	{ "eu_vat", "MT99999999" },
	{ "eu_vat", "NL999999999B99" },
	{ "eu_vat", "PL9999999999" },
	{ "eu_vat", "PT999999999" },
	{ "eu_vat", "RO99________" },
	{ "eu_vat", "SE999999999999" },
	{ "eu_vat", "SI99999999" },
	{ "eu_vat", "SK9999999999" },
	{ "eu_vat", "XI999999999" },
};

static bool fits_one(char pattern, unsigned char c)
{
	switch (pattern) {
	case '9':
		return isdigit(c);
	case '@':
		return isalpha(c);
	case '*':
		return isalnum(c);
	default:
		return c == (unsigned char)pattern;
	}
}

static bool fits(const char *pattern, const char *value)
{
	for (; *pattern; pattern++) {
		if (*pattern == '_') {
			value += isdigit((unsigned char)*value) != 0;
			continue;
		}
		if (!fits_one(*pattern, (unsigned char)*value))
			return false;
		value++;
	}
	return !*value;
}

/* The numbers that decide a test's outcome are taken for every type that is looked up. */
static bool is_magic(const char *value)
{
	return !strcmp(value, "000000000") || !strcmp(value, "111111111") || !strcmp(value, "222222222");
}

bool tax_id_is_valid(const char *type, const char *value)
{
	bool known = false;
	size_t length = strlen(value);

	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		if (strcmp(forms[i].type, type) != 0)
			continue;
		known = true;
		if (fits(forms[i].pattern, value))
			return true;
	}
	if (known)
		return is_magic(value);
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)value[i]) && !strchr(" .-/", value[i]))
			return false;
	return length >= 3 && length <= 40;
}

bool tax_id_country(const char *type, const char *value, char out[TAX_ID_COUNTRY_ROOM])
{
	const char *from = !strcmp(type, "eu_vat") ? value : type;

	if (!strcmp(type, "eu_oss_vat") || !strcmp(type, "unknown") || !isalpha((unsigned char)from[0]) ||
		!isalpha((unsigned char)from[1]))
		return false;
	if (!strncmp(from, "EL", 2)) /* the European Union's own code for Greece */
		from = "GR";
	out[0] = (char)toupper((unsigned char)from[0]);
	out[1] = (char)toupper((unsigned char)from[1]);
	out[2] = 0;
	return true;
}
