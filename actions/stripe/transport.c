/* SPDX-License-Identifier: MIT */
#include "actions/stripe/transport.h"

#include <strings.h>

const char *transport_header(const struct transport_response *r, const char *name)
{
	for (size_t i = 0; i < r->n_headers; i++)
		if (!strcasecmp(r->headers[i].name, name))
			return r->headers[i].value;
	return NULL;
}
