/* SPDX-License-Identifier: MIT */
/*
 * Fields that a fixture copied elsewhere may have and the description does not: those of older API versions, with where
 * their content stands today, and those that Stripe's answers carry without declaring them.
 * Source: Stripe docs "Changelog" (2025-03-31.basil, 2025-09-30.clover and others), "API upgrades".
 */
#include <string.h>

#include "base/mem.h"
#include "engine/fixture_inside.h"

struct old_field {
	const char *type, *name, *remedy;
};

static const struct old_field old_fields[] = {
	{ "Subscription", "current_period_start", "it stands on each item: items.data[].current_period_start" },
	{ "Subscription", "current_period_end", "it stands on each item: items.data[].current_period_end" },
	{ "Subscription", "discount", "it is in the list discounts[]" },
	{ "Subscription", "tax_percent", "it is a tax rate in default_tax_rates[]" },
	{ "Subscription", "start", "it is start_date" },
	{ "Invoice", "subscription", "it is parent.subscription_details.subscription" },
	{ "Invoice", "subscription_details", "it is parent.subscription_details" },
	{ "Invoice", "subscription_proration_date", "it is parent.subscription_details.subscription_proration_date" },
	{ "Invoice", "quote", "it is parent.quote_details.quote" },
	{ "Invoice", "charge", "it is found through payments.data[].payment" },
	{ "Invoice", "payment_intent", "it is payments.data[].payment.payment_intent" },
	{ "Invoice", "paid", "status \"paid\" says it" },
	{ "Invoice", "paid_out_of_band", "it is found through payments.data[]" },
	{ "Invoice", "tax", "it is the sum of total_taxes[].amount" },
	{ "Invoice", "total_tax_amounts", "it is total_taxes[]" },
	{ "Invoice", "discount", "it is in the list discounts[]" },
	{ "Invoice", "transfer_data", "it stands on the payment intent" },
	{ "Invoice", "application_fee_amount", "it stands on the payment intent" },
	{ "Invoice", "rendering_options", "it is rendering" },
	{ "InvoiceLineItem", "price", "it is pricing.price_details.price" },
	{ "InvoiceLineItem", "plan", "it is pricing.price_details.price" },
	{ "InvoiceLineItem", "type", "parent.type says it" },
	{ "InvoiceLineItem", "proration",
		"it is parent.subscription_item_details.proration or parent.invoice_item_details.proration" },
	{ "InvoiceLineItem", "proration_details", "it stands beside proration, inside parent" },
	{ "InvoiceLineItem", "invoice_item", "it is parent.invoice_item_details.invoice_item" },
	{ "InvoiceLineItem", "subscription_item", "it is parent.subscription_item_details.subscription_item" },
	{ "InvoiceLineItem", "tax_rates", "it is taxes[].tax_rate_details.tax_rate" },
	{ "InvoiceLineItem", "tax_amounts", "it is taxes[]" },
	{ "InvoiceLineItem", "amount_excluding_tax", "it is subtotal less the inclusive taxes[]" },
	{ "InvoiceLineItem", "unit_amount_excluding_tax", "it is pricing.unit_amount_decimal" },
	{ "InvoiceItem", "price", "it is pricing.price_details.price" },
	{ "InvoiceItem", "plan", "it is pricing.price_details.price" },
	{ "InvoiceItem", "subscription", "it is parent.subscription_details.subscription" },
	{ "InvoiceItem", "subscription_item", "it is parent.subscription_details.subscription_item" },
	{ "InvoiceItem", "unit_amount", "it is pricing.unit_amount_decimal" },
	{ "InvoiceItem", "unit_amount_decimal", "it is pricing.unit_amount_decimal" },
	{ "Charge", "invoice", "it is found through the invoice's payments" },
	{ "Charge", "source", "it is payment_method and payment_method_details" },
	{ "PaymentIntent", "invoice", "it is found through the invoice's payments" },
	{ "PaymentIntent", "charges", "it is latest_charge" },
	{ "Discount", "coupon", "it is source.coupon, with source.type \"coupon\"" },
	{ "PromotionCode", "coupon", "it is promotion.coupon, with promotion.type \"coupon\"" },
	{ "Product", "features", "it is marketing_features" },
	{ "Product", "attributes", "it is gone: prices have replaced SKUs" },
	{ "CreditNote", "refund", "it is in the list refunds[]" },
};

/* What Stripe sends beside the declared fields. */
static const struct {
	const char *type, *name;
} leftovers[] = {
	{ "Customer", "default_currency" },
	{ "Customer", "default_card" },
	{ "Subscription", "plan" },
	{ "Subscription", "quantity" },
	{ "PaymentMethod", "shared_payment_granted_token" },
	{ "Charge", "destination" },
	{ "Charge", "dispute" },
	{ "Charge", "order" },
	{ "Product", "skus" },
};

const char *old_field_remedy(const struct schema_resource *type, const char *name)
{
	for (size_t i = 0; i < COUNT_OF(old_fields); i++)
		if (!strcmp(old_fields[i].name, name) && !strcmp(old_fields[i].type, type->name))
			return old_fields[i].remedy;
	return NULL;
}

bool is_leftover(const struct schema_resource *type, const char *name)
{
	for (size_t i = 0; i < COUNT_OF(leftovers); i++)
		if (!strcmp(leftovers[i].name, name) && !strcmp(leftovers[i].type, type->name))
			return true;
	return false;
}
