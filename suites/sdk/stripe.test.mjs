/* SPDX-License-Identifier: MIT */
/*
 * The official Node package against the simulator over HTTP. What is expected here is what Stripe answers, to the last
 * cent; the time stands still at the first of April 2026.
 */
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import Stripe from 'stripe';
import { APRIL, MAY, monthly_price, paying_customer, start_server } from './server.mjs';

let server;
before(async () => {
	server = await start_server();
});
after(async () => {
	assert.equal(await server?.stop(), 0, 'the server stops cleanly on SIGTERM');
});

const ids = (list) => list.map((one) => one.id);
const amounts = (invoice) => invoice.lines.data.map((line) => line.amount).sort((a, b) => a - b);

async function refused(promise) {
	try {
		await promise;
	} catch (error) {
		return error;
	}
	return assert.fail('the call was expected to be refused');
}

describe('customers', () => {
	test('a new customer has every field of a fresh one', async () => {
		const stripe = server.client('customercreate');
		const customer = await stripe.customers.create({ email: 'ada@example.com', metadata: { plan: 'gold' } });
		assert.match(customer.id, /^cus_[0-9A-Za-z]{14,24}$/);
		assert.equal(customer.object, 'customer');
		assert.equal(customer.email, 'ada@example.com');
		assert.equal(customer.created, APRIL);
		assert.equal(customer.balance, 0);
		assert.equal(customer.delinquent, false);
		assert.equal(customer.livemode, false);
		assert.equal(customer.name, null);
		assert.equal(customer.tax_exempt, 'none');
		assert.deepEqual(customer.metadata, { plan: 'gold' });
		assert.deepEqual(customer.preferred_locales, []);
		assert.equal(customer.invoice_settings.default_payment_method, null);
		assert.match(customer.invoice_prefix, /^[0-9A-Z]{8}$/);
	});

	test('the answer carries the headers that the package reads', async () => {
		const stripe = server.client('customerheaders');
		const customer = await stripe.customers.create({});
		assert.match(customer.lastResponse.requestId, /^req_[0-9A-Za-z]{14}$/);
		assert.equal(customer.lastResponse.statusCode, 200);
		assert.equal(customer.lastResponse.apiVersion, '2026-10-28.endive');
	});

	test('retrieve gives what create gave', async () => {
		const stripe = server.client('customerretrieve');
		const customer = await stripe.customers.create({ name: 'Ada', address: { country: 'GB', city: 'London' } });
		assert.deepEqual({ ...(await stripe.customers.retrieve(customer.id)) }, { ...customer });
	});

	test('update merges metadata and an empty string unsets', async () => {
		const stripe = server.client('customerupdate');
		const customer = await stripe.customers.create({ email: 'ada@example.com', phone: '+44 20', metadata: { a: '1', b: '2' } });
		const changed = await stripe.customers.update(customer.id, { email: '', name: 'Ada', metadata: { a: '', c: '3' } });
		assert.equal(changed.email, null);
		assert.equal(changed.name, 'Ada');
		assert.equal(changed.phone, '+44 20');
		assert.deepEqual(changed.metadata, { b: '2', c: '3' });
	});

	test('delete leaves a stub', async () => {
		const stripe = server.client('customerdelete');
		const customer = await stripe.customers.create({});
		const stub = { id: customer.id, object: 'customer', deleted: true };
		assert.deepEqual({ ...(await stripe.customers.del(customer.id)) }, stub);
		assert.deepEqual({ ...(await stripe.customers.retrieve(customer.id)) }, stub);
		assert.deepEqual((await stripe.customers.list()).data, []);
		const error = await refused(stripe.customers.update(customer.id, { name: 'Ada' }));
		assert.equal(error.code, 'resource_missing');
		assert.equal(error.message, `No such customer: '${customer.id}'`);
	});

	test('auto-paging walks every page, newest first', async () => {
		const stripe = server.client('customerpages');
		const made = [];
		for (let i = 0; i < 25; i++) made.unshift((await stripe.customers.create({ name: `n ${i}` })).id);
		const seen = [];
		for await (const customer of stripe.customers.list({ limit: 10 })) seen.push(customer.id);
		assert.deepEqual(seen, made);
		const backwards = await stripe.customers.list({ limit: 3, ending_before: made[10] });
		assert.deepEqual(ids(backwards.data), made.slice(7, 10));
		assert.equal(backwards.has_more, true);
		const last = await stripe.customers.list({ limit: 10, starting_after: made[19] });
		assert.deepEqual(ids(last.data), made.slice(20));
		assert.equal(last.has_more, false);
		assert.equal(last.url, '/v1/customers');
	});

	test('a list filters by e-mail and by creation time', async () => {
		const stripe = server.client('customerfilter');
		await stripe.customers.create({ email: 'ada@example.com' });
		const grace = await stripe.customers.create({ email: 'grace@example.com' });
		assert.deepEqual(ids((await stripe.customers.list({ email: 'grace@example.com' })).data), [grace.id]);
		assert.equal((await stripe.customers.list({ created: { gte: APRIL } })).data.length, 2);
		assert.equal((await stripe.customers.list({ created: { gt: APRIL } })).data.length, 0);
	});

	test('keys do not see each other', async () => {
		const customer = await server.client('tenantone').customers.create({});
		const error = await refused(server.client('tenanttwo').customers.retrieve(customer.id));
		assert.equal(error.statusCode, 404);
		assert.equal(error.code, 'resource_missing');
	});
});

