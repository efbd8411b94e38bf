/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "actions/doors/http_inside.h"
#include "base/json.h"
#include "base/mem.h"

/* What this server answers, as OpenAPI 3.1 (OpenAPI Specification, "OpenAPI Object"). */

#define PROOF                                                                                                          \
	"\"token\":{\"type\":\"string\"},\"user_id\":{\"type\":\"string\"},\"user_hash\":{\"type\":\"string\"},"       \
	"\"session\":{\"type\":\"string\"}"
#define CALL_FIELDS                                                                                                    \
	PROOF ",\"action\":{\"type\":\"string\"},\"inputs\":{\"type\":\"object\"},\"environment\":{\"type\":"          \
	      "\"string\"},\"confirmation\":{\"type\":\"string\"},\"tool_call_id\":{\"type\":\"string\"}"
#define OBJECT(fields, required) "{\"type\":\"object\",\"properties\":{" fields "},\"required\":[" required "]}"

static const struct operation {
	const char *method, *path, *id, *summary;
	const char *request; /* schema of the body; NULL: none       */
	const char *schema;  /* of the answer, by name; NULL: any JSON */
	bool operator_only;
} operations[] = {
	{ "post", "/v1/identify", "identify", "Whether a proof of identity holds; a token's data is kept.",
		OBJECT(PROOF, ""), NULL, false },
	{ "post", "/v1/reset", "reset", "Ends the session that identify gave (with identity.single_use_tokens).",
		OBJECT("\"session\":{\"type\":\"string\"}", ""), NULL, false },
	{ "post", "/v1/verify", "verify", "Takes the code that was sent to the customer for a step-up.",
		OBJECT(PROOF ",\"code\":{\"type\":\"string\"},\"conversation\":{\"type\":\"string\"}", "\"code\""),
		NULL, false },
	{ "post", "/v1/call", "call", "Runs one action.", OBJECT(CALL_FIELDS, "\"action\""), "Envelope", false },
	{ "post", "/v1/confirm", "confirm", "Carries out what an earlier call with the same inputs proposed.",
		OBJECT(CALL_FIELDS, "\"action\",\"confirmation\""), "Envelope", false },
	{ "get", "/v1/tools", "listTools", "The actions as tool definitions (query: format, environment).", NULL, NULL,
		false },
	{ "post", "/v1/conversations", "beginConversation", "Begins a conversation.", OBJECT(PROOF, ""), NULL, false },
	{ "post", "/v1/conversations/{conversation}/messages", "say",
		"Says something; events come back, as server-sent events when those are accepted.",
		OBJECT(PROOF ",\"content\":{\"type\":\"string\",\"maxLength\":8192}", "\"content\""), "Events", false },
	{ "post", "/v1/conversations/{conversation}/history", "readConversation",
		"What was said so far, to the person whose conversation it is.", OBJECT(PROOF, ""), NULL, false },
	{ "post", "/v1/conversations/{conversation}/tool-result", "answerToolCall",
		"What a tool of the page gave; the conversation goes on with it.",
		OBJECT(PROOF ",\"toolCallId\":{\"type\":\"string\"},\"output\":{\"type\":\"object\"}",
			"\"toolCallId\",\"output\""),
		"Events", false },
	{ "post", "/v1/conversations/{conversation}/confirm", "answerProposal",
		"The person's answer to the proposal that waits.",
		OBJECT(PROOF ",\"agreed\":{\"type\":\"boolean\"}", "\"agreed\""), "Events", false },
	{ "delete", "/v1/conversations/{conversation}", "endConversation", "Forgets a conversation.", NULL, NULL,
		false },
	{ "get", "/api/v1/chatbots/{agent}/contacts", "listContacts", "Contacts, in pages.", NULL, NULL, true },
	{ "post", "/api/v1/chatbots/{agent}/contacts", "createContacts", "Adds contacts.",
		OBJECT("\"users\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}", "\"users\""), NULL, true },
	{ "get", "/api/v1/chatbots/{agent}/contacts/{contact}", "getContact", "One contact.", NULL, NULL, true },
	{ "patch", "/api/v1/chatbots/{agent}/contacts/{contact}", "updateContact", "Changes a contact.",
		OBJECT("\"data\":{\"type\":\"object\"}", "\"data\""), NULL, true },
	{ "delete", "/api/v1/chatbots/{agent}/contacts/{contact}", "deleteContact", "Removes a contact.", NULL, NULL,
		true },
	{ "get", "/api/v1/chatbots/{agent}/custom-attributes", "listAttributes", "Definitions of custom attributes.",
		NULL, NULL, true },
	{ "post", "/api/v1/chatbots/{agent}/custom-attributes", "createAttribute", "Defines a custom attribute.",
		OBJECT("", ""), NULL, true },
	{ "put", "/api/v1/chatbots/{agent}/custom-attributes/{name}", "updateAttribute", "Changes a definition.",
		OBJECT("", ""), NULL, true },
	{ "post", "/v1/test-card", "saveTestCard",
		"Confirms a SetupIntent with a test card; only where a simulator stands in for Stripe.",
		OBJECT(PROOF
			",\"client_secret\":{\"type\":\"string\"},\"card\":{\"type\":\"string\"},\"account\":{\"type\":"
			"\"string\"}",
			"\"client_secret\",\"card\""),
		NULL, false },
	{ "post", "/mcp", "mcp", "The Model Context Protocol over streamable HTTP.", OBJECT("", ""), NULL, false },
};

