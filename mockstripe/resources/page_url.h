/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_PAGE_URL_H
#define RESOURCES_PAGE_URL_H

#include "api/call.h"

/*
 * Addresses of the pages that Stripe hosts: a bill, its PDF, a receipt, the portal, Checkout. They have Stripe's paths.
 * A simulator with a socket serves them itself (pages/), so they name its own first address; without one nobody could
 * open them, and they name Stripe's host, as a client of Stripe expects. Either way the same seed, the same calls and
 * the same address give the same bytes. Sources: Stripe docs "Hosted invoice page", "The Portal Session object", "The
 * Checkout Session object", "Receipts".
 */

/* host: Stripe's, "invoice.stripe.com"; the path from its slash on. Arena. */
const char *page_url(struct call *call, const char *host, const char *path);

/*
 * The word in such a path that stands for an object, and that nobody can guess who has only the object's id:
 * "test_", 24 characters that belong to the id, and the id itself without its prefix. Arena.
 */
const char *page_word(struct call *call, const struct schema_resource *type, const char *id);
/* The object of that type that the word stands for; NULL: none. */
struct record *page_record(struct call *call, const char *word, const struct schema_resource *type);

/* hosted_invoice_url and invoice_pdf of a finalized invoice. Arena. */
const char *invoice_page_url(struct call *call, const char *invoice);
const char *invoice_pdf_url(struct call *call, const char *invoice);

#endif
