/* SPDX-License-Identifier: MIT */
/*
 * Declarations to plain data. The syntax tree is walked rather than the checker's types, because the checker does not
 * keep the declared order of a union's literals; it is asked only which declaration a name means.
 *
 * A type is {k, ...} with marks: nullable, emptyable, optional. Kinds: string number boolean decimal bigint file any
 * metadata range (all but the last four may carry literals), object (fields, label), array, map and list (of),
 * resource and expandable (refs: "Customer", "Customer.deleted"), union (of).
 */
import path from 'node:path';
import ts from 'typescript';

export class Unknown extends Error {
	constructor(node, reason) {
		const file = node.getSourceFile();
		const { line } = file.getLineAndCharacterOfPosition(node.getStart());
		super(`${path.basename(file.fileName)}:${line + 1}: ${reason}: ${node.getText().slice(0, 200)}`);
	}
}

export class Reader {
	constructor(folder) {
		this.root = path.join(path.resolve(folder), 'esm');
		const entry = path.join(this.root, 'stripe.core.d.ts');
		this.program = ts.createProgram([entry, ...ts.sys.readDirectory(path.join(this.root, 'resources'), ['.d.ts'])], {
			noLib: true,
			types: [],
			module: ts.ModuleKind.NodeNext,
			moduleResolution: ts.ModuleResolutionKind.NodeNext,
		});
		this.checker = this.program.getTypeChecker();
		this.busy = new Set();
	}

	/* The declaration files below resources/, in an order that does not depend on the file system. */
	files() {
		const below = path.join(this.root, 'resources') + path.sep;
		return this.program
			.getSourceFiles()
			.filter((f) => path.normalize(f.fileName).startsWith(below))
			.sort((a, b) => (a.fileName < b.fileName ? -1 : 1));
	}

	source(relative) {
		const file = this.program.getSourceFile(path.join(this.root, relative));
		if (!file) throw new Error(`${relative}: not in the package`);
		return file;
	}

	declaration(name) {
		let symbol = this.checker.getSymbolAtLocation(name);
		if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = this.checker.getAliasedSymbol(symbol);
		const found = (symbol?.declarations ?? []).filter((d) => ts.isInterfaceDeclaration(d) || ts.isTypeAliasDeclaration(d));
		if (found.length !== 1) throw new Unknown(name, `${found.length} declarations`);
		return found[0];
	}

	/* "TestHelpers.TestClock" for a declaration at the top of its file, "Customer.Shipping" for one in a namespace. */
	label(declaration) {
		const names = [declaration.name.text];
		for (let up = declaration.parent; up; up = up.parent)
			if (ts.isModuleDeclaration(up)) names.unshift(up.name.text);
		const folder = path.relative(path.join(this.root, 'resources'), path.dirname(declaration.getSourceFile().fileName));
		const rooms = folder.startsWith('..') ? [] : folder.split(path.sep).filter((x) => x);
		if (names.length > 1 && names[0] === rooms[0]) return names.join('.');
		return [...rooms, ...names].join('.');
	}

	/* A resource is declared at the top of a file and says which object it is. */
	resourceOf(declaration) {
		if (!ts.isSourceFile(declaration.parent) || !ts.isInterfaceDeclaration(declaration)) return null;
		const member = (name) => this.members(declaration).find((m) => m.name.getText() === name);
		const object = member('object')?.type;
		if (!object || !ts.isLiteralTypeNode(object) || !ts.isStringLiteral(object.literal)) return null;
		const gone = member('deleted')?.type;
		const deleted = !!gone && ts.isLiteralTypeNode(gone) && gone.literal.kind === ts.SyntaxKind.TrueKeyword;
		let name = this.label(declaration);
		if (deleted) {
			const plain = name.replace(/(^|\.)Deleted(?=[^.]+$)/, '$1');
			if (plain === name) throw new Unknown(declaration, 'a deleted form that is not called Deleted');
			name = plain;
		}
		return { name, object: object.literal.text, deleted };
	}

	/* Own properties and those inherited; an own one replaces the inherited one of the same name. */
	members(declaration) {
		const own = declaration.members.map((m) => {
			if (ts.isMethodSignature(m)) return null;
			if (!ts.isPropertySignature(m) && !ts.isIndexSignatureDeclaration(m)) throw new Unknown(m, 'member');
			return m;
		});
		const all = new Map();
		for (const clause of declaration.heritageClauses ?? []) {
			for (const base of clause.types) {
				if (base.typeArguments?.length) throw new Unknown(base, 'generic base');
				for (const m of this.members(this.declaration(base.expression))) all.set(m.name.getText(), m);
			}
		}
		for (const m of own) if (m && ts.isPropertySignature(m)) all.set(m.name.getText(), m);
		return [...all.values()];
	}

