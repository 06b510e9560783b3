"""The address that Halo calls."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.models.integrations import Integration
from portal.routes.settings import LARGEST_BODY
from portal.services import deliveries


def login_of(integration: Integration) -> tuple[str, str]:
    return integration.webhook_user, integration.webhook_secret.reveal()


def deliver(app: Flask, integration: Integration, **request: object) -> TestResponse:
    login = {"auth": login_of(integration)}
    return app.test_client().post(f"/webhooks/halo/{integration.webhook_id}", **(login | request))


def test_a_delivery_is_noted_without_log_in_and_token(app: Flask, halo: Integration) -> None:
    response = deliver(app, halo, json={"event": "New Client"})
    assert (response.status_code, response.data) == (200, b"")
    assert Integration.get_by_id(halo.id).last_delivery_at is not None


def test_the_content_type_may_name_its_alphabet(app: Flask, halo: Integration) -> None:
    assert deliver(app, halo, data=b"[]", content_type="application/json; charset=utf-8").status_code == 200


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
    body = b'"' + b"x" * LARGEST_BODY + b'"'
    assert deliver(app, halo, data=body, content_type="application/json").status_code == 413


@pytest.mark.parametrize(
    "request_",
    [{"data": {"a": "form"}}, {"data": b"{broken", "content_type": "application/json"}, {"data": b""}],
    ids=["form", "broken", "empty"],
)
def test_what_is_not_json_is_refused(app: Flask, halo: Integration, request_: dict[str, object]) -> None:
    assert deliver(app, halo, **request_).status_code == 415
    assert Integration.get_by_id(halo.id).last_delivery_at is None


def test_trouble_of_our_own_asks_halo_to_come_again(
    app: Flask, halo: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Integration) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(deliveries, "note", broken)
    response = deliver(app, halo, json={})
    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
    assert b"disk" not in response.data
