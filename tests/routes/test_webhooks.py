"""The address that Halo calls."""

from __future__ import annotations

from flask import Flask

from portal.models.integrations import Integration
from portal.routes.settings import LARGEST_BODY


def test_a_delivery_is_noted_without_log_in_and_token(app: Flask, halo: Integration) -> None:
    response = app.test_client().post(f"/webhooks/halo/{halo.webhook_id}", json={"event": "New Client"})
    assert (response.status_code, response.data) == (200, b"")
    assert Integration.get_by_id(halo.id).last_delivery_at is not None


def test_a_guessed_address_is_not_found(app: Flask, halo: Integration) -> None:
    assert app.test_client().post("/webhooks/halo/guessed", json={}).status_code == 404


def test_too_large_a_body_is_refused(app: Flask, halo: Integration) -> None:
    body = b'"' + b"x" * LARGEST_BODY + b'"'
    response = app.test_client().post(f"/webhooks/halo/{halo.webhook_id}", data=body, content_type="application/json")
    assert response.status_code == 413


def test_what_is_not_json_is_refused(app: Flask, halo: Integration) -> None:
    address = f"/webhooks/halo/{halo.webhook_id}"
    assert app.test_client().post(address, data={"a": "form"}).status_code == 415
    assert app.test_client().post(address, data=b"{broken", content_type="application/json").status_code == 415
    assert Integration.get_by_id(halo.id).last_delivery_at is None
