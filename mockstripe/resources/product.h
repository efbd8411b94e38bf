/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_PRODUCT_H
#define RESOURCES_PRODUCT_H

#include "api/call.h"

/*
 * A new product from nested parameters (product_data of a price, product of a plan); emits product.created. `where`
 * names them in messages. NULL with the failure. Source: Stripe docs "Create a product".
 */
struct record *product_make(struct call *call, json_t *spec, const char *where);

#endif
