/* SPDX-License-Identifier: MIT */
/*
 * The official client lists and calls the tools, over standard input and output and over HTTP, against the simulator
 * with the demo company. The client checks structured results against the tools' output schemas by itself.
 */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const top = fileURLToPath(new URL('../../', import.meta.url));
const OUT = process.env.OUT ?? join(top, 'build');
const NAMES = ['subscription_info', 'list_invoices', 'manage_subscriptions', 'update_billing'];
let work;
let config;
let stripe;
let serve;

/* Starts a program and waits for the line that says where it listens. */
async function program(name, args, ready) {
	const child = spawn(join(OUT, name), args, { stdio: ['ignore', 'pipe', 'inherit'] });
	let said = '';
	const url = await new Promise((resolve, reject) => {
		const silence = setTimeout(() => reject(new Error(`${name}: not ready within ten seconds`)), 10_000);

		child.on('error', reject);
		child.on('exit', (code, signal) => reject(new Error(`${name} ended early (${code ?? signal})`)));
		child.stdout.on('data', (piece) => {
			said += piece;
			const found = ready.exec(said);
			if (!found) return;
			clearTimeout(silence);
			resolve(found[1]);
		});
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

before(async () => {
	const demo = join(top, 'fixtures/demo');

	work = await mkdtemp(join(tmpdir(), 'mcp-'));
	stripe = await program('mockstripe', ['--http-port', '0', '--https-port', '0', '--quiet', '--fixtures', demo],
		/^mockstripe ready (http:\/\/\S+)/m);
	config = JSON.parse(await readFile(join(demo, 'actions.json'), 'utf8'));
	config.stripe.base_url = stripe.url;
	await writeFile(join(work, 'actions.json'), JSON.stringify(config));
	await cp(join(demo, 'contacts.json'), join(work, 'contacts.json'));
	serve = await program('stripe-actions', ['serve', '--config', join(work, 'actions.json'), '--port', '0', '--demo'],
		/^stripe-actions ready (http:\/\/\S+)/m);
});
after(async () => {
	assert.deepEqual([await serve?.stop(), await stripe?.stop()], [0, 0], 'both servers stop cleanly');
	await rm(work, { recursive: true, force: true });
});

async function subscription(customer) {
	const answer = await fetch(`${stripe.url}/v1/subscriptions?status=all&customer=${customer}`, {
		headers: { Authorization: `Bearer ${config.stripe.api_key}` },
	});
	return (await answer.json()).data[0];
}

const carriers = {
	stdio: async (contact) => new StdioClientTransport({
		command: join(OUT, 'stripe-actions'),
		args: ['mcp', '--config', join(work, 'actions.json'), ...(contact ? ['--contact', contact] : [])],
		stderr: 'inherit',
	}),
	http: async (contact) => {
		const session = contact && await (await fetch(`${serve.url}/demo/session?contact=${contact}`)).json();

		return new StreamableHTTPClientTransport(new URL('/mcp', serve.url), {
			requestInit: { headers: session ? { 'Identity-Token': session.token } : {} },
		});
	},
};

/* Connects, works, and closes in any case. answer: what the person says to a question; without it they cannot be asked. */
async function on(carrier, contact, work_, answer) {
	const client = new Client({ name: 'suite', version: '1' }, { capabilities: answer ? { elicitation: {} } : {} });
	const asked = [];

	if (answer)
		client.setRequestHandler(ElicitRequestSchema, async (request) => {
			asked.push(request.params);
			return answer;
		});
	await client.connect(await carriers[carrier](contact));
	try {
		await work_(client, asked);
	} finally {
		await client.close();
	}
}

for (const carrier of Object.keys(carriers)) {
	describe(carrier, () => {
		test('who it is', () => on(carrier, 'ada', async (client) => {
			assert.equal(client.getServerVersion().name, 'stripe-actions');
			assert.ok(client.getServerCapabilities().tools);
			assert.match(client.getInstructions(), /confirmed/);
			assert.deepEqual(await client.ping(), {});
		}));

		test('the tools, with schemas and hints', () => on(carrier, 'ada', async (client) => {
			const { tools } = await client.listTools();

			assert.deepEqual(tools.map((tool) => tool.name), NAMES);
			for (const tool of tools) {
				assert.equal(tool.inputSchema.type, 'object');
				assert.equal(tool.outputSchema.type, 'object');
				assert.equal(typeof tool.annotations.readOnlyHint, 'boolean');
				assert.match(tool.description, /When to use: /);
			}
		}));

		test('a read', () => on(carrier, 'ada', async (client) => {
			await client.listTools();
			const result = await client.callTool({ name: 'subscription_info', arguments: {} });

			assert.equal(result.isError, false);
			assert.equal(result.structuredContent.status, 'ok');
			assert.match(result.structuredContent.message, /29\.00 USD per month/);
			assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent);
		}));

		test('who is not signed in learns nothing', () => on(carrier, null, async (client) => {
			const result = await client.callTool({ name: 'subscription_info', arguments: {} });

			assert.equal(result.isError, true);
			assert.equal(result.structuredContent.status, 'needs_verification');
		}));

		test('a wrong argument is the model\'s to mend', () => on(carrier, 'ada', async (client) => {
			const result = await client.callTool({ name: 'list_invoices', arguments: { limit: 'many' } });

			assert.equal(result.isError, true);
			assert.equal(result.structuredContent.status, 'refused');
		}));

		test('an unknown tool is an error of the protocol', () => on(carrier, 'ada', async (client) => {
			await assert.rejects(client.callTool({ name: 'refund', arguments: {} }), { code: -32602 });
		}));

		test('without a way to ask, the confirmation goes back and works', () => on(carrier, carrier === 'stdio' ? 'linus' : 'grace', async (client) => {
			const customer = carrier === 'stdio' ? 'cus_linus' : 'cus_grace';
			const inputs = { operation: 'cancel' };
			const first = await client.callTool({ name: 'manage_subscriptions', arguments: inputs });

			assert.equal(first.structuredContent.status, 'needs_confirmation');
			assert.equal((await subscription(customer)).cancel_at_period_end, false);
			const { confirmation } = first.structuredContent.data;
			const other = await client.callTool({ name: 'manage_subscriptions', arguments: { ...inputs, when: 'immediately', confirmation } });
			assert.equal(other.structuredContent.status, 'refused', 'it fits other arguments');
			const second = await client.callTool({ name: 'manage_subscriptions', arguments: { ...inputs, confirmation } });
			assert.equal(second.structuredContent.status, 'ok');
			assert.equal((await subscription(customer)).cancel_at_period_end, true);
		}));
	});
}

for (const [carrier, contact, customer] of [['stdio', 'mary', 'cus_mary'], ['http', 'ada', 'cus_ada']]) {
	describe(`asking the person over ${carrier}`, () => {
		test('no: nothing happens', () => on(carrier, contact, async (client, asked) => {
			const result = await client.callTool({ name: 'manage_subscriptions', arguments: { operation: 'cancel' } });

			assert.equal(asked.length, 1);
			assert.equal(result.structuredContent.error.code, 'declined');
			assert.equal((await subscription(customer)).cancel_at_period_end, false);
		}, { action: 'decline' }));

		test('taken back while the person is asked: nothing happens', async () => {
			const abort = new AbortController();

			await on(carrier, contact, async (client) => {
				client.setRequestHandler(ElicitRequestSchema, () => {
					abort.abort();
					return new Promise((resolve) => setTimeout(resolve, 200, { action: 'accept', content: { confirm: true } }));
				});
				await assert.rejects(client.callTool({ name: 'manage_subscriptions', arguments: { operation: 'cancel' } }, undefined, { signal: abort.signal }));
				await new Promise((resolve) => setTimeout(resolve, 400));
				assert.equal((await subscription(customer)).cancel_at_period_end, false);
				assert.equal((await client.listTools()).tools.length, NAMES.length, 'the connection is of use still');
			}, { action: 'accept' });
		});

		test('yes: it is done', () => on(carrier, contact, async (client, asked) => {
			const result = await client.callTool({ name: 'manage_subscriptions', arguments: { operation: 'change_plan', plan: 'fleet' } });

			assert.equal(asked.length, 1);
			assert.match(asked[0].message, /due now/);
			assert.equal(result.structuredContent.status, 'ok');
			assert.equal((await subscription(customer)).items.data[0].price.id, 'price_fleet_month');
		}, { action: 'accept', content: { confirm: true } }));
	});
}

describe('a session over HTTP', () => {
	test('has an id, and ends when the client says so', async () => {
		const transport = await carriers.http('ada');
		const client = new Client({ name: 'suite', version: '1' }, { capabilities: {} });

		await client.connect(transport);
		assert.match(transport.sessionId, /^mcp_[0-9a-f]{32}$/);
		assert.deepEqual(await client.ping(), {});
		const left = transport.sessionId;
		await transport.terminateSession();
		const answer = await fetch(`${serve.url}/mcp`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', 'Mcp-Session-Id': left },
			body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
		});
		assert.equal(answer.status, 404);
		await client.close();
	});
});

describe('the stateless revision over HTTP', () => {
	const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };

	async function post(body, headers = {}) {
		const answer = await fetch(`${serve.url}/mcp`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers },
			body: JSON.stringify(body),
		});
		const text = await answer.text();

		return { status: answer.status, body: text ? JSON.parse(text) : null };
	}
	const request = (method, params = {}) => ({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } });
	const headersOf = (method, name) => ({ 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': method, ...(name ? { 'Mcp-Name': name } : {}) });

	test('discover', async () => {
		const { status, body } = await post(request('server/discover'), headersOf('server/discover'));

		assert.equal(status, 200);
		assert.ok(body.result.supportedVersions.includes('2026-07-28'));
		assert.equal(body.result.resultType, 'complete');
		assert.equal(body.result._meta['io.modelcontextprotocol/serverInfo'].name, 'stripe-actions');
	});

	test('list', async () => {
		const { status, body } = await post(request('tools/list'), headersOf('tools/list'));

		assert.equal(status, 200);
		assert.equal(body.result.cacheScope, 'private');
		assert.ok(body.result.ttlMs >= 0);
		assert.deepEqual(body.result.tools.map((tool) => tool.name), NAMES);
	});

	for (const [what, headers] of [['no headers', {}], ['another method', headersOf('tools/call')],
		['another version', { ...headersOf('tools/list'), 'MCP-Protocol-Version': '2025-11-25' }]]) {
		test(`headers: ${what}`, async () => {
			const { status, body } = await post(request('tools/list'), headers);

			assert.equal(status, 400);
			assert.equal(body.error.code, -32020);
		});
	}

	test('an unknown method', async () => {
		const { status, body } = await post(request('prompts/list'), headersOf('prompts/list'));

		assert.deepEqual([status, body.error.code], [404, -32601]);
	});

	test('a notification', async () => {
		assert.deepEqual(await post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }), { status: 202, body: null });
	});

	test('another site\'s page', async () => {
		const { status } = await post(request('tools/list'), { ...headersOf('tools/list'), Origin: 'https://evil.example' });

		assert.equal(status, 403);
	});
});
