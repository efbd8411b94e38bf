/* SPDX-License-Identifier: MIT */
/* Routes that bring state in and out as fixtures. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "control/inside.h"
#include "engine/fixture.h"

static int post_fixtures(struct order *o)
{
	const char *path = order_text(o, "path");
	char *why = NULL;
	bool loaded;

	json_object_del(o->args, "account");
	if (path && json_object_size(o->args) == 1)
		loaded = fixture_load(o->engine, o->account, path, &why);
	else
		loaded = fixture_load_json(o->engine, o->account, o->args, "request body", &why);
	if (!loaded) {
		order_refuse(o, 400,
			"Nothing was loaded. Mend the fixture at the place that is named and send it again.", "%s",
			why);
		free(why);
		return -1;
	}
	o->answer = json_object();
	js_put_text(o->answer, "status", "ok");
	return 0;
}

static int get_snapshot(struct order *o)
{
	char *text = state_snapshot(o->engine, o->account);

	if (!text)
		return order_no_account(o);
	o->raw = bytes_new(text, strlen(text));
	free(text);
	return 0;
}

const struct control_route load_routes[] = {
	{ "POST", "/fixtures", post_fixtures,
		"loads a fixture: its JSON as the body, or path=FILE_OR_FOLDER (account)" },
	{ "GET", "/snapshot", get_snapshot, "the account's whole state as a fixture (account)" },
	{ 0 },
};
