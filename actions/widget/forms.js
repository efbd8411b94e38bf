/* SPDX-License-Identifier: MIT */
/*
 * The forms of the chat: cancelling, billing details, a code, a test card. A form asks for what one call needs, and hands it to
 * chat.act; what is wrong with a value is the server's to say.
 */
import { button, card, choices, field, node } from './build.js';

const REASONS = {
	customer_service: 'Customer service',
	low_quality: 'Quality',
	missing_features: 'Something is missing',
	other: 'Something else',
	switched_service: 'I use another service',
	too_complex: 'Too complicated',
	too_expensive: 'Too expensive',
	unused: 'I don\'t use it',
};
const ADDRESS = [
	['line1', 'Street and number', 'address-line1'],
	['line2', 'Flat, floor, company', 'address-line2'],
	['city', 'City', 'address-level2'],
	['state', 'State or region', 'address-level1'],
	['postal_code', 'Postal code', 'postal-code'],
	['country', 'Country (two letters)', 'country'],
];

/* What is passed on with every further call about this thing, so that a choice once made need not be made again. */
export function about(inputs, one) {
	return { ...(inputs.account ? { account: inputs.account } : {}), ...(one ? { subscription: one } : {}) };
}

/* The radio buttons of one card must not be one group with another card's. */
function ownNames(form) {
	const mark = `${Date.now()}-${Math.random()}`;

	for (const radio of form.querySelectorAll('input[type="radio"]')) {
		radio.dataset.name = radio.name;
		radio.name = `${radio.name}-${mark}`;
	}
	return form;
}
const chosen = (form, name) => form.querySelector(`input[data-name="${name}"]:checked`)?.value ?? null;

const problemLine = () => node('p', { class: 'bad', role: 'alert', hidden: true });

/* Shows what is missing, at the input it is about. Gives whether there was anything. */
function complain(problem, text, input) {
	problem.hidden = !text;
	problem.textContent = text ?? '';
	if (text) input?.focus();
	return Boolean(text);
}

export function cancelCard(chat, inputs, plan) {
	const { settings, t } = chat;
	const manage = settings.action('manage_subscriptions');
	const policy = settings.cancellation;
	const title = plan ? t('Cancel {plan}', { plan }) : t('Cancel my subscription');
	const problem = problemLine();
	const comment = field(t('Anything you want to add (optional)'), 'comment', 'textarea', { rows: 2, maxlength: policy.comment_max });
	const form = ownNames(node('form', { class: 'card-form' },
		policy.reasons.length ? choices(t(policy.reason_required ? 'Why do you want to cancel?' : 'Why do you want to cancel? (optional)'), 'reason',
			policy.reasons.map((one) => [one, REASONS[one] ? t(REASONS[one]) : one]), null) : null,
		comment,
		policy.mode === 'choice' ? choices(t('When should it end?'), 'when',
			[['at_period_end', t('At the end of the paid period')], ['immediately', t('Now')]], 'at_period_end') : null,
		problem,
		node('div', { class: 'buttons' }, node('button', { type: 'submit' }, t('Continue')),
			button(t('Keep my subscription'), () => chat.dismiss(form, t('Nothing was changed.'))))));

	form.addEventListener('submit', (event) => {
		const reason = chosen(form, 'reason');
		const when = chosen(form, 'when');
		const text = comment.querySelector('textarea').value.trim();

		event.preventDefault();
		if (complain(problem, policy.reason_required && !reason ? t('Please choose a reason.') : null, form.querySelector('input'))) return;
		chat.act(manage, { operation: 'cancel', ...inputs, ...(when ? { when } : {}), ...(reason ? { reason } : {}), ...(text ? { comment: text } : {}) },
			title, form);
	});
	return card(title, form);
}

/* What was filled in, as the action takes it: "address.city" is a member of address. */
function filledIn(form) {
	const out = {};

	for (const input of form.querySelectorAll('input')) {
		const [group, part] = input.name.split('.');
		const value = input.value.trim();

		if (!value) continue;
		if (part) out[group] = { ...out[group], [part]: part === 'country' ? value.toUpperCase() : value };
		else out[group] = value;
	}
	return out;
}

