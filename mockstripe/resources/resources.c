/* SPDX-License-Identifier: MIT */
#include "resources/resources.h"

#define EACH_RESOURCE(X) \
	X(coupon) \
	X(discount) \
	X(plan) \
	X(price) \
	X(product) \
	X(product_feature) \
	X(promotion_code)

#define DECLARE(name) extern const struct resource name##_resource;
EACH_RESOURCE(DECLARE)

#define ENTRY(name) &name##_resource,
const struct resource *const resources[] = { EACH_RESOURCE(ENTRY) NULL };
