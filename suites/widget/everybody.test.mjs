/* SPDX-License-Identifier: MIT */
/* For everybody: by keyboard, by ear, with little light, on a small screen, in one's own language. */
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { ask, theatre, weakTexts } from './stage.mjs';

/* Tim's contact names his language; nobody else's does. */
const house = theatre(undefined, (contacts) => ({
	...contacts,
	attributes: [...(contacts.attributes ?? []), { name: 'locale', type: 'text', label: 'Language', description: 'Language of the chat.' }],
	contacts: contacts.contacts.map((one) => (one.external_id === 'tim' ? { ...one, custom_attributes: { locale: 'fr' } } : one)),
}));
const { on } = house;

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
		test(`texts stand out: ${colorScheme}`, () => on('ada', async ({ page, chat, shot }) => {
			for (const [press, card] of [['Invoices', 'Your invoices'], ['Plans', 'Plans'], ['Billing details', 'Billing details']]) {
				await chat.getByRole('button', { name: press, exact: true }).click();
				await chat.getByRole('region', { name: card }).waitFor();
				await shot(`${press.toLowerCase().replace(' ', '-')}-${colorScheme}`);
			}
			await ask(chat, 'Upgrade me to Fleet');
			await chat.getByRole('region', { name: 'Please confirm' }).waitFor();
			await shot(`scheme-${colorScheme}`);
			assert.deepEqual(await weakTexts(chat.locator('h1, h2, h3, p, a, button, span, label, legend, dt, dd, option, .said')), []);
			assert.deepEqual(await weakTexts(page.locator('h1, h2, p, a, button, label, td, th, caption, dt, dd, li')), []);
		}, { colorScheme }));

		test(`edges of controls stand out: ${colorScheme}`, () => on('ada', async ({ chat }) => {
			await chat.getByRole('button', { name: 'Billing details' }).click();
			const weak = await chat.locator('input, textarea, button:not(.primary)').evaluateAll((all) => {
				const light = (text) => text.match(/[\d.]+/g).map(Number).slice(0, 3).map((v) => v / 255)
					.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
				const ground = (at) => (/, 0\)$|transparent/.test(getComputedStyle(at).backgroundColor) ? ground(at.parentElement) : getComputedStyle(at).backgroundColor);
				return all.filter((one) => one.checkVisibility()).map((one) => {
					const [a, b] = [light(getComputedStyle(one).borderColor), light(ground(one.parentElement))].sort((x, y) => y - x);
					return [(a + 0.05) / (b + 0.05), one.outerHTML.slice(0, 60)];
				}).filter(([ratio]) => ratio < 3); // WCAG 2.2, 1.4.11
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

	test('the focus goes where something happened, and only for whoever pressed a button there', () => on('ada', async ({ chat }) => {
		await ask(chat, 'What is my current plan?');
		await chat.getByRole('region', { name: 'Your subscription' }).waitFor();
		await chat.locator('#log[aria-busy="false"]').waitFor();
		assert.equal(await chat.locator(':focus').evaluate((one) => one.id || one.textContent), 'Send', 'typing goes on undisturbed');
		await chat.getByRole('button', { name: 'Change plan' }).press('Enter');
		await chat.getByRole('region', { name: 'Plans' }).waitFor();
		await chat.locator('section[aria-label="Plans"]:focus').waitFor();
		await chat.getByRole('button', { name: /^Preview Fleet/ }).press('Enter');
		await chat.locator('section[aria-label="Please confirm"]:focus').waitFor();
		await chat.getByRole('button', { name: 'Not now' }).press('Enter');
		await chat.locator('#text:focus').waitFor();
	}));

	test('the order of the keyboard is the order on the screen', () => on('ada', async ({ page, chat }) => {
		const names = [];
		await chat.locator('#reset').focus();
		for (let i = 0; i < 9; i++) {
			names.push(await chat.locator(':focus').evaluate((one) => one.getAttribute('aria-label') ?? (one.id === 'log' ? 'log' : one.id === 'text' ? 'text' : one.textContent)));
			const outline = await chat.locator(':focus').evaluate((one) => getComputedStyle(one).outlineStyle);
			if (i) assert.equal(outline, 'solid', `the focus is seen at ${names.at(-1)}`);
			await page.keyboard.press('Tab');
		}
		assert.deepEqual(names, ['New chat', 'Close the chat', 'log', 'My subscription', 'Invoices', 'Plans', 'Payment method', 'Billing details', 'text']);
	}));

	test('nothing moves for whoever wants no motion', async () => {
		const motion = (chat) => chat.locator('#log').evaluate((log) => getComputedStyle(log).scrollBehavior);
		await on('ada', async ({ chat }) => assert.equal(await motion(chat), 'auto'), { reducedMotion: 'reduce' });
		await on('ada', async ({ chat }) => {
			assert.equal(await motion(chat), 'smooth');
			for (const text of ['Show me my recent invoices', 'What is my current plan?']) {
				await ask(chat, text);
				await chat.locator('#log[aria-busy="false"]').waitFor();
			}
			const card = chat.getByRole('region', { name: 'Your subscription' });
			await card.waitFor();
			/* It moves, and arrives. */
			await card.evaluate(async (one) => {
				for (let i = 0; i < 60; i++) {
					const { bottom } = one.getBoundingClientRect();
					if (bottom <= document.getElementById('log').getBoundingClientRect().bottom) return;
					await new Promise((resolve) => setTimeout(resolve, 100));
				}
				throw new Error('the newest card is out of sight');
			});
		}, { reducedMotion: 'no-preference' });
	});

	test('the demo site', () => on('ada', async ({ page, shot }) => {
		await page.evaluate(() => window.stripeActions.close());
		await page.locator('#held').getByText('cus_ada').waitFor();
		await shot('demo');
		await page.setViewportSize({ width: 360, height: 740 });
		assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'nothing sticks out');
		await shot('demo-small');
	}));
});

describe('languages', () => {
	const rows = [
		['de-DE', 'Rechnungen', 'Ihre Rechnungen', /10\. November 2026/, 'Mein Abo', 'Ihr Abo', /29,00 USD pro Monat/],
		['fr-FR', 'Factures', 'Vos factures', /10 novembre 2026/, 'Mon abonnement', 'Votre abonnement', /29,00 USD par mois/],
		['es-ES', 'Facturas', 'Sus facturas', /10 de noviembre de 2026/, 'Mi suscripción', 'Su suscripción', /29/],
	];

	for (const [locale, invoices, theirs, date, mine, card, price] of rows) {
		test(locale, () => on('ada', async ({ chat, shot }) => {
			await chat.getByRole('button', { name: invoices, exact: true }).click();
			await chat.getByRole('region', { name: theirs }).waitFor();
			assert.match(await chat.getByRole('region', { name: theirs }).innerText(), date);
			await chat.getByRole('button', { name: mine, exact: true }).click();
			await chat.getByRole('region', { name: card }).waitFor();
			assert.match(await chat.getByRole('region', { name: card }).innerText(), price);
			assert.equal(await chat.locator('html').getAttribute('lang'), locale);
			assert.equal(await chat.locator('html').evaluate((html) => html.scrollWidth <= html.clientWidth), true, 'nothing sticks out');
			await shot(`language-${locale}`);
		}, { locale, viewport: { width: 800, height: 760 } }));
	}

	test('a language there is not is English', () => on('ada', async ({ chat }) => {
		await chat.getByRole('button', { name: 'Invoices' }).waitFor();
	}, { locale: 'pt-PT' }));

	test('the contact\'s own language comes before the browser\'s', () => on('tim', async ({ chat }) => {
		await chat.getByText('Connecté en tant que Tim Shoal').waitFor();
		await chat.getByRole('button', { name: 'Mon abonnement' }).click();
		await chat.getByText('En pause').waitFor();
	}, { locale: 'de-DE' }));
});
