/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CONFIG_ROWS_H
#define ACTIONS_CONFIG_ROWS_H

#include "actions/core/inputs.h"

/* The configuration file as a table: see config.h for what it means. Secrets are looked into by hand. */
extern const struct input config_rows[];

#endif
