"""Which keys are fetched when, on both engines."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from portal import clock
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.signing_keys import SigningKey
from portal.models.webhooks import Delivery, DeliveryState
from portal.psa.webhooks import WebhookEvent
from portal.services.webhooks import inbox, signing_keys
from portal.services.webhooks.deliveries import Arrival
from portal.vault import Secret
from tests.postgres import database

__all__ = ["database"]


@pytest.fixture
def integration(northwind: Account, monkeypatch: pytest.MonkeyPatch) -> Integration:
    monkeypatch.setattr(signing_keys, "REMEMBERED", timedelta(0))
    created: Integration = Integration.create(account=northwind, psa="connectwise", connection={"site": "https://x"})
    return created


def arrived(integration: Integration, key: str | None) -> Arrival:
    event, now = WebhookEvent("contact updated", "contacts", 7), clock.now()
    return Arrival(integration.id, now, DeliveryState.WAITING, "", "", [], b"{}", [event], message_key=key)


def test_a_key_is_requested_once_and_again_after_five_minutes(integration: Integration) -> None:
    first = signing_keys.request(integration, "https://a")
    assert first is not None
    assert signing_keys.request(integration, "https://a") == first
    assert signing_keys.due() == [first]
    tried: datetime = clock.now()
    SigningKey.update(due_at=None, tried_at=tried).execute()
    for minutes, found in ((4, None), (6, first)):
        with clock.using(lambda minutes=minutes: tried + timedelta(minutes=minutes)):  # type: ignore[misc]
            assert signing_keys.request(integration, "https://a") == found


def test_too_many_missing_keys_are_turned_down_until_some_are_given_up(integration: Integration) -> None:
    found = [signing_keys.request(integration, f"https://a/{number}") for number in range(12)]
    assert [each is not None for each in found] == [True] * 10 + [False] * 2
    SigningKey.update(due_at=None, tried_at=clock.now() - timedelta(minutes=6)).where(
        SigningKey.id == found[3]
    ).execute()
    assert signing_keys.request(integration, "https://a/12") is not None
    assert not SigningKey.select().where(SigningKey.id == found[3]).exists()


def test_the_keys_that_were_needed_longest_ago_make_room(integration: Integration) -> None:
    for number in range(60):
        signing_keys.request(integration, f"https://a/{number}")
        row = SigningKey.get(SigningKey.address == f"https://a/{number}")
        row.key, row.due_at = Secret("known"), None
        row.save()
    kept = {row.address for row in SigningKey.select()}
    assert kept == {f"https://a/{number}" for number in range(10, 60)}


def test_another_integration_has_its_own_keys(integration: Integration) -> None:
    other = Integration.create(account=Account.create(name="Other MSP"), psa="connectwise")
    assert signing_keys.request(integration, "https://a") != signing_keys.request(other, "https://a")
    signing_keys.forget(integration)
    assert [row.integration_id for row in SigningKey.select()] == [other.id]


def test_a_repetition_is_stored_once_for_each_integration(integration: Integration) -> None:
    other = Integration.create(account=Account.create(name="Other MSP"), psa="connectwise")
    keys = ("one", "one", None, None, "two")
    inbox._store([*(arrived(integration, key) for key in keys), arrived(other, "one")])
    inbox._store([arrived(integration, "two")])
    stored = [(row.integration.id, row.message_key) for row in Delivery.select().order_by(Delivery.id)]
    assert stored == [(integration.id, each) for each in ("one", None, None, "two")] + [(other.id, "one")]
