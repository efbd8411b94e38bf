/* SPDX-License-Identifier: MIT */
#include "resources/resources.h"

/* clang-format off: a name a line */
#define EACH_RESOURCE(X)                                                                                               \
	X(account)                                                                                                     \
	X(active_entitlement)                                                                                          \
	X(balance)                                                                                                     \
	X(balance_transaction)                                                                                         \
	X(card)                                                                                                        \
	X(charge)                                                                                                      \
	X(checkout_session)                                                                                            \
	X(confirmation_token)                                                                                          \
	X(coupon)                                                                                                      \
	X(credit_note)                                                                                                 \
	X(credit_note_line)                                                                                            \
	X(customer)                                                                                                    \
	X(customer_balance)                                                                                            \
	X(customer_cash)                                                                                               \
	X(customer_tax_id)                                                                                             \
	X(discount)                                                                                                    \
	X(dispute)                                                                                                     \
	X(event)                                                                                                       \
	X(event_thin)                                                                                                  \
	X(feature)                                                                                                     \
	X(file)                                                                                                        \
	X(file_link)                                                                                                   \
	X(invoice)                                                                                                     \
	X(invoice_item)                                                                                                \
	X(invoice_line)                                                                                                \
	X(meter)                                                                                                       \
	X(meter_event)                                                                                                 \
	X(meter_event_adjustment)                                                                                      \
	X(meter_v2_adjustment)                                                                                         \
	X(meter_v2_event)                                                                                              \
	X(meter_v2_session)                                                                                            \
	X(payment_intent)                                                                                              \
	X(payment_link)                                                                                                \
	X(payment_method)                                                                                              \
	X(payout)                                                                                                      \
	X(plan)                                                                                                        \
	X(portal_configuration)                                                                                        \
	X(portal_session)                                                                                              \
	X(price)                                                                                                       \
	X(product)                                                                                                     \
	X(product_feature)                                                                                             \
	X(promotion_code)                                                                                              \
	X(quote)                                                                                                       \
	X(refund)                                                                                                      \
	X(schedule)                                                                                                    \
	X(setup_intent)                                                                                                \
	X(subscription)                                                                                                \
	X(subscription_item)                                                                                           \
	X(tax_rate)                                                                                                    \
	X(test_clock)                                                                                                  \
	X(token)                                                                                                       \
	X(webhook_endpoint)
/* clang-format on */

#define DECLARE(name) extern const struct resource name##_resource;
EACH_RESOURCE(DECLARE)

#define ENTRY(name) &name##_resource,
const struct resource *const resources[] = { EACH_RESOURCE(ENTRY) NULL };
