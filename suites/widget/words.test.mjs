/* SPDX-License-Identifier: MIT */
/* The chat's own texts: every one in every language, with the same values in it, and none that is not used. */
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../actions/widget/', import.meta.url));
const source = (name) => readFile(join(folder, name), 'utf8');
const load = async (name) => import(`data:text/javascript,${encodeURIComponent(await source(name))}`);
const { LANGUAGES, TEXTS, Words, pickTag } = await load('words.js');
const { eventsOf } = await load('door.js');
const values = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe('texts', () => {
	test('are in every language, with the values of the English one', () => {
		for (const [english, others] of Object.entries(TEXTS)) {
			assert.equal(others.length, LANGUAGES.length - 1, english);
			for (const other of others) {
				assert.ok(other.trim(), english);
				assert.deepEqual(values(other), values(english), english);
			}
		}
	});

	test('are used, each of them, and no other is', async () => {
		const files = (await readdir(folder)).filter((name) => /\.(js|html|c)$/.test(name) && name !== 'words.js' && !name.startsWith('demo'));
		const all = (await Promise.all(files.map(source))).join('\n').replaceAll('\\\'', '\'');
		for (const english of Object.keys(TEXTS)) assert.ok([`'${english}'`, `"${english}"`].some((quoted) => all.includes(quoted)), `${english} is not used`);
		for (const [, said] of all.matchAll(/\bt\('((?:[^'\n]|'(?=[a-z]))*)'[,)]/g)) assert.ok(said in TEXTS, `${said} has no translation`);
		for (const [, said] of all.matchAll(/data-(?:text|label)="([^"]*)"/g)) assert.ok(said in TEXTS, `${said} has no translation`);
	});

	test('of a language with a region', () => {
		assert.equal(new Words('de_CH').t('Close'), 'Schließen');
		assert.equal(new Words('xx').t('Close'), 'Close');
		assert.equal(new Words('en').day('2026-12-10T23:59:59Z'), '10 December 2026');
		assert.equal(new Words('fr').day(''), '');
		assert.equal(new Words('es').t('Keep {plan}', { plan: 'Team {plan}' }), 'Conservar Team {plan}');
		assert.equal(pickTag(['pt-BR', 'fr-CA', 'de']), 'fr-CA');
		assert.equal(pickTag([undefined, 'pt']), null);
	});
});

/* WHATWG HTML, "Server-sent events": lines end with CR LF, LF or CR, wherever the pieces are cut. */
describe('server-sent events', () => {
	const rows = [
		['in one piece', ['data: {"a":1}\n\ndata: [DONE]\n\n'], ['{"a":1}', '[DONE]']],
		['cut anywhere', ['da', 'ta: {"a"', ':1}\n', '\ndata:[DONE]\n\n'], ['{"a":1}', '[DONE]']],
		['with carriage returns', ['data: one\r\n\r', '\ndata: two\r\n\r\n'], ['one', 'two']],
		['of several lines', ['data: one\ndata: two\n\n'], ['one\ntwo']],
		['with comments and other fields', [': hello\nid: 7\nevent: x\ndata: one\n\n'], ['one']],
		['without an end', ['data: one\n\ndata: tw'], ['one']],
		['of letters that are cut', [new Uint8Array([100, 97, 116, 97, 58, 195]), new Uint8Array([188, 10, 10])], ['ü']],
	];

	for (const [name, pieces, wanted] of rows) {
		test(name, async () => {
			const encoder = new TextEncoder();
			const body = new ReadableStream({
				start(controller) {
					for (const piece of pieces) controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece);
					controller.close();
				},
			});
			const heard = [];
			for await (const data of eventsOf(body)) heard.push(data);
			assert.deepEqual(heard, wanted);
		});
	}
});
