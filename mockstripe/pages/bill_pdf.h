/* SPDX-License-Identifier: MIT */
#ifndef PAGES_BILL_PDF_H
#define PAGES_BILL_PDF_H

#include "pages/visit.h"

/* Invoices and credit notes on paper. A new reference; NULL when the file could not be made. */
struct bytes *invoice_pdf(struct visit *v, struct call *call, struct record *invoice);
struct bytes *credit_note_pdf(struct visit *v, struct call *call, struct record *note);

#endif