export function billingCard(chat, inputs) {
	const { settings, t } = chat;
	const action = settings.action('billing_info');
	const offered = (name) => settings.billing_fields.includes(name);
	const problem = problemLine();
	const form = node('form', { class: 'card-form', novalidate: true },
		node('p', { class: 'soft' }, t('Only what you fill in is changed.')),
		offered('name') ? field(t('Name on invoices'), 'name', 'input', { autocomplete: 'name', maxlength: 256 }) : null,
		offered('email') ? field(t('E-mail for invoices'), 'email', 'input', { type: 'email', autocomplete: 'email', maxlength: 254 }) : null,
		offered('phone') ? field(t('Phone, with country code'), 'phone', 'input', { type: 'tel', autocomplete: 'tel', maxlength: 32 }) : null,
		offered('address') ? node('fieldset', {}, node('legend', {}, t('Billing address')), ADDRESS.map(([name, label, complete]) =>
			field(t(label), `address.${name}`, 'input', { autocomplete: complete, maxlength: name === 'country' ? 2 : 200 }))) : null,
		offered('tax_id') ? node('fieldset', {}, node('legend', {}, t('Tax number')),
			field(t('Kind, such as eu_vat'), 'tax_id.type', 'input', { autocomplete: 'off', maxlength: 32 }),
			field(t('Number'), 'tax_id.value', 'input', { autocomplete: 'off', maxlength: 40 })) : null,
		problem,
		node('div', { class: 'buttons' }, node('button', { type: 'submit', class: 'primary' }, t('Continue')),
			button(t('Not now'), () => chat.dismiss(form, t('Nothing was changed.')))));

	form.addEventListener('submit', (event) => {
		const wanted = filledIn(form);

		event.preventDefault();
		if (complain(problem, Object.keys(wanted).length ? null : t('Please fill in what should change.'), form.querySelector('input'))) return;
		chat.act(action, { ...inputs, ...wanted }, t('Change my billing details'), form);
	});
	return card(t('Billing details'), form);
}

/*
 * The code that was sent to the billing account's address. A code for a conversation is good in that one alone; `again`
 * asks once more for what needed it.
 */
export function codeCard(chat, { conversation = null, again }) {
	const { t } = chat;
	const problem = problemLine();
	const form = node('form', { class: 'card-form', novalidate: true },
		field(t('Code from the e-mail'), 'code', 'input', { inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: 12 }), problem,
		node('div', { class: 'buttons' }, node('button', { type: 'submit', class: 'primary' }, t('Continue')),
			button(t('Not now'), () => chat.dismiss(form, t('Nothing was changed.')))));

	form.addEventListener('submit', async (event) => {
		const input = form.querySelector('input');

		event.preventDefault();
		const answer = await chat.submit(form, '/v1/verify', { code: input.value.replace(/\s/g, ''), ...(conversation ? { conversation } : {}) });
		if (!answer) return;
		if (answer.verified) {
			chat.dismiss(form, t('Thank you, it is you.'));
			again();
		} else {
			complain(problem, t(answer.may_try_again ? 'That code is not right. Please check it.' : 'That code is no longer good. Please ask again for a new one.'), input);
		}
	});
	return card(t('Is it you?'), form);
}

/*
 * Where a simulator stands in for Stripe, its test cards stand in for Stripe's own form. Nobody can type a number here.
 * settings.test_cards: [{card: "pm_card_visa", label: "Visa 4242", does: "works"}]
 */
export function testCard(chat, inputs, secret) {
	const { settings, t } = chat;
	const problem = problemLine();
	const select = field(t('Card'), 'card', 'select', {}, settings.test_cards.map((one) =>
		node('option', { value: one.card }, `${one.label} (${t(one.does)})`)));
	const form = node('form', { class: 'card-form' },
		node('p', { class: 'soft' }, t('This stands for Stripe\'s card form: the simulator takes test cards only. Never type a real card number.')),
		select, problem,
		node('div', { class: 'buttons' }, node('button', { type: 'submit', class: 'primary' }, t('Save this card')),
			button(t('Not now'), () => chat.dismiss(form, t('Nothing was changed.')))));

	form.addEventListener('submit', async (event) => {
		const { value, selectedIndex } = form.querySelector('select');

		event.preventDefault();
		const answer = await chat.submit(form, '/v1/test-card', { ...inputs, client_secret: secret, card: value });
		if (!answer) return;
		if (answer.saved) chat.dismiss(form, t('{card} was saved and is used from now on.', { card: settings.test_cards[selectedIndex].label }));
		else complain(problem, answer.message || t(answer.authenticate ? 'The bank wants to authenticate this card first.'
			: 'That card was not accepted. Please try another one.'), form.querySelector('select'));
	});
	return card(t('Test card'), form);
}
