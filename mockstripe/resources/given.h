/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_GIVEN_H
#define RESOURCES_GIVEN_H

#include "api/call.h"

/*
 * Objects that no route makes: Stripe's own catalogue (a country's specification, an exchange rate), what a bank or a
 * reader brings about (a mandate, a review), the capabilities of an account. Here they are there for whoever names
 * them: the first look at an id makes the object, and from then on it is stored like any other.
 */

/*
 * The object of that id and resource, made now; NULL, without a failure, when a route or a behaviour makes such objects
 * or the id cannot be one: it lacks the prefix, or names no country, currency, capability or report type.
 */
bool given_fits(struct call *call, const struct schema_resource *type, const char *id); /* only whether */
struct record *given_record(struct call *call, const struct schema_resource *type, const char *id);

#endif
