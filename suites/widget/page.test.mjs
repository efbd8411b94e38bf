/* SPDX-License-Identifier: MIT */
/* What the page around the chat can call, and what it hears. */
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { ask, theatre } from './stage.mjs';

const house = theatre((config) => ({ ...config, client_tools: [{ name: 'show_tides', when_to_use: 'The customer wants to look at the map of a harbour.',
	inputs: [{ name: 'harbour', type: 'string', description: 'Which harbour.' }] }] }));
const { on } = house;

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
		const answer = await fetch(`${house.where.widget}/widget/frame.html?site=https%3A%2F%2Fevil.example`);
		assert.match(answer.headers.get('content-security-policy'), /frame-ancestors (?!.*evil)/);
		const context = await house.browser.newContext();
		const page = await context.newPage();
		await page.goto(`${house.where.widget}/widget/frame.html?site=https%3A%2F%2Fevil.example`);
		await page.getByText('This site may not show this chat.').waitFor();
		assert.equal(await page.getByRole('button', { name: 'Invoices' }).count(), 0);
		await context.close();
	});

	test('signs the same person in again: the chat goes on', () => on('ada', async ({ page, chat }) => {
		await chat.getByRole('button', { name: 'Invoices' }).click();
		await chat.getByText('SLKADAXX-0004').waitFor();
		const { token } = await (await fetch(`${house.where.widget}/demo/session?contact=ada`)).json();
		await page.evaluate((given) => window.stripeActions('identify', { token: given }), token);
		await chat.getByRole('button', { name: 'My subscription', exact: true }).click();
		await chat.getByRole('region', { name: 'Your subscription' }).waitFor();
		await chat.getByText('SLKADAXX-0004').waitFor();
	}));

	test('what was said outlives a reload, for the same person alone', () => on('mary', async ({ page, chat, shot }) => {
		const open = () => page.getByRole('button', { name: 'Support', exact: true }).click();

		await ask(chat, 'When does my subscription renew?');
		await chat.getByRole('region', { name: 'Your subscription' }).waitFor();
		await ask(chat, 'Show me my recent invoices');
		await chat.getByRole('region', { name: 'Your invoices' }).waitFor();
		await chat.locator('#log[aria-busy="false"]').waitFor();
		await page.reload();
		await open();
		await chat.getByText('Earlier in this conversation').waitFor();
		await chat.getByText('When does my subscription renew?').waitFor();
		await chat.getByText(/It renews on/).waitFor();
		assert.equal(await chat.getByRole('log').getByRole('link').count(), 0, 'no link was kept');
		await shot('history');
		await page.getByLabel('Customer').selectOption('ada');
		await page.getByRole('button', { name: 'Sign in' }).click();
		await chat.getByText('Signed in as Ada Byrne').waitFor();
		assert.equal(await chat.getByText('When does my subscription renew?').count(), 0);
		await page.getByLabel('Customer').selectOption('mary');
		await page.getByRole('button', { name: 'Sign in' }).click();
		await chat.getByText('Signed in as Mary Tidewell').waitFor();
		assert.equal(await chat.getByText('When does my subscription renew?').count(), 0, 'it went with the change of person');
	}));

	test('resetUser clears everything', () => on('ada', async ({ page, chat }) => {
		const kept = () => page.evaluate(() => window.sessionStorage.length);

		await ask(chat, 'What is my current plan?');
		await chat.getByRole('region', { name: 'Your subscription' }).waitFor();
		await chat.locator('#log[aria-busy="false"]').waitFor();
		assert.equal(await kept(), 1);
		await page.evaluate(() => window.stripeActions.resetUser());
		await chat.getByRole('region', { name: 'Your subscription' }).waitFor({ state: 'detached' });
		assert.equal(await kept(), 0);
		assert.equal(await chat.locator('#who').textContent(), '');
	}));

	test('metadata is cut at 1,000 characters, with a warning', () => on('ada', async ({ page, chat }) => {
		const { token } = await (await fetch(`${house.where.widget}/demo/session?contact=ada`)).json();
		const warned = page.waitForEvent('console', (message) => message.type() === 'warning');
		await page.evaluate((given) => window.stripeActions('identify', { token: given, plan: 'team', notes: 'x'.repeat(1200) }), token);
		assert.match((await warned).text(), /metadata_truncated/);
		const [request] = await Promise.all([
			page.waitForRequest((one) => one.url().endsWith('/messages')),
			ask(chat, 'hello'),
		]);
		const { context } = request.postDataJSON();
		assert.equal(context.plan, 'team');
		assert.equal(context.notes.length, 996);
	}));

	test('a user_id that is a number is refused by name', () => on('', async ({ page, faults }) => {
		await page.evaluate(() => window.stripeActions('identify', { user_id: 42, user_hash: 'x' }));
		assert.match(faults.join(), /identity_user_id_invalid/);
	}, { minds: /identity_user_id_invalid/ }));

	test('asks in the customer\'s place', () => on('ada', async ({ page, chat }) => {
		await page.evaluate(() => window.stripeActions.close());
		await page.getByRole('button', { name: 'Which plans are there?' }).click();
		await chat.getByRole('region', { name: 'Plans' }).waitFor();
		assert.equal(await page.locator('iframe').isVisible(), true);
	}));

	test('sees what the simulator holds, before and after', () => on('linus', async ({ page, chat, shot }) => {
		const held = page.locator('#held');
		await held.getByText('cus_linus').waitFor();
		assert.doesNotMatch(await held.innerText(), /ends then/);
		await ask(chat, 'Please cancel my subscription');
		await chat.getByRole('button', { name: 'Yes, cancel it' }).click();
		await held.getByText(/ends then/).waitFor();
		await held.scrollIntoViewIfNeeded();
		await shot('demo-held');
	}));
});