describe('products and prices', () => {
	test('a product makes its default price in the same call', async () => {
		const stripe = server.client('productdefault');
		const product = await stripe.products.create({
			name: 'Starter',
			default_price_data: { currency: 'usd', unit_amount: 2000, recurring: { interval: 'month' } },
			expand: ['default_price'],
		});
		assert.match(product.id, /^prod_/);
		assert.equal(product.active, true);
		assert.equal(product.default_price.product, product.id);
		assert.equal(product.default_price.unit_amount, 2000);
	});

	test('a price shows its amount in both forms and its interval', async () => {
		const stripe = server.client('pricecreate');
		const price = await monthly_price(stripe, 'Starter', 2000);
		assert.match(price.id, /^price_/);
		assert.equal(price.type, 'recurring');
		assert.equal(price.billing_scheme, 'per_unit');
		assert.equal(price.unit_amount, 2000);
		assert.equal(price.unit_amount_decimal.toString(), '2000');
		assert.equal(price.recurring.interval, 'month');
		assert.equal(price.recurring.interval_count, 1);
		assert.equal(price.recurring.usage_type, 'licensed');
		assert.equal(price.tax_behavior, 'unspecified');
	});

	test('an archived price is left out of active ones', async () => {
		const stripe = server.client('pricearchive');
		const price = await monthly_price(stripe, 'Starter', 2000);
		const other = await monthly_price(stripe, 'Team', 5000);
		assert.equal((await stripe.prices.update(price.id, { active: false })).active, false);
		assert.deepEqual(ids((await stripe.prices.list({ active: true })).data), [other.id]);
	});
});

describe('payment methods', () => {
	test('attaching a test card makes a method of the customer', async () => {
		const stripe = server.client('methodattach');
		const customer = await stripe.customers.create({});
		const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
		assert.match(method.id, /^pm_[0-9A-Za-z]{14,24}$/);
		assert.equal(method.customer, customer.id);
		assert.equal(method.type, 'card');
		assert.equal(method.card.brand, 'visa');
		assert.equal(method.card.last4, '4242');
		const list = await stripe.customers.listPaymentMethods(customer.id, { type: 'card' });
		assert.deepEqual(ids(list.data), [method.id]);
		const customer_now = await stripe.customers.retrieve(customer.id);
		assert.equal(customer_now.invoice_settings.default_payment_method, null);
	});

	test('detaching frees the method for good', async () => {
		const stripe = server.client('methoddetach');
		const customer = await paying_customer(stripe);
		const method = customer.invoice_settings.default_payment_method;
		assert.equal((await stripe.paymentMethods.detach(method)).customer, null);
		const customer_now = await stripe.customers.retrieve(customer.id);
		assert.equal(customer_now.invoice_settings.default_payment_method, null);
		const error = await refused(stripe.paymentMethods.attach(method, { customer: customer.id }));
		assert.equal(error.statusCode, 400);
	});
});

