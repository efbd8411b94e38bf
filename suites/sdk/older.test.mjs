/* SPDX-License-Identifier: MIT */
/*
 * Older official packages, each with the API version of its time: what they were written for is what they get, of the
 * same simulator. The time stands still at the first of April 2026.
 */
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import Stripe8 from 'stripe-8';
import Stripe14 from 'stripe-14';
import Stripe17 from 'stripe-17';
import Stripe18 from 'stripe-18';
import { APRIL, MAY, monthly_price, paying_customer, start_server } from './server.mjs';

let server;
before(async () => {
	server = await start_server();
});
after(async () => {
	assert.equal(await server?.stop(), 0, 'the server stops cleanly on SIGTERM');
});

/* Before basil an invoice said all of its payment and its subscription itself, and a subscription had the period. */
const packages = [
	{ name: 'stripe 8', Stripe: Stripe8, version: '2020-08-27', basil: false },
	{ name: 'stripe 14', Stripe: Stripe14, version: '2023-10-16', basil: false },
	{ name: 'stripe 17', Stripe: Stripe17, version: '2025-02-24.acacia', basil: false },
	{ name: 'stripe 18', Stripe: Stripe18, version: '2025-08-27.basil', basil: true },
];

for (const { name, Stripe, version, basil } of packages) {
	const client = (key) => new Stripe(`sk_test_${name.replace(' ', '')}${key}`, { apiVersion: version, ...server.reach });

	describe(`${name} (${version})`, () => {
		test('a subscription and its paid invoice have the shape of that version', async () => {
			const stripe = client('subscribe');
			const customer = await paying_customer(stripe);
			const price = await monthly_price(stripe, 'Solo', 1500);
			const subscription = await stripe.subscriptions.create({
				customer: customer.id, items: [{ price: price.id }],
				expand: [basil ? 'latest_invoice.payments' : 'latest_invoice.payment_intent'],
			});
			const invoice = subscription.latest_invoice;
			const period = basil ? subscription.items.data[0] : subscription;
			assert.equal(subscription.lastResponse.apiVersion, version);
			assert.equal(subscription.status, 'active');
			assert.equal(period.current_period_start, APRIL);
			assert.equal(period.current_period_end, MAY);
			assert.equal('current_period_end' in subscription, !basil);
			assert.equal(invoice.total, 1500);
			assert.equal(invoice.status, 'paid');
			assert.equal(invoice.paid, basil ? undefined : true);
			if (basil) {
				assert.equal(invoice.parent.subscription_details.subscription, subscription.id);
				assert.equal(invoice.payments.data[0].status, 'paid');
			} else {
				assert.equal(invoice.subscription, subscription.id);
				assert.equal(invoice.payment_intent.status, 'succeeded');
				assert.equal(invoice.payment_intent.amount_received, 1500);
				assert.equal(invoice.lines.data[0].price.id, price.id);
				assert.equal(invoice.lines.data[0].type, 'subscription');
			}
		});

		test('the preview of an upgrade is the upgrade', async () => {
			const stripe = client('preview');
			const customer = await paying_customer(stripe);
			const [solo, fleet] = [await monthly_price(stripe, 'Solo', 1000), await monthly_price(stripe, 'Fleet', 3000)];
			const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: solo.id }] });
			const items = [{ id: subscription.items.data[0].id, price: fleet.id }];
			const half = { proration_date: APRIL + (MAY - APRIL) / 2, proration_behavior: 'always_invoice' };
			const preview = basil
				? await stripe.invoices.createPreview({ subscription: subscription.id, subscription_details: { items, ...half } })
				: await stripe.invoices.retrieveUpcoming({
					subscription: subscription.id, subscription_items: items,
					subscription_proration_behavior: half.proration_behavior, subscription_proration_date: half.proration_date,
				});
			const amounts = preview.lines.data.map((line) => line.amount);
			assert.deepEqual([...amounts].sort((a, b) => a - b), [-500, 1500]);
			assert.equal(preview.total, 1000);
			const changed = await stripe.subscriptions.update(subscription.id, { items, ...half, expand: ['latest_invoice'] });
			assert.deepEqual(changed.latest_invoice.lines.data.map((line) => line.amount), amounts);
			assert.equal(changed.latest_invoice.amount_paid, 1000);
		});

		test('a declined card is a card error with its decline code', async () => {
			const stripe = client('decline');
			const error = await stripe.paymentIntents.create({
				amount: 2000, currency: 'usd', confirm: true, payment_method: 'pm_card_visa_chargeDeclinedInsufficientFunds',
				payment_method_types: ['card'],
			}).then(() => assert.fail('the card was to be declined'), (thrown) => thrown);
			assert.equal(error.type, 'StripeCardError');
			assert.equal(error.code, 'card_declined');
			assert.equal(error.decline_code, 'insufficient_funds');
			assert.equal(error.payment_intent.status, 'requires_payment_method');
		});

		test('lists page by themselves', async () => {
			const stripe = client('list');
			for (let i = 0; i < 7; i++) await stripe.customers.create({ name: `c${i}` });
			const names = [];
			for await (const customer of stripe.customers.list({ limit: 3 })) names.push(customer.name);
			assert.deepEqual(names, ['c6', 'c5', 'c4', 'c3', 'c2', 'c1', 'c0']);
		});
	});
}

describe('what only an older version has', () => {
	test('usage records, without a meter', async () => {
		const stripe = new Stripe14('sk_test_usage', { apiVersion: '2023-10-16', ...server.reach });
		const customer = await paying_customer(stripe);
		const product = await stripe.products.create({ name: 'Calls' });
		const price = await stripe.prices.create({
			product: product.id, currency: 'usd', unit_amount: 7, recurring: { interval: 'month', usage_type: 'metered' },
		});
		const { items: { data: [item] } } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
		await stripe.subscriptionItems.createUsageRecord(item.id, { quantity: 100, timestamp: APRIL });
		const upcoming = await stripe.invoices.retrieveUpcoming({ customer: customer.id });
		assert.equal(upcoming.total, 700);
	});

	test('a coupon on the customer', async () => {
		const stripe = new Stripe17('sk_test_coupon', { apiVersion: '2025-02-24.acacia', ...server.reach });
		const coupon = await stripe.coupons.create({ percent_off: 25, duration: 'forever' });
		const customer = await stripe.customers.create({ coupon: coupon.id });
		assert.equal(customer.discount.coupon.percent_off, 25);
	});

	test('a plan in place of a price, a charge on the invoice', async () => {
		const stripe = new Stripe8('sk_test_plan', { apiVersion: '2020-08-27', ...server.reach });
		const customer = await paying_customer(stripe);
		const plan = await stripe.plans.create({ amount: 900, currency: 'usd', interval: 'month', product: { name: 'Old' } });
		const subscription = await stripe.subscriptions.create({
			customer: customer.id, items: [{ plan: plan.id }], expand: ['latest_invoice.charge'],
		});
		assert.equal(subscription.items.data[0].plan.id, plan.id);
		assert.equal(subscription.latest_invoice.charge.amount, 900);
		assert.equal(subscription.latest_invoice.charge.paid, true);
	});
});
