/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_WIDGET_CARD_H
#define ACTIONS_WIDGET_CARD_H

#include "actions/people/identity.h"
#include "actions/runtime/agent.h"

/*
 * What Stripe's own card form does in a browser, against a simulator: it confirms a SetupIntent with a test card. With
 * Stripe itself there is none of it: card data goes from the customer's browser to Stripe alone.
 */

/* Whether a simulator stands in for Stripe. */
bool stripe_is_simulated(const struct config *c);
/* The cards to choose from: [{card: "pm_card_...", label, does}], a new array. Stripe docs, "Test card numbers". */
json_t *test_cards(void);
/*
 * body: {client_secret, card, account?}. The intent has to be of the person who proves to be there. A card that was set
 * up becomes the customer's default. Gives {saved, authenticate}, a new object; NULL with `why` raised.
 */
json_t *test_card_save(struct agent *a, const struct evidence *who, const json_t *body, struct problem *why);

#endif
