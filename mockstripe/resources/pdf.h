/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_PDF_H
#define RESOURCES_PDF_H

#include <stdbool.h>

#include "base/bytes.h"

/*
 * Documents on A4 paper: bills, credit notes, quotes. Text is written at a place across the page, on a line that moves
 * down; a new page begins by itself. The standard fonts of a PDF know Latin-1 only: what they lack is shown as a
 * question mark. The same calls give the same bytes.
 */
struct pdf;

#define PDF_LEFT 56.0F /* points, as all lengths here */
#define PDF_RIGHT 539.0F

struct pdf *pdf_new(void);
/* What was written as one file, NULL when the library could not make it; frees the document. */
struct bytes *pdf_take(struct pdf *p);

/* On the present line; text NULL writes nothing. x is where it begins, or, for _right, where it ends. */
void pdf_text(struct pdf *p, float x, float size, bool bold, const char *text);
void pdf_text_right(struct pdf *p, float x, float size, bool bold, const char *text);
/* The same, cut to `width` with "..." at its end. */
void pdf_text_within(struct pdf *p, float x, float width, float size, const char *text);
void pdf_down(struct pdf *p, float by); /* the next line */
void pdf_rule(struct pdf *p);		/* a thin line across the page */

#endif
