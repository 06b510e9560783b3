"""The address that ConnectWise calls, and the key that proves who called."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.signing_keys import SigningKey
from portal.models.webhooks import Delivery, RefetchRequest
from portal.request_sizes import LARGEST_DELIVERY
from portal.services.audit import audit_counts
from portal.services.connecting import integrations
from portal.services.webhooks import signing_keys
from tests.connectwise.webhooks.callbacks import COMPANY, PATH, KeyServer, callback, key_server, signed
from tests.connectwise.webhooks.receiving import deliver, fetch_all, later, nothing_came_of_it


def test_the_first_callback_waits_for_its_key_and_the_repetition_is_taken(
    app: Flask, connectwise: Integration, keys: KeyServer, rung: list[int]
) -> None:
    body = callback(keys.key_url)
    assert deliver(app, connectwise, body) == 429
    assert rung == signing_keys.due()
    assert nothing_came_of_it(connectwise)
    fetch_all()
    assert deliver(app, connectwise, body) == 200
    request = RefetchRequest.get()
    assert (request.record_type, request.remote_id, request.state) == ("contacts", 57961, "waiting")
    assert [path for path, _ in keys.calls] == [f"{PATH}?companyName={COMPANY}&id=6dd82302"]


def test_the_key_is_sealed_and_belongs_to_one_integration(ready: Integration) -> None:
    stored = SigningKey.get()
    assert stored.__data__["key"].startswith("v1.")
    assert "test-signing-key" not in str(stored.__data__)
    assert stored.key.reveal() == "test-signing-key"


def test_what_proves_who_called_and_the_record_are_not_kept(app: Flask, ready: Integration, keys: KeyServer) -> None:
    assert deliver(app, ready, callback(keys.key_url)) == 200
    delivery = Delivery.get()
    assert dict(delivery.headers)["X-Content-Signature"] == "•••"
    assert b"hunter2" not in bytes(delivery.body)
    assert b"callbackkey" not in bytes(delivery.body)


@pytest.mark.parametrize(
    "ending", ["?recordId=57961&action=updated", "?recordId=57961", "57961", "?", "57961&action=x"]
)
def test_what_connectwise_appends_to_the_address_does_not_matter(
    app: Flask, ready: Integration, keys: KeyServer, ending: str
) -> None:
    assert deliver(app, ready, callback(keys.key_url), ending=ending) == 200


def test_the_same_message_counts_once(app: Flask, ready: Integration, keys: KeyServer) -> None:
    body = callback(keys.key_url)
    assert [deliver(app, ready, body) for _ in range(3)] == [200, 200, 200]
    assert (Delivery.select().count(), RefetchRequest.select().count()) == (1, 1)
    assert deliver(app, ready, callback(keys.key_url, MessageId="another")) == 200
    assert Delivery.select().count() == 2


def test_messages_without_an_id_all_count(app: Flask, ready: Integration, keys: KeyServer) -> None:
    body = callback(keys.key_url, MessageId=None)
    assert [deliver(app, ready, body) for _ in range(2)] == [200, 200]
    assert Delivery.select().count() == 2


def test_a_delete_has_the_record_fetched_again(app: Flask, ready: Integration, keys: KeyServer) -> None:
    assert deliver(app, ready, callback(keys.key_url, Action="deleted", Entity=None)) == 200
    assert (RefetchRequest.get().remote_id, RefetchRequest.get().state) == (57961, "waiting")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"Type": "ticket"}, "isn't synced"),
        ({"Type": "site"}, "Syncs find them"),
        ({"Type": "agreement"}, "record type isn't synced"),
    ],
)
def test_what_is_not_synced_says_so(
    app: Flask, ready: Integration, keys: KeyServer, changed: dict[str, Any], why: str
) -> None:
    Integration.update(record_types=["clients", "contacts"]).execute()
    assert deliver(app, ready, callback(keys.key_url, **changed)) == 200
    assert Delivery.get().state == "ignored"
    assert why in Delivery.get().why


def test_without_a_signature_nobody_is_heard(app: Flask, ready: Integration, keys: KeyServer) -> None:
    body = callback(keys.key_url)
    for headers in ({}, {"X-Content-Signature": ""}, {"Authorization": signed(body)["X-Content-Signature"]}):
        assert deliver(app, ready, body, headers) == 401
    assert nothing_came_of_it(ready)


@pytest.mark.parametrize("proof", ["!!!", "=", "YQ==", "\xe9", "x" * 10_000])
def test_a_signature_that_is_none_is_refused(app: Flask, ready: Integration, keys: KeyServer, proof: str) -> None:
    assert deliver(app, ready, callback(keys.key_url), {"X-Content-Signature": proof}) == 401
    assert nothing_came_of_it(ready)


def test_a_body_that_was_changed_on_the_way_is_refused(app: Flask, ready: Integration, keys: KeyServer) -> None:
    headers = signed(callback(keys.key_url))
    assert deliver(app, ready, callback(keys.key_url, ID=1), headers) == 401
    assert deliver(app, ready, callback(keys.key_url) + b" ", headers) == 401
    assert nothing_came_of_it(ready)


def test_another_companys_callback_is_refused_though_its_signature_is_right(
    app: Flask, ready: Integration, keys: KeyServer
) -> None:
    assert deliver(app, ready, callback(keys.key_url, CompanyId="Evil")) == 401
    assert deliver(app, ready, callback(keys.key_url.replace(COMPANY, "Evil"))) == 401
    assert nothing_came_of_it(ready)


def test_a_key_of_another_server_is_never_asked_for(app: Flask, connectwise: Integration, rung: list[int]) -> None:
    with key_server() as evil:
        assert deliver(app, connectwise, callback(evil.key_url)) == 401
        assert deliver(app, connectwise, callback("https://evil.example/system/callbackkey/x")) == 401
        fetch_all()
        assert evil.calls == []
    assert (SigningKey.select().count(), rung) == (0, [])


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{", b"hello", b"\xff", b"[" * 50_000, b'"' + b"x" * 1_999_998 + b'"']
)
def test_a_body_that_is_no_callback_is_refused(app: Flask, ready: Integration, body: bytes) -> None:
    assert deliver(app, ready, body) == 401
    assert nothing_came_of_it(ready)


def test_two_megabytes_are_taken_and_more_is_refused(app: Flask, ready: Integration, keys: KeyServer) -> None:
    room = LARGEST_DELIVERY - len(callback(keys.key_url, Entity=""))
    assert deliver(app, ready, callback(keys.key_url, Entity="x" * room)) == 200
    assert len(bytes(Delivery.get().body)) < 2_000
    assert deliver(app, ready, callback(keys.key_url, Entity="x" * (room + 1))) == 413


def test_a_refusal_is_counted(app: Flask, ready: Integration, keys: KeyServer) -> None:
    assert deliver(app, ready, callback(keys.key_url), {"X-Content-Signature": "wrong"}) == 401
    audit_counts.flush()
    assert AuditEntry.select().where(AuditEntry.action == "webhook.refused").count() == 1


@pytest.mark.parametrize("webhook_id", ["guessed", "0" * 32, "", "x" * 500])
def test_a_guessed_address_is_refused(app: Flask, ready: Integration, keys: KeyServer, webhook_id: str) -> None:
    body = callback(keys.key_url)
    sent = app.test_client().post(f"/webhooks/connectwise/{webhook_id}", data=body, headers=signed(body))
    assert sent.status_code in {401, 404}
    assert nothing_came_of_it(ready)


def test_the_address_of_another_psa_takes_no_callbacks(app: Flask, ready: Integration, keys: KeyServer) -> None:
    body = callback(keys.key_url)
    sent = app.test_client().post(f"/webhooks/halo/{ready.webhook_id}", data=body, headers=signed(body))
    assert sent.status_code == 401


def test_one_that_is_disconnected_takes_nothing_and_forgets_the_keys(
    app: Flask, ready: Integration, keys: KeyServer
) -> None:
    integrations.disconnect(ready, None)
    assert SigningKey.select().count() == 0
    with later(2):
        assert deliver(app, ready, callback(keys.key_url)) == 401