	fields(declaration) {
		const inherits = (declaration.heritageClauses ?? []).length > 0;
		const fields = [];
		for (const m of this.members(declaration)) {
			if (m.type.kind === ts.SyntaxKind.VoidKeyword) continue; /* "deleted?: void" only tells forms apart */
			const type = this.type(m.type);
			const name = ts.isIdentifier(m.name) || ts.isStringLiteral(m.name) ? m.name.text : null;
			if (name === null) throw new Unknown(m, 'property name');
			fields.push({ name, optional: !!m.questionToken || !!type.optional, type });
		}
		/* The declarations keep required ones first, then by name; inheritance must not disturb that. */
		if (inherits) fields.sort((a, b) => a.optional - b.optional || (a.name < b.name ? -1 : 1));
		return fields;
	}

	object(declaration) {
		const label = this.label(declaration);
		if (this.busy.has(declaration)) throw new Unknown(declaration, 'a shape that holds itself');
		this.busy.add(declaration);
		const index = (declaration.members ?? []).filter(ts.isIndexSignatureDeclaration);
		let made;
		if (index.length) {
			if (declaration.members.length !== 1) throw new Unknown(declaration, 'index signature with other members');
			made = { k: 'map', of: this.type(index[0].type) };
		} else if (label === 'Event.Data.Object' || label === 'Event.Data.PreviousAttributes') {
			made = { k: 'any' }; /* declared empty; each event type narrows it to a resource */
		} else {
			made = { k: 'object', fields: this.fields(declaration), label };
		}
		this.busy.delete(declaration);
		return made;
	}

	type(node) {
		if (ts.isParenthesizedTypeNode(node)) return this.type(node.type);
		const parts = [];
		this.flatten(node, parts);
		return this.combine(node, parts);
	}

	/* Union members, with aliases of unions opened; each part is a type of its own or a mark. */
	flatten(node, parts) {
		if (ts.isParenthesizedTypeNode(node)) return this.flatten(node.type, parts);
		if (ts.isUnionTypeNode(node)) {
			for (const member of node.types) this.flatten(member, parts);
			return;
		}
		if (ts.isLiteralTypeNode(node)) {
			if (node.literal.kind === ts.SyntaxKind.NullKeyword) parts.push({ mark: 'nullable' });
			else if (ts.isStringLiteral(node.literal) && node.literal.text === '') parts.push({ mark: 'emptyable' });
			else if (ts.isStringLiteral(node.literal)) parts.push({ literal: node.literal.text });
			else if (node.literal.kind === ts.SyntaxKind.TrueKeyword) parts.push({ k: 'boolean' });
			else if (node.literal.kind === ts.SyntaxKind.FalseKeyword) parts.push({ k: 'boolean' });
			else throw new Unknown(node, 'literal');
			return;
		}
		const word = {
			[ts.SyntaxKind.StringKeyword]: 'string',
			[ts.SyntaxKind.NumberKeyword]: 'number',
			[ts.SyntaxKind.BooleanKeyword]: 'boolean',
			[ts.SyntaxKind.BigIntKeyword]: 'bigint',
			[ts.SyntaxKind.UnknownKeyword]: 'any',
		}[node.kind];
		if (word) {
			parts.push({ k: word });
			return;
		}
		if (ts.isTypeLiteralNode(node)) {
			if (node.members.length !== 1 || !ts.isIndexSignatureDeclaration(node.members[0]))
				throw new Unknown(node, 'type literal');
			parts.push({ k: 'map', of: this.type(node.members[0].type) });
			return;
		}
		if (ts.isTypeReferenceNode(node)) return this.reference(node, parts);
		throw new Unknown(node, `construct ${ts.SyntaxKind[node.kind]}`);
	}

