"""The address that Halo calls."""

from __future__ import annotations

from io import BytesIO

import limits
import pytest
from flask import Flask
from peewee import OperationalError

from portal import clock
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, RefetchRequest
from portal.request_sizes import LARGEST_DELIVERY, QUEUE_FULL
from portal.routes import webhook_receiver
from portal.services.webhooks import inbox
from portal.sync import catch_up
from tests.routes.webhook_calls import deliver, login_of


def kept() -> list[Delivery]:
    return list(Delivery.select().order_by(Delivery.id))


def test_a_delivery_is_stored_without_log_in_and_token(app: Flask, halo: Integration) -> None:
    body = b'{"event": "New Client",\n "object_id": 7}'
    response = deliver(app, halo, data=body, content_type="application/json")
    assert (response.status_code, response.data) == (200, b"")
    (delivery,) = kept()
    assert (bytes(delivery.body), delivery.event, delivery.state) == (body, "New Client", "waiting")
    refetch_request = RefetchRequest.get()
    assert (refetch_request.record_type, refetch_request.remote_id, refetch_request.state) == (
        "clients",
        7,
        "waiting",
    )
    assert Integration.get_by_id(halo.id).last_delivery_at == delivery.received_at


def test_what_proves_who_called_is_not_kept(app: Flask, halo: Integration) -> None:
    deliver(
        app, halo, json={}, headers={"Proxy-Authorization": "Basic x", "X-Scopable-Token": "secret", "X-Shown": "yes"}
    )
    headers = dict(kept()[0].headers)
    assert [headers[name] for name in ("Authorization", "Proxy-Authorization", "X-Scopable-Token")] == ["•••"] * 3
    assert headers["X-Shown"] == "yes"


def test_a_delivery_that_must_not_wait_is_turned_away_and_made_up_for(app: Flask, halo: Integration) -> None:
    crowded = {"environ_overrides": {QUEUE_FULL: True}, "json": {"event": "client updated", "object_id": 7}}
    assert deliver(app, halo, **crowded, auth=("x", "y")).status_code == 401
    response = deliver(app, halo, **crowded)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert kept() == []
    assert Integration.get_by_id(halo.id).catch_up_at is None
    deliver(app, halo, json={})
    assert Integration.get_by_id(halo.id).catch_up_at <= clock.now()


@pytest.mark.parametrize("body", [b"{broken", b"", b"null", b"\xff", b"[" * 50_000, b"\x1f\x8b\x08"])
def test_nonsense_from_halo_itself_is_kept_and_acknowledged(app: Flask, halo: Integration, body: bytes) -> None:
    assert deliver(app, halo, data=body, content_type="application/json").status_code == 200
    (delivery,) = kept()
    assert (bytes(delivery.body), delivery.state) == (body, "unreadable")
    assert delivery.why
    assert RefetchRequest.select().count() == 0


def test_the_events_of_a_batch_are_each_kept(app: Flask, halo: Integration) -> None:
    batch = [{"event": "client updated", "object_id": "1"}, {"event": "new asset", "object_id": 2}, {"event": "x"}]
    deliver(app, halo, json=batch)
    assert [
        (refetch_request.record_type, refetch_request.remote_id, refetch_request.state)
        for refetch_request in RefetchRequest.select().order_by(RefetchRequest.id)
    ] == [
        ("clients", 1, "waiting"),
        ("assets", 2, "waiting"),
        (None, None, "ignored"),
    ]
    assert (kept()[0].event, kept()[0].state) == ("3 events", "waiting")


def test_the_content_type_may_name_its_alphabet(app: Flask, halo: Integration) -> None:
    for content_type in ("application/json; charset=utf-8", "APPLICATION/JSON", "application/problem+json"):
        assert deliver(app, halo, data=b"{}", content_type=content_type).status_code == 200


@pytest.mark.parametrize(
    "login",
    [None, ("", ""), ("scopable", ""), ("scopable", "guessed"), ("Scopable", None), ("scopable", "\xed\xa0\x80")],
    ids=["none", "empty", "no secret", "wrong secret", "wrong user", "odd bytes"],
)  # fmt: skip
def test_who_does_not_know_user_name_and_secret_is_refused(
    app: Flask, halo: Integration, login: tuple[str, str | None] | None
) -> None:
    auth = None if login is None else (login[0], login_of(halo)[1] if login[1] is None else login[1])
    response = deliver(app, halo, json={}, auth=auth)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic")
    assert Integration.get_by_id(halo.id).last_delivery_at is None


