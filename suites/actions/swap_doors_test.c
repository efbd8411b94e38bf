/* SPDX-License-Identifier: MIT */
/* mary's ids in ada's hands, through the HTTP door and the Model Context Protocol: what swap.h says, behind each door.
 */
#include "actions/doors/mcp.h"
#include "suites/actions/served.h"
#include "suites/actions/swap.h"
#include "suites/actions/token.h"

struct swap_door {
	const char *name;
	/* The answer's text, without what counts calls; free() it. */
	char *(*ask)(struct served *s, const struct swap_row *row, const char *inputs);
};

static char *ask_http(struct served *s, const struct swap_row *row, const char *inputs)
{
	char *proof = served_proof(s, "ada"), *text;
	char *body = mem_format("{%s,\"action\":\"%s\",\"inputs\":%s}", proof, row->action, inputs);
	json_t *answer = served_ask(s, "POST", "/v1/call", NULL, body, 200);

	text = json_dumps(answer, JSON_SORT_KEYS);
	json_decref(answer);
	free(body);
	free(proof);
	return text;
}

static char *ask_mcp_http(struct served *s, const struct swap_row *row, const char *inputs)
{
	char *headers, *text, *body;
	struct text token;
	json_t *answer;

	token_make(&token, GOOD_HEADER, "{\"user_id\":\"ada\",\"iat\":1795428000,\"exp\":1795431600}",
		s->agent->config->secrets[0].secret);
	headers = mem_format("Identity-Token: %s\r\nAccept: application/json, text/event-stream\r\n"
			     "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: %s\r\n",
		token.data, row->action);
	text_clear(&token);
	body = mem_format("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\","
			  "\"arguments\":%s,\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
			  "\"io.modelcontextprotocol/clientCapabilities\":{}}}}",
		row->action, inputs);
	answer = served_ask(s, "POST", "/mcp", headers, body, 200);
	text = json_dumps(answer, JSON_SORT_KEYS);
	json_decref(answer);
	free(headers);
	free(body);
	return text;
}

/* As over standard input, in the revision before. */
static char *ask_mcp(struct served *s, const struct swap_row *row, const char *inputs)
{
	struct evidence who = { .user_id = "ada" };
	char hash[65], *text, *body;
	struct mcp m;
	json_t *answer;

	identity_hash(s->agent->config, "ada", hash);
	who.user_hash = hash;
	body = mem_format("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\","
			  "\"arguments\":%s}}",
		row->action, inputs);
	mcp_init(&m, s->agent);
	answer = mcp_take(&m, &who, body, strlen(body));
	assert_non_null(answer);
	text = json_dumps(answer, JSON_SORT_KEYS);
	json_decref(answer);
	mcp_clear(&m);
	free(body);
	return text;
}

static const struct swap_door doors[] = {
	{ "http", ask_http },
	{ "mcp_over_http", ask_mcp_http },
	{ "mcp", ask_mcp },
};

static char *outcome(
	struct served *s, const struct swap_door *door, const struct swap_row *row, const char *id, char **trail)
{
	char *inputs = swap_inputs(row, id), *text;
	size_t before = swap_asked(s->house->ms);

	text = door->ask(s, row, inputs);
	*trail = swap_trail_of(s->house->ms, before);
	assert_non_null(strstr(text, row->status));
	free(inputs);
	return text;
}

static void door_test(void **state)
{
	const struct swap_door *door = *state;
	char *file = file_temporary(), *changes, *record, *foreign, *missing, *one, *other;
	struct served s;

	changes = mem_format("{\"audit\":{\"file\":\"%s\"},\"limits\":{\"reads_per_minute\":0}}", file);
	served_open(&s, changes, (struct http_options) { 0 });
	for (size_t i = 0; i < COUNT_OF(swap_rows); i++) {
		foreign = outcome(&s, door, &swap_rows[i], swap_rows[i].foreign, &one);
		missing = outcome(&s, door, &swap_rows[i], swap_rows[i].missing, &other);
		assert_string_equal(foreign, missing);
		assert_string_equal(one, other);
		for (size_t k = 0; k < COUNT_OF(swap_hers); k++)
			assert_lacks(foreign, swap_hers[k]);
		free(foreign);
		free(missing);
		free(one);
		free(other);
	}
	record = file_read(file);
	assert_holds(record, "\"phase\":\"outcome\"");
	for (size_t k = 0; k < COUNT_OF(swap_hers); k++)
		if (strlen(swap_hers[k]) > 4) /* digits that short may stand in a hash as well */
			assert_lacks(record, swap_hers[k]);
	free(record);
	free(changes);
	served_close(&s);
	unlink(file);
	free(file);
}

int main(void)
{
	const struct table table = { "swap_doors", doors, COUNT_OF(doors), sizeof(doors[0]), door_test };

	return tables_run(&table, 1);
}