	reference(node, parts) {
		const name = node.typeName.getText();
		if (name === 'Array' && node.typeArguments?.length === 1) {
			parts.push({ k: 'array', of: this.type(node.typeArguments[0]) });
			return;
		}
		const declaration = this.declaration(node.typeName);
		const known = declaration.getSourceFile().fileName.slice(this.root.length + 1) + ' ' + declaration.name.text;
		switch (known) {
		case 'shared.d.ts OtherString': /* says only that clients shall expect more */
			parts.push({ mark: 'open' });
			return;
		case 'shared.d.ts Emptyable':
			parts.push({ mark: 'emptyable' });
			return this.flatten(node.typeArguments[0], parts);
		case 'shared.d.ts Metadata':
		case 'shared.d.ts MetadataParam':
			parts.push({ k: 'metadata' });
			return;
		case 'shared.d.ts RangeQueryParam':
			parts.push({ k: 'range' });
			return;
		case 'Decimal.d.ts Decimal':
			parts.push({ k: 'decimal' });
			return;
		case 'lib.d.ts FileData':
			parts.push({ k: 'file' });
			return;
		case 'lib.d.ts ApiList':
			parts.push({ k: 'list', of: this.type(node.typeArguments[0]) });
			return;
		}
		if (node.typeArguments?.length) throw new Unknown(node, 'generic');
		if (ts.isTypeAliasDeclaration(declaration)) {
			const event = this.eventUnion(declaration);
			if (event) {
				parts.push({ ref: event });
				return;
			}
			const from = parts.length;
			this.flatten(declaration.type, parts);
			for (const p of parts.slice(from)) if (p.literal !== undefined) p.label ??= this.label(declaration);
			return;
		}
		const resource = this.resourceOf(declaration);
		if (resource) parts.push({ ref: resource.name + (resource.deleted ? '.deleted' : '') });
		else parts.push(this.object(declaration));
	}

	/*
	 * Events are declared as a union of one interface per event type over a common base. On the wire they are one
	 * resource, and that is its name; null for any other alias.
	 */
	eventUnion(declaration) {
		if (declaration.name.text !== 'Event' || !ts.isSourceFile(declaration.parent)) return null;
		return this.label(declaration);
	}

	/* {base fields, members: [[field, ...], ...]} of the event union declared in a file. */
	event(relative) {
		const file = this.source(relative);
		const find = (name, is) => file.statements.find((s) => is(s) && s.name.text === name);
		const base = this.fields(find('EventBase', ts.isInterfaceDeclaration));
		const members = find('Event', ts.isTypeAliasDeclaration).type.types.map((t) => this.declaration(t.typeName));
		return { base, members };
	}

	/* The literals of an event interface's `type`, and the names of the fields it declares itself. */
	eventMember(declaration) {
		const own = declaration.members.filter(ts.isPropertySignature);
		const type = own.find((m) => m.name.getText() === 'type');
		return {
			type: this.type(type.type).literals[0],
			own: own.filter((m) => m !== type).map((m) => ({ name: m.name.getText(), node: m.type, optional: !!m.questionToken })),
		};
	}

	combine(node, parts) {
		const has = (mark) => parts.some((p) => p.mark === mark);
		const marks = {};
		if (has('nullable')) marks.nullable = true;
		if (has('emptyable')) {
			marks.emptyable = true;
			delete marks.nullable; /* null is how the library spells the empty string there */
		}
		const literals = parts.filter((p) => p.literal !== undefined);
		const refs = [...new Set(parts.filter((p) => p.ref).map((p) => p.ref))];
		let rest = parts.filter((p) => p.k);
		if (rest.length > 1 && rest.every((p) => p.k === 'boolean')) rest = rest.slice(0, 1);
		const only = rest.length === 1 ? rest[0] : null;

		if (refs.length) {
			if (literals.length) throw new Unknown(node, 'resources beside literals');
			if (!rest.length) return { k: 'resource', refs, ...marks };
			if (only?.k === 'string') return { k: 'expandable', refs, ...marks };
			throw new Unknown(node, 'resources beside other types');
		}
		if (literals.length) {
			const words = { literals: literals.map((p) => p.literal), label: literals[0].label };
			if (!rest.length) return { k: 'string', ...words, ...marks };
			if (only?.k === 'number' || only?.k === 'boolean') return { k: only.k, ...words, ...marks };
			throw new Unknown(node, 'literals beside other types');
		}
		if (has('open')) throw new Unknown(node, 'an open set without literals');
		if (only) return { ...only, ...marks };
		if (rest.length === 2 && rest.some((p) => p.k === 'range') && rest.some((p) => p.k === 'number'))
			return { k: 'range', ...marks };
		if (!rest.length && has('emptyable')) return { k: 'blank', emptyable: true };
		if (!rest.length) throw new Unknown(node, 'nothing left of a union');
		return { k: 'union', of: rest, ...marks };
	}
}
