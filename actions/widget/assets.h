/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_WIDGET_ASSETS_H
#define ACTIONS_WIDGET_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

/* One of the widget's files, in the program's read-only data. */
struct asset {
	const char *path; /* as it is asked for */
	const char *type;
	const char *begin, *end;
	bool shared; /* other origins' pages include it */
	bool demo;   /* of the demo site                */
};

/* NULL when there is none at this path. */
const struct asset *asset_find(const char *path);

#endif
