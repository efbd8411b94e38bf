/* SPDX-License-Identifier: MIT */
#include "suites/support/handlers.h"

#include <string.h>

#include "resources/resources.h"

bool route_has_handler(const struct schema_route *route)
{
	for (size_t i = 0; resources[i]; i++)
		for (const struct resource_route *r = resources[i]->routes; r && r->method; r++)
			if (!strcmp(r->method, route->method) && !strcmp(r->pattern, route->pattern))
				return true;
	return false;
}
