"""A sender that sends too many bytes, in a short time or altogether: it is turned away, and the page says so."""

from __future__ import annotations

import limits
import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery
from portal.routes import webhook_receiver
from portal.services.webhooks import delivery_store
from tests.processes.waiting import until
from tests.routes.test_webhooks import kept
from tests.routes.webhook_calls import deliver

PAGE = "/integrations/halo/deliveries"


@pytest.fixture(autouse=True)
def _afresh(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    app.extensions["intake"].limiter.storage.reset()
    monkeypatch.setattr(delivery_store, "_full", {})


def large(size: int) -> dict[str, object]:
    return {"data": b'{"event": "client updated", "object_id": 7, "x": "' + b"y" * size + b'"}'}


def test_too_many_bytes_at_once_are_turned_away_and_a_sync_makes_up_for_them(
    app: Flask, as_alice: FlaskClient, halo: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_receiver, "MOST_BYTES", limits.parse("10000 per hour"))
    assert "sent too much at once" not in as_alice.get(PAGE).text
    answers = [deliver(app, halo, content_type="application/json", **large(4_000)) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert len(kept()) == 2
    assert Integration.get_by_id(halo.id).catch_up_at is not None
    assert "sent too much at once" in as_alice.get(PAGE).text


def test_pictures_that_are_not_kept_do_not_count(
    app: Flask, halo: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_receiver, "MOST_BYTES", limits.parse("10000 per hour"))
    answers = [deliver(app, halo, content_type="application/json", **large(300_000)) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200] * 4


def test_many_events_in_little_text_count_for_what_is_kept_of_each(
    app: Flask, halo: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_receiver, "MOST_BYTES", limits.parse("100000 per hour"))
    batch = [{"event": "client updated", "object_id": number} for number in range(400)]
    assert [deliver(app, halo, json=batch).status_code for _ in range(2)] == [200, 429]


def test_at_the_limit_of_what_is_kept_the_oldest_go_at_once(
    app: Flask, as_alice: FlaskClient, halo: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_store, "MOST_KEPT", 10_000)
    for _ in range(5):
        assert deliver(app, halo, json={"event": "invoice created", "x": "y" * 4_000}).status_code == 200
    until(lambda: Delivery.select().count() == 2, "the oldest to be deleted")
    page = as_alice.get(PAGE).text
    assert "Older deliveries were deleted to make room for new ones." in page
    assert "sent too much at once" not in page


def test_where_all_that_is_kept_still_waits_more_is_turned_away(
    app: Flask, halo: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_store, "MOST_KEPT", 3_000)
    monkeypatch.setattr(delivery_store, "MOST_IN_EXCESS", 1_000)
    body = large(1_500)
    while deliver(app, halo, content_type="application/json", **body).status_code == 200:
        assert Delivery.select().count() < 20
    assert Integration.get_by_id(halo.id).catch_up_at is not None
    assert {delivery.state for delivery in kept()} == {"waiting"}


def test_another_account_is_not_told_of_it(app: Flask, mallory: User, halo: Integration) -> None:
    delivery_store.note_refusal(halo.id)
    other = Integration.create(account=mallory.account, psa="halo", state="active")
    assert delivery_store.notes(other).refused_at is None
