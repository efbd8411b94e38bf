/* SPDX-License-Identifier: MIT */
/*
 * Scripts: the format of the Stripe CLI's "fixtures" command. Each step is a request that goes through the engine as it
 * would from a client; its answer is kept under the step's name, for ${name:path} in later steps.
 * Source: Stripe docs "Stripe CLI fixtures"; the wiki page "fixtures" of the CLI.
 */
#include <string.h>
#include <strings.h>

#include "api/form.h"
#include "base/json.h"
#include "base/mem.h"
#include "engine/fixture_inside.h"
#include "engine/idempotency.h"

/* An idempotency key that was free before this load. */
struct used_key {
	struct account *account;
	const char *key;
};

static const char *const document_members[] = { "_meta", "fixtures", "env", NULL };
static const char *const meta_members[] = { "template_version", "exclude_metadata", "aliases", NULL };
static const char *const step_members[] = { "name", "path", "method", "params", "expected_error_type",
	"idempotency_key", "context", "api_base", NULL };

/* ---- one step ---- */

struct step {
	const char *name, *method, *path, *expected, *idempotency_key;
	json_t *params;
	struct account *account;
};

static bool text_member(
	struct script *s, const json_t *step, const char *name, bool required, const struct where *at, const char **out)
{
	const json_t *value = json_object_get(step, name);
	struct where here = { .up = at, .key = name };

	*out = NULL;
	if (!value && !required)
		return true;
	if (!value)
		return load_fail(s->load, s->file, at, "has no \"%s\"", name);
	if (!json_is_string(value) || !*json_string_value(value))
		return load_fail(s->load, s->file, &here, "must be a text that is not empty");
	*out = script_text(s, json_string_value(value), &here);
	return *out != NULL;
}

static bool step_method(struct script *s, struct step *step, const struct where *at)
{
	static const char *const methods[] = { "GET", "POST", "DELETE" };
	struct where here = { .up = at, .key = "method" };

	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		if (!strcasecmp(step->method, methods[i])) {
			step->method = methods[i];
			return true;
		}
	}
	return load_fail(s->load, s->file, &here, "must be get, post or delete, not \"%s\"", step->method);
}

/* "context" is a connected account: one that the account made, or that another fixture named. */
static bool step_account(struct script *s, struct step *step, const char *context, const struct where *at)
{
	struct account *own = s->file->target->account;
	const struct record *made = context ? account_find(own, context) : NULL;
	struct where here = { .up = at, .key = "context" };

	step->account = own;
	if (!context || !strcmp(context, own->id))
		return true;
	if (!record_is(made, "account") && !engine_account(s->load->engine, context, false))
		return load_fail(
			s->load, s->file, &here, "there is no account \"%s\"; make it in a step before", context);
	step->account = load_target(s->load, context)->account;
	return true;
}

static bool read_step(struct script *s, const json_t *given, const struct where *at, struct step *step)
{
	const char *context, *base;
	struct where here = { .up = at, .key = "params" };

	if (!json_is_object(given))
		return load_fail(s->load, s->file, at, "must be an object with name, path and method");
	if (!only_members(s->load, s->file, at, given, step_members) ||
		!text_member(s, given, "name", true, at, &step->name) ||
		!text_member(s, given, "path", true, at, &step->path) ||
		!text_member(s, given, "method", true, at, &step->method) ||
		!text_member(s, given, "expected_error_type", false, at, &step->expected) ||
		!text_member(s, given, "idempotency_key", false, at, &step->idempotency_key) ||
		!text_member(s, given, "context", false, at, &context) ||
		!text_member(s, given, "api_base", false, at, &base) || !step_method(s, step, at) ||
		!step_account(s, step, context, at))
		return false;
	step->params = json_object_get(given, "params");
	if (step->params && !json_is_null(step->params) && !json_is_object(step->params))
		return load_fail(s->load, s->file, &here, "must be an object, not %s", json_kind(step->params));
	if (strncmp(step->path, "/v1/", 4) && strncmp(step->path, "/v2/", 4))
		return load_fail(s->load, s->file, &(struct where) { .up = at, .key = "path" },
			"must begin with /v1/ or /v2/, not be \"%s\"", step->path);
	if (json_object_get(s->answers, step->name))
		return load_fail(s->load, s->file, &(struct where) { .up = at, .key = "name" }, "\"%s\" is used twice",
			step->name);
	return true;
}

/* The request's body, or for a GET its query, in *out. */
static bool step_params(struct script *s, const struct step *step, const struct where *at, struct text *out)
{
	struct where here = { .up = at, .key = "params" };
	json_t *tree;

	if (strncmp(step->path, "/v2/", 4) || strcmp(step->method, "POST"))
		return !json_is_object(step->params) || script_form(s, "", step->params, &here, out);
	tree = json_is_object(step->params) ? script_tree(s, step->params, &here) : json_object();
	if (!tree)
		return false;
	js_write(out, tree);
	json_decref(tree);
	return true;
}