describe('subscriptions', () => {
	test('a new subscription is active and its first invoice is paid', async () => {
		const stripe = server.client('subcreate');
		const customer = await paying_customer(stripe);
		const price = await monthly_price(stripe, 'Starter', 2000);
		const subscription = await stripe.subscriptions.create({
			customer: customer.id, items: [{ price: price.id }], expand: ['latest_invoice'],
		});
		assert.match(subscription.id, /^sub_/);
		assert.equal(subscription.status, 'active');
		assert.equal(subscription.customer, customer.id);
		assert.equal(subscription.collection_method, 'charge_automatically');
		assert.equal(subscription.cancel_at_period_end, false);
		assert.equal(subscription.start_date, APRIL);
		assert.equal(subscription.billing_cycle_anchor, APRIL);
		const [item] = subscription.items.data;
		assert.match(item.id, /^si_/);
		assert.equal(item.quantity, 1);
		assert.equal(item.price.id, price.id);
		assert.equal(item.current_period_start, APRIL);
		assert.equal(item.current_period_end, MAY);

		const invoice = subscription.latest_invoice;
		assert.match(invoice.id, /^in_/);
		assert.equal(invoice.status, 'paid');
		assert.equal(invoice.billing_reason, 'subscription_create');
		assert.equal(invoice.number, `${customer.invoice_prefix}-0001`);
		assert.equal(invoice.amount_due, 2000);
		assert.equal(invoice.amount_paid, 2000);
		assert.equal(invoice.amount_remaining, 0);
		assert.equal(invoice.attempt_count, 1);
		assert.equal(invoice.attempted, true);
		assert.equal(invoice.auto_advance, false);
		assert.equal(invoice.period_start, APRIL);
		assert.equal(invoice.period_end, APRIL);
		assert.match(invoice.hosted_invoice_url, /^https?:\/\//);
		assert.match(invoice.invoice_pdf, /^https?:\/\//);
		const [line] = invoice.lines.data;
		assert.equal(line.amount, 2000);
		assert.equal(line.description, '1 × Starter (at $20.00 / month)');
		assert.deepEqual({ ...line.period }, { start: APRIL, end: MAY });
	});

	test('a trial starts without a charge', async () => {
		const stripe = server.client('subtrial');
		const customer = await stripe.customers.create({});
		const price = await monthly_price(stripe, 'Starter', 2000);
		const subscription = await stripe.subscriptions.create({
			customer: customer.id, items: [{ price: price.id }], trial_period_days: 14, expand: ['latest_invoice'],
		});
		assert.equal(subscription.status, 'trialing');
		assert.equal(subscription.trial_start, APRIL);
		assert.equal(subscription.trial_end, APRIL + 14 * 86400);
		assert.equal(subscription.billing_cycle_anchor, APRIL + 14 * 86400);
		assert.equal(subscription.latest_invoice.status, 'paid');
		assert.equal(subscription.latest_invoice.total, 0);
	});

	test('without a way to pay nothing is made', async () => {
		const stripe = server.client('subnomethod');
		const customer = await stripe.customers.create({});
		const price = await monthly_price(stripe, 'Starter', 2000);
		const error = await refused(stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] }));
		assert.equal(error.statusCode, 400);
		assert.equal(error.code, 'resource_missing');
		assert.match(error.message, /^This customer has no attached payment source or default payment method\./);
		assert.deepEqual((await stripe.subscriptions.list({ status: 'all' })).data, []);
		assert.deepEqual((await stripe.invoices.list()).data, []);
	});

	test('with error_if_incomplete a declined card makes nothing', async () => {
		const stripe = server.client('subdeclined');
		const customer = await stripe.customers.create({});
		const method = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
		const price = await monthly_price(stripe, 'Starter', 2000);
		const params = { customer: customer.id, items: [{ price: price.id }], default_payment_method: method.id };
		const error = await refused(stripe.subscriptions.create({ ...params, payment_behavior: 'error_if_incomplete' }));
		assert.ok(error instanceof Stripe.errors.StripeCardError);
		assert.equal(error.statusCode, 402);
		assert.equal(error.code, 'card_declined');
		assert.deepEqual((await stripe.subscriptions.list({ status: 'all' })).data, []);

		const subscription = await stripe.subscriptions.create({ ...params, expand: ['latest_invoice'] });
		assert.equal(subscription.status, 'incomplete');
		assert.equal(subscription.latest_invoice.status, 'open');
		assert.equal(subscription.latest_invoice.amount_remaining, 2000);
	});

	test('cancelling at the period end can be undone, cancelling now cannot', async () => {
		const stripe = server.client('subcancel');
		const customer = await paying_customer(stripe);
		const price = await monthly_price(stripe, 'Starter', 2000);
		const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
		const ending = await stripe.subscriptions.update(id, { cancel_at_period_end: true });
		assert.equal(ending.status, 'active');
		assert.equal(ending.cancel_at, MAY);
		assert.equal(ending.canceled_at, APRIL);
		assert.equal(ending.cancellation_details.reason, 'cancellation_requested');
		const going_on = await stripe.subscriptions.update(id, { cancel_at_period_end: false });
		assert.equal(going_on.cancel_at, null);
		assert.equal(going_on.canceled_at, null);
		const canceled = await stripe.subscriptions.cancel(id);
		assert.equal(canceled.status, 'canceled');
		assert.equal(canceled.ended_at, APRIL);
		const error = await refused(stripe.subscriptions.cancel(id));
		assert.equal(error.statusCode, 404);
		assert.equal(error.message, `No such subscription: '${id}'`);
		assert.deepEqual((await stripe.subscriptions.list({ customer: customer.id })).data, []);
		assert.deepEqual(ids((await stripe.subscriptions.list({ status: 'canceled' })).data), [id]);
	});

	test('a test clock renews at the period end', async () => {
		const stripe = server.client('subrenew');
		const clock = await stripe.testHelpers.testClocks.create({ frozen_time: APRIL, name: 'a month' });
		const customer = await paying_customer(stripe, { test_clock: clock.id });
		const price = await monthly_price(stripe, 'Starter', 2000);
		const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
		await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: MAY + 2 * 3600 });
		let state;
		for (let i = 0; i < 50; i++) {
			state = await stripe.testHelpers.testClocks.retrieve(clock.id);
			if (state.status === 'ready') break;
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
		assert.equal(state.status, 'ready');
		assert.equal(state.frozen_time, MAY + 2 * 3600);
		const renewed = await stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice'] });
		assert.equal(renewed.items.data[0].current_period_start, MAY);
		assert.equal(renewed.latest_invoice.billing_reason, 'subscription_cycle');
		assert.equal(renewed.latest_invoice.status, 'paid');
		assert.equal(renewed.latest_invoice.number, `${customer.invoice_prefix}-0002`);
		assert.equal(renewed.latest_invoice.created, MAY);
		assert.equal(renewed.latest_invoice.period_start, APRIL);
		assert.equal(renewed.latest_invoice.period_end, MAY);
		assert.equal((await stripe.invoices.list({ subscription: subscription.id })).data.length, 2);
	});
});

