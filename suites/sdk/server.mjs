/* SPDX-License-Identifier: MIT */
/*
 * Starts the simulator as a user's CI job would, as a program of its own on a free port, and makes official clients for
 * it. Every test takes a key of its own, and with --account-per-key thereby an account of its own.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import Stripe from 'stripe';

const PROGRAM = process.env.MOCKSTRIPE ?? fileURLToPath(new URL('../../build/mockstripe', import.meta.url));

/* Midnight, 1 April 2026 UTC: the start of a month of 30 days, so that halves and thirds of a period are whole seconds. */
export const APRIL = 1775001600;
export const MAY = 1777593600;

/* Resolves once the server has said that it is ready; rejects when it ends or says nothing for ten seconds. */
export async function start_server() {
	const flags = ['--http-port', '0', '--https-port', '0', '--seed', '7', '--now', String(APRIL), '--account-per-key'];
	const child = spawn(PROGRAM, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
	let said = '';
	const base = await new Promise((resolve, reject) => {
		const silence = setTimeout(() => reject(new Error(`not ready within ten seconds; it said: ${said}`)), 10_000);
		child.on('error', reject);
		child.on('exit', (code, signal) => reject(new Error(`ended early (${code ?? signal}); it said: ${said}`)));
		child.stdout.on('data', (piece) => {
			said += piece;
			const ready = /^mockstripe ready (http:\/\/\S+)/m.exec(said);
			if (!ready) return;
			clearTimeout(silence);
			resolve(new URL(ready[1]));
		});
	}).catch((error) => {
		child.kill('SIGKILL');
		throw error;
	});
	child.removeAllListeners('exit');
	return {
		/* The options of any version of the package. */
		reach: { host: base.hostname, port: base.port, protocol: 'http', maxNetworkRetries: 0, telemetry: false },
		client(name) {
			return this.client_with_key(`sk_test_${name}`);
		},
		client_with_key(key) {
			return new Stripe(key, this.reach);
		},
		/* Gives the exit code, or the name of the signal that ended the server. */
		stop() {
			return new Promise((resolve) => {
				child.on('exit', (code, signal) => resolve(code ?? signal));
				child.kill('SIGTERM');
			});
		},
	};
}

/* A customer who can pay. */
export async function paying_customer(stripe, params = {}) {
	const customer = await stripe.customers.create({ email: 'ada@example.com', name: 'Ada Lovelace', ...params });
	const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
	return stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
}

export async function monthly_price(stripe, name, unit_amount) {
	const product = await stripe.products.create({ name });
	return stripe.prices.create({ product: product.id, currency: 'usd', unit_amount, recurring: { interval: 'month' } });
}
