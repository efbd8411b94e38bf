/* SPDX-License-Identifier: MIT */
/*
 * Plain data to text. Objects and sets of literals that occur more than once are written once, under the first name by
 * alphabet that the declarations give them, so that a change at one place shows as a change at one place.
 */

const INLINE = 100; /* characters of literals that may stay on a field's own line */

export class Writer {
	constructor() {
		this.shapes = new Map(); /* text of the body -> {names, uses} */
		this.sets = new Map();
	}

	/* First pass: count what is shared. Gives the canonical text of a type, which is its identity. */
	count(type) {
		const marks = (type.nullable ? '~' : '') + (type.emptyable ? '^' : '');
		if (type.literals) this.countSet(type);
		if (type.k === 'object') {
			const body = type.fields.map((f) => `${f.name}${f.optional ? '?' : ''} ${this.count(f.type)}`).join('\n');
			type.body = body;
			const shape = this.shapes.get(body) ?? { names: new Set(), uses: 0, lines: 0, type };
			shape.names.add(type.label);
			shape.uses++;
			this.shapes.set(body, shape);
			return `${marks}{${body}}`;
		}
		if (type.k === 'union') return `${marks}(${type.of.map((t) => this.count(t)).join(' / ')})`;
		if (type.of) return `${marks}${type.k} ${this.count(type.of)}`;
		return `${marks}${type.k} ${(type.refs ?? []).join('|')} ${(type.literals ?? []).join('|')}`;
	}

	countSet(type) {
		const key = type.literals.join('|');
		for (const word of type.literals)
			if (/[|\s]/.test(word)) throw new Error(`${type.label}: a literal that the text form cannot hold: ${word}`);
		if (key.length <= INLINE) return;
		const set = this.sets.get(key) ?? { names: new Set(), literals: type.literals };
		set.names.add(type.label);
		this.sets.set(key, set);
	}

	/* Between the passes: give names. */
	settle(forced) {
		const taken = new Set();
		const settle = (item) => {
			const names = [...item.names].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
			/* One declaration may be used as a field and as a parameter, whose members are ordered differently. */
			const name = names.find((n) => n && !taken.has(n)) ?? `${names[0]}.2`;
			if (taken.has(name)) throw new Error(`no free name among ${names}`);
			taken.add(name);
			item.name = name;
		};
		const by = (map) => [...map.values()].sort((a, b) => ([...a.names].sort()[0] < [...b.names].sort()[0] ? -1 : 1));
		for (const body of forced) this.shapes.get(body).forced = true;
		for (const shape of by(this.shapes)) {
			shape.shared = shape.forced || (shape.uses > 1 && (shape.type.fields.length > 1 || shape.type.body.length > 60));
			if (shape.shared) settle(shape);
		}
		for (const set of by(this.sets)) settle(set);
	}

	literals(words) {
		const set = this.sets.get(words.join('|'));
		return set ? `@${set.name}` : words.join('|');
	}

	/* Second pass. {head, lines}: what stands on the field's own line, and the lines below it without their tab. */
	type(t) {
		const marks = (t.nullable ? '~' : '') + (t.emptyable ? '^' : '');
		const wrap = (inner, before, after) => ({ head: marks + before + inner.head + after, lines: inner.lines });
		switch (t.k) {
		case 'string':
			return { head: marks + (t.literals ? `=${this.literals(t.literals)}` : 'string'), lines: [] };
		case 'number': case 'boolean':
			return { head: marks + (t.literals ? `${t.k}=${this.literals(t.literals)}` : t.k), lines: [] };
		case 'decimal': case 'bigint': case 'file': case 'any': case 'metadata': case 'range':
		case 'blank':
			return { head: marks + t.k, lines: [] };
		case 'resource':
			return { head: marks + '&' + t.refs.join('|'), lines: [] };
		case 'expandable':
			return { head: marks + '>' + t.refs.join('|'), lines: [] };
		case 'array':
			return wrap(this.type(t.of), '[', ']');
		case 'map':
			return wrap(this.type(t.of), 'map(', ')');
		case 'list':
			return wrap(this.type(t.of), 'list(', ')');
		case 'object': {
			const shape = this.shapes.get(t.body);
			if (shape.shared) return { head: `${marks}{${shape.name}}`, lines: [] };
			return { head: `${marks}object`, lines: this.fields(t.fields) };
		}
		case 'union':
			return {
				head: `${marks}union`,
				lines: t.of.flatMap((one) => {
					const { head, lines } = this.type(one);
					return [`- ${head}`, ...lines.map((l) => '\t' + l)];
				}),
			};
		}
		throw new Error(`kind ${t.k}`);
	}

	fields(fields) {
		return fields.flatMap((f) => {
			const { head, lines } = this.type(f.type);
			return [`${f.name}${f.optional ? '?' : ''} ${head}`, ...lines.map((l) => '\t' + l)];
		});
	}
}
