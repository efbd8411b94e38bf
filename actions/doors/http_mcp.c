/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "actions/doors/http_routes.h"
#include "actions/doors/mcp.h"
#include "base/json.h"

/*
 * The Model Context Protocol over streamable HTTP: every POST is a message by itself, answered in JSON (specification,
 * "Streamable HTTP"). There are no sessions, so that a question to the person takes the stateless revision; a client of
 * the older ones gets the proposal with its confirmation instead.
 */

/* Headers repeat what the body says, for those who route by them; a difference is somebody's trick. */
static json_t *headers_check(const struct http_request *r, const json_t *message)
{
	const char *version = mcp_version_of(message), *method = js_text(message, "method");
	const char *name = js_text(js_get(message, "params"), "name");

	if (!version)
		return NULL;
	if (!r->mcp_version || strcmp(r->mcp_version, version) != 0)
		return mcp_error(
			js_get(message, "id"), MCP_HEADER_MISMATCH, "MCP-Protocol-Version differs from the body", NULL);
	if (!r->mcp_method || !method || strcmp(r->mcp_method, method) != 0)
		return mcp_error(js_get(message, "id"), MCP_HEADER_MISMATCH, "Mcp-Method differs from the body", NULL);
	if (name && !strcmp(method, "tools/call") && (!r->mcp_name || strcmp(r->mcp_name, name) != 0))
		return mcp_error(js_get(message, "id"), MCP_HEADER_MISMATCH, "Mcp-Name differs from the body", NULL);
	return NULL;
}

/* The older revisions answer every whole message with 200. */
static int status_of(const json_t *answer, bool modern)
{
	const json_t *error = js_get(answer, "error");
	int64_t code = js_int(error, "code", 0);

	if (!error)
		return 200;
	if (code == MCP_PARSE || code == MCP_INVALID_REQUEST)
		return 400;
	if (!modern)
		return 200;
	return code == MCP_NO_METHOD ? 404 : 400;
}

void http_mcp(const struct http_visit *v, struct http_answer *out)
{
	const struct http_request *r = v->request;
	struct mcp m = { .agent = v->house->agent, .evidence = { .token = r->identity } };
	js_auto message = json_loadb(r->body, r->length, 0, NULL);
	bool modern = mcp_version_of(message) != NULL;
	json_t *answer = headers_check(r, message);

	if (!answer && !modern && r->mcp_version && !mcp_speaks(r->mcp_version)) {
		http_answer_json(out, 400, mcp_error(NULL, MCP_INVALID_REQUEST, "Unsupported protocol version", NULL));
		return;
	}
	if (!answer)
		answer = mcp_take(&m, r->body, r->length);
	mcp_clear(&m);
	if (answer)
		http_answer_json(out, status_of(answer, modern), answer);
	else
		http_answer_nothing(out, 202);
}
