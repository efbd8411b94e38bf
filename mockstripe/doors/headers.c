/* SPDX-License-Identifier: MIT */
#include "doors/headers.h"

static void put_origin(header_put *put, void *arg)
{
	put(arg, "Access-Control-Allow-Methods", "GET, HEAD, PUT, PATCH, POST, DELETE");
	put(arg, "Access-Control-Allow-Origin", "*");
	put(arg, "Access-Control-Allow-Headers", "*, Authorization");
	put(arg, "Access-Control-Expose-Headers",
		"Request-Id, Stripe-Version, Idempotent-Replayed, Original-Request, Stripe-Should-Retry, "
		"Stripe-Account, "
		"X-Stripe-External-Auth-Required");
}

void preflight_headers(header_put *put, void *arg)
{
	put_origin(put, arg);
	put(arg, "Access-Control-Max-Age", "300");
}

void reply_headers(const struct reply *reply, const struct request *request, header_put *put, void *arg)
{
	if (reply->body && reply->body->length)
		put(arg, "Content-Type", reply->content_type);
	put(arg, "Cache-Control", "no-cache, no-store");
	put_origin(put, arg);
	if (*reply->request_id)
		put(arg, "Request-Id", reply->request_id);
	if (*reply->version)
		put(arg, "Stripe-Version", reply->version);
	if (reply->echo_idempotency_key)
		put(arg, "Idempotency-Key", request->idempotency_key);
	if (*reply->original_request)
		put(arg, "Original-Request", reply->original_request);
	if (reply->replayed)
		put(arg, "Idempotent-Replayed", "true");
	if (*reply->account)
		put(arg, "Stripe-Account", reply->account);
	if (reply->should_retry)
		put(arg, "Stripe-Should-Retry", reply->should_retry);
	if (reply->unauthenticated)
		put(arg, "WWW-Authenticate", "Basic realm=\"Stripe\"");
}
