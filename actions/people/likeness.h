/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_LIKENESS_H
#define ACTIONS_LIKENESS_H

#include "base/text.h"

/*
 * What a text looks like, without what a person overlooks: case, blanks around it, how accents are composed, marks that
 * cannot be seen, letters of other alphabets and digits that look the same (Unicode Standard Annex 15, "Unicode
 * Normalization Forms"; Unicode Technical Standard 39, "Confusable Detection"). Two ids of one likeness are one typing
 * error apart. It is for hints to the operator alone: nobody is ever let in by it.
 */
struct likeness;

struct likeness *likeness_open(void);
void likeness_close(struct likeness *l); /* NULL-safe */
/* Appends it. What is no UTF-8 is like itself. Good for one thread at a time. */
void likeness_put(struct likeness *l, const char *text, struct text *out);

#endif
