"""What the simulated ConnectWise sends is proved, taken, and has the right record fetched again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal.connectwise.record_fields import read
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.records import Record
from portal.models.webhooks import Delivery, RefetchRequest
from portal.sandbox.connectwise import ConnectWiseSandbox, Knobs, Settings, TenantSettings, running
from portal.services.webhooks import refetches, senders, signing_keys
from tests.connectwise.webhooks.conftest import connected
from tests.sandbox.receiver import Arrival, Receiver

SIZES = {
    "clients": 6,
    "sites": 8,
    "contacts": 9,
    "products": 4,
    "assets": 9,
    "opportunities": 4,
    "contracts": 4,
}
CALLBACKS = {
    "company": "clients",
    "contact": "contacts",
    "productcatalog": "products",
    "configuration": "assets",
    "opportunity": "opportunities",
    "agreement": "contracts",
}


@pytest.fixture
def sandbox() -> Iterator[ConnectWiseSandbox]:
    settings = Settings(tenants=[TenantSettings(sizes=SIZES)], knobs=Knobs(quota=0, callback_pauses=[]))
    with running(ConnectWiseSandbox(settings)) as served:
        yield served


@pytest.fixture
def integration(
    app: Flask, northwind: Account, sandbox: ConnectWiseSandbox, monkeypatch: pytest.MonkeyPatch
) -> Integration:
    for each in (signing_keys, senders):
        monkeypatch.setattr(each, "REMEMBERED", timedelta(0))
    return connected(northwind, {**sandbox.entered(), "site": sandbox.url})


def arrivals(sandbox: ConnectWiseSandbox, kind: str, verb: str, **rest: Any) -> tuple[list[int], list[Arrival]]:
    """Return the ids of the records to which something was done, and the callbacks about them."""
    with Receiver() as receiver:
        registered = sandbox.add_webhook(f"{receiver.url}?recordId=", type=kind)
        ids = getattr(sandbox, verb)(CALLBACKS[kind], **rest)
        sandbox.flush_webhooks()
        sandbox.remove_webhook(str(registered["id"]))
        return ids, receiver.arrivals


def deliver(app: Flask, integration: Integration, arrival: Arrival) -> int:
    """Pass a callback on to the portal; returns the answer once its key is known."""
    address = f"/webhooks/connectwise/{integration.webhook_id}?{arrival.path.partition('?')[2]}"
    headers = dict(arrival.headers.items())
    if app.test_client().post(address, data=arrival.body, headers=headers).status_code == 429:
        for key_id in signing_keys.due():
            signing_keys.fetch(key_id)
    return app.test_client().post(address, data=arrival.body, headers=headers).status_code


@pytest.mark.parametrize("kind", CALLBACKS)
def test_a_change_is_in_the_copy_after_the_refetch(
    app: Flask, integration: Integration, sandbox: ConnectWiseSandbox, kind: str
) -> None:
    Integration.update(filters={"active_only": False}).execute()
    (number,), (arrival,) = arrivals(sandbox, kind, "change", count=1, seed=1)
    assert deliver(app, integration, arrival) == 200
    refetches.execute(integration.id)
    request = RefetchRequest.get()
    assert (request.record_type, request.remote_id, request.outcome) == (CALLBACKS[kind], number, "created")
    assert Record.get().remote_id == number


def test_a_refetched_opportunity_has_the_values_of_its_forecast(
    app: Flask, integration: Integration, sandbox: ConnectWiseSandbox
) -> None:
    Integration.update(filters={"active_only": False}).execute()
    _, (arrival,) = arrivals(sandbox, "opportunity", "change", count=1, seed=1)
    assert deliver(app, integration, arrival) == 200
    refetches.execute(integration.id)
    payload = Record.get().payload
    values = read("opportunities", payload if isinstance(payload, str) else bytes(payload).decode()).values
    assert {"value_once", "value_monthly"} <= values.keys()


def test_a_delete_is_proved_by_asking_for_the_record(
    app: Flask, integration: Integration, sandbox: ConnectWiseSandbox
) -> None:
    Integration.update(filters={"active_only": False}).execute()
    (number,), (arrival,) = arrivals(sandbox, "contact", "change", count=1, seed=1)
    assert deliver(app, integration, arrival) == 200
    refetches.execute(integration.id)
    _, (arrival,) = arrivals(sandbox, "contact", "delete", ids=[number])
    assert deliver(app, integration, arrival) == 200
    refetches.execute(integration.id)
    assert [each.outcome for each in RefetchRequest.select().order_by(RefetchRequest.id)] == ["created", "deleted"]
    assert Record.get().state == "deleted"


def test_a_record_outside_the_filters_says_so(
    app: Flask, integration: Integration, sandbox: ConnectWiseSandbox
) -> None:
    active = sandbox.truth("clients", ids=True)["active_ids"]
    _, (arrival,) = arrivals(sandbox, "company", "deactivate", ids=active[-1:])
    assert deliver(app, integration, arrival) == 200
    refetches.execute(integration.id)
    request = RefetchRequest.get()
    assert (request.outcome, bool(request.why)) == ("filtered_out", True)


def test_a_bad_signature_and_a_foreign_key_are_refused(
    app: Flask, integration: Integration, sandbox: ConnectWiseSandbox
) -> None:
    sandbox.turn(bad_signature=True)
    _, (arrival,) = arrivals(sandbox, "contact", "change", count=1)
    assert deliver(app, integration, arrival) == 401
    sandbox.turn(bad_signature=False, key_url="https://evil.example/system/callbackkey/index.rails")
    _, (arrival,) = arrivals(sandbox, "contact", "change", count=1)
    assert deliver(app, integration, arrival) == 401
    assert not Delivery.select().exists()


def test_callbacks_that_come_twice_or_in_the_wrong_order_count_once_each(
    app: Flask, integration: Integration, sandbox: ConnectWiseSandbox
) -> None:
    sandbox.turn(doubled_callbacks=True, reordered_callbacks=True)
    ids, found = arrivals(sandbox, "contact", "change", count=3, seed=1)
    assert [deliver(app, integration, each) for each in found] == [200] * 6
    assert {each.remote_id for each in RefetchRequest.select()} == set(ids)
    assert RefetchRequest.select().count() == 3
