/* SPDX-License-Identifier: MIT */
#include "actions/stripe/pages.h"

#include "base/json.h"

static bool page_fetch(struct pages *p, struct stripe_client *c, struct problem *why)
{
	struct stripe_ask ask = { .method = "GET", .path = p->path, .params = p->params };
	json_t *body = stripe_call(c, &ask, why);

	p->begun = true;
	p->failed = !body;
	if (!body)
		return false;
	p->data = js_get(body, "data");
	p->at = 0;
	p->more = js_flag(body, "has_more", false);
	if (!json_is_array(p->data) || (p->more && !json_array_size(p->data))) {
		p->failed = true;
		return problem_raise(why, PROBLEM_STRIPE_BAD_RESPONSE, "the answer to %s is not a list", p->path);
	}
	return true;
}

json_t *pages_next(struct pages *p, struct stripe_client *c, struct problem *why)
{
	const char *last;

	if (p->failed)
		return NULL;
	if (p->given == p->most) {
		p->more = p->more || p->at < json_array_size(p->data);
		return NULL;
	}
	if (p->begun && p->at == json_array_size(p->data)) {
		last = js_text(json_array_get(p->data, p->at - 1), "id");
		if (!p->more || !last)
			return NULL;
		js_put_text(p->params, "starting_after", last);
		p->begun = false;
	}
	if (!p->begun && !page_fetch(p, c, why))
		return NULL;
	if (p->at == json_array_size(p->data))
		return NULL;
	p->given++;
	return json_array_get(p->data, p->at++);
}