describe('tools of the page', () => {
	const register = (page, answer) => page.evaluate((given) => {
		window.stripeActions('registerTools', {
			async show_tides(args, user) {
				window.shown = { args, user };
				if (given === null) throw new Error('no map today');
				return given;
			},
		});
	}, answer);

	test('run in the page, and the chat goes on with what they give', () => on('ada', async ({ page, chat, shot }) => {
		await register(page, { status: 'success', data: { message: 'The map of Howth is open.' } });
		await ask(chat, 'Show me the harbour map');
		await chat.getByText('The map of Howth is open.').waitFor();
		const { user } = await page.evaluate(() => window.shown);
		assert.match(user.anon_user_id, /^anon_/);
		assert.deepEqual(user.user_metadata, {});
		const heard = await page.locator('#heard li').allInnerTexts();
		assert.ok(heard.some((line) => line.startsWith('tool-call {"name":"show_tides"')));
		assert.ok(heard.some((line) => /^tool-result .*"show_tides".*"status":"success"/.test(line)));
		await shot('client-tool');
	}));

	test('that fail are told of', () => on('ada', async ({ page, chat }) => {
		await register(page, null);
		await ask(chat, 'Show me the harbour map');
		await chat.getByText('That didn\'t work here.').waitFor();
	}, { minds: /no map today/ }));

	test('that were not registered are missed by name', () => on('ada', async ({ chat, faults }) => {
		await ask(chat, 'Show me the harbour map');
		await chat.getByText('That didn\'t work here.').waitFor();
		assert.match(faults.join(), /client_tool_not_registered.*show_tides/);
	}, { minds: /client_tool_not_registered/ }));

	test('a later call replaces all', () => on('ada', async ({ page, chat }) => {
		await register(page, { status: 'success' });
		await page.evaluate(() => window.stripeActions.registerTools({ something_else: () => 1 }));
		await ask(chat, 'Show me the harbour map');
		await chat.getByText('That didn\'t work here.').waitFor();
	}, { minds: /client_tool_not_registered/ }));
});

describe('before the script is there', () => {
	/* A page of another site's making. */
	const own = (lines) => {
		house.where.own.html = `<!doctype html><html lang="en"><title>Own</title><h1>Own</h1>${lines(house.where)}</html>`;
		return { path: `${house.where.own.origin}/` };
	};
	const session = () => fetch(`${house.where.widget}/demo/session?contact=ada`).then((answer) => answer.json());

	test('calls wait in the queue, in their order', async () => {
		const { token } = await session();
		await on('ada', async ({ page, chat }) => {
			await chat.getByText('Signed in as Ada Byrne').waitFor();
			await ask(chat, 'hello');
			await page.waitForFunction(() => window.heard?.length === 1);
		}, own(({ widget }) => `<script src="${widget}/widget/queue.js"></script>
			<script>stripeActions('identify', { token: '${token}' });
				stripeActions.addEventListener('user-message', (event) => (window.heard ??= []).push(event));</script>
			<script src="${widget}/widget/embed.js"></script>`));
	});

	test('what the page asks right behind signing in is asked by that person', async () => {
		const { token } = await session();
		await on('ada', async ({ chat }) => {
			await chat.getByText('Signed in as Ada Byrne').waitFor();
			await chat.getByText('What plan am I on?').waitFor();
			await chat.getByText('29.00 USD').first().waitFor();
		}, own(({ widget }) => `<script>
				window.stripeActions ??= (...call) => stripeActions.q.push(call);
				stripeActions.q ??= [];
				stripeActions('identify', { token: '${token}' });
				stripeActions('ask', 'What plan am I on?');
			</script>
			<script src="${widget}/widget/embed.js" async></script>`));
	});

	test('the configuration signs in, and the name may be another', async () => {
		const { token } = await session();
		await on('ada', async ({ page, chat }) => {
			await chat.getByText('Signed in as Ada Byrne').waitFor();
			assert.equal(await page.evaluate(() => window.chatbase('getState')), 'initialized');
			await page.evaluate(() => window.chatbase.close());
			await page.locator('iframe').waitFor({ state: 'hidden' });
		}, own(({ widget }) => `<script>window.chatbaseUserConfig = { token: '${token}' };</script>
			<script src="${widget}/widget/embed.js" data-global="chatbase"></script>`));
	});
});
