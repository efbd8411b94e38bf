/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_PRICE_H
#define RESOURCES_PRICE_H

#include "api/call.h"
#include "billing/tiers.h"

/*
 * Prices and their plan twins. A plan is another view of a recurring price with the same id: only the price is stored,
 * the plan's body is made from it whenever it is shown. Tiers and currency_options, which Stripe shows only when they
 * are expanded, stand in the price's private state.
 * Source: Stripe docs "How products and prices work", "The Price object", "The Plan object".
 */

/*
 * Reads a price, in that currency, into the billing room's terms; tiers are in the call's arena. False with the failure
 * when the price has no amount in that currency, or none that is fixed (custom_unit_amount).
 */
bool price_terms(struct call *call, struct record *price, const char *currency, struct price_terms *out);
/* Whether it has an amount in that currency: its own, or one of its currency_options. */
bool price_has_currency(struct record *price, const char *currency);
/* unit_amount_decimal in that currency, or NULL (tiered, no such currency). Borrowed from the record. */
const char *price_unit_decimal(struct record *price, const char *currency);

struct record *price_product(struct call *call, struct record *price); /* NULL when it is not there any more */

/* The plan twin of a recurring price as subscription items show it, complete. New reference; NULL for a one-time one.
 */
json_t *price_plan(struct call *call, struct record *price);

/*
 * The price a parameter names, if it may be used for something new: known, active, of the wanted type ("recurring",
 * "one_time"; NULL: either), its product active. NULL with the failure; `where` names the parameter.
 */
struct record *price_usable(struct call *call, const char *id, const char *type, const char *where);
/*
 * An inline price of a price_data parameter: stored inactive, so that it cannot be used again; product_data makes its
 * product. Emits product.created, plan.created, price.created as they apply. NULL with the failure.
 */
struct record *price_from_data(struct call *call, const json_t *data, const char *where);

#endif
