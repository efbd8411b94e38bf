/* SPDX-License-Identifier: MIT */
/*
 * Elements from plain values. Everything that is shown was written by somebody else (the customer, a model, Stripe's
 * data), so it only ever becomes a text node: no markup is parsed anywhere in this widget.
 */

/* node('p', {class: 'soft'}, 'text', child): attributes as given, functions as listeners, null children left out. */
export function node(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);

	for (const [name, value] of Object.entries(attributes)) {
		if (value === null || value === undefined || value === false) continue;
		if (typeof value === 'function') element.addEventListener(name, value);
		else element.setAttribute(name, value === true ? '' : String(value));
	}
	element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
	return element;
}

export const card = (title, ...children) =>
	node('section', { class: 'card', 'aria-label': title, tabindex: '-1' }, node('h2', {}, title), ...children);
export const button = (text, click, extra = {}) => node('button', { type: 'button', click, ...extra }, text);

let made = 0;
/* An id for a label to point at; unique in this page. */
export function freshId(prefix) {
	made += 1;
	return `${prefix}-${made}`;
}

/* A labelled input. control: 'input', 'textarea' or 'select'. */
export function field(label, name, control, attributes = {}, ...children) {
	const id = freshId(name.replaceAll('.', '-'));

	return node('div', { class: 'field' }, node('label', { for: id }, label), node(control, { id, name, ...attributes }, ...children));
}

/* One of several, as radio buttons: choices are [value, label]. */
export function choices(legend, name, list, chosen, change = null) {
	return node('fieldset', {}, node('legend', {}, legend), list.map(([value, label]) => {
		const id = freshId(name);
		return node('div', { class: 'choice' },
			node('input', { type: 'radio', id, name, value, checked: value === chosen, change }),
			node('label', { for: id }, label));
	}));
}

/* Pairs of a term and what it is; an empty value leaves its pair out. [term, value, class] */
export function pairs(list) {
	return node('dl', {}, list.filter(([, value]) => value !== null && value !== undefined && value !== '')
		.map(([term, value, style]) => [node('dt', { class: style }, term), node('dd', { class: style }, value)]));
}

const OWN = /(^|\.)stripe\.com$/;

/* Text in which the addresses of billing pages are links; every other address stays text. */
export function linked(text, others) {
	return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/).map((part, at) => (at % 2 ? billingLink(part, part, others) ?? part : part));
}

/*
 * A link to a page of Stripe's, or null when the address is not one. `others` are origins that the server vouches for
 * (a simulator stands in for Stripe there).
 */
export function billingLink(text, address, others, label = null) {
	let url;

	try {
		url = new URL(address);
	} catch {
		return null;
	}
	if (!(url.protocol === 'https:' && OWN.test(url.hostname)) && !others.includes(url.origin)) return null;
	if (url.username || url.password) return null;
	return node('a', { href: url.href, target: '_blank', rel: 'noopener noreferrer', 'aria-label': label }, text);
}
