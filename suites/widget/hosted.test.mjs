/* SPDX-License-Identifier: MIT */
/*
 * The simulator's hosted pages in a real browser: links are followed, forms filled in by their labels, and what the
 * browser itself forbids (the pages' own policy) is seen. A little shop on another origin is where customers return to.
 */
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const top = fileURLToPath(new URL('../../', import.meta.url));
const OUT = process.env.OUT ?? join(top, 'build');
const SHOTS = process.env.SCREENSHOTS ?? join(top, 'build/screenshots');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync'];
const KEY = 'sk_test_slackwater_demo';

let simulator;
let stripe;
let shop;
let site;
let one;

before(async () => {
	await mkdir(SHOTS, { recursive: true });
	simulator = spawn(join(OUT, 'mockstripe'), ['--http-port', '0', '--https-port', 'off', '--quiet', '--fixtures',
		join(top, 'fixtures/demo')], { stdio: ['ignore', 'pipe', 'inherit'] });
	stripe = await new Promise((resolve, reject) => {
		simulator.on('exit', () => reject(new Error('mockstripe ended early')));
		simulator.stdout.on('data', (piece) => resolve(/^mockstripe ready (http:\/\/\S+)/m.exec(piece)[1]));
	});
	simulator.removeAllListeners('exit');
	shop = createServer((request, answer) => answer.setHeader('Content-Type', 'text/html').end(`<h1>Shop ${request.url}</h1>`));
	await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve));
	site = `http://localhost:${shop.address().port}`;
	one = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: FLAGS });
});
after(async () => {
	await one?.close();
	shop?.close();
	const gone = new Promise((resolve) => simulator.on('exit', resolve));

	simulator.kill('SIGTERM');
	assert.equal(await gone, 0, 'the simulator stops cleanly');
});

/* A call of the API: pairs as a form. */
async function call(path, form) {
	const answer = await fetch(`${stripe}/v1/${path}`, {
		method: form ? 'POST' : 'GET',
		headers: { Authorization: `Bearer ${KEY}` },
		body: form && new URLSearchParams(form),
	});
	const body = await answer.json();

	assert.equal(answer.status, 200, JSON.stringify(body));
	return body;
}

/* Opens a page, lets `work` use it, and fails on anything that the browser minded. */
async function on(url, work, options) {
	const context = await one.newContext({ viewport: { width: 1100, height: 900 }, ...options });
	const page = await context.newPage();
	const faults = [];

	page.setDefaultTimeout(8000);
	page.on('pageerror', (error) => faults.push(String(error)));
	/* A refused form is answered with a page and a status of its own, which the console calls an error. */
	page.on('console', (message) => message.type() === 'error' && !/status of 40[02]/.test(message.text()) && faults.push(message.text()));
	page.on('request', (request) => {
		if (!['127.0.0.1', 'localhost'].includes(new URL(request.url()).hostname)) faults.push(`left the machine: ${request.url()}`);
	});
	await page.goto(url);
	try {
		await work(page, (name) => page.screenshot({ path: join(SHOTS, `page-${name}.png`), fullPage: true }));
		assert.deepEqual(faults, []);
	} finally {
		await context.close();
	}
}

async function portal(customer, more = {}) {
	const configuration = await call('billing_portal/configurations', {
		'features[subscription_update][enabled]': 'true',
		'features[subscription_update][default_allowed_updates][]': 'price',
		'features[subscription_update][proration_behavior]': 'always_invoice',
		'features[subscription_update][products][0][product]': 'prod_fleet',
		'features[subscription_update][products][0][prices][]': 'price_fleet_month',
		'features[subscription_cancel][enabled]': 'true',
		'features[subscription_cancel][cancellation_reason][enabled]': 'true',
		'features[subscription_cancel][cancellation_reason][options][]': 'unused',
		'features[payment_method_update][enabled]': 'true',
		'features[invoice_history][enabled]': 'true',
	});
	const session = await call('billing_portal/sessions', { customer, configuration: configuration.id, return_url: `${site}/account`, ...more });

	return session.url;
}

