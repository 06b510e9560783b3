"""What people are told about callbacks: in the wizard, on the Configuration tab and beside the syncs."""

from __future__ import annotations

import html
import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import clock
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.signing_keys import SigningKey
from portal.services.webhooks import signing_keys
from tests.conftest import browser
from tests.connectwise.webhooks.callbacks import KeyServer, callback, signed

TAB = "/integrations/connectwise/configuration"
TYPES = ["company", "contact", "productcatalog", "configuration", "opportunity", "agreement"]


@pytest.fixture
def admin(app: Flask, alice: User, connectwise: Integration) -> FlaskClient:
    return browser(app, alice)


@pytest.fixture
def support(app: Flask, sam: User, connectwise: Integration) -> FlaskClient:
    return browser(app, sam)


def card(page: str) -> str:
    """Return the webhook's card of a page."""
    return page.partition('id="webhook"')[2].partition('aria-labelledby="recent-actions"')[0]


def registrations(page: str) -> list[dict[str, object]]:
    values = re.findall(r'id="callback-[a-z]+" value="([^"]*)"', page)
    return [json.loads(text) for value in values if (text := html.unescape(value)).startswith("{")]


def test_the_tab_gives_the_six_registrations_to_copy(admin: FlaskClient, connectwise: Integration) -> None:
    page = card(admin.get(f"{TAB}/webhook").text)
    found = registrations(page)
    assert [each["type"] for each in found] == TYPES
    address = f"http://localhost/webhooks/connectwise/{connectwise.webhook_id}?recordId="
    for each in found:
        assert each == {
            "type": each["type"],
            "level": "owner",
            "objectId": 1,
            "description": f"Scopable {each['type']}",
            "url": address,
            "payloadVersion": "3.0.0",
            "inactiveFlag": False,
            "isSelfSuppressedFlag": False,
        }
    assert f'value="{address}"' in page
    assert "/v4_6_release/apis/3.0/system/callbacks" in page
    assert page.count("data-copies") == 8


def test_only_chosen_record_types_are_registered(admin: FlaskClient) -> None:
    Integration.update(record_types=["clients", "sites", "assets"]).execute()
    assert [each["type"] for each in registrations(admin.get(f"{TAB}/webhook").text)] == ["company", "configuration"]


def test_there_is_no_secret_to_enter_or_to_change(admin: FlaskClient) -> None:
    page = card(admin.get(f"{TAB}/webhook").text)
    for word in ("webhook-secret", "webhook-user", "webhook_login", "Make a new secret", "Password"):
        assert word not in page
    for path in ("login", "secret", "secret/drop"):
        assert admin.post(f"{TAB}/webhook/{path}", data={"webhook_login": "basic"}).status_code == 409
    assert Integration.get().webhook_login == "basic"
    assert Integration.get().webhook_secret is None


def test_support_sees_neither_the_address_nor_the_registrations(
    support: FlaskClient, connectwise: Integration
) -> None:
    page = support.get(f"{TAB}/webhook").text
    assert connectwise.webhook_id not in page
    assert registrations(page) == []


def test_people_read_that_sites_are_found_by_syncs(admin: FlaskClient, connectwise: Integration) -> None:
    assert "no dependable callbacks for sites" in admin.get(f"{TAB}/webhook").text
    Integration.update(last_delivery_at=clock.now()).execute()
    sync = "/integrations/connectwise/sync"
    assert "ConnectWise has no webhooks for sites: syncs find their changes." in admin.get(sync).text
    Integration.update(record_types=["clients"]).execute()
    assert "no webhooks for sites" not in admin.get(sync).text


def test_a_key_that_cannot_be_fetched_is_explained(
    app: Flask, admin: FlaskClient, connectwise: Integration, keys: KeyServer
) -> None:
    keys.status = 404
    body = callback(keys.key_url)
    sent = app.test_client().post(f"/webhooks/connectwise/{connectwise.webhook_id}", data=body, headers=signed(body))
    assert sent.status_code == 429
    signing_keys.fetch(SigningKey.get().id)
    page = card(admin.get(f"{TAB}/webhook").text)
    assert "signing key couldn&#39;t be fetched from 127.0.0.1: it answered with status 404." in page
    assert "Next try at" in page
