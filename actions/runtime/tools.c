/* SPDX-License-Identifier: MIT */
#include "actions/runtime/tools.h"

#include <string.h>

#include "actions/catalog/action.h"
#include "base/json.h"

const char *const tools_format_names[] = { "mcp", "openai", "openai-strict", "anthropic", NULL };

enum tools_format tools_format_find(const char *name)
{
	unsigned i = 0;

	while (tools_format_names[i] && strcmp(tools_format_names[i], name))
		i++;
	return (enum tools_format)i;
}

static json_t *offer_set(const void *arg, const char *set)
{
	const struct config *c = arg;
	json_t *out;

	if (strcmp(set, "plans") != 0 || !c->n_plans)
		return NULL;
	out = json_array();
	for (size_t i = 0; i < c->n_plans; i++)
		json_array_append_new(out, json_string(c->plans[i].key));
	return out;
}

/* The operator's words first, what must hold in any case last. */
static void put_description(json_t *tool, const struct action_config *action, const struct action_kind *kind)
{
	struct text t;

	text_init(&t, TEXT_NO_CEILING);
	text_put(&t, kind->sentence);
	if (*action->when_to_use)
		text_format(&t, "\n\nWhen to use: %s", action->when_to_use);
	text_format(&t, "\n\n%s", kind->contract);
	js_put_text(tool, "description", t.data);
	text_clear(&t);
}

static json_t *annotations(const struct action_kind *kind)
{
	json_t *out = json_object();
	bool reads = kind->effect == EFFECT_READS;

	js_put_flag(out, "readOnlyHint", reads);
	if (!reads) {
		js_put_flag(out, "destructiveHint", true);
		js_put_flag(out, "idempotentHint", true); /* the same confirmation has its effect once */
	}
	js_put_flag(out, "openWorldHint", true);
	return out;
}

static json_t *tool_make(const struct agent *a, const struct action_config *action, enum tools_format format)
{
	const struct action_kind *kind = action_kind_find(action->kind);
	enum inputs_style style = format == TOOLS_OPENAI_STRICT ? INPUTS_STRICT : INPUTS_OPEN;
	json_t *schema = inputs_schema(kind->inputs, style, offer_set, a->config), *tool = json_object(), *outer;

	js_put_text(tool, "name", action->name);
	if (format == TOOLS_MCP)
		js_put_text(tool, "title", action->title ? action->title : kind->title);
	put_description(tool, action, kind);
	if (format == TOOLS_MCP) {
		js_put_new(tool, "inputSchema", schema);
		js_put_new(tool, "annotations", annotations(kind));
		return tool;
	}
	if (format == TOOLS_ANTHROPIC) {
		js_put_new(tool, "input_schema", schema);
		return tool;
	}
	js_put_new(tool, "parameters", schema);
	if (format == TOOLS_OPENAI_STRICT)
		js_put_flag(tool, "strict", true);
	outer = json_object();
	js_put_text(outer, "type", "function");
	js_put_new(outer, "function", tool);
	return outer;
}

json_t *tools_list(const struct agent *a, enum tools_format format, enum environment environment)
{
	json_t *list = json_array(), *outer;

	for (size_t i = 0; i < a->config->n_actions; i++) {
		const struct action_config *action = &a->config->actions[i];

		if (action->enabled && action->environments & 1U << environment)
			json_array_append_new(list, tool_make(a, action, format));
	}
	if (format != TOOLS_MCP)
		return list;
	outer = json_object();
	js_put_new(outer, "tools", list);
	return outer;
}