describe('proration', () => {
	async function upgrade_case(stripe) {
		const customer = await paying_customer(stripe);
		const starter = await monthly_price(stripe, 'Starter', 1000);
		const team = await monthly_price(stripe, 'Team', 2000);
		const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: starter.id }] });
		const items = [{ id: subscription.items.data[0].id, price: team.id }];
		return { customer, subscription, items };
	}

	test('a preview in the middle of the period: -500, +1000 and the next month', async () => {
		const stripe = server.client('previewhalf');
		const { subscription, items } = await upgrade_case(stripe);
		const preview = await stripe.invoices.createPreview({
			subscription: subscription.id,
			subscription_details: { items, proration_date: APRIL + 15 * 86400 },
		});
		assert.equal(preview.object, 'invoice');
		assert.equal(preview.status, 'draft');
		assert.equal(preview.number, null);
		assert.deepEqual(amounts(preview), [-500, 1000, 2000]);
		assert.equal(preview.total, 2500);
		assert.equal(preview.amount_due, 2500);
		assert.equal(preview.parent.subscription_details.subscription_proration_date, APRIL + 15 * 86400);
		assert.equal(preview.next_payment_attempt, MAY + 3600);
	});

	test('a preview writes nothing', async () => {
		const stripe = server.client('previewpure');
		const { customer, subscription, items } = await upgrade_case(stripe);
		const before_it = await stripe.subscriptions.retrieve(subscription.id);
		await stripe.invoices.createPreview({
			customer: customer.id, subscription: subscription.id, subscription_details: { items, proration_behavior: 'always_invoice' },
		});
		assert.deepEqual({ ...(await stripe.subscriptions.retrieve(subscription.id)) }, { ...before_it });
		assert.equal((await stripe.invoices.list()).data.length, 1);
		assert.deepEqual((await stripe.invoiceItems.list()).data, []);
	});

	test('always_invoice charges at once what the preview said: a third of the period, -333 and +667', async () => {
		const stripe = server.client('upgradethird');
		const { subscription, items } = await upgrade_case(stripe);
		const at = APRIL + 20 * 86400;
		const preview = await stripe.invoices.createPreview({
			subscription: subscription.id,
			subscription_details: { items, proration_date: at, proration_behavior: 'always_invoice' },
		});
		assert.deepEqual(amounts(preview), [-333, 667]);
		assert.equal(preview.total, 334);
		const changed = await stripe.subscriptions.update(subscription.id, {
			items, proration_date: at, proration_behavior: 'always_invoice', expand: ['latest_invoice'],
		});
		assert.equal(changed.items.data.length, 1);
		assert.equal(changed.items.data[0].id, subscription.items.data[0].id);
		assert.equal(changed.items.data[0].price.unit_amount, 2000);
		assert.equal(changed.items.data[0].current_period_end, MAY);
		const invoice = changed.latest_invoice;
		assert.equal(invoice.billing_reason, 'subscription_update');
		assert.equal(invoice.total, 334);
		assert.deepEqual(amounts(invoice), [-333, 667]);
		assert.deepEqual(
			invoice.lines.data.map((line) => line.description).sort(),
			['Remaining time on Team after 21 Apr 2026', 'Unused time on Starter after 21 Apr 2026'],
		);
		for (const line of invoice.lines.data) assert.deepEqual({ ...line.period }, { start: at, end: MAY });
	});

	test('create_prorations leaves two pending items and no invoice', async () => {
		const stripe = server.client('upgradepending');
		const { customer, subscription, items } = await upgrade_case(stripe);
		const changed = await stripe.subscriptions.update(subscription.id, { items, proration_date: APRIL + 15 * 86400 });
		assert.equal(changed.latest_invoice, subscription.latest_invoice);
		const pending = await stripe.invoiceItems.list({ customer: customer.id, pending: true });
		assert.deepEqual(pending.data.map((item) => item.amount).sort((a, b) => a - b), [-500, 1000]);
		for (const item of pending.data) assert.equal(item.proration, true);
	});

	test('none changes the price and writes no lines', async () => {
		const stripe = server.client('upgradenone');
		const { subscription, items } = await upgrade_case(stripe);
		const changed = await stripe.subscriptions.update(subscription.id, { items, proration_behavior: 'none' });
		assert.equal(changed.items.data[0].price.unit_amount, 2000);
		assert.deepEqual((await stripe.invoiceItems.list()).data, []);
		assert.equal((await stripe.invoices.list()).data.length, 1);
	});

	test('a date outside the period is refused', async () => {
		const stripe = server.client('upgradedate');
		const { subscription, items } = await upgrade_case(stripe);
		const error = await refused(stripe.subscriptions.update(subscription.id, { items, proration_date: MAY + 86400 }));
		assert.equal(error.statusCode, 400);
		assert.match(error.message, /^Cannot specify proration date outside of current subscription period/);
	});
});

