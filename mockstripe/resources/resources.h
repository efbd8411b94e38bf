/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_RESOURCES_H
#define RESOURCES_RESOURCES_H

#include "api/resource.h"

/* Every resource with behaviour of its own; NULL at the end. To add one: its file, and its line in resources.c. */
extern const struct resource *const resources[];

#endif
