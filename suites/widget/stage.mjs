/* SPDX-License-Identifier: MIT */
/*
 * Puts everything on stage as `make run` does: the simulator with the demo company, the actions' server before it, a
 * headless browser in front. All of it is a program of its own, on free ports and on loopback alone.
 */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const top = fileURLToPath(new URL('../../', import.meta.url));
const OUT = process.env.OUT ?? join(top, 'build');
const SHOTS = process.env.SCREENSHOTS ?? join(top, 'build/screenshots');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync'];

/* Starts a program and waits for the line that says where it listens. */
async function program(name, args, ready) {
	const child = spawn(join(OUT, name), args, { stdio: ['ignore', 'pipe', 'inherit'] });
	let said = '';
	const url = await new Promise((resolve, reject) => {
		const silence = setTimeout(() => reject(new Error(`${name}: not ready within ten seconds; it said: ${said}`)), 10_000);

		child.on('error', reject);
		child.on('exit', (code, signal) => reject(new Error(`${name} ended early (${code ?? signal}); it said: ${said}`)));
		child.stdout.on('data', (piece) => {
			said += piece;
			const found = ready.exec(said);
			if (!found) return;
			clearTimeout(silence);
			resolve(found[1]);
		});
	}).catch((error) => {
		child.kill('SIGKILL');
		throw error;
	});
	child.removeAllListeners('exit');
	return {
		url,
		stop: () => new Promise((resolve) => {
			child.on('exit', (code, signal) => resolve(code ?? signal));
			child.kill('SIGTERM');
		}),
	};
}

export async function stage(change = (config) => config) {
	const work = await mkdtemp(join(tmpdir(), 'widget-'));
	const demo = join(top, 'fixtures/demo');
	const stripe = await program('mockstripe', ['--http-port', '0', '--https-port', '0', '--quiet', '--fixtures', demo],
		/^mockstripe ready (http:\/\/\S+)/m);
	const config = JSON.parse(await readFile(join(demo, 'actions.json'), 'utf8'));

	config.stripe.base_url = stripe.url;
	config.payment_method = { mode: 'portal_link', return_url: 'https://slackwater.example.com/account' };
	/* What an operator does once in the Dashboard: saves the portal's settings. */
	await fetch(`${stripe.url}/_mockstripe/portal/default`, { method: 'POST', headers: { Authorization: `Bearer ${config.stripe.api_key}` } });
	await writeFile(join(work, 'actions.json'), JSON.stringify(change(config)));
	await cp(join(demo, 'contacts.json'), join(work, 'contacts.json'));
	const actions = await program('stripe-actions', ['serve', '--config', join(work, 'actions.json'), '--port', '0', '--demo'],
		/^stripe-actions ready (http:\/\/\S+)/m);
	const { port } = new URL(actions.url);
	return {
		config,
		stripe: stripe.url,
		widget: `http://127.0.0.1:${port}`,
		site: `http://localhost:${port}`, // another origin than the widget's, as a customer's site is
		async stop() {
			const codes = [await actions.stop(), await stripe.stop()];
			await rm(work, { recursive: true, force: true });
			return codes;
		},
	};
}

export async function browser() {
	await mkdir(SHOTS, { recursive: true });
	return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: FLAGS });
}

/* A page of the demo site for a contact ('' for nobody), with the chat open; `faults` collects what the browser minds. */
export async function visit(one, where, contact, options = {}) {
	const context = await one.newContext({ viewport: { width: 1100, height: 860 }, locale: 'en-GB', reducedMotion: 'reduce', ...options });
	const page = await context.newPage();
	const faults = [];

	page.setDefaultTimeout(8000);
	page.on('pageerror', (error) => faults.push(String(error)));
	page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
	page.on('request', (request) => {
		if (!['127.0.0.1', 'localhost'].includes(new URL(request.url()).hostname)) faults.push(`left the machine: ${request.url()}`);
	});
	await page.goto(`${where.site}/demo?contact=${contact}`);
	await page.getByRole('button', { name: 'Support', exact: true }).click();
	const chat = page.frameLocator('iframe');
	await chat.getByRole('log').waitFor();
	if (contact) await chat.getByText('Signed in').waitFor();
	return { page, chat, faults, shot: (name) => page.screenshot({ path: join(SHOTS, `${name}.png`) }), close: () => context.close() };
}

/* Types a sentence into the chat and sends it. */
export async function ask(chat, sentence) {
	await chat.getByLabel('Your message').fill(sentence);
	await chat.getByRole('button', { name: 'Send' }).click();
}
