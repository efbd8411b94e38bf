/* SPDX-License-Identifier: MIT */
#include "resources/resources.h"

#define EACH_RESOURCE(X) \
	X(coupon) \
	X(discount) \
	X(invoice) \
	X(invoice_item) \
	X(invoice_line) \
	X(plan) \
	X(price) \
	X(product) \
	X(product_feature) \
	X(promotion_code) \
	X(subscription) \
	X(subscription_item) \
	X(test_clock)

#define DECLARE(name) extern const struct resource name##_resource;
EACH_RESOURCE(DECLARE)

#define ENTRY(name) &name##_resource,
const struct resource *const resources[] = { EACH_RESOURCE(ENTRY) NULL };
