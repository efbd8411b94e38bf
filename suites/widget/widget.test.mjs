/* SPDX-License-Identifier: MIT */
/*
 * The chat in a real browser, on a site of another origin, for contacts of the demo company. What is expected is what a
 * customer sees and what Stripe (the simulator) has afterwards.
 */
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { ask, stage, theatre, visit } from './stage.mjs';

const house = theatre();
const { on, stripe, subscriptionOf } = house;
/* Pages of Stripe's, or of the simulator that stands in for it. */
const billingPage = (href) => /^https:\/\/[a-z]+\.stripe\.com\//.test(href) || href.startsWith(`${house.where.stripe}/`);

describe('buttons', () => {
	test('the subscription card', () => on('ada', async ({ chat, shot }) => {
		await chat.getByRole('button', { name: 'My subscription', exact: true }).click();
		const card = chat.getByRole('region', { name: 'Your subscription' });
		await card.getByText('29.00 USD per month').waitFor();
		await card.getByText('Active', { exact: true }).waitFor();
		await card.getByText('10 December 2026').waitFor();
		await shot('subscription');
	}));

	test('the invoices, with links to Stripe alone', () => on('ada', async ({ chat, shot }) => {
		await chat.getByRole('button', { name: 'Invoices' }).click();
		const links = chat.getByRole('region', { name: 'Your invoices' }).getByRole('link');
		await links.first().waitFor();
		assert.equal(await links.count(), 10);
		for (const link of await links.all()) {
			assert.ok(billingPage(await link.getAttribute('href')));
			assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
			assert.equal(await link.getAttribute('target'), '_blank');
		}
		await shot('invoices');
	}));

	test('an upgrade: the price is shown first, the button does it', () => on('ada', async ({ chat, shot }) => {
		await chat.getByRole('button', { name: 'Plans', exact: true }).click();
		await chat.getByRole('button', { name: /^Preview Fleet/ }).click();
		const box = chat.getByRole('region', { name: 'Please confirm' });
		await box.getByText('Due now', { exact: true }).waitFor();
		assert.equal((await subscriptionOf('cus_ada')).items.data[0].price.id, 'price_team_month', 'a preview changes nothing');
		await shot('upgrade-preview');
		await box.getByRole('button', { name: 'Confirm' }).click();
		await chat.getByText('You confirmed this.').waitFor();
		assert.equal((await subscriptionOf('cus_ada')).items.data[0].price.id, 'price_fleet_month');
		await shot('upgrade-done');
	}));

	test('as many as are wanted, within the operator\'s limits', () => on('ada', async ({ chat, shot }) => {
		await chat.getByRole('button', { name: 'Plans', exact: true }).click();
		const number = chat.getByRole('spinbutton', { name: 'Team: how many, 1 to 20' });
		await number.fill('21');
		await chat.getByRole('button', { name: /^Preview Team/ }).click();
		await chat.getByText('Please choose a whole number from 1 to 20.').waitFor();
		await shot('quantity-refused');
		await number.fill('5');
		await chat.getByRole('button', { name: /^Preview Team/ }).click();
		const box = chat.getByRole('region', { name: 'Please confirm' });
		assert.match(await box.innerText(), /5 x 29\.00 USD/);
		await shot('quantity');
	}));

	test('a plan for the year', () => on('mary', async ({ chat, shot }) => {
		await chat.getByRole('button', { name: 'Plans', exact: true }).click();
		await chat.getByRole('radio', { name: 'Yearly' }).check();
		await chat.getByRole('button', { name: /^Preview Fleet, 790\.00 USD per year/ }).click();
		await chat.getByRole('region', { name: 'Please confirm' }).waitFor();
		await shot('yearly');
		await chat.getByRole('button', { name: 'Not now' }).click();
		await chat.getByText('Nothing was changed.').waitFor();
	}));

	test('cancelling with a reason, and taking it back', () => on('linus', async ({ chat, shot }) => {
		await chat.getByRole('button', { name: 'My subscription', exact: true }).click();
		await chat.getByRole('button', { name: /^Cancel / }).click();
		const form = chat.getByRole('region', { name: /^Cancel / });
		await form.getByRole('radio', { name: 'Too expensive' }).check();
		await form.getByLabel('Anything you want to add (optional)').fill('Winter is quiet.');
		await shot('cancel-reason');
		await form.getByRole('button', { name: 'Continue' }).click();
		await chat.getByRole('button', { name: 'Yes, cancel it' }).click();
		await chat.getByText('You confirmed this.').waitFor();
		const cancelled = await subscriptionOf('cus_linus');
		assert.equal(cancelled.cancel_at_period_end, true);
		assert.equal(cancelled.cancellation_details.feedback, 'too_expensive');
		assert.equal(cancelled.cancellation_details.comment, 'Winter is quiet.');
		await shot('cancel-done');
		await chat.getByRole('button', { name: 'My subscription', exact: true }).click();
		await chat.getByRole('button', { name: 'Keep it' }).click();
		await chat.getByRole('button', { name: 'Confirm' }).last().click();
		await chat.getByText('You confirmed this.').nth(1).waitFor();
		assert.equal((await subscriptionOf('cus_linus')).cancel_at_period_end, false);
	}));

	test('the billing form', () => on('barbara', async ({ chat, shot }) => {
		await chat.getByRole('button', { name: 'Billing details' }).click();
		const form = chat.getByRole('region', { name: 'Billing details' });
		await form.getByRole('button', { name: 'Continue' }).click();
		await form.getByRole('alert').waitFor();
		await form.getByLabel('E-mail for invoices').fill('quay.books@example.com');
		await shot('billing-form');
		await form.getByRole('button', { name: 'Continue' }).click();
		await chat.getByRole('button', { name: 'Confirm' }).click();
		await chat.getByText('You confirmed this.').waitFor();
		assert.equal((await stripe('/v1/customers/cus_barbara')).email, 'quay.books@example.com');
	}));

	test('an e-mail address that is none is refused, and the form stays', () => on('alan', async ({ chat }) => {
		await chat.getByRole('button', { name: 'Billing details' }).click();
		await chat.getByLabel('E-mail for invoices').fill('not an address');
		await chat.getByRole('button', { name: 'Continue' }).click();
		await chat.getByText('That e-mail address doesn\'t look right.').waitFor();
		assert.equal(await chat.getByLabel('E-mail for invoices').isEnabled(), true);
	}));

	test('a payment method, on a page of Stripe\'s', () => on('katherine', async ({ chat, shot }) => {
		await chat.getByRole('button', { name: 'Payment method' }).click();
		const link = chat.getByRole('link', { name: 'Open the secure page' });
		await link.waitFor();
		assert.ok(billingPage(await link.getAttribute('href')));
		await shot('payment-method');
	}));

	test('several accounts: the chat asks', () => on('margaret', async ({ chat, shot }) => {
		await chat.getByRole('button', { name: 'My subscription', exact: true }).click();
		await chat.getByRole('button', { name: 'Sailing school' }).waitFor();
		await shot('choice');
		await chat.getByRole('button', { name: 'Sailing school' }).click();
		await chat.getByRole('region', { name: 'Your subscription' }).waitFor();
	}));
});

