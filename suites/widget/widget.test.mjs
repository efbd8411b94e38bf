/* SPDX-License-Identifier: MIT */
/*
 * The chat in a real browser, on a site of another origin, for contacts of the demo company. What is expected is what a
 * customer sees and what Stripe (the simulator) has afterwards.
 */
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { ask, browser, stage, visit } from './stage.mjs';

let where;
let one;

before(async () => {
	where = await stage();
	one = await browser();
});
after(async () => {
	await one?.close();
	assert.deepEqual(await where?.stop(), [0, 0], 'both servers stop cleanly');
});

async function stripe(path) {
	const answer = await fetch(`${where.stripe}${path}`, { headers: { Authorization: `Bearer ${where.config.stripe.api_key}` } });

	return answer.json();
}
const subscriptionOf = async (customer) => (await stripe(`/v1/subscriptions?status=all&customer=${customer}`)).data[0];

/* Runs `work` on a page of its own; nothing the browser minds goes unseen. */
async function on(contact, work, options) {
	const stand = await visit(one, where, contact, options);

	try {
		await work(stand);
		assert.deepEqual(stand.faults, []);
	} finally {
		await stand.close();
	}
}

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
			assert.match(await link.getAttribute('href'), /^https:\/\/[a-z]+\.stripe\.com\//);
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
		assert.match(await link.getAttribute('href'), /^https:\/\/billing\.stripe\.com\//);
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
	['mary', 'My billing phone number is now +44 20 7183 8751', { card: 'Please confirm', text: /8751/ }],
];

describe('sentences', () => {
	for (const [contact, sentence, wanted] of sentences) {
		test(`${contact}: ${sentence}`, () => on(contact, async ({ chat, shot }) => {
			await ask(chat, sentence);
			const card = chat.getByRole('region', { name: wanted.card });
			await card.first().waitFor();
			assert.match(await card.first().innerText(), wanted.text);
			await shot(`sentence-${sentence.toLowerCase().replace(/[^a-z]+/g, '-').replace(/^-|-$/g, '')}`);
		}));
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

describe('the page around it', () => {
	test('hears events, without amounts, addresses and links', () => on('ada', async ({ page, chat }) => {
		await ask(chat, 'Show me my recent invoices, mine is ada@example.com');
		await chat.getByRole('region', { name: 'Your invoices' }).waitFor();
		await page.getByText(/^assistant-message/).first().waitFor();
		const heard = await page.locator('#heard li').allInnerTexts();
		for (const type of ['user-message', 'tool-call', 'tool-result', 'assistant-message'])
			assert.ok(heard.some((line) => line.startsWith(`${type} {`)), `${type} is missing`);
		for (const line of heard) {
			assert.doesNotMatch(line, /\d USD/);
			assert.doesNotMatch(line, /https?:/);
			assert.doesNotMatch(line, /ada@example/);
		}
		assert.ok(heard.some((line) => /^tool-result .*"type":"invoices".*"result":\{"status":"ok"\}/.test(line)));
	}));

	test('a listener that was removed is silent', () => on('ada', async ({ page, chat }) => {
		await page.evaluate(() => {
			window.counted = 0;
			window.count = () => (window.counted += 1);
			window.stripeActions('addEventListener', 'tool-call', window.count);
		});
		await chat.getByRole('button', { name: 'Invoices' }).click();
		await chat.getByRole('region', { name: 'Your invoices' }).waitFor();
		assert.equal(await page.evaluate(() => window.counted), 1);
		await page.evaluate(() => window.stripeActions.removeEventListener('tool-call', window.count));
		await chat.getByRole('button', { name: 'My subscription', exact: true }).click();
		await chat.getByRole('region', { name: 'Your subscription' }).waitFor();
		assert.equal(await page.evaluate(() => window.counted), 1);
	}));

	test('opens and closes it, and the focus goes along', () => on('ada', async ({ page, chat }) => {
		await page.evaluate(() => window.stripeActions.close());
		await page.locator('iframe').waitFor({ state: 'hidden' });
		await page.getByRole('button', { name: 'Ask about billing' }).click();
		await page.locator('iframe').waitFor({ state: 'visible' });
		await page.waitForFunction(() => document.activeElement?.id === 'stripe-actions-widget');
		await chat.getByLabel('Your message').press('Escape');
		await page.locator('iframe').waitFor({ state: 'hidden' });
		assert.equal(await page.evaluate(() => document.activeElement.id), 'open');
		assert.equal(await page.evaluate(() => window.stripeActions('getState')), 'initialized');
	}));

	test('signs the person out: what was said is gone, and billing is closed', () => on('ada', async ({ page, chat }) => {
		await chat.getByRole('button', { name: 'My subscription', exact: true }).click();
		await chat.getByRole('region', { name: 'Your subscription' }).waitFor();
		await page.getByRole('button', { name: 'Sign out' }).click();
		await chat.getByRole('region', { name: 'Your subscription' }).waitFor({ state: 'detached' });
		await chat.getByRole('button', { name: 'My subscription', exact: true }).click();
		await chat.getByText('Please sign in, then ask me again.').waitFor();
	}));

	test('a new chat keeps the person signed in', () => on('ada', async ({ page, chat }) => {
		await chat.getByRole('button', { name: 'Invoices' }).click();
		await chat.getByRole('region', { name: 'Your invoices' }).waitFor();
		await page.evaluate(() => window.stripeActions.resetChat());
		await chat.getByRole('region', { name: 'Your invoices' }).waitFor({ state: 'detached' });
		await chat.getByRole('button', { name: 'My subscription', exact: true }).click();
		await chat.getByRole('region', { name: 'Your subscription' }).waitFor();
	}));

	test('another person sees nothing of the first', () => on('ada', async ({ page, chat }) => {
		await chat.getByRole('button', { name: 'Invoices' }).click();
		await chat.getByText('SLKADAXX-0004').waitFor();
		await page.getByLabel('Customer').selectOption('mary');
		await page.getByRole('button', { name: 'Sign in' }).click();
		await chat.getByText('SLKADAXX-0004').waitFor({ state: 'detached' });
		await chat.getByText('Signed in').waitFor();
		await chat.getByRole('button', { name: 'Invoices' }).click();
		await chat.getByRole('region', { name: 'Your invoices' }).waitFor();
		assert.equal(await chat.getByText('SLKADAXX').count(), 0);
	}));

	test('a message from another window is not listened to', () => on('ada', async ({ page, chat }) => {
		await page.evaluate(() => {
			window.counted = 0;
			window.stripeActions('addEventListener', 'user-message', () => (window.counted += 1));
			window.postMessage({ channel: 'stripe-actions-widget', type: 'event', event: 'user-message', data: {} }, '*');
			window.postMessage({ channel: 'stripe-actions-widget', type: 'close' }, '*');
		});
		await page.waitForTimeout(200);
		assert.equal(await page.evaluate(() => window.counted), 0);
		assert.equal(await page.locator('iframe').isVisible(), true);
		await chat.getByText('Signed in').waitFor();
	}));

	test('a site that is not on the list is not served', async () => {
		const answer = await fetch(`${where.widget}/widget/frame.html?site=https%3A%2F%2Fevil.example`);
		assert.match(answer.headers.get('content-security-policy'), /frame-ancestors (?!.*evil)/);
		const context = await one.newContext();
		const page = await context.newPage();
		await page.goto(`${where.widget}/widget/frame.html?site=https%3A%2F%2Fevil.example`);
		await page.getByText('This site may not show this chat.').waitFor();
		assert.equal(await page.getByRole('button', { name: 'Invoices' }).count(), 0);
		await context.close();
	});
});

describe('for everybody', () => {
	test('by keyboard alone', () => on('edsger', async ({ page, chat, shot }) => {
		const focused = () => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.tagName ?? document.activeElement.tagName);

		await page.waitForFunction(() => document.activeElement?.id === 'stripe-actions-widget');
		assert.equal(await focused(), 'IFRAME', 'opening the chat moves the focus into it');
		await chat.locator('#text:focus').waitFor();
		await page.keyboard.type('When does my subscription renew?');
		await page.keyboard.press('Enter');
		await chat.getByRole('region', { name: 'Your subscription' }).waitFor();
		await chat.getByRole('button', { name: 'Plans', exact: true }).focus();
		await page.keyboard.press('Enter');
		await chat.getByRole('radio', { name: 'Monthly' }).waitFor();
		await chat.getByRole('radio', { name: 'Monthly' }).focus();
		await page.keyboard.press('ArrowDown');
		assert.equal(await chat.getByRole('radio', { name: 'Yearly' }).isChecked(), true);
		await page.keyboard.press('Tab');
		assert.match(await chat.locator(':focus').getAttribute('aria-label'), /^Preview /);
		await shot('keyboard');
	}));

	test('everything that can be used has a name, and news are announced', () => on('barbara', async ({ chat }) => {
		for (const press of ['My subscription', 'Invoices', 'Plans', 'Billing details']) {
			await chat.getByRole('button', { name: press, exact: true }).click();
			await chat.locator('#log[aria-busy="false"]').waitFor();
		}
		const nameless = await chat.locator('button, a, input, textarea, select').evaluateAll((all) => all
			.filter((element) => !(element.getAttribute('aria-label') ?? '').trim() && !element.textContent.trim() && !element.labels?.length)
			.map((element) => element.outerHTML));
		assert.deepEqual(nameless, []);
		const ids = await chat.locator('[id]').evaluateAll((all) => all.map((element) => element.id));
		assert.equal(new Set(ids).size, ids.length, 'ids are unique');
		assert.equal(await chat.getByRole('log').getAttribute('aria-live'), 'polite');
	}));

	for (const colorScheme of ['light', 'dark']) {
		test(`text stands out: ${colorScheme}`, () => on('ada', async ({ chat, shot }) => {
			await chat.getByRole('button', { name: 'Invoices' }).click();
			await chat.getByRole('region', { name: 'Your invoices' }).waitFor();
			await shot(`scheme-${colorScheme}`);
			const weak = await chat.locator('h1, h2, h3, p, a, button, span, label, .said').evaluateAll((all) => {
				const parse = (text) => text.match(/[\d.]+/g).map(Number);
				const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
					.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
					.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
				const ground = (element) => {
					for (let at = element; at; at = at.parentElement) {
						const color = parse(getComputedStyle(at).backgroundColor);
						if (color.length < 4 || color[3] === 1) return color;
					}
					return [255, 255, 255];
				};
				return all.filter((element) => element.textContent.trim() && element.checkVisibility()).map((element) => {
					const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
					return [(a + 0.05) / (b + 0.05), element.outerHTML.slice(0, 80)];
				}).filter(([ratio]) => ratio < 4.5); // WCAG 2.2, 1.4.3
			});
			assert.deepEqual(weak, []);
		}, { colorScheme }));
	}

	test('on a small screen', () => on('ada', async ({ page, chat, shot }) => {
		await chat.getByRole('button', { name: 'Plans', exact: true }).click();
		await chat.getByRole('region', { name: 'Plans' }).waitFor();
		const box = await page.locator('iframe').boundingBox();
		assert.ok(box.x >= 0 && box.x + box.width <= 360, 'it fits');
		assert.equal(await chat.locator('html').evaluate((html) => html.scrollWidth <= html.clientWidth), true, 'nothing sticks out');
		await shot('small-screen');
	}, { viewport: { width: 360, height: 640 } }));
});

describe('environments', () => {
	for (const environment of ['playground', 'preview', 'compare']) {
		test(`${environment} refuses`, async () => {
			const there = await stage((config) => ({ ...config, environment }));
			const stand = await visit(one, there, 'ada');

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
