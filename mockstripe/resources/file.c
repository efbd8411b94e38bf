/* SPDX-License-Identifier: MIT */
/*
 * Files. Source: Stripe docs "File upload guide", "The File object", "The File Link object".
 *
 * Stripe serves contents from https://files.stripe.com/v1/files/{id}/contents, a host of its own. Here `url` leads to
 * the simulator's own address, GET /_mockstripe/files/{id}?account=…, which needs no key; so does a file link's `url`.
 */
#include "resources/file.h"

#include <ctype.h>
#include <string.h>

#include "api/fail.h"
#include "api/multipart.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/generic.h"

#define CONTENT "file" /* private: as multipart_read gave it */

struct bytes *file_content(struct record *file)
{
	return multipart_file_content(json_object_get(record_private(file), CONTENT));
}

/* "invoice.PDF" -> "pdf"; without an ending, the later half of the media type. */
static const char *type_of(struct call *call, const char *filename, const char *media)
{
	const char *dot = strrchr(filename, '.');
	const char *slash = strchr(media, '/');
	char *type = arena_text(&call->arena, dot && dot[1] ? dot + 1 : slash ? slash + 1 : media);

	for (char *c = type; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return strcmp(type, "jpeg") ? type : "jpg";
}

static const char *url_of(struct call *call, const char *id)
{
	return arena_format(&call->arena, "%s/_mockstripe/files/%s?account=%s", call->base_url, id, call->account->id);
}

static struct record *link_new(struct call *call, const char *file, json_t *options)
{
	const struct schema_resource *type = schema_find_object("file_link");
	json_t *body = shape_new(call, type, NULL);

	js_put_text(body, "file", file); /* stored in this call, by file_create */
	js_put_text(body, "url", url_of(call, file));
	if (json_object_get(options, "expires_at"))
		js_put(body, "expires_at", json_object_get(options, "expires_at"));
	if (metadata_apply(call, body, json_object_get(options, "metadata"))) {
		json_decref(body);
		return NULL;
	}
	return object_store(call, type, body);
}

static int file_create(struct call *call)
{
	static const char *const own[] = { "file", "file_link_data", NULL };
	const json_t *file = param(call, "file");
	json_t *options = param(call, "file_link_data"), *data = json_array();
	json_t *body = generic_body(call, own);
	const char *id = js_text(body, "id");
	struct record *link = NULL;

	if (!body) {
		json_decref(data);
		return -1;
	}
	if (js_flag(options, "create", false))
		link = link_new(call, id, options);
	if (link)
		json_array_append(data, record_tree(link));
	js_put_text(body, "filename", js_text(file, "filename"));
	js_put_int(body, "size", js_int(file, "size", 0));
	js_put_text(body, "type", type_of(call, js_text(file, "filename"), js_text(file, "type")));
	js_put_text(body, "url", url_of(call, id));
	js_put_new(body, "links", list_object(data, arena_format(&call->arena, "/v1/file_links?file=%s", id)));
	js_put(js_own(body, PRIVATE_KEY), CONTENT, (json_t *)(uintptr_t)file);
	if (call->fail.status) {
		json_decref(body);
		return -1;
	}
	return generic_create(call, body);
}

static int link_create(struct call *call)
{
	struct record *file = param_record(call, "file", "file");
	json_t *body = file ? generic_body(call, NULL) : NULL;

	if (!body)
		return -1;
	js_put_text(body, "url", url_of(call, file->id));
	return generic_create(call, body);
}

const struct resource file_resource = {
	.name = "File",
	.routes = (const struct resource_route[]) { { "POST", "/v1/files", file_create }, { 0 } },
};

const struct resource file_link_resource = {
	.name = "FileLink",
	.routes = (const struct resource_route[]) { { "POST", "/v1/file_links", link_create }, { 0 } },
};
