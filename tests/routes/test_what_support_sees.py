"""Support sees that there is a webhook, and never its address."""

from __future__ import annotations

import json

from flask import Flask
from flask.testing import FlaskClient

from portal import clock
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery
from tests.routes.test_every_route import TABLE

HALO = "/integrations/halo"


def delivered(integration: Integration) -> Delivery:
    """Store a delivery whose headers and body name the address, as proxies and some Halos do."""
    path = f"/webhooks/halo/{integration.webhook_id}"
    delivery: Delivery = Delivery.create(
        integration=integration,
        received_at=clock.now(),
        state="done",
        event="Asset updated",
        headers=[("X-Original-URI", path), ("X-Forwarded-Uri", path.upper()), ("Host", "portal.example")],
        body=json.dumps({"url": f"https://portal.example{path}", "id": 7}).encode(),
    )
    return delivery


def test_no_page_shows_support_the_webhooks_address(app: Flask, as_sam: FlaskClient, halo: Integration) -> None:
    delivery = delivered(halo)
    places = {address for (_, method), (address, *_) in TABLE.items() if method == "GET"}
    places |= {f"{HALO}/deliveries/{delivery.id}", f"{HALO}/deliveries/{delivery.id}/progress"}
    for address in sorted(places):
        page = as_sam.get(address, follow_redirects=True)
        assert halo.webhook_id.lower() not in page.get_data(as_text=True).lower(), address
        page.close()


def test_support_sees_that_a_webhook_is_set_up(as_sam: FlaskClient, halo: Integration) -> None:
    assert "A webhook is set up for this account." in as_sam.get(f"{HALO}/configuration/webhook").text


def test_admins_see_the_address_where_they_need_it(as_alice: FlaskClient, halo: Integration) -> None:
    delivery = delivered(halo)
    for address in (f"{HALO}/configuration/webhook", f"{HALO}/deliveries/{delivery.id}"):
        assert halo.webhook_id in as_alice.get(address).text


def test_what_support_may_not_see_is_kept_for_admins(as_sam: FlaskClient, halo: Integration) -> None:
    delivery = delivered(halo)
    page = as_sam.get(f"{HALO}/deliveries/{delivery.id}").text
    assert "/webhooks/halo/•••" in page
    assert halo.webhook_id.encode() in bytes(Delivery.get_by_id(delivery.id).body)
