/* SPDX-License-Identifier: MIT */
#ifndef DOORS_DIRECT_H
#define DOORS_DIRECT_H

#include "doors/front.h"

/* The door without a socket: requests and answers in the forms that the embedding API shows. */

/* Fills in what the headers ("Name: value", NULL-ended; may be NULL) say; the values are borrowed from them. */
void direct_read_headers(struct request *request, const char *const *headers);

/* Does what a fault does on the wire: shortens the body, or takes the whole answer away (status 0). Tells it by wire.
 */
void direct_carry(struct reply *reply);

/* An answer's headers as "Name: value" texts; free() takes list and texts at once. */
const char **direct_write_headers(const struct reply *reply, const struct request *request);

#endif