/* What the documentation of the actions lists as typical requests, and what the customer then sees. */
const sentences = [
	['ada', 'What is my current plan?', { card: 'Your subscription', text: /Fleet|Team/ }],
	['mary', 'When does my subscription renew?', { card: 'Your subscription', text: /Renews on/ }],
	['linus', 'How much do I pay every month?', { card: 'Your subscription', text: /USD per/ }],
	['ada', 'Is my subscription active?', { card: 'Your subscription', text: /Active/ }],
	['ada', 'Show me my recent invoices', { card: 'Your invoices', text: /SLKADAXX-0004/ }],
	['ada', 'Was my last payment processed?', { card: 'Your invoices', text: /paid on 10 November 2026/ }],
	['ada', 'Can I see my billing history?', { card: 'Your invoices', text: /SLKADAXX-0003/ }],
	['ada', 'I want to download an invoice', { card: 'Your invoices', text: /PDF/ }],
	['mary', 'Which plans are there?', { card: 'Plans', text: /Solo.*Team.*Fleet/s }],
	['mary', 'Upgrade me to Fleet', { card: 'Please confirm', text: /Due now/ }],
	['ada', 'I want to downgrade to Solo', { card: 'Please confirm', text: /Solo/ }],
	['mary', 'Please cancel my subscription', { card: 'Please confirm', text: /Cancel/ }],
	['mary', 'Change my billing e-mail to mary.books@example.com', { card: 'Please confirm', text: /mary\.books@example\.com/ }],
	['ada', 'Upgrade me to 5 seats of Team', { card: 'Please confirm', text: /5/ }],
	['ada', 'Why was I charged twice?', { card: 'Your invoices', text: /SLKADAXX-0004/ }],
	['katherine', 'I want to add a payment method', { card: 'Link', text: /Open the secure page/ }],
	['mary', 'Change my billing address to 1 Quay Street, Dublin, D02 X285, IE', { card: 'Please confirm', text: /1 Quay Street/ }],
	['mary', 'My billing phone number is now +44 20 7183 8751', { card: 'Please confirm', text: /8751/ }],
];

