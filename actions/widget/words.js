/* SPDX-License-Identifier: MIT */
/*
 * The chat's own texts in the languages there are. The English text is the key, as it stands in the code; {name} stands
 * for a value. What the actions say comes from the server, in its languages.
 */
export const LANGUAGES = ['en', 'de', 'fr', 'es'];

/* English: German, French, Spanish */
export const TEXTS = {
	'Hello! I am {name}. Ask me about your plan, your invoices or your billing details.': [
		'Hallo! Ich bin {name}. Fragen Sie mich nach Ihrem Tarif, Ihren Rechnungen oder Ihren Rechnungsdaten.',
		'Bonjour ! Je suis {name}. Posez-moi vos questions sur votre formule, vos factures ou vos coordonnées de facturation.',
		'¡Hola! Soy {name}. Pregúnteme por su plan, sus facturas o sus datos de facturación.'],
	'New chat': ['Neuer Chat', 'Nouvelle discussion', 'Nuevo chat'],
	'Close': ['Schließen', 'Fermer', 'Cerrar'],
	'Close the chat': ['Chat schließen', 'Fermer la discussion', 'Cerrar el chat'],
	'Your message': ['Ihre Nachricht', 'Votre message', 'Su mensaje'],
	'Ask about your billing': ['Frage zu Ihrer Abrechnung', 'Une question sur votre facturation ?', 'Pregunte por su facturación'],
	'Send': ['Senden', 'Envoyer', 'Enviar'],
	'Billing': ['Abrechnung', 'Facturation', 'Facturación'],
	'Signed in as {name}': ['Angemeldet als {name}', 'Connecté en tant que {name}', 'Sesión iniciada como {name}'],
	'Signed in': ['Angemeldet', 'Connecté', 'Sesión iniciada'],
	'Not signed in': ['Nicht angemeldet', 'Non connecté', 'Sin iniciar sesión'],
	'You said: ': ['Sie: ', 'Vous : ', 'Usted: '],
	'One moment …': ['Einen Moment …', 'Un instant…', 'Un momento…'],
	'Earlier in this conversation': ['Früher in diesem Gespräch', 'Plus tôt dans cette conversation', 'Antes en esta conversación'],
	'That did not work. Please try again in a minute.': ['Das hat nicht geklappt. Bitte versuchen Sie es gleich noch einmal.',
		'Cela n\'a pas fonctionné. Veuillez réessayer dans une minute.', 'No ha funcionado. Inténtelo de nuevo en un minuto.'],
	'The connection was lost.': ['Die Verbindung ist abgebrochen.', 'La connexion a été perdue.', 'Se ha perdido la conexión.'],
	'The connection was lost, so I don\'t know yet whether that went through. Trying again is safe: it can happen only once.': [
		'Die Verbindung ist abgebrochen, daher weiß ich noch nicht, ob das geklappt hat. Sie können es gefahrlos noch einmal versuchen: Es kann nur einmal geschehen.',
		'La connexion a été perdue ; je ne sais pas encore si l\'opération a eu lieu. Vous pouvez réessayer sans risque : elle ne peut avoir lieu qu\'une fois.',
		'Se ha perdido la conexión y aún no sé si se ha realizado. Puede volver a intentarlo sin riesgo: solo puede ocurrir una vez.'],
	'Try again': ['Noch einmal versuchen', 'Réessayer', 'Reintentar'],
	'You are offline. I\'ll go on when the connection is back.': ['Sie sind offline. Ich mache weiter, sobald die Verbindung wieder da ist.',
		'Vous êtes hors ligne. Je reprendrai dès que la connexion sera rétablie.', 'No tiene conexión. Continuaré cuando vuelva.'],
	'This is the {name} environment: billing actions do not run here. Try them in the real embed.': [
		'Dies ist die Umgebung {name}: Abrechnungsaktionen laufen hier nicht. Probieren Sie sie auf der echten Website aus.',
		'Ceci est l\'environnement {name} : les actions de facturation n\'y fonctionnent pas. Essayez-les sur le site réel.',
		'Este es el entorno {name}: aquí no funcionan las acciones de facturación. Pruébelas en el sitio real.'],
	'This site may not show this chat.': ['Diese Website darf diesen Chat nicht anzeigen.', 'Ce site ne peut pas afficher cette discussion.',
		'Este sitio no puede mostrar este chat.'],

	'My subscription': ['Mein Abo', 'Mon abonnement', 'Mi suscripción'],
	'Invoices': ['Rechnungen', 'Factures', 'Facturas'],
	'Plans': ['Tarife', 'Formules', 'Planes'],
	'Payment method': ['Zahlungsmittel', 'Moyen de paiement', 'Forma de pago'],
	'Billing details': ['Rechnungsdaten', 'Coordonnées de facturation', 'Datos de facturación'],
	'What is my subscription?': ['Welches Abo habe ich?', 'Quel est mon abonnement ?', '¿Cuál es mi suscripción?'],
	'Show my invoices': ['Meine Rechnungen zeigen', 'Afficher mes factures', 'Mostrar mis facturas'],
	'Which plans are there?': ['Welche Tarife gibt es?', 'Quelles sont les formules ?', '¿Qué planes hay?'],
	'Add a payment method': ['Zahlungsmittel hinzufügen', 'Ajouter un moyen de paiement', 'Añadir una forma de pago'],

	'Active': ['Aktiv', 'Actif', 'Activa'],
	'Trial': ['Testzeit', 'Essai', 'Prueba'],
	'Payment overdue': ['Zahlung überfällig', 'Paiement en retard', 'Pago atrasado'],
	'Unpaid': ['Unbezahlt', 'Impayé', 'Impagada'],
	'First payment open': ['Erste Zahlung offen', 'Premier paiement en attente', 'Primer pago pendiente'],
	'Never started': ['Nie begonnen', 'Jamais commencé', 'No iniciada'],
	'Paused': ['Pausiert', 'En pause', 'En pausa'],
	'Ended': ['Beendet', 'Terminé', 'Terminada'],
	'Paid': ['Bezahlt', 'Payée', 'Pagada'],
	'Open': ['Offen', 'À payer', 'Pendiente'],
	'Void': ['Storniert', 'Annulée', 'Anulada'],
	'Not collected': ['Nicht eingezogen', 'Non recouvrée', 'No cobrada'],
	'Draft': ['Entwurf', 'Brouillon', 'Borrador'],

	'Your subscription': ['Ihr Abo', 'Votre abonnement', 'Su suscripción'],
	'Subscription': ['Abo', 'Abonnement', 'Suscripción'],
	'Undo the scheduled change': ['Geplante Änderung zurücknehmen', 'Annuler le changement prévu', 'Deshacer el cambio previsto'],
	'Stay on {plan}': ['Bei {plan} bleiben', 'Rester sur {plan}', 'Seguir con {plan}'],
	'Keep it': ['Behalten', 'Le conserver', 'Conservarla'],
	'Keep {plan}': ['{plan} behalten', 'Conserver {plan}', 'Conservar {plan}'],
	'Change plan': ['Tarif wechseln', 'Changer de formule', 'Cambiar de plan'],
	'Show the plans': ['Tarife zeigen', 'Afficher les formules', 'Mostrar los planes'],
	'Cancel': ['Kündigen', 'Résilier', 'Cancelar'],
	'Cancel {plan}': ['{plan} kündigen', 'Résilier {plan}', 'Cancelar {plan}'],
	'Price': ['Preis', 'Prix', 'Precio'],
	'Trial until': ['Testzeit bis', 'Essai jusqu\'au', 'Prueba hasta'],
	'Renews on': ['Verlängert sich am', 'Renouvellement le', 'Se renueva el'],
	'Ends on': ['Endet am', 'Se termine le', 'Termina el'],
	'Ended on': ['Beendet am', 'Terminé le', 'Terminó el'],
	'A change is scheduled.': ['Eine Änderung ist vorgesehen.', 'Un changement est prévu.', 'Hay un cambio previsto.'],

	'Your invoices': ['Ihre Rechnungen', 'Vos factures', 'Sus facturas'],
	'Invoice': ['Rechnung', 'Facture', 'Factura'],
	'There are none.': ['Es gibt keine.', 'Il n\'y en a pas.', 'No hay ninguna.'],
	'View': ['Ansehen', 'Afficher', 'Ver'],
	'View and pay': ['Ansehen und bezahlen', 'Afficher et payer', 'Ver y pagar'],
	'View invoice {number}': ['Rechnung {number} ansehen', 'Afficher la facture {number}', 'Ver la factura {number}'],
	'View and pay invoice {number}': ['Rechnung {number} ansehen und bezahlen', 'Afficher et payer la facture {number}', 'Ver y pagar la factura {number}'],
	'Invoice {number} as PDF': ['Rechnung {number} als PDF', 'Facture {number} en PDF', 'Factura {number} en PDF'],
	'Older invoices': ['Ältere Rechnungen', 'Factures plus anciennes', 'Facturas anteriores'],

	'Your plan': ['Ihr Tarif', 'Votre formule', 'Su plan'],
	'Not offered for this period': ['Für diesen Zeitraum nicht im Angebot', 'Non proposée pour cette période', 'No se ofrece para este período'],
	'How many': ['Anzahl', 'Quantité', 'Cantidad'],
	'{label}: how many, {min} to {max}': ['{label}: Anzahl, {min} bis {max}', '{label} : quantité, de {min} à {max}', '{label}: cantidad, de {min} a {max}'],
	'Preview': ['Vorschau', 'Aperçu', 'Vista previa'],
	'Preview {label}': ['{label}: Vorschau', 'Aperçu de {label}', 'Vista previa de {label}'],
	'Preview {label}, {price}': ['{label} für {price}: Vorschau', 'Aperçu de {label}, {price}', 'Vista previa de {label}, {price}'],
	'Change to {label}, {interval}': ['Wechsel zu {label}, {interval}', 'Passer à {label}, {interval}', 'Cambiar a {label}, {interval}'],
	'Change to {quantity} × {label}, {interval}': ['Wechsel zu {quantity} × {label}, {interval}', 'Passer à {quantity} × {label}, {interval}', 'Cambiar a {quantity} × {label}, {interval}'],
	'Billing period': ['Abrechnungszeitraum', 'Période de facturation', 'Período de facturación'],
	'Daily': ['Täglich', 'Chaque jour', 'Diario'],
	'Weekly': ['Wöchentlich', 'Chaque semaine', 'Semanal'],
	'Monthly': ['Monatlich', 'Chaque mois', 'Mensual'],
	'Yearly': ['Jährlich', 'Chaque année', 'Anual'],
	'You see what a change costs before anything happens.': ['Sie sehen, was ein Wechsel kostet, bevor etwas geschieht.',
		'Vous voyez le prix du changement avant toute modification.', 'Verá lo que cuesta el cambio antes de que ocurra nada.'],
	'Please choose a whole number from {min} to {max}.': ['Bitte wählen Sie eine ganze Zahl von {min} bis {max}.',
		'Veuillez choisir un nombre entier de {min} à {max}.', 'Elija un número entero de {min} a {max}.'],

	'Customer service': ['Kundendienst', 'Service client', 'Atención al cliente'],
	'Quality': ['Qualität', 'Qualité', 'Calidad'],
	'Something is missing': ['Mir fehlt etwas', 'Il manque quelque chose', 'Falta algo'],
	'Something else': ['Etwas anderes', 'Autre chose', 'Otra cosa'],
	'I use another service': ['Ich nutze einen anderen Dienst', 'J\'utilise un autre service', 'Uso otro servicio'],
	'Too complicated': ['Zu kompliziert', 'Trop compliqué', 'Demasiado complicado'],
	'Too expensive': ['Zu teuer', 'Trop cher', 'Demasiado caro'],
	'I don\'t use it': ['Ich nutze es nicht', 'Je ne l\'utilise pas', 'No lo uso'],
	'Cancel my subscription': ['Mein Abo kündigen', 'Résilier mon abonnement', 'Cancelar mi suscripción'],
	'Why do you want to cancel?': ['Warum möchten Sie kündigen?', 'Pourquoi souhaitez-vous résilier ?', '¿Por qué quiere cancelar?'],
	'Why do you want to cancel? (optional)': ['Warum möchten Sie kündigen? (freiwillig)', 'Pourquoi souhaitez-vous résilier ? (facultatif)', '¿Por qué quiere cancelar? (opcional)'],
	'Anything you want to add (optional)': ['Möchten Sie etwas hinzufügen? (freiwillig)', 'Souhaitez-vous ajouter quelque chose ? (facultatif)', '¿Quiere añadir algo? (opcional)'],
	'When should it end?': ['Wann soll es enden?', 'Quand doit-il se terminer ?', '¿Cuándo debe terminar?'],
	'At the end of the paid period': ['Am Ende des bezahlten Zeitraums', 'À la fin de la période payée', 'Al final del período pagado'],
	'Now': ['Jetzt', 'Maintenant', 'Ahora'],
	'Continue': ['Weiter', 'Continuer', 'Continuar'],
	'Keep my subscription': ['Mein Abo behalten', 'Conserver mon abonnement', 'Conservar mi suscripción'],
	'Please choose a reason.': ['Bitte wählen Sie einen Grund.', 'Veuillez choisir une raison.', 'Elija un motivo.'],
	'Nothing was changed.': ['Es wurde nichts geändert.', 'Rien n\'a été modifié.', 'No se ha cambiado nada.'],

	'Only what you fill in is changed.': ['Nur was Sie ausfüllen, wird geändert.', 'Seul ce que vous remplissez est modifié.', 'Solo cambia lo que rellene.'],
	'Name on invoices': ['Name auf Rechnungen', 'Nom sur les factures', 'Nombre en las facturas'],
	'E-mail for invoices': ['E-Mail-Adresse für Rechnungen', 'E-mail pour les factures', 'Correo para las facturas'],
	'Phone, with country code': ['Telefon mit Landesvorwahl', 'Téléphone, avec l\'indicatif du pays', 'Teléfono, con prefijo del país'],
	'Billing address': ['Rechnungsadresse', 'Adresse de facturation', 'Dirección de facturación'],
	'Street and number': ['Straße und Hausnummer', 'Numéro et rue', 'Calle y número'],
	'Flat, floor, company': ['Wohnung, Etage, Firma', 'Appartement, étage, société', 'Piso, planta, empresa'],
	'City': ['Ort', 'Ville', 'Ciudad'],
	'State or region': ['Bundesland oder Region', 'État ou région', 'Provincia o región'],
	'Postal code': ['Postleitzahl', 'Code postal', 'Código postal'],
	'Country (two letters)': ['Land (zwei Buchstaben)', 'Pays (deux lettres)', 'País (dos letras)'],
	'Tax number': ['Steuernummer', 'Numéro fiscal', 'Número fiscal'],
	'Kind, such as eu_vat': ['Art, etwa eu_vat', 'Type, par exemple eu_vat', 'Tipo, por ejemplo eu_vat'],
	'Number': ['Nummer', 'Numéro', 'Número'],
	'Not now': ['Nicht jetzt', 'Pas maintenant', 'Ahora no'],
	'Please fill in what should change.': ['Bitte füllen Sie aus, was sich ändern soll.', 'Veuillez remplir ce qui doit changer.', 'Rellene lo que deba cambiar.'],
	'Change my billing details': ['Meine Rechnungsdaten ändern', 'Modifier mes coordonnées de facturation', 'Cambiar mis datos de facturación'],

	'Please confirm': ['Bitte bestätigen', 'Veuillez confirmer', 'Confirme, por favor'],
	'Yes, cancel it': ['Ja, kündigen', 'Oui, résilier', 'Sí, cancelarla'],
	'Confirm': ['Bestätigen', 'Confirmer', 'Confirmar'],
	'You confirmed this.': ['Sie haben das bestätigt.', 'Vous avez confirmé.', 'Lo ha confirmado.'],
	'This was not carried out.': ['Das wurde nicht ausgeführt.', 'Cela n\'a pas été effectué.', 'No se ha realizado.'],
	'Then': ['Danach', 'Ensuite', 'Después'],
	'Unused time': ['Nicht genutzte Zeit', 'Période non utilisée', 'Tiempo no usado'],
	'Rest of the period': ['Rest des Zeitraums', 'Reste de la période', 'Resto del período'],
	'Due now': ['Jetzt fällig', 'À payer maintenant', 'A pagar ahora'],
	'Takes effect': ['Gilt ab', 'Prend effet le', 'Tiene efecto el'],
	'Instead, you could have: {label}.': ['Stattdessen könnten Sie bekommen: {label}.', 'À la place, vous pourriez avoir : {label}.', 'En su lugar podría tener: {label}.'],
	'Take this offer': ['Angebot annehmen', 'Accepter cette offre', 'Aceptar esta oferta'],
	'Take this offer: {label}': ['Angebot annehmen: {label}', 'Accepter cette offre : {label}', 'Aceptar esta oferta: {label}'],
	'Which one?': ['Welches?', 'Lequel ?', '¿Cuál?'],
	'Link': ['Link', 'Lien', 'Enlace'],
	'Complete the payment': ['Zahlung abschließen', 'Terminer le paiement', 'Completar el pago'],
	'View and pay the invoice': ['Rechnung ansehen und bezahlen', 'Afficher et payer la facture', 'Ver y pagar la factura'],
	'Open the secure page': ['Sichere Seite öffnen', 'Ouvrir la page sécurisée', 'Abrir la página segura'],

	'Is it you?': ['Sind Sie es?', 'Est-ce bien vous ?', '¿Es usted?'],
	'Code from the e-mail': ['Code aus der E-Mail', 'Code reçu par e-mail', 'Código del correo'],
	'That code is not right. Please check it.': ['Dieser Code stimmt nicht. Bitte prüfen Sie ihn.', 'Ce code n\'est pas correct. Veuillez le vérifier.',
		'Ese código no es correcto. Compruébelo.'],
	'That code is no longer good. Please ask again for a new one.': ['Dieser Code gilt nicht mehr. Bitte fragen Sie noch einmal, dann kommt ein neuer.',
		'Ce code n\'est plus valable. Veuillez redemander pour en recevoir un nouveau.', 'Ese código ya no es válido. Pregunte de nuevo para recibir otro.'],
	'Thank you, it is you.': ['Danke, Sie sind es.', 'Merci, c\'est bien vous.', 'Gracias, es usted.'],
	'Test card': ['Testkarte', 'Carte de test', 'Tarjeta de prueba'],
	'This stands for Stripe\'s card form: the simulator takes test cards only. Never type a real card number.': [
		'Dies steht für das Kartenformular von Stripe: Der Simulator nimmt nur Testkarten. Geben Sie nie eine echte Kartennummer ein.',
		'Ceci remplace le formulaire de carte de Stripe : le simulateur n\'accepte que des cartes de test. Ne saisissez jamais un vrai numéro.',
		'Esto representa el formulario de tarjeta de Stripe: el simulador solo acepta tarjetas de prueba. Nunca escriba un número real.'],
	'Card': ['Karte', 'Carte', 'Tarjeta'],
	'works': ['funktioniert', 'fonctionne', 'funciona'],
	'is declined': ['wird abgelehnt', 'est refusée', 'es rechazada'],
	'has expired': ['ist abgelaufen', 'a expiré', 'ha caducado'],
	'wants authentication': ['verlangt eine Freigabe', 'demande une authentification', 'pide autenticación'],
	'Save this card': ['Diese Karte speichern', 'Enregistrer cette carte', 'Guardar esta tarjeta'],
	'{card} was saved and is used from now on.': ['{card} wurde gespeichert und wird ab jetzt verwendet.', '{card} a été enregistrée et sera utilisée désormais.',
		'{card} se ha guardado y se usará a partir de ahora.'],
	'The bank wants to authenticate this card first.': ['Die Bank möchte diese Karte erst freigeben.', 'La banque souhaite d\'abord authentifier cette carte.',
		'El banco quiere autenticar primero esta tarjeta.'],
	'That card was not accepted. Please try another one.': ['Diese Karte wurde nicht angenommen. Bitte versuchen Sie eine andere.',
		'Cette carte n\'a pas été acceptée. Veuillez en essayer une autre.', 'Esa tarjeta no fue aceptada. Pruebe con otra.'],
};

/* The first language of a list of tags that there is, as the whole tag: "de-CH". null when there is none. */
export function pickTag(tags) {
	return tags.find((tag) => typeof tag === 'string' && LANGUAGES.includes(tag.toLowerCase().split(/[-_]/)[0]))?.replace('_', '-') ?? null;
}

/* The texts and dates of one language; an unknown tag is English. */
export class Words {
	constructor(tag) {
		this.tag = pickTag([tag]) ?? 'en';
		this.language = this.tag.toLowerCase().split('-')[0];
		this.column = LANGUAGES.indexOf(this.language) - 1;
		/* In English as the actions write them, so that a card and its sentence agree. */
		this.dates = new Intl.DateTimeFormat(this.language === 'en' ? 'en-GB' : this.tag, { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
	}

	t(english, values = {}) {
		const text = this.column < 0 ? english : TEXTS[english]?.[this.column] ?? english;

		return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
	}

	/* "10 December 2026" of an ISO moment, in UTC like the dates in the actions' sentences; '' for none. */
	day(iso) {
		const at = iso ? new Date(iso) : null;

		return at && !Number.isNaN(at.getTime()) ? this.dates.format(at) : '';
	}
}