describe('invoices', () => {
	test('lists by customer and status, newest first', async () => {
		const stripe = server.client('invoicelist');
		const one = await paying_customer(stripe);
		const two = await paying_customer(stripe, { name: 'Grace Hopper' });
		const price = await monthly_price(stripe, 'Starter', 2000);
		for (const customer of [one, two, one])
			await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
		const list = await stripe.invoices.list({ customer: one.id });
		assert.deepEqual(list.data.map((invoice) => invoice.number), [`${one.invoice_prefix}-0002`, `${one.invoice_prefix}-0001`]);
		assert.equal((await stripe.invoices.list({ status: 'paid' })).data.length, 3);
		assert.equal((await stripe.invoices.list({ status: 'open' })).data.length, 0);
	});

	test('retrieve expands the customer and the payments', async () => {
		const stripe = server.client('invoiceexpand');
		const customer = await paying_customer(stripe);
		const price = await monthly_price(stripe, 'Starter', 2000);
		const { id, latest_invoice } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
		const invoice = await stripe.invoices.retrieve(latest_invoice, {
			expand: ['customer', 'payments.data.payment.payment_intent', 'parent.subscription_details.subscription'],
		});
		assert.equal(invoice.customer.id, customer.id);
		assert.equal(invoice.customer_email, 'ada@example.com');
		assert.equal(invoice.parent.subscription_details.subscription.id, id);
		const [payment] = invoice.payments.data;
		assert.equal(payment.status, 'paid');
		assert.equal(payment.amount_paid, 2000);
		assert.equal(payment.payment.payment_intent.status, 'succeeded');
		assert.equal(payment.payment.payment_intent.amount, 2000);
		const plain = await stripe.invoices.retrieve(latest_invoice);
		assert.equal(plain.customer, customer.id);
		assert.equal(plain.payments, undefined);
	});

	test('a finished invoice keeps the e-mail address of its day', async () => {
		const stripe = server.client('invoicesnapshot');
		const customer = await paying_customer(stripe);
		const price = await monthly_price(stripe, 'Starter', 2000);
		const { latest_invoice } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
		await stripe.customers.update(customer.id, { email: 'new@example.com' });
		assert.equal((await stripe.invoices.retrieve(latest_invoice)).customer_email, 'ada@example.com');
	});
});

