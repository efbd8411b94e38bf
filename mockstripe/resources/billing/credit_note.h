/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_BILLING_CREDIT_NOTE_H
#define RESOURCES_BILLING_CREDIT_NOTE_H

#include "resources/billing/inside.h"

/* A credit note being worked out: its lines' bodies and what they add up to. Source: Stripe docs "Credit notes". */
struct credit {
	struct call *call;
	struct record *invoice, *customer;
	const char *currency;
	const char *id;	   /* of the note */
	json_t *lines;	   /* bodies of its lines; the call's */
	json_t *discounts; /* discount_amounts of the note; the call's */
	json_t *taxes;	   /* total_taxes of the note; the call's */
	int64_t subtotal, discount, tax_exclusive, tax_inclusive;
};

const struct schema_resource *credit_note_type(void);
const struct schema_resource *credit_line_type(void);

/*
 * The lines of a request (its `lines`, or one line of its `amount`) with their discounts and taxes, checked against the
 * invoice's lines and what was credited of them before. c has call, invoice, customer, currency and id set. 0 or -1.
 */
int credit_lines(struct credit *c);
int64_t credit_total(const struct credit *c); /* what the note is worth: exclusive tax on top, discounts off */

/* ---- one line ---- */
/* The body of another line of that type, appended to c->lines and borrowed; `entry` may be NULL. */
json_t *credit_line_body(struct credit *c, const json_t *entry, const char *type);
/* Adds the tax rate of that id to the line's tax_rates, where it is still there. */
void credit_show_rate(struct credit *c, json_t *body, const char *id);
/* A custom_line_item of the request (credit_note_custom.c); 0 or -1. */
int credit_custom_line(struct credit *c, json_t *entry, const char *where);
/* A note of a plain amount has one line of its own, worth all of it, taxes inside. */
void credit_amount_line(struct credit *c);

/* pretax_credit_amounts for discount_amounts. New reference. */
json_t *credit_pretax(const json_t *discount_amounts);

#endif
