/* SPDX-License-Identifier: MIT */
/*
 * Webhook endpoints. The signing secret is shown once, in the answer to the creation, and stands in the private state
 * from then on, where deliveries read it. Source: Stripe docs "Webhooks", "The Webhook Endpoint object".
 */
#include <string.h>

#include "api/fail.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "resources/check.h"
#include "resources/generic.h"
#include "store/shelf.h"
#include "value/id.h"

#define ENDPOINTS_MOST 16 /* per account and mode */

static int check_endpoint(struct call *call)
{
	const json_t *events = param(call, "enabled_events");

	if (events && !json_array_size(events))
		return fail_empty_param(call, "enabled_events");
	return check_url(call, param_text(call, "url"), "url");
}

static int endpoint_create(struct call *call)
{
	const struct schema_resource *type = call->route->resource;
	char secret[ID_WEBHOOK_SECRET_ROOM];
	struct record *endpoint;
	json_t *body, *shown, *hidden;

	if (check_endpoint(call))
		return -1;
	if (account_shelf(call->account, type)->records.count >= ENDPOINTS_MOST)
		return fail_invalid(
			call, NULL, NULL, "You have reached the maximum of %d test webhook endpoints.", ENDPOINTS_MOST);
	body = generic_body(call, NULL);
	if (!body)
		return -1;
	id_webhook_secret(secret, call->account->seed, account_draw(call->account, "webhook secret"));
	hidden = js_own(body, PRIVATE_KEY);
	js_put_text(hidden, "secret", secret);
	js_put_flag(hidden, "connect", param_flag(call, "connect", false));
	endpoint = object_store(call, type, body);
	shown = json_copy(record_tree(endpoint));
	json_object_del(shown, PRIVATE_KEY);
	js_put_text(shown, "secret", secret);
	return answer_tree(call, shown, type);
}

static int endpoint_update(struct call *call)
{
	struct record *endpoint = path_object(call, 0, "webhook_endpoint");

	if (!endpoint || check_endpoint(call))
		return -1;
	if (param_given(call, "disabled"))
		js_put_text(journal_edit(&call->journal, endpoint), "status",
			param_flag(call, "disabled", false) ? "disabled" : "enabled");
	return generic_update(call);
}

static void endpoint_fill(struct call *call, json_t *body)
{
	(void)call;
	js_put_text(body, "status", "enabled");
}

/* A fixture may say the secret, so that a program under test can be configured with it; otherwise one is made. */
static void endpoint_adopt(struct call *call, struct record *endpoint)
{
	const char *given = js_text(record_tree(endpoint), "secret");
	char secret[ID_WEBHOOK_SECRET_ROOM];
	json_t *hidden;

	if (!given) {
		id_webhook_secret(secret, call->account->seed, account_draw(call->account, "webhook secret"));
		given = secret;
	}
	hidden = journal_edit_private(&call->journal, endpoint);
	js_put_text(hidden, "secret", given);
	json_object_del(journal_edit(&call->journal, endpoint), "secret");
}

const struct resource webhook_endpoint_resource = {
	.name = "WebhookEndpoint",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/webhook_endpoints", endpoint_create },
			{ "POST", "/v1/webhook_endpoints/{id}", endpoint_update },
			{ 0 },
		},
	.fill = endpoint_fill,
	.adopt = endpoint_adopt,
};
