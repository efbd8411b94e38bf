/* SPDX-License-Identifier: MIT */
#include "embed_webhooks.h"

struct ms_event embed_event(const struct announced *a)
{
	return (struct ms_event) {
		.account = a->account,
		.id = a->id,
		.type = a->type,
		.json = a->body->data,
		.length = a->body->length,
	};
}

struct each_delivery {
	void (*call)(void *arg, const struct ms_delivery *d);
	void *arg;
};

static void pass_delivery(void *arg, const struct delivery *x)
{
	const struct each_delivery *each = arg;
	struct ms_delivery d = {
		.number = x->number,
		.at = x->at,
		.sent = x->sent,
		.account = x->account,
		.event = x->event,
		.type = x->type,
		.endpoint = x->endpoint,
		.url = x->url,
		.attempt = x->attempt,
		.status = x->status,
		.error = x->error,
		.delivered = x->delivered,
		.milliseconds = x->milliseconds,
		.next_attempt = x->next,
		.headers = x->headers,
		.body = x->body->data,
		.length = x->body->length,
		.response_body = x->response->data,
		.response_length = x->response->length,
	};

	each->call(each->arg, &d);
}

void embed_each_delivery(struct deliverer *d, const char *account,
	void (*each)(void *arg, const struct ms_delivery *delivery), void *arg)
{
	struct each_delivery pass = { .call = each, .arg = arg };

	attempts_each(deliver_log(d), account, pass_delivery, &pass);
}
