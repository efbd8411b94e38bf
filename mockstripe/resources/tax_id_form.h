/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_TAX_ID_FORM_H
#define RESOURCES_TAX_ID_FORM_H

#include <stdbool.h>

/*
 * The forms of tax ids. Source: Stripe docs "Customer tax IDs", the table of supported types. Types with a form that is
 * not told here take any short text of letters, digits and the usual separators.
 */
bool tax_id_is_valid(const char *type, const char *value);

#define TAX_ID_COUNTRY_ROOM 3
/* The country of a tax id, by its type, for eu_vat by its value; false, out untouched, when it has none. */
bool tax_id_country(const char *type, const char *value, char out[TAX_ID_COUNTRY_ROOM]);

#endif
