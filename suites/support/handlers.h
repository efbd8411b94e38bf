/* SPDX-License-Identifier: MIT */
#ifndef SUITES_SUPPORT_HANDLERS_H
#define SUITES_SUPPORT_HANDLERS_H

#include <stdbool.h>

#include "schema/schema.h"

/* Whether a resource has a handler of its own for a route, so that the generic one does not see it. */
bool route_has_handler(const struct schema_route *route);

#endif