describe('the portal', () => {
	test('another plan, with what it costs', async () => on(await portal('cus_ada'), async (page, shot) => {
		await page.getByRole('heading', { name: 'Slackwater Team' }).waitFor();
		await shot('portal');
		await page.getByRole('link', { name: 'Update plan' }).click();
		await page.getByRole('radio', { name: 'Slackwater Fleet' }).check();
		await page.getByRole('button', { name: 'Continue' }).click();
		await page.getByText('Amount due today').waitFor();
		await shot('portal-preview');
		await page.getByRole('button', { name: 'Confirm' }).click();
		await page.getByRole('status').getByText('Your plan has been updated.').waitFor();
		assert.equal((await call('subscriptions/sub_ada')).items.data[0].price.id, 'price_fleet_month');
		await page.getByRole('link', { name: /^Return to/ }).click();
		await page.getByText('Shop /account').waitFor();
	}));

	test('a declined card, then a good one, by the keyboard alone', async () => on(await portal('cus_ada'), async (page, shot) => {
		await page.getByRole('link', { name: 'Change payment method' }).press('Enter');
		await page.getByLabel('Card number').fill('4000 0000 0000 0002');
		await page.getByLabel('Expires').fill('12 / 34');
		await page.getByLabel('Security code').fill('123');
		await page.keyboard.press('Enter');
		await page.getByRole('alert').getByText('Your card was declined.').waitFor();
		await shot('portal-declined');
		await page.getByLabel('Card number').fill('5555 5555 5555 4444');
		await page.getByLabel('Expires').fill('12 / 34');
		await page.getByLabel('Security code').press('Enter');
		await page.getByText('Mastercard ending in 4444').waitFor();
	}));

	test('a flow ends at the business, on another origin', async () => on(await portal('cus_ada', {
		'flow_data[type]': 'subscription_cancel',
		'flow_data[subscription_cancel][subscription]': 'sub_ada',
		'flow_data[after_completion][type]': 'redirect',
		'flow_data[after_completion][redirect][return_url]': `${site}/sorry`,
	}), async (page, shot) => {
		await page.getByRole('radio', { name: 'I no longer need it' }).check();
		await shot('portal-cancel');
		await page.getByRole('button', { name: 'Cancel subscription' }).click();
		await page.getByText('Shop /sorry').waitFor();
		assert.equal((await call('subscriptions/sub_ada')).cancellation_details.feedback, 'unused');
	}, { colorScheme: 'dark', viewport: { width: 390, height: 844 } }));
});

describe('Checkout', () => {
	const session = async (more = {}) => (await call('checkout/sessions', {
		mode: 'subscription',
		'line_items[0][price]': 'price_team_month',
		'line_items[0][quantity]': '1',
		'line_items[0][adjustable_quantity][enabled]': 'true',
		allow_promotion_codes: 'true',
		success_url: `${site}/ok?session={CHECKOUT_SESSION_ID}`,
		cancel_url: `${site}/basket`,
		...more,
	}));

	test('quantity, code, a declined card, authentication, and the way to the shop', async () => {
		const { id, url } = await session();

		await call('coupons', { id: 'BROWSER', percent_off: '50', duration: 'once' });
		await call('promotion_codes', { 'promotion[type]': 'coupon', 'promotion[coupon]': 'BROWSER', code: 'HALF' });
		await on(url, async (page, shot) => {
			await page.getByLabel('Quantity').fill('2');
			await page.getByRole('button', { name: 'Update' }).click();
			await page.getByLabel('Promotion code').fill('half');
			await page.getByRole('button', { name: 'Apply' }).click();
			await page.getByText('HALF').waitFor();
			await page.getByText('$29.00', { exact: true }).first().waitFor();
			await page.getByLabel('Email').fill('zoe@example.com');
			await page.getByLabel('Full name').fill('Zoe');
			await page.getByLabel('Test card').selectOption('pm_card_chargeDeclinedInsufficientFunds');
			await page.getByRole('button', { name: 'Subscribe' }).click();
			await page.getByRole('alert').getByText('Your card has insufficient funds.').waitFor();
			await shot('checkout');
			await page.getByLabel('Test card').selectOption('pm_card_authenticationRequired');
			await page.getByRole('button', { name: 'Subscribe' }).click();
			await page.getByRole('heading', { name: '3D Secure' }).waitFor();
			await page.getByRole('button', { name: 'Complete' }).click();
			await page.getByText(`Shop /ok?session=${id}`).waitFor();
		});
		assert.equal((await call(`checkout/sessions/${id}`)).payment_status, 'paid');
	});

	test('the way back', async () => on((await session()).url, async (page, shot) => {
		await shot('checkout-dark');
		await page.getByRole('link', { name: 'Cancel and go back' }).click();
		await page.getByText('Shop /basket').waitFor();
	}, { colorScheme: 'dark', viewport: { width: 390, height: 844 } }));
});

test('a bill is paid, and has its PDF', async () => {
	const [open] = (await call('invoices?customer=cus_ada&status=open')).data;

	await on(open.hosted_invoice_url, async (page, shot) => {
		await shot('invoice');
		const pdf = await page.getByRole('link', { name: 'Download PDF' }).getAttribute('href');
		const file = await page.request.get(new URL(pdf, stripe).href);

		assert.equal(file.headers()['content-type'], 'application/pdf');
		await page.getByRole('button', { name: /^Pay/ }).click();
		await page.getByText('Paid', { exact: true }).waitFor();
		await shot('invoice-paid');
	});
	assert.equal((await call(`invoices/${open.id}`)).status, 'paid');
});
