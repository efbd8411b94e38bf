/* SPDX-License-Identifier: MIT */
/*
 * The routes: each `_makeRequest('GET', '/v1/…', params, options, spec)` of the library's own code gives verb, path and
 * paging style, and the signature of the method it stands in gives the parameters and the answer.
 */
import path from 'node:path';
import ts from 'typescript';
import { Unknown } from './read.mjs';

const CALL_SKIPPED = 'addFetchRelatedObjectIfNeeded'; /* follows a URL out of an event; no route of its own */

/* What the library does on its own side of the wire; the coercions it lists stand in the declarations as well. */
const CLIENT_SIDE = new Set(['requestSchema', 'responseSchema', 'validator', 'transformResponseData']);

function path_of(node) {
	if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
	if (!ts.isTemplateExpression(node)) throw new Unknown(node, 'path');
	let text = node.head.text;
	for (const span of node.templateSpans) {
		const call = span.expression;
		if (!ts.isCallExpression(call) || call.expression.getText() !== 'encodeURIComponent' || !ts.isIdentifier(call.arguments[0]))
			throw new Unknown(span, 'path segment');
		text += `{${call.arguments[0].text}}${span.literal.text}`;
	}
	return text;
}

function spec_of(node) {
	const spec = {};
	for (const p of node?.properties ?? []) {
		const name = p.name.getText();
		if (CLIENT_SIDE.has(name)) continue;
		if (name === 'methodType' || name === 'apiBase') spec[name] = p.initializer.text;
		else if (name === 'streaming') spec.streaming = true;
		else if (name === 'headers') {
			if (p.initializer.getText().replace(/\s/g, '') !== "{'Content-Type':'multipart/form-data',}")
				throw new Unknown(p, 'headers');
			spec.multipart = true;
		} else throw new Unknown(p, 'request option');
	}
	return spec;
}

function answer_of(reader, node, spec) {
	const name = node.typeName.getText();
	const inner = node.typeArguments[0];
	const paged = { ApiListPromise: 'list', ApiSearchResultPromise: 'search', V2ListPromise: 'pages' }[name];
	if (paged) {
		if (spec.methodType !== (paged === 'search' ? 'search' : 'list')) throw new Unknown(node, 'paging style');
		return { as: paged, type: reader.type(inner) };
	}
	if (name !== 'Promise') throw new Unknown(node, 'answer');
	if (inner.kind === ts.SyntaxKind.VoidKeyword) return { as: 'empty' };
	const body = ts.isTypeReferenceNode(inner) && inner.typeName.getText() === 'Response' ? inner.typeArguments[0] : inner;
	if (spec.streaming) {
		if (body.getText() !== 'StripeStreamResponse') throw new Unknown(node, 'streamed answer');
		return { as: 'binary' };
	}
	if (body.kind === ts.SyntaxKind.VoidKeyword) return { as: 'empty' };
	return { as: 'body', type: reader.type(body) };
}

function params_of(reader, method, call) {
	if (call.arguments.length < 3 || call.arguments[2].getText() !== 'params') throw new Unknown(call, 'parameters');
	const param = method.parameters.find((p) => p.name.getText() === 'params');
	if (!param) throw new Unknown(method, 'a call with parameters that the signature does not have');
	const type = reader.type(param.type);
	if (type.k !== 'object') throw new Unknown(param, 'parameters that are no object');
	return type.fields;
}

function calls_in(method, found) {
	const visit = (node) => {
		if (ts.isCallExpression(node) && node.expression.getText() === 'this._makeRequest') found.push(node);
		ts.forEachChild(node, visit);
	};
	ts.forEachChild(method.body, visit);
	return found;
}

export function routes_read(reader) {
	const routes = new Map();
	for (const file of reader.files()) {
		const script = file.fileName.replace(/\.d\.ts$/, '.js');
		const code = ts.createSourceFile(script, ts.sys.readFile(script), ts.ScriptTarget.Latest, true);
		for (const cls of code.statements.filter(ts.isClassDeclaration)) {
			const declared = file.statements.find((s) => ts.isClassDeclaration(s) && s.name.text === cls.name.text);
			for (const method of cls.members.filter(ts.isMethodDeclaration)) {
				const name = method.name.getText();
				if (name === CALL_SKIPPED) continue;
				for (const call of calls_in(method, [])) {
					const signature = declared?.members.find((m) => ts.isMethodDeclaration(m) && m.name.getText() === name);
					if (!signature) throw new Unknown(method, 'a method that is not declared');
					const spec = spec_of(call.arguments[4]);
					const route = {
						verb: call.arguments[0].text,
						path: path_of(call.arguments[1]),
						host: spec.apiBase,
						multipart: spec.multipart,
						answer: answer_of(reader, signature.type, spec),
						params: params_of(reader, signature, call),
					};
					const key = `${route.path} ${route.verb}`;
					const before = routes.get(key);
					if (before && JSON.stringify(before) !== JSON.stringify(route)) throw new Unknown(call, 'two declarations of one route');
					routes.set(key, route);
				}
			}
		}
	}
	return [...routes.keys()].sort().map((key) => routes.get(key));
}

export function resources_read(reader) {
	const resources = new Map();
	const deleted = new Map();
	for (const file of reader.files()) {
		for (const s of file.statements) {
			if (!ts.isInterfaceDeclaration(s) || /Event(Base|Notification|NotificationBase)?$/.test(s.name.text) && path.basename(file.fileName) === 'Events.d.ts')
				continue;
			const r = reader.resourceOf(s);
			if (!r) continue;
			const into = r.deleted ? deleted : resources;
			if (into.has(r.name)) throw new Unknown(s, 'two declarations of one resource');
			into.set(r.name, { ...r, fields: reader.fields(s) });
		}
	}
	for (const relative of ['resources/Events.d.ts', 'resources/V2/Core/Events.d.ts']) {
		const event = event_read(reader, relative);
		resources.set(event.name, event);
	}
	return { resources, deleted };
}

/* One resource for the whole union: what only some event types carry is optional. */
function event_read(reader, relative) {
	const { base, members } = reader.event(relative);
	const fields = new Map(base.map((f) => [f.name, f]));
	const types = [];
	for (const m of members) {
		const { type, own } = reader.eventMember(m);
		types.push(type);
		for (const f of own) {
			if (f.name === 'data' && fields.has('data')) continue; /* the base says what all have in common */
			if (f.name === 'data') fields.set('data', { name: 'data', optional: true, type: { k: 'any' } });
			else if (!fields.has(f.name)) fields.set(f.name, { name: f.name, optional: true, type: reader.type(f.node) });
		}
	}
	const object = fields.get('object').type.literals[0];
	const name = object === 'event' ? 'Event' : 'V2.Core.Event';
	const literals = object === 'event' ? fields.get('type').type.literals : types.sort();
	fields.set('type', { name: 'type', optional: false, type: { k: 'string', literals, label: `${name}.Type` } });
	return { name, object, deleted: false, fields: [...fields.values()], types: literals };
}
