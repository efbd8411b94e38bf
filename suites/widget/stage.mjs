/* SPDX-License-Identifier: MIT */
/*
 * Puts everything on stage as `make run` does: the simulator with the demo company, the actions' server before it, a
 * headless browser in front. All of it is a program of its own, on free ports and on loopback alone.
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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

/* A site of the suite's own: own.html is what every one of its pages is made of. */
async function ownSite() {
	const site = { html: '', codes: [] };
	const server = createServer((request, response) => {
		let body = '';

		request.on('data', (piece) => (body += piece));
		request.on('end', () => {
			if (request.method === 'POST') site.codes.push(JSON.parse(body).code); // as the operator's server is asked to send it
			response.setHeader('Content-Type', 'text/html');
			response.end(site.html);
		});
	});

	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	site.origin = `http://localhost:${server.address().port}`;
	site.stop = () => new Promise((resolve) => {
		server.closeAllConnections();
		server.close(resolve);
	});
	return site;
}

/* Puts the programs on stage; `change` may alter the configuration, `people` the contacts. */
export async function stage(change = (config) => config, people = (contacts) => contacts) {
	const work = await mkdtemp(join(tmpdir(), 'widget-'));
	const demo = join(top, 'fixtures/demo');
	const read = async (name) => JSON.parse(await readFile(join(demo, name), 'utf8'));
	const stripe = await program('mockstripe', ['--http-port', '0', '--https-port', '0', '--quiet', '--fixtures', demo],
		/^mockstripe ready (http:\/\/\S+)/m);
	const config = await read('actions.json');

	const own = await ownSite();
	config.stripe.base_url = stripe.url;
	/* What an operator does once in the Dashboard: saves the portal's settings. */
	await fetch(`${stripe.url}/_mockstripe/portal/default`, { method: 'POST', headers: { Authorization: `Bearer ${config.stripe.api_key}` } });
	await writeFile(join(work, 'actions.json'), JSON.stringify(change(config, own)));
	await writeFile(join(work, 'contacts.json'), JSON.stringify(people(await read('contacts.json'))));
	const actions = await program('stripe-actions', ['serve', '--config', join(work, 'actions.json'), '--port', '0', '--demo', '--sites', own.origin],
		/^stripe-actions ready (http:\/\/\S+)/m);
	const { port } = new URL(actions.url);
	return {
		config,
		stripe: stripe.url,
		widget: `http://127.0.0.1:${port}`,
		site: `http://localhost:${port}`, // another origin than the widget's, as a customer's site is
		own,
		async stop() {
			await own.stop();
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
export async function visit(one, where, contact, { path = `${where.site}/demo?contact=${contact}`, ...options } = {}) {
	const context = await one.newContext({ viewport: { width: 1100, height: 860 }, locale: 'en-GB', reducedMotion: 'reduce', ...options });
	const page = await context.newPage();
	const faults = [];

	page.setDefaultTimeout(10_000);
	page.on('pageerror', (error) => faults.push(String(error)));
	page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
	page.on('request', (request) => {
		if (!['127.0.0.1', 'localhost'].includes(new URL(request.url()).hostname)) faults.push(`left the machine: ${request.url()}`);
	});
	await page.goto(path);
	const launcher = page.getByRole('button', { name: 'Support', exact: true });
	if (await launcher.getAttribute('aria-expanded') !== 'true') await launcher.click(); // the page may have opened it
	const chat = page.frameLocator('iframe');
	await chat.getByRole('log').waitFor();
	if (contact) await chat.locator('#who:not(:empty)').waitFor();
	return { page, context, chat, faults, shot: (name) => page.screenshot({ path: join(SHOTS, `${name}.png`) }), close: () => context.close() };
}

/*
 * A stage and a browser for the tests of one file: begins and ends with them. on(contact, work, options) runs `work` on
 * a page of its own; nothing the browser minds goes unseen, but what options.minds says it does.
 */
export function theatre(change, people) {
	const house = {
		where: null,
		browser: null,
		async stripe(path) {
			const answer = await fetch(`${house.where.stripe}${path}`, { headers: { Authorization: `Bearer ${house.where.config.stripe.api_key}` } });
			return answer.json();
		},
		async subscriptionOf(customer) {
			return (await house.stripe(`/v1/subscriptions?status=all&customer=${customer}`)).data[0];
		},
		async on(contact, work, { minds = null, ...options } = {}) {
			const stand = await visit(house.browser, house.where, contact, options);

			try {
				await work(stand);
				assert.deepEqual(stand.faults.filter((fault) => !minds?.test(fault)), []);
			} finally {
				await stand.close();
			}
		},
	};

	before(async () => {
		house.where = await stage(change, people);
		house.browser = await browser();
	});
	after(async () => {
		await house.browser?.close();
		assert.deepEqual(await house.where?.stop(), [0, 0], 'both servers stop cleanly');
	});
	return house;
}

/* Types a sentence into the chat and sends it. */
export async function ask(chat, sentence) {
	await chat.getByLabel('Your message').fill(sentence);
	await chat.getByRole('button', { name: 'Send' }).click();
}

/* WCAG 2.2, 1.4.3: the texts of a page or a frame that stand out less than 4.5 from their ground, with how much. */
export function weakTexts(locator) {
	return locator.evaluateAll((all) => {
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
		return all.filter((element) => element.textContent.trim() && element.checkVisibility() && !element.disabled).map((element) => {
			const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
			return [(a + 0.05) / (b + 0.05), element.outerHTML.slice(0, 80)];
		}).filter(([ratio]) => ratio < 4.5);
	});
}
