"""Calls the receiver as ConnectWise does, and does what a worker would."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask

from portal import clock
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, RefetchRequest
from portal.services.webhooks import signing_keys
from tests.connectwise.webhooks.callbacks import signed


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