def test_a_bearer_token_is_no_password(app: Flask, halo: Integration) -> None:
    headers = {"Authorization": f"Bearer {login_of(halo)[1]}"}
    assert deliver(app, halo, json={}, auth=None, headers=headers).status_code == 401


def test_a_guessed_address_answers_as_a_wrong_secret_does(app: Flask, halo: Integration) -> None:
    client = app.test_client()
    guessed = client.post("/webhooks/halo/guessed", json={}, auth=login_of(halo))
    wrong = client.post(f"/webhooks/halo/{halo.webhook_id}", json={}, auth=("scopable", "guessed"))
    assert (guessed.status_code, guessed.data) == (wrong.status_code, wrong.data)
    assert dict(guessed.headers) == dict(wrong.headers)


def test_the_secret_of_another_webhook_opens_nothing(app: Flask, halo: Integration) -> None:
    other = Integration.create(account=halo.account, psa="connectwise", webhook_secret=halo.webhook_secret)
    Integration.update(webhook_secret=None).where(Integration.id == other.id).execute()
    response = app.test_client().post(f"/webhooks/halo/{other.webhook_id}", json={}, auth=login_of(halo))
    assert response.status_code == 401
    nobody = app.test_client().post(f"/webhooks/halo/{other.webhook_id}", json={}, auth=("scopable", ""))
    assert nobody.status_code == 401


def test_too_large_a_body_is_refused(app: Flask, halo: Integration) -> None:
    body = b'"' + b"x" * LARGEST_DELIVERY + b'"'
    assert deliver(app, halo, data=body, content_type="application/json").status_code == 413


@pytest.mark.parametrize("content_type", ["text/plain", "text/xml", "", None])
@pytest.mark.parametrize("body", [b"<event/>", b"event=client+updated", b"\x1f\x8b\x08", b"hello"])
def test_what_neither_is_json_nor_says_so_is_refused(
    app: Flask, halo: Integration, content_type: str | None, body: bytes
) -> None:
    assert deliver(app, halo, data=body, content_type=content_type).status_code == 415
    assert kept() == []
    assert Integration.get_by_id(halo.id).catch_up_at is not None


@pytest.mark.parametrize("content_type", ["text/json", "text/plain", "application/octet-stream", "", None])
def test_json_is_taken_whatever_proxies_have_made_of_its_type(
    app: Flask, halo: Integration, content_type: str | None
) -> None:
    body = b'\xef\xbb\xbf{"event": "client updated", "object_id": 12}'
    assert deliver(app, halo, data=body, content_type=content_type).status_code == 200
    assert (RefetchRequest.get().record_type, RefetchRequest.get().remote_id) == ("clients", 12)
    assert bytes(kept()[0].body) == body[3:]


def test_a_form_may_carry_the_delivery(app: Flask, halo: Integration) -> None:
    deliver(app, halo, data={"payload": '{"event": "client updated", "object_id": 12}'})
    assert (RefetchRequest.get().record_type, RefetchRequest.get().remote_id) == ("clients", 12)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "/webhooks/halo/{}/",
            "/Webhooks/Halo/{}",
            "/WEBHOOKS/HALO/{}",
            "//webhooks//halo/{}//",
            "/webhooks/halo/{} ",
        ),
        *("/webhooks/halo/{}%20/", "/webhooks/halo/{}?from=halo"),
    ],
)
def test_an_address_may_be_copied_carelessly(app: Flask, halo: Integration, address: str) -> None:
    client = app.test_client()
    answer = client.post(
        "/", json={"event": "new site", "object_id": 1}, auth=login_of(halo),
        environ_overrides={"PATH_INFO": address.format(halo.webhook_id).partition("?")[0].replace("%20", " ")},
    )  # fmt: skip
    assert (answer.status_code, len(kept())) == (200, 1)


