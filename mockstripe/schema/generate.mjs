#!/usr/bin/env node
/* SPDX-License-Identifier: MIT */
/*
 * Writes stripe.txt, the API description, from an unpacked copy of the npm package `stripe`:
 *
 *     (cd mockstripe/schema/tool && npm ci)
 *     cd mockstripe/schema && node generate.mjs tool/node_modules/stripe stripe.txt
 *
 * Run by hand when the package is upgraded; the output is committed. It holds names, types and enum values only. A
 * construct that is not understood ends the run: nothing is passed over in silence. The text form is described at the
 * head of the output, and compile.c reads it.
 */
import fs from 'node:fs';
import path from 'node:path';
import { Reader } from './tool/read.mjs';
import { resources_read, routes_read } from './tool/routes.mjs';
import { Writer } from './tool/write.mjs';

const LEGEND = `# SPDX-License-Identifier: MIT
# The API description: routes, request parameters and resource fields, by name and type. Written by generate.mjs from the
# type declarations of the npm package stripe; do not edit. What the declarations do not say stands in overrides.txt.
#
# One declaration a line; what belongs to it is indented by one more tab.
#   enum NAME               a set of literals that are used by name, one a line
#   shape NAME              an object that is used at several places
#   resource NAME OBJECT    a resource and its "object" value
#   deleted NAME            the fields of a resource's deleted form
#   route VERB PATH ANSWER  [host=NAME] [multipart]; the lines below are its parameters
#   events, thin            the event types of v1 (snapshot) and of v2
# A field or parameter is "name type", or "name? type" when it may be left out. Types:
#   string number boolean decimal bigint file any metadata range blank (only "")
#   =a|b|c  =@ENUM          a closed set of strings;  number=a|b  boolean=a|b: or one of these words
#   object                  the fields follow, indented;  {NAME}: the fields of that shape
#   union                   alternatives follow, each on a line "- type"
#   [T]  map(T)  list(T)    an array, an object with free keys, a list envelope
#   &A|B  >A|B              a resource in full;  an id that expands to one.  A.deleted is its deleted form
# Before a type: ~ may be null, ^ may be the empty string, which unsets.
# ANSWER: &A, {NAME} or such; list(T), search(T), pages(T) (v2); binary; empty.
`;

function fields_in_wire_order(fields) {
	const rank = (f) => (f.name === 'id' ? 0 : f.name === 'object' ? 1 : 2);
	return [...fields].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

function sort_shape(type) {
	if (type.k === 'object') {
		type.fields = fields_in_wire_order(type.fields);
		for (const f of type.fields) sort_shape(f.type);
	} else if (Array.isArray(type.of)) type.of.forEach(sort_shape);
	else if (type.of) sort_shape(type.of);
}

function head_of(route, writer) {
	const a = route.answer;
	const type = a.type && writer.type(a.type);
	if (type?.lines.length) throw new Error(`${route.path}: an answer that needs a name`);
	const answer = a.as === 'body' ? type.head : a.type ? `${a.as}(${type.head})` : a.as;
	return `route ${route.verb} ${route.path} ${answer}${route.host ? ` host=${route.host}` : ''}${route.multipart ? ' multipart' : ''}`;
}

function references_check(resources, deleted, text) {
	for (const found of text.matchAll(/[&>]([A-Z][A-Za-z0-9.|]*)/g)) {
		for (const ref of found[1].split('|')) {
			const known = ref.endsWith('.deleted') ? deleted.has(ref.slice(0, -8)) : resources.has(ref);
			if (!known) throw new Error(`${ref}: refers to nothing`);
		}
	}
}

function generate(folder) {
	const reader = new Reader(folder);
	const version = /ApiVersion = "([^"]+)"/.exec(reader.source('apiVersion.d.ts').text)?.[1];
	if (!version) throw new Error('apiVersion.d.ts: no version');
	const { resources, deleted } = resources_read(reader);
	const routes = routes_read(reader);
	const writer = new Writer();
	const named = (map) => [...map.keys()].sort().map((name) => map.get(name));
	const forced = new Set();

	for (const r of [...named(resources), ...named(deleted)]) {
		r.fields = fields_in_wire_order(r.fields);
		for (const f of r.fields) {
			sort_shape(f.type);
			writer.count(f.type);
		}
	}
	for (const route of routes) {
		for (const f of route.params) writer.count(f.type);
		if (!route.answer.type) continue;
		sort_shape(route.answer.type);
		writer.count(route.answer.type);
		if (route.answer.type.body !== undefined) forced.add(route.answer.type.body);
	}
	writer.settle(forced);

	const out = [LEGEND, `version ${version}`];
	const block = (head, lines) => out.push('', head, ...lines.map((l) => '\t' + l));
	const by_name = (a, b) => (a.name < b.name ? -1 : 1);
	for (const set of [...writer.sets.values()].sort(by_name)) block(`enum ${set.name}`, set.literals);
	for (const shape of [...writer.shapes.values()].filter((s) => s.shared).sort(by_name))
		block(`shape ${shape.name}`, writer.fields(shape.type.fields));
	for (const r of named(resources)) block(`resource ${r.name} ${r.object}`, writer.fields(r.fields));
	for (const r of named(deleted)) block(`deleted ${r.name}`, writer.fields(r.fields));
	for (const route of routes) block(head_of(route, writer), writer.fields(route.params));
	block('events', [...resources.get('Event').types].sort());
	block('thin', resources.get('V2.Core.Event').types);
	const text = out.join('\n') + '\n';
	references_check(resources, deleted, text.slice(LEGEND.length));
	return { text, routes: routes.length, resources: resources.size };
}

const [folder, target] = process.argv.slice(2);
if (!folder || !target) {
	console.error('usage: node generate.mjs FOLDER-OF-THE-PACKAGE OUTPUT');
	process.exit(2);
}
const made = generate(folder);
fs.writeFileSync(target, made.text);
console.log(`${path.basename(target)}: ${made.routes} routes, ${made.resources} resources, ${made.text.length} characters`);