describe('events', () => {
	test('an update is recorded with the values it replaced', async () => {
		const stripe = server.client('eventupdate');
		const customer = await stripe.customers.create({ name: 'Ada', email: 'ada@example.com' });
		await stripe.customers.update(customer.id, { name: 'Grace' });
		const events = await stripe.events.list({ type: 'customer.updated' });
		assert.equal(events.data.length, 1);
		assert.match(events.data[0].id, /^evt_/);
		assert.equal(events.data[0].data.object.name, 'Grace');
		assert.deepEqual({ ...events.data[0].data.previous_attributes }, { name: 'Ada' });
		assert.equal(events.data[0].api_version, '2026-10-28.endive');
	});

	test('a paid subscription tells its story', async () => {
		const stripe = server.client('eventstory');
		const customer = await paying_customer(stripe);
		const price = await monthly_price(stripe, 'Starter', 2000);
		await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
		const types = (await stripe.events.list({ limit: 100 })).data.map((event) => event.type);
		for (const type of ['customer.subscription.created', 'invoice.created', 'invoice.finalized', 'invoice.paid', 'charge.succeeded'])
			assert.equal(types.filter((other) => other === type).length, 1, type);
	});
});

describe('errors', () => {
	test('an unknown id in the path', async () => {
		const error = await refused(server.client('errmissing').customers.retrieve('cus_missing'));
		assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError);
		assert.equal(error.statusCode, 404);
		assert.equal(error.code, 'resource_missing');
		assert.equal(error.param, 'id');
		assert.equal(error.message, "No such customer: 'cus_missing'");
		assert.match(error.requestId, /^req_/);
	});

	test('an unknown id in a parameter', async () => {
		const error = await refused(
			server.client('errparam').subscriptions.create({ customer: 'cus_missing', items: [{ price: 'price_missing' }] }),
		);
		assert.equal(error.statusCode, 400);
		assert.equal(error.code, 'resource_missing');
		assert.equal(error.param, 'customer');
	});

	test('a missing parameter', async () => {
		const error = await refused(server.client('errrequired').products.create({}));
		assert.equal(error.statusCode, 400);
		assert.equal(error.code, 'parameter_missing');
		assert.equal(error.param, 'name');
		assert.equal(error.message, 'Missing required param: name.');
	});

	test('an unknown parameter', async () => {
		const error = await refused(server.client('errunknown').customers.create({ colour: 'red' }));
		assert.equal(error.statusCode, 400);
		assert.equal(error.code, 'parameter_unknown');
		assert.equal(error.param, 'colour');
		assert.match(error.message, /^Received unknown parameter: colour/);
	});

	test('a value outside a closed set', async () => {
		const error = await refused(server.client('errenum').customers.create({ tax_exempt: 'sometimes' }));
		assert.equal(error.statusCode, 400);
		assert.equal(error.param, 'tax_exempt');
		assert.match(error.message, /^Invalid tax_exempt: must be one of /);
	});

	test('a declined card', async () => {
		const stripe = server.client('errdeclined');
		const customer = await stripe.customers.create({});
		const error = await refused(stripe.paymentMethods.attach('pm_card_visa_chargeDeclined', { customer: customer.id }));
		assert.ok(error instanceof Stripe.errors.StripeCardError);
		assert.equal(error.statusCode, 402);
		assert.equal(error.code, 'card_declined');
		assert.equal(error.decline_code, 'generic_decline');
		assert.equal(error.message, 'Your card was declined.');
	});

	test('a key that is none', async () => {
		const error = await refused(server.client_with_key('nonsense').customers.list());
		assert.ok(error instanceof Stripe.errors.StripeAuthenticationError);
		assert.equal(error.statusCode, 401);
		assert.match(error.message, /^Invalid API Key provided: /);
	});

	test('a property that cannot be expanded', async () => {
		const stripe = server.client('errexpand');
		const customer = await stripe.customers.create({});
		const error = await refused(stripe.customers.retrieve(customer.id, { expand: ['email'] }));
		assert.equal(error.statusCode, 400);
		assert.equal(error.message, 'This property cannot be expanded (email).');
	});

	test('an unknown address', async () => {
		const error = await refused(server.client('errroute').rawRequest('GET', '/v1/nothing'));
		assert.equal(error.statusCode, 404);
		assert.match(error.message, /^Unrecognized request URL \(GET: \/v1\/nothing\)\./);
	});
});

