"""Keys that are fetched while callbacks wait, change, come late, or never come."""

from __future__ import annotations

import pytest
from flask import Flask

from portal import clock
from portal.connectwise.webhooks import signing_keys as fetching
from portal.models.integrations import Integration
from portal.models.signing_keys import SigningKey
from portal.outbound import CallLimits
from portal.services.webhooks import signing_keys
from portal.sync import catch_up
from tests.connectwise.webhooks.callbacks import KeyServer, callback, signed
from tests.connectwise.webhooks.receiving import caught_up, deliver, fetch_all, later


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


def test_what_was_refused_before_the_key_was_known_is_made_up_for_by_a_sync(
    app: Flask, connectwise: Integration, keys: KeyServer
) -> None:
    assert deliver(app, connectwise, callback(keys.key_url)) == 429
    assert not caught_up(connectwise)
    fetch_all()
    assert Integration.get_by_id(connectwise.id).catch_up_at <= clock.now() + catch_up.SOON


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
    with later(25 * 3600):
        assert signing_keys.problem(connectwise) is None
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


def test_no_more_than_a_few_dozen_keys_are_kept(app: Flask, ready: Integration, keys: KeyServer) -> None:
    for number in range(60):
        with later(number):
            assert deliver(app, ready, callback(f"{keys.key_url}{number}")) == 429
            fetch_all()
    assert SigningKey.select().count() == signing_keys.MOST_KEPT
    with later(61):
        assert deliver(app, ready, callback(f"{keys.key_url}59")) == 200
