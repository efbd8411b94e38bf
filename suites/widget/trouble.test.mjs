/* SPDX-License-Identifier: MIT */
/* When something fails on the way: what the customer is told, and that it can be tried again. */
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { ask, theatre } from './stage.mjs';

const house = theatre((config, own) => ({ ...config, payment_method: { mode: 'setup_intent' },
	step_up: { for: ['change_billing_information'], deliver: { url: `${own.origin}/`, secret: 'a-secret-of-the-suite' } } }));
const { on, stripe, subscriptionOf } = house;
const FAILED = /Failed to load resource/;

/* Lets the next request to an address come to nothing; after: it arrives, and its answer is lost. */
async function fail(page, address, { after = false, times = 1 } = {}) {
	await page.route(address, async (route) => {
		if (after) await route.fetch();
		await route.abort();
	}, { times });
}

describe('trouble', () => {
	test('an action that cannot be reached is tried again', () => on('ada', async ({ page, chat, shot }) => {
		await fail(page, '**/v1/call');
		await chat.getByRole('button', { name: 'Invoices' }).click();
		await chat.getByText('The connection was lost.').waitFor();
		await shot('trouble');
		await chat.getByRole('button', { name: 'Try again' }).click();
		await chat.getByRole('region', { name: 'Your invoices' }).waitFor();
		assert.equal(await chat.getByText('The connection was lost.').count(), 0);
	}, { minds: FAILED }));

	test('a message, too', () => on('ada', async ({ page, chat }) => {
		await fail(page, '**/messages');
		await ask(chat, 'What is my current plan?');
		await chat.getByRole('button', { name: 'Try again' }).click();
		await chat.getByRole('region', { name: 'Your subscription' }).waitFor();
		assert.equal(await chat.getByText('What is my current plan?').count(), 1);
	}, { minds: FAILED }));

	test('signing in, too', () => on('', async ({ page, chat }) => {
		await fail(page, '**/v1/identify');
		await page.getByRole('button', { name: 'Sign in' }).click();
		await chat.getByRole('button', { name: 'Try again' }).click();
		await chat.getByText('Signed in as Ada Byrne').waitFor();
	}, { minds: FAILED }));

	test('a confirmation whose answer is lost happens once', () => on('linus', async ({ page, chat, shot }) => {
		await ask(chat, 'Please cancel my subscription');
		await chat.getByRole('button', { name: 'Yes, cancel it' }).waitFor();
		await fail(page, '**/v1/call', { after: true });
		await chat.getByRole('button', { name: 'Yes, cancel it' }).click();
		await chat.getByText(/I don't know yet whether that went through/).waitFor();
		await shot('trouble-confirm');
		assert.equal((await subscriptionOf('cus_linus')).cancel_at_period_end, true);
		await chat.getByRole('button', { name: 'Try again' }).click();
		await chat.locator('#log[aria-busy="false"]').waitFor();
		const updates = (await stripe('/v1/events?type=customer.subscription.updated')).data.filter((event) => event.data.object.id === 'sub_linus');
		assert.equal(updates.length, 1);
	}, { minds: FAILED }));

	test('a refusal of the server is told in its own words', () => on('ada', async ({ page, chat }) => {
		await page.route('**/v1/call', (route) => route.fulfill({ status: 503, contentType: 'application/json',
			body: JSON.stringify({ error: { code: 'busy', message: 'Too much is going on right now.' } }) }), { times: 1 });
		await chat.getByRole('button', { name: 'Plans', exact: true }).click();
		await chat.getByText('Too much is going on right now.').waitFor();
		await chat.getByRole('button', { name: 'Try again' }).click();
		await chat.getByRole('region', { name: 'Plans' }).waitFor();
	}, { minds: FAILED }));

	test('a conversation that the server has forgotten begins anew', () => on('ada', async ({ page, chat }) => {
		await ask(chat, 'hello');
		await chat.getByText(/What would you like\?/).waitFor();
		await chat.locator('#log[aria-busy="false"]').waitFor();
		const kept = await page.evaluate(() => JSON.parse(Object.values(window.sessionStorage)[0]).conversation);
		assert.equal((await fetch(`${house.where.widget}/v1/conversations/${kept}`, { method: 'DELETE' })).status, 204);
		await ask(chat, 'What is my current plan?');
		await chat.getByRole('region', { name: 'Your subscription' }).waitFor();
		assert.equal(await page.locator('iframe').isVisible(), true);
	}, { minds: FAILED }));

	test('offline is said, and what failed goes on when the connection is back', () => on('ada', async ({ context, chat, shot }) => {
		await context.setOffline(true);
		await chat.getByText('You are offline.').waitFor();
		await chat.getByRole('button', { name: 'Invoices' }).click();
		await chat.getByRole('button', { name: 'Try again' }).waitFor();
		await shot('offline');
		await context.setOffline(false);
		await chat.getByRole('region', { name: 'Your invoices' }).waitFor();
		assert.equal(await chat.getByText('You are offline.').count(), 0);
	}, { minds: FAILED }));

	test('an address that is wrong is named at the form', () => on('mary', async ({ chat, shot }) => {
		await chat.getByRole('button', { name: 'Billing details' }).click();
		const form = chat.getByRole('region', { name: 'Billing details' });
		await form.getByLabel('Country (two letters)').fill('zz');
		await form.getByRole('button', { name: 'Continue' }).click();
		await chat.getByText('That address doesn\'t look complete.').waitFor();
		assert.equal(await form.getByLabel('Country (two letters)').isEnabled(), true);
		await shot('billing-refused');
	}));
});

describe('an answer that comes in pieces', () => {
	const events = (...all) => all.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('');
	const answer = (page, body) => page.route('**/messages', (route) => route.fulfill({ contentType: 'text/event-stream', body }), { times: 1 });

	test('is one answer in the end', () => on('ada', async ({ page, chat }) => {
		await answer(page, events({ type: 'text-delta', text: 'You are ' }, { type: 'text-delta', text: 'on Team.' }, { type: 'text', text: 'You are on Team.' }, '[DONE]'));
		await ask(chat, 'plan?');
		await chat.getByText('You are on Team.').waitFor();
		assert.equal(await chat.getByText('You are on Team.').count(), 1);
	}));

	test('and without its end it is tried again', () => on('ada', async ({ page, chat }) => {
		await answer(page, events({ type: 'text-delta', text: 'You are ' }));
		await ask(chat, 'What is my current plan?');
		await chat.getByRole('button', { name: 'Try again' }).click();
		await chat.getByRole('region', { name: 'Your subscription' }).waitFor();
		assert.equal(await chat.getByText('You are', { exact: true }).count(), 0);
	}));

	test('the model\'s own trouble is told', () => on('ada', async ({ page, chat }) => {
		await answer(page, events({ type: 'error', text: 'I can\'t answer right now.' }, '[DONE]'));
		await ask(chat, 'plan?');
		await chat.getByText('I can\'t answer right now.').waitFor();
	}));
});

describe('a code by e-mail', () => {
	test('is asked for, checked, and then it goes on', () => on('mary', async ({ chat, shot }) => {
		await chat.getByRole('button', { name: 'Billing details' }).click();
		await chat.getByLabel('E-mail for invoices').fill('quay@example.com');
		await chat.getByRole('button', { name: 'Continue' }).click();
		const box = chat.getByRole('region', { name: 'Is it you?' });
		await box.waitFor();
		await shot('code');
		const right = house.where.own.codes.at(-1);
		await box.getByLabel('Code from the e-mail').fill(right === '123456' ? '654321' : '123456');
		await box.getByRole('button', { name: 'Continue' }).click();
		await box.getByText('That code is not right.').waitFor();
		await box.getByLabel('Code from the e-mail').fill(right);
		await box.getByRole('button', { name: 'Continue' }).click();
		await chat.getByRole('button', { name: 'Confirm' }).click();
		await chat.getByText('You confirmed this.').waitFor();
		assert.equal((await stripe('/v1/customers/cus_mary')).email, 'quay@example.com');
	}));

	test('for a sentence, too', () => on('grace', async ({ chat }) => {
		await ask(chat, 'Change my billing e-mail to grace.books@example.com');
		const box = chat.getByRole('region', { name: 'Is it you?' });
		await box.waitFor();
		await box.getByLabel('Code from the e-mail').fill(house.where.own.codes.at(-1));
		await box.getByRole('button', { name: 'Continue' }).click();
		await chat.getByRole('region', { name: 'Please confirm' }).waitFor();
	}));
});

describe('test cards, with a simulator in Stripe\'s place', () => {
	const defaultCard = async () => (await stripe('/v1/customers/cus_katherine?expand[]=invoice_settings.default_payment_method')).invoice_settings.default_payment_method.card;
	const open = async (chat) => {
		await chat.getByRole('button', { name: 'Payment method' }).click();
		return chat.getByRole('region', { name: 'Test card' });
	};

	test('one that works becomes the default', () => on('katherine', async ({ chat, shot }) => {
		const form = await open(chat);
		await form.getByLabel('Card').selectOption('pm_card_mastercard');
		await shot('test-card');
		await form.getByRole('button', { name: 'Save this card' }).click();
		await chat.getByText('Mastercard 4444 was saved and is used from now on.').waitFor();
		assert.equal((await defaultCard()).last4, '4444');
		await shot('test-card-saved');
	}));

	test('one that is declined can be changed for another', () => on('katherine', async ({ chat, shot }) => {
		const form = await open(chat);
		await form.getByLabel('Card').selectOption('pm_card_visa_chargeDeclined');
		await form.getByRole('button', { name: 'Save this card' }).click();
		await chat.getByText('That card was not accepted. Please try another one.').waitFor();
		await shot('test-card-declined');
		await form.getByLabel('Card').selectOption('pm_card_visa');
		await form.getByRole('button', { name: 'Save this card' }).click();
		await chat.getByText('Visa 4242 was saved and is used from now on.').waitFor();
		assert.equal((await defaultCard()).last4, '4242');
	}));

	test('one that wants authentication is not saved', () => on('katherine', async ({ chat }) => {
		const form = await open(chat);
		await form.getByLabel('Card').selectOption('pm_card_authenticationRequired');
		await form.getByRole('button', { name: 'Save this card' }).click();
		await chat.getByText('The bank wants to authenticate this card first.').waitFor();
	}));

	test('the secret of an intent does not reach the page', () => on('katherine', async ({ page, chat }) => {
		await page.evaluate(() => {
			window.posted = [];
			window.addEventListener('message', (event) => window.posted.push(JSON.stringify(event.data)));
		});
		await open(chat);
		await chat.getByRole('region', { name: 'Test card' }).waitFor();
		assert.ok(!(await page.evaluate(() => window.posted)).some((text) => text.includes('_secret_')));
	}));
});
