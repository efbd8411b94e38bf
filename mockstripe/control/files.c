/* SPDX-License-Identifier: MIT */
/* The contents of uploaded files: where a file's `url` leads. */
#include "control/inside.h"
#include "resources/file.h"

static struct bytes *content_of(struct order *o)
{
	struct account *a = order_account(o);
	struct record *r;
	struct bytes *content = NULL;

	pthread_mutex_lock(&a->lock);
	r = account_find(a, o->id);
	if (r && record_is(r, "file"))
		content = file_content(r);
	pthread_mutex_unlock(&a->lock);
	return content;
}

static int get_file(struct order *o)
{
	if (!order_account(o))
		return order_no_account(o);
	o->raw = content_of(o);
	o->content_type = "application/octet-stream";
	if (!o->raw)
		return order_refuse(o, 404, "Upload it with POST /v1/files; a fixture's file has no content.",
			"The account has no content of a file '%s'.", o->id);
	return 0;
}

const struct control_route file_routes[] = {
	{ "GET", "/files/{id}", get_file, "the content of an uploaded file; a file's url (account)" },
	{ 0 },
};
