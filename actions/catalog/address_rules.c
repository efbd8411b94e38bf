/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "actions/catalog/billing_fields.h"
#include "base/mem.h"

/*
 * Postal codes and states, for the countries where a wrong one is certain to be wrong: 9 stands for a digit, A for a
 * letter, everything else for itself; blanks may be left out. Elsewhere whatever the customer says is taken (Universal
 * Postal Union, "Addressing solutions"; ISO 3166-2 for the states).
 */
static const struct rule {
	const char *country;
	const char *codes[3];
	const char *states; /* separated by blanks; NULL: not looked at */
} rules[] = {
	{ "US", { "99999", "99999-9999" },
		"AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC "
		"ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI AA AE AP" },
	{ "CA", { "A9A 9A9" }, "AB BC MB NB NL NS NT NU ON PE QC SK YT" },
	{ "AU", { "9999" }, "ACT NSW NT QLD SA TAS VIC WA" },
	{ "AT", { "9999" }, NULL },
	{ "BE", { "9999" }, NULL },
	{ "CH", { "9999" }, NULL },
	{ "DE", { "99999" }, NULL },
	{ "DK", { "9999" }, NULL },
	{ "ES", { "99999" }, NULL },
	{ "FR", { "99999" }, NULL },
	{ "IT", { "99999" }, NULL },
	{ "JP", { "999-9999", "9999999" }, NULL },
	{ "NL", { "9999 AA" }, NULL },
	{ "PL", { "99-999" }, NULL },
	{ "SE", { "999 99" }, NULL },
};

static bool code_fits(const char *pattern, const char *code)
{
	for (; *pattern || *code; pattern++, code++) {
		if (*pattern == ' ' && *code != ' ')
			pattern++;
		if ((*pattern == '9' && !isdigit((unsigned char)*code)) ||
			(*pattern == 'A' && !isalpha((unsigned char)*code)) ||
			(*pattern != '9' && *pattern != 'A' && *pattern != *code))
			return false;
	}
	return true;
}

static bool state_fits(const char *states, const char *state)
{
	size_t length = strlen(state), n;

	for (; *states; states += n + (states[n] == ' ')) {
		n = strcspn(states, " ");
		if (n == length && !strncasecmp(states, state, n))
			return true;
	}
	/* A state that is spelled out cannot be told from a misspelled one here; Stripe takes both. */
	return length > 3;
}

const char *address_rule_fault(const char *country, const char *postal_code, const char *state)
{
	bool fits = false;

	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		const struct rule *r = &rules[i];

		if (strcmp(r->country, country) != 0)
			continue;
		for (size_t k = 0; k < COUNT_OF(r->codes) && r->codes[k]; k++)
			fits |= code_fits(r->codes[k], postal_code);
		if (*postal_code && !fits)
			return "postal_code";
		if (r->states && *state && !state_fits(r->states, state))
			return "state";
	}
	return NULL;
}
