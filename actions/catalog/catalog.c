/* SPDX-License-Identifier: MIT */
#include "actions/catalog/catalog.h"

#include <string.h>

/* Every kind of action: a new one is a file and a line. */
const struct action_kind *const action_kinds[] = {
	&subscription_info_kind,
	&invoices_kind,
	&manage_subscriptions_kind,
	&billing_info_kind,
	NULL,
};

const struct action_kind *action_kind_find(const char *kind)
{
	for (size_t i = 0; action_kinds[i]; i++)
		if (!strcmp(action_kinds[i]->kind, kind))
			return action_kinds[i];
	return NULL;
}
