# SPDX-License-Identifier: MIT
"""The official Python package, as Debian ships it, against the simulator over HTTP. The time stands still at the first
of April 2026. MOCKSTRIPE names the program; --account-per-key gives every test an account of its own."""

import json
import os
import subprocess
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer

import stripe

APRIL = 1775001600
MAY = 1777593600
VERSION = "2022-11-15"  # the version of the package's time


def setUpModule():
    global server
    server = subprocess.Popen(
        [os.environ["MOCKSTRIPE"], "--http-port", "0", "--https-port", "0", "--now", str(APRIL), "--account-per-key"],
        stdout=subprocess.PIPE, text=True)
    ready = server.stdout.readline().split()
    assert ready[:2] == ["mockstripe", "ready"], ready
    stripe.api_base = ready[2]
    stripe.api_version = VERSION
    stripe.max_network_retries = 0
    stripe.enable_telemetry = False


def tearDownModule():
    server.terminate()
    assert server.wait(10) == 0
    server.stdout.close()


class Receiver(BaseHTTPRequestHandler):
    """Keeps what is posted to it."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.got.append((body, self.headers["Stripe-Signature"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


class Package(unittest.TestCase):
    def setUp(self):
        stripe.api_key = "sk_test_py" + self.id().rsplit(".", 1)[1].replace("_", "")

    def paying_customer(self):
        customer = stripe.Customer.create(email="ada@example.com")
        method = stripe.PaymentMethod.attach("pm_card_visa", customer=customer.id)
        return stripe.Customer.modify(customer.id, invoice_settings={"default_payment_method": method.id})

    def monthly(self, name, amount):
        product = stripe.Product.create(name=name)
        return stripe.Price.create(product=product.id, currency="usd", unit_amount=amount, recurring={"interval": "month"})

    def subscribe(self, amount=1500):
        customer = self.paying_customer()
        price = self.monthly("Solo", amount)
        return customer, stripe.Subscription.create(
            customer=customer.id, items=[{"price": price.id}], expand=["latest_invoice.payment_intent"])

    def test_customer_is_created_changed_and_deleted(self):
        customer = stripe.Customer.create(email="ada@example.com", metadata={"plan": "gold"})
        self.assertEqual(customer.created, APRIL)
        customer = stripe.Customer.modify(customer.id, name="Ada", metadata={"plan": ""})
        self.assertEqual((customer.name, customer.metadata.to_dict()), ("Ada", {}))
        self.assertTrue(customer.delete().deleted)
        self.assertTrue(stripe.Customer.retrieve(customer.id).deleted)

    def test_subscription_has_the_shape_of_the_packages_version(self):
        _, subscription = self.subscribe()
        invoice = subscription.latest_invoice
        self.assertEqual(subscription.status, "active")
        self.assertEqual((subscription.current_period_start, subscription.current_period_end), (APRIL, MAY))
        self.assertEqual((invoice.total, invoice.paid, invoice.subscription), (1500, True, subscription.id))
        self.assertEqual(invoice.payment_intent.status, "succeeded")

    def test_upcoming_invoice_of_a_change(self):
        customer, subscription = self.subscribe(1000)
        fleet = self.monthly("Fleet", 3000)
        half = APRIL + (MAY - APRIL) // 2
        change = {"id": subscription["items"].data[0].id, "price": fleet.id}
        upcoming = stripe.Invoice.upcoming(
            customer=customer.id, subscription=subscription.id, subscription_items=[change],
            subscription_proration_date=half, subscription_proration_behavior="always_invoice")
        self.assertEqual(sorted(line.amount for line in upcoming.lines.data), [-500, 1500])
        changed = stripe.Subscription.modify(
            subscription.id, items=[change], proration_date=half, proration_behavior="always_invoice",
            expand=["latest_invoice"])
        self.assertEqual(changed.latest_invoice.total, upcoming.total)

    def test_declined_card_raises_a_card_error(self):
        with self.assertRaises(stripe.error.CardError) as caught:
            stripe.PaymentIntent.create(
                amount=2000, currency="usd", confirm=True, payment_method="pm_card_visa_chargeDeclined",
                payment_method_types=["card"])
        self.assertEqual(caught.exception.code, "card_declined")
        self.assertEqual(caught.exception.error.decline_code, "generic_decline")
        self.assertEqual(caught.exception.http_status, 402)

    def test_what_is_missing_raises_an_invalid_request_error(self):
        with self.assertRaises(stripe.error.InvalidRequestError) as caught:
            stripe.Subscription.create(customer="cus_none", items=[{"price": "price_none"}])
        self.assertEqual((caught.exception.code, caught.exception.param), ("resource_missing", "customer"))

    def test_bad_key_raises_an_authentication_error(self):
        with self.assertRaises(stripe.error.AuthenticationError):
            stripe.Customer.list(api_key="nonsense")

    def test_idempotency_key_gives_the_same_object(self):
        one, two = (stripe.Customer.create(name="Ada", idempotency_key="once") for _ in range(2))
        self.assertEqual(one.id, two.id)
        with self.assertRaises(stripe.error.IdempotencyError):
            stripe.Customer.create(name="Grace", idempotency_key="once")

    def test_lists_page_by_themselves(self):
        for i in range(7):
            stripe.Customer.create(name=f"c{i}")
        names = [customer.name for customer in stripe.Customer.list(limit=3).auto_paging_iter()]
        self.assertEqual(names, ["c6", "c5", "c4", "c3", "c2", "c1", "c0"])

    def test_search(self):
        stripe.Customer.create(name="Ada", email="ada@example.com")
        stripe.Customer.create(name="Grace", email="grace@example.com")
        found = stripe.Customer.search(query="email:'grace@example.com'")
        self.assertEqual([customer.name for customer in found.data], ["Grace"])

    def test_test_clock_renews(self):
        clock = stripe.test_helpers.TestClock.create(frozen_time=APRIL)
        customer = stripe.Customer.create(
            test_clock=clock.id, payment_method="pm_card_visa",
            invoice_settings={"default_payment_method": "pm_card_visa"})
        price = self.monthly("Solo", 1500)
        subscription = stripe.Subscription.create(customer=customer.id, items=[{"price": price.id}])
        stripe.test_helpers.TestClock.advance(clock.id, frozen_time=MAY + 7200)
        self.assertEqual(stripe.test_helpers.TestClock.retrieve(clock.id).status, "ready")
        reasons = [invoice.billing_reason for invoice in stripe.Invoice.list(subscription=subscription.id).data]
        self.assertEqual(reasons, ["subscription_cycle", "subscription_create"])

    def test_webhook_is_what_the_packages_verifier_accepts(self):
        receiver = HTTPServer(("127.0.0.1", 0), Receiver)
        receiver.got = []
        thread = threading.Thread(target=receiver.handle_request)
        thread.start()
        endpoint = stripe.WebhookEndpoint.create(
            url=f"http://127.0.0.1:{receiver.server_port}/", enabled_events=["customer.created"])
        stripe.Customer.create(name="Ada")
        thread.join(10)
        receiver.server_close()
        body, signature = receiver.got[0]
        # The clock stands still in the past: the age of the signature is not the question here.
        stripe.WebhookSignature.verify_header(body, signature, endpoint.secret, tolerance=None)
        self.assertEqual(json.loads(body)["data"]["object"]["name"], "Ada")
        with self.assertRaises(stripe.error.SignatureVerificationError):
            stripe.WebhookSignature.verify_header(body + " ", signature, endpoint.secret, tolerance=None)


if __name__ == "__main__":
    unittest.main()