static const char components[] =
	"{\"schemas\":{\"Envelope\":{\"type\":\"object\",\"properties\":{\"status\":{\"type\":\"string\",\"enum\":["
	"\"ok\","
	"\"needs_choice\",\"needs_confirmation\",\"needs_verification\",\"refused\",\"error\"]},\"message\":{\"type\":"
	"\"string\"},\"data\":{\"type\":\"object\"},\"error\":{\"type\":\"object\",\"properties\":{\"code\":{\"type\":"
	"\"string\"},\"retryable\":{\"type\":\"boolean\"}}},\"next\":{\"type\":\"array\",\"items\":{\"type\":"
	"\"string\"}}},"
	"\"required\":[\"status\",\"message\",\"data\"]},"
	"\"Events\":{\"type\":\"object\",\"properties\":{\"events\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
	"\"properties\":{\"type\":{\"type\":\"string\",\"enum\":[\"text\",\"tool-call\",\"tool-result\",\"error\"]}},"
	"\"required\":[\"type\"]}}}}},"
	"\"securitySchemes\":{\"operator\":{\"type\":\"http\",\"scheme\":\"bearer\"}}}";

static json_t *literal(const char *json)
{
	json_t *tree = json_loads(json, 0, NULL);

	if (!tree)
		die("a part of the API description is no JSON");
	return tree;
}

/* Every {name} of a path. */
static json_t *parameters_of(const char *path)
{
	json_t *out = json_array();

	for (const char *at = path; (at = strchr(at, '{')); at++) {
		json_t *one = json_object();
		char *name = mem_copy_range(at + 1, strcspn(at + 1, "}"));

		js_put_text(one, "name", name);
		js_put_text(one, "in", "path");
		js_put_flag(one, "required", true);
		js_put_new(one, "schema", literal("{\"type\":\"string\"}"));
		json_array_append_new(out, one);
		free(name);
	}
	return out;
}

static json_t *content_of(json_t *schema, bool events)
{
	json_t *content = json_object(), *media = json_object();

	js_put_new(media, "schema", schema);
	js_put_new(content, "application/json", media);
	if (events)
		js_put_new(content, "text/event-stream", literal("{\"schema\":{\"type\":\"string\"}}"));
	return content;
}

static json_t *operation_of(const struct operation *o)
{
	json_t *out = json_object(), *body, *answer = json_object(), *answers = json_object(), *schema = json_object();
	char *name = o->schema ? mem_format("#/components/schemas/%s", o->schema) : NULL;

	if (name)
		js_put_text(schema, "$ref", name);
	free(name);
	js_put_text(out, "operationId", o->id);
	js_put_text(out, "summary", o->summary);
	js_put_new(out, "parameters", parameters_of(o->path));
	if (o->request) {
		body = json_object();
		js_put_flag(body, "required", true);
		js_put_new(body, "content", content_of(literal(o->request), false));
		js_put_new(out, "requestBody", body);
	}
	js_put_text(answer, "description", "The answer.");
	js_put_new(answer, "content", content_of(schema, o->schema && !strcmp(o->schema, "Events")));
	js_put_new(answers, "default", answer);
	js_put_new(out, "responses", answers);
	if (o->operator_only)
		js_put_new(out, "security", literal("[{\"operator\":[]}]"));
	return out;
}

void http_openapi(const struct http_visit *v, struct http_answer *out)
{
	json_t *tree = json_object(), *paths = json_object(), *servers = json_array(), *server = json_object();

	js_put_text(tree, "openapi", "3.1.0");
	js_put_new(tree, "info", literal("{\"title\":\"stripe-actions\",\"version\":\"0.1.0\"}"));
	js_put_text(server, "url", v->house->place.origin);
	json_array_append_new(servers, server);
	js_put_new(tree, "servers", servers);
	for (size_t i = 0; i < COUNT_OF(operations); i++) {
		const struct operation *o = &operations[i];

		if (!js_get(paths, o->path))
			js_put_new(paths, o->path, json_object());
		js_put_new(js_get(paths, o->path), o->method, operation_of(o));
	}
	js_put_new(tree, "paths", paths);
	js_put_new(tree, "components", literal(components));
	http_answer_json(out, 200, tree);
}
