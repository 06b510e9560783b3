"""The address that ConnectWise calls, and the key that proves who called."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.connectwise.webhooks import signing_keys as fetching
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.signing_keys import SigningKey
from portal.models.webhooks import Delivery, RefetchRequest
from portal.outbound import CallLimits
from portal.request_sizes import LARGEST_DELIVERY
from portal.services.audit import audit_counts
from portal.services.connecting import integrations
from portal.services.webhooks import senders, signing_keys
from portal.sync import catch_up
from tests.connectwise.webhooks.callbacks import COMPANY, PATH, KeyServer, callback, key_server, signed


@pytest.fixture(autouse=True)
def nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in (signing_keys, senders):
        monkeypatch.setattr(each, "REMEMBERED", timedelta(0))


@pytest.fixture(autouse=True)
def rung(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the keys for which a worker was woken."""
    found: list[int] = []
    monkeypatch.setattr(app.extensions["intake"].key_bell, "ring_soon", found.extend)
    return found


def deliver(
    app: Flask, one: Integration, body: bytes, headers: dict[str, str] | None = None, ending: str = ""
) -> int:
    address = f"/webhooks/connectwise/{one.webhook_id}{ending}"
    sent = app.test_client().post(address, data=body, headers=signed(body) if headers is None else headers)
    return sent.status_code


def fetch_all() -> None:
    for key_id in signing_keys.due():
        signing_keys.fetch(key_id)


def later(seconds: float) -> Any:
    moment = clock.now() + timedelta(seconds=seconds)
    return clock.using(lambda: moment)


def caught_up(one: Integration) -> bool:
    return Integration.get_by_id(one.id).catch_up_at is not None


def nothing_came_of_it(one: Integration) -> bool:
    return not Delivery.select().exists() and not RefetchRequest.select().exists() and not caught_up(one)


@pytest.fixture
def ready(app: Flask, connectwise: Integration, keys: KeyServer) -> Integration:
    """Let the first callback have its key fetched."""
    assert deliver(app, connectwise, callback(keys.key_url)) == 429
    fetch_all()
    return connectwise


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
    assert not caught_up(connectwise)
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


def test_a_key_that_changed_is_fetched_again_and_a_sync_catches_up(
    app: Flask, ready: Integration, keys: KeyServer
) -> None:
    keys.key = "the next key"
    body = callback(keys.key_url)
    with later(301):
        assert deliver(app, ready, body, signed(body, keys.key)) == 401
        fetch_all()
        assert caught_up(ready)
        assert deliver(app, ready, body, signed(body, keys.key)) == 200
        assert deliver(app, ready, body, signed(body, "test-signing-key")) == 401


def test_wrong_signatures_have_the_key_fetched_once_in_five_minutes(
    app: Flask, ready: Integration, keys: KeyServer
) -> None:
    asked = len(keys.calls)
    for seconds, more in ((1, 0), (299, 0), (301, 1), (302, 1), (602, 2)):
        with later(seconds):
            for _ in range(3):
                assert deliver(app, ready, callback(keys.key_url), {"X-Content-Signature": "wrong"}) == 401
                fetch_all()
        assert len(keys.calls) == asked + more
    assert not caught_up(ready)


def test_while_the_key_is_fetched_again_the_old_one_counts(app: Flask, ready: Integration, keys: KeyServer) -> None:
    with later(301):
        assert deliver(app, ready, callback(keys.key_url), {"X-Content-Signature": "wrong"}) == 401
        assert deliver(app, ready, callback(keys.key_url)) == 200
        keys.status = 500
        fetch_all()
        assert deliver(app, ready, callback(keys.key_url, MessageId="another")) == 200


def test_a_key_that_comes_too_late_is_made_up_for_by_a_sync(
    app: Flask, connectwise: Integration, keys: KeyServer
) -> None:
    assert deliver(app, connectwise, callback(keys.key_url)) == 429
    with later(6):
        fetch_all()
    assert Integration.get_by_id(connectwise.id).catch_up_at <= clock.now() + catch_up.SOON + timedelta(seconds=6)
    assert deliver(app, connectwise, callback(keys.key_url)) == 200


def test_a_key_that_never_comes_is_made_up_for_by_a_sync_and_explained(
    app: Flask, connectwise: Integration, keys: KeyServer
) -> None:
    keys.status = 404
    assert deliver(app, connectwise, callback(keys.key_url)) == 429
    for seconds in (0, 4, 40, 400):
        assert not caught_up(connectwise)
        with later(seconds):
            fetch_all()
    assert caught_up(connectwise)
    assert signing_keys.due() == []
    problem = signing_keys.problem(connectwise)
    assert problem is not None
    assert ("status 404" in problem.problem, problem.due_at) == (True, None)
    with later(401):
        assert deliver(app, connectwise, callback(keys.key_url)) == 429
        assert signing_keys.due() == []
    with later(800):
        keys.status = 200
        assert deliver(app, connectwise, callback(keys.key_url)) == 429
        fetch_all()
        assert deliver(app, connectwise, callback(keys.key_url)) == 200
    assert signing_keys.problem(connectwise) is None


def test_a_slow_key_server_keeps_nobody_waiting(
    app: Flask, connectwise: Integration, keys: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "LIMITS", CallLimits(seconds=0.2, size=1024))
    keys.held.clear()
    began = clock.monotonic()
    assert [deliver(app, connectwise, callback(keys.key_url)) for _ in range(5)] == [429] * 5
    assert clock.monotonic() - began < 5
    assert keys.calls == []
    fetch_all()
    problem = signing_keys.problem(connectwise)
    assert problem is not None
    assert "didn't respond in time" in problem.problem


def test_two_workers_fetch_a_key_once(app: Flask, connectwise: Integration, keys: KeyServer) -> None:
    assert deliver(app, connectwise, callback(keys.key_url)) == 429
    (key_id,) = signing_keys.due()
    for _ in range(3):
        signing_keys.fetch(key_id)
    signing_keys.fetch(key_id + 1)
    assert len(keys.calls) == 1


def test_a_worker_that_dies_leaves_the_key_to_another_one(
    app: Flask, connectwise: Integration, keys: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deliver(app, connectwise, callback(keys.key_url)) == 429
    with monkeypatch.context() as dying:
        dying.setattr(signing_keys, "_asked", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            fetch_all()
    assert signing_keys.due() == []
    with later(31):
        fetch_all()
        assert deliver(app, connectwise, callback(keys.key_url)) == 200


def test_many_invented_keys_cost_few_calls_and_lock_nobody_out(
    app: Flask, ready: Integration, keys: KeyServer
) -> None:
    asked = len(keys.calls)
    keys.status = 404
    for number in range(50):
        assert deliver(app, ready, callback(f"{keys.key_url}{number}")) == 429
        fetch_all()
    assert len(keys.calls) - asked <= signing_keys.MOST_MISSING
    assert deliver(app, ready, callback(keys.key_url)) == 200


def test_a_key_sealed_with_a_lost_vault_key_is_fetched_again(app: Flask, ready: Integration, keys: KeyServer) -> None:
    SigningKey.update(key="v1.00000000.AAAA").execute()
    with later(301):
        assert deliver(app, ready, callback(keys.key_url)) == 429
        fetch_all()
        assert deliver(app, ready, callback(keys.key_url)) == 200