const named = (sentence) => sentence.toLowerCase().replace(/[^a-z]+/g, '-').replace(/^-|-$/g, '');

describe('sentences', () => {
	for (const [contact, sentence, wanted] of sentences) {
		test(`${contact}: ${sentence}`, () => on(contact, async ({ chat, shot }) => {
			await ask(chat, sentence);
			const card = chat.getByRole('region', { name: wanted.card });
			await card.first().waitFor();
			assert.match(await card.first().innerText(), wanted.text);
			await shot(`sentence-${named(sentence)}`);
		}));

		test(`${contact}: ${sentence} (small and dark)`, () => on(contact, async ({ chat, shot }) => {
			await ask(chat, sentence);
			await chat.getByRole('region', { name: wanted.card }).first().waitFor();
			assert.equal(await chat.locator('html').evaluate((html) => html.scrollWidth <= html.clientWidth), true, 'nothing sticks out');
			await shot(`small-${named(sentence)}`);
		}, { viewport: { width: 360, height: 700 }, colorScheme: 'dark' }));
	}

	test('a change agreed in the chat happens when the button is pressed', () => on('mary', async ({ chat }) => {
		const before = (await subscriptionOf('cus_mary')).items.data[0].price.id;
		await ask(chat, 'Upgrade me to Fleet');
		await chat.getByRole('button', { name: 'Confirm' }).waitFor();
		assert.equal((await subscriptionOf('cus_mary')).items.data[0].price.id, before);
		await chat.getByRole('button', { name: 'Confirm' }).click();
		await chat.getByText('You confirmed this.').waitFor();
		assert.equal((await subscriptionOf('cus_mary')).items.data[0].price.id, 'price_fleet_month');
	}));

	test('who is not signed in is asked to', () => on('', async ({ chat, shot }) => {
		await ask(chat, 'What is my current plan?');
		await chat.getByText('Please sign in, then ask me again.').first().waitFor();
		await shot('signed-out');
	}));

	test('markup is text', () => on('ada', async ({ chat }) => {
		const text = '<img src=x onerror="document.body.remove()"> & <b>bold</b>';
		await ask(chat, text);
		await chat.getByText(text).first().waitFor();
		assert.equal(await chat.locator('#log img, #log b').count(), 0);
	}));
});

describe('environments', () => {
	for (const environment of ['playground', 'preview', 'compare']) {
		test(`${environment} refuses`, async () => {
			const there = await stage((config) => ({ ...config, environment }));
			const stand = await visit(house.browser, there, 'ada');

			try {
				await stand.chat.getByText(`This is the ${environment} environment`).waitFor();
				await stand.chat.getByRole('button', { name: 'My subscription', exact: true }).click();
				await stand.chat.getByText('I can\'t do that here.').first().waitFor();
				assert.equal(await stand.chat.getByRole('region', { name: 'Your subscription' }).count(), 0);
				await stand.shot(`environment-${environment}`);
			} finally {
				await stand.close();
				assert.deepEqual(await there.stop(), [0, 0]);
			}
		});
	}
});
