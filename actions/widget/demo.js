/* SPDX-License-Identifier: MIT */
/* The demo site: signs a seeded customer in, as a site's own server would, and writes down what the widget tells it. */
(() => {
	'use strict';

	const $ = (id) => document.getElementById(id);

	function heard(event) {
		const line = document.createElement('li');

		line.textContent = `${event.type} ${JSON.stringify(event.data)}`;
		$('heard').append(line);
		line.scrollIntoView({ block: 'nearest' });
	}

	async function signIn(contact) {
		const answer = await fetch(`/demo/session?contact=${encodeURIComponent(contact)}`, { cache: 'no-store' });

		if (!answer.ok) {
			$('state').textContent = 'That customer is not known.';
			return;
		}
		const session = await answer.json();
		$('state').textContent = `${session.name} is signed in.`;
		window.stripeActions('identify', { token: session.token });
	}

	async function start() {
		const wanted = new URL(location.href).searchParams.get('contact');
		const answer = await fetch('/demo/contacts', { cache: 'no-store' });
		const { contacts } = await answer.json();

		for (const one of contacts) $('contact').append(new Option(one.name, one.external_id));
		if (wanted) $('contact').value = wanted;
		if (wanted !== '') await signIn(wanted ?? contacts[0].external_id);
	}

	for (const type of ['user-message', 'assistant-message', 'tool-call', 'tool-result'])
		window.stripeActions('addEventListener', type, heard);
	$('open').addEventListener('click', () => window.stripeActions.open());
	$('out').addEventListener('click', () => {
		window.stripeActions('resetUser');
		$('state').textContent = 'Nobody is signed in.';
	});
	$('choose').addEventListener('submit', (event) => {
		event.preventDefault();
		signIn($('contact').value);
	});
	start();
})();