/* What went wrong, unless it was expected to. */
static bool judge(struct script *s, const struct step *step, const struct reply *reply, const json_t *answer,
	const struct where *at)
{
	const char *type = js_text_at(answer, "error.type"), *message = js_text_at(answer, "error.message");
	const char *param = js_text_at(answer, "error.param");

	if (reply->status < 400 && !step->expected)
		return true;
	if (reply->status < 400)
		return load_fail(s->load, s->file, at, "%s %s was to fail with %s, and did not", step->method,
			step->path, step->expected);
	if (step->expected && type && !strcmp(type, step->expected))
		return true;
	return load_fail(s->load, s->file, at, "%s %s answered %d %s: %s%s%s%s", step->method, step->path,
		reply->status, type ? type : "", message ? message : "", param ? " (param " : "", param ? param : "",
		param ? ")" : "");
}

static void note_key(struct script *s, const struct step *step)
{
	struct used_key *used;

	if (!step->idempotency_key || map_get(step->account->replays, step->idempotency_key))
		return;
	used = arena_alloc(&s->load->arena, sizeof *used);
	*used = (struct used_key) { step->account, step->idempotency_key };
	list_add(&s->load->forgotten, used);
}

static bool run_step(struct script *s, const struct step *step, const struct where *at)
{
	struct request request = { .method = step->method,
		.target = step->path,
		.held = step->account,
		.idempotency_key = step->idempotency_key };
	bool reads = !strcmp(step->method, "GET");
	struct reply reply;
	struct text params;
	json_t *answer;
	bool right;

	text_init(&params, TEXT_NO_CEILING);
	right = step_params(s, step, at, &params);
	if (right) {
		if (reads && params.length)
			request.target = arena_format(&s->load->arena, "%s%c%s", step->path,
				strchr(step->path, '?') ? '&' : '?', params.data);
		request.body = reads ? NULL : params.data;
		request.body_length = reads ? 0 : params.length;
		note_key(s, step);
		engine_serve(s->load->engine, &request, &reply);
		answer = json_loadb(reply.body->data, reply.body->length, JSON_DECODE_ANY, NULL);
		right = judge(s, step, &reply, answer, at);
		js_put_new(s->answers, step->name, answer);
		bytes_drop(reply.body);
	}
	text_clear(&params);
	return right;
}

/* ---- the whole ---- */

static bool check_document(struct load *l, const struct fixture_file *file)
{
	const json_t *meta = json_object_get(file->tree, "_meta"), *version = json_object_get(meta, "template_version");
	const json_t *steps = json_object_get(file->tree, "fixtures"), *env = json_object_get(file->tree, "env");
	struct where at = { .key = "_meta" };

	if (!only_members(l, file, NULL, file->tree, document_members))
		return false;
	if (meta && !json_is_object(meta))
		return load_fail(l, file, &at, "must be an object");
	if (meta && !only_members(l, file, &at, meta, meta_members))
		return false;
	if (version && (!json_is_integer(version) || json_integer_value(version) != 0))
		return load_fail(l, file, &(struct where) { .up = &at, .key = "template_version" },
			"must be 0, the one version there is");
	if (!json_is_array(steps))
		return load_fail(l, file, &(struct where) { .key = "fixtures" }, "must be an array of requests, not %s",
			json_kind(steps));
	if (env && !json_is_object(env))
		return load_fail(l, file, &(struct where) { .key = "env" }, "must be an object of texts");
	return true;
}

/* "env" is what the CLI writes into a .env file. There is none here, but what it says has to be there to be said. */
static bool check_env(struct script *s)
{
	const char *name;
	json_t *value;

	json_object_foreach(json_object_get(s->file->tree, "env"), name, value)
	{
		struct where up = { .key = "env" }, at = { .up = &up, .key = name };

		if (!json_is_string(value))
			return load_fail(s->load, s->file, &at, "must be a text, not %s", json_kind(value));
		if (!script_text(s, json_string_value(value), &at))
			return false;
	}
	return true;
}

bool script_replay(struct load *l, struct fixture_file *file)
{
	struct script s = { .load = l, .file = file };
	struct where up = { .key = "fixtures" };
	json_t *given;
	size_t i;
	bool right = check_document(l, file);

	s.answers = json_object();
	json_array_foreach(json_object_get(file->tree, "fixtures"), i, given)
	{
		struct where at = { .up = &up, .index = i };
		struct step step = { 0 };

		if (!right)
			break;
		right = read_step(&s, given, &at, &step) && run_step(&s, &step, &at);
	}
	right = right && check_env(&s);
	json_decref(s.answers);
	return right;
}

void script_forget(struct load *l)
{
	for (size_t i = 0; i < l->forgotten.count; i++) {
		const struct used_key *used = l->forgotten.at[i];

		replay_forget(used->account, used->key);
	}
}