describe('idempotency', () => {
	test('the same key replays the first answer', async () => {
		const stripe = server.client('idemreplay');
		const first = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'once' });
		const again = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'once' });
		assert.equal(again.id, first.id);
		assert.equal(first.lastResponse.headers['idempotent-replayed'], undefined);
		assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
		assert.equal((await stripe.customers.list()).data.length, 1);
	});

	test('the same key with other parameters is refused', async () => {
		const stripe = server.client('idemmismatch');
		await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'once' });
		const error = await refused(stripe.customers.create({ name: 'Grace' }, { idempotencyKey: 'once' }));
		assert.ok(error instanceof Stripe.errors.StripeIdempotencyError);
		assert.equal(error.statusCode, 400);
		assert.match(error.message, /^Keys for idempotent requests can only be used with the same parameters/);
	});

	test('a call refused before it ran may be corrected under its key', async () => {
		const stripe = server.client('idemcorrect');
		await refused(stripe.customers.create({ colour: 'red' }, { idempotencyKey: 'once' }));
		const customer = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'once' });
		assert.equal(customer.name, 'Ada');
	});
});

describe('webhooks', () => {
	test('a delivery passes the verifier of the package', async () => {
		const stripe = server.client('webhooks');
		const target = createServer();
		const received = new Promise((resolve) => {
			target.on('request', async (request, response) => {
				const pieces = [];
				for await (const piece of request) pieces.push(piece);
				response.end();
				resolve({ body: Buffer.concat(pieces), signature: request.headers['stripe-signature'] });
			});
		});
		await new Promise((resolve) => target.listen(0, '127.0.0.1', resolve));
		try {
			const endpoint = await stripe.webhookEndpoints.create({
				url: `http://127.0.0.1:${target.address().port}/hook`, enabled_events: ['customer.created'],
			});
			const customer = await stripe.customers.create({ name: 'Adèle Lovelace' });
			const { body, signature } = await received;
			const event = stripe.webhooks.constructEvent(body, signature, endpoint.secret);
			assert.equal(event.type, 'customer.created');
			assert.equal(event.pending_webhooks, 1);
			assert.equal(event.data.object.id, customer.id);
			assert.equal(event.data.object.name, 'Adèle Lovelace');
			assert.throws(
				() => stripe.webhooks.constructEvent(body, signature, 'whsec_another'),
				Stripe.errors.StripeSignatureVerificationError,
			);
			assert.throws(
				() => stripe.webhooks.constructEvent(`${body} `, signature, endpoint.secret),
				Stripe.errors.StripeSignatureVerificationError,
			);
		} finally {
			target.close();
		}
	});
});