def test_an_address_may_be_in_capitals_altogether(app: Flask, halo: Integration) -> None:
    answer = app.test_client().post(f"/WEBHOOKS/HALO/{halo.webhook_id.upper()}", json={}, auth=login_of(halo))
    assert answer.status_code == 200


def test_an_older_address_with_capitals_of_its_own_is_found(app: Flask, halo: Integration) -> None:
    Integration.update(webhook_id="aB3-xY").execute()
    for address, status in (("aB3-xY", 200), ("ab3-xy", 401), ("AB3-XY", 401)):
        answer = app.test_client().post(f"/webhooks/halo/{address}", json={}, auth=login_of(halo))
        assert answer.status_code == status


@pytest.mark.parametrize(
    "address", ["/webhooks", "/webhooks/", "/webhooks/halo", "/Webhooks/x/y/z", "/webhooks/halo/a/b"]
)
def test_any_other_address_below_it_has_nothing(app: Flask, address: str) -> None:
    answer = app.test_client().post(address, json={})
    assert (answer.status_code, answer.content_type) == (404, "text/plain")


def test_a_client_with_its_logo_is_taken_and_the_logo_is_not_kept(app: Flask, halo: Integration) -> None:
    logo = "data:image/png;base64," + "iVBORw0K" * 40_000
    body = {"event": "client updated", "object_id": 12, "client": {"id": 12, "logo": logo}}
    assert deliver(app, halo, json=body).status_code == 200
    assert (RefetchRequest.get().record_type, RefetchRequest.get().remote_id) == ("clients", 12)
    assert len(kept()[0].body) < 1_000


def test_what_is_not_understood_has_a_sync_look_a_little_later(app: Flask, halo: Integration) -> None:
    body = {"event": "client updated", "object_id": 12, "client": {"id": 13}}
    assert deliver(app, halo, json=body).status_code == 200
    assert (kept()[0].state, RefetchRequest.get().state) == ("ignored", "ignored")
    assert "contradicts itself" in RefetchRequest.get().why
    first = Integration.get_by_id(halo.id).catch_up_at
    assert clock.now() < first <= clock.now() + catch_up.SOON
    deliver(app, halo, data=b"{broken", content_type="application/json")
    assert kept()[1].state == "unreadable"
    assert "The next sync checks" in kept()[1].why
    assert Integration.get_by_id(halo.id).catch_up_at == first
    catch_up.request(halo.id)
    assert Integration.get_by_id(halo.id).catch_up_at <= clock.now()


@pytest.mark.parametrize(
    "body", [{"event": "invoice created", "object_id": 3}, {"event": "new site", "object_id": 3}]
)
def test_what_is_understood_needs_no_sync(app: Flask, halo: Integration, body: object) -> None:
    deliver(app, halo, json=body)
    assert Integration.get_by_id(halo.id).catch_up_at is None


def test_a_body_without_a_length_is_cut_off_where_it_is_too_large(app: Flask, halo: Integration) -> None:
    stream = {
        "input_stream": BytesIO(b"x" * (LARGEST_DELIVERY + 1)),
        "environ_overrides": {"wsgi.input_terminated": True},
    }
    assert deliver(app, halo, content_type="application/json", **stream).status_code == 413
    assert kept() == []


def test_too_many_are_turned_away_and_a_sync_makes_up_for_them(
    app: Flask, halo: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_receiver, "MOST_DELIVERIES", limits.parse("3 per hour"))
    app.extensions["intake"].limiter.storage.reset()
    answers = [deliver(app, halo, json={}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert (len(kept()), Integration.get_by_id(halo.id).catch_up_at is not None) == (3, True)


def test_what_cannot_be_stored_is_not_acknowledged_and_a_sync_makes_up_for_it(
    app: Flask, halo: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "_store", full)
        response = deliver(app, halo, json={})
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert b"disk" not in response.data
    assert deliver(app, halo, json={}).status_code == 200
    assert Integration.get_by_id(halo.id).catch_up_at is not None


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_any_other_verb_is_refused(app: Flask, halo: Integration, method: str) -> None:
    address = f"/webhooks/halo/{halo.webhook_id}"
    assert getattr(app.test_client(), method)(address, auth=login_of(halo)).status_code == 405
