/* SPDX-License-Identifier: MIT */
#ifndef DOORS_HTTP_WIRE_H
#define DOORS_HTTP_WIRE_H

#include <microhttpd.h>

#include "base/bytes.h"

/* What a network does to an answer, done on purpose. */

/* An answer that declares the whole body and breaks off after `most` bytes of it. Takes the body; NULL: it could not.
 */
struct MHD_Response *http_cut_response(struct bytes *body, size_t most);
/* The connection ends with a TCP reset; give MHD_NO afterwards. A Unix socket knows no reset, and only ends. */
void http_reset(struct MHD_Connection *connection);
int http_socket(struct MHD_Connection *connection);

#endif
