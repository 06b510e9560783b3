"""The address of a destination stays in the vault: not in logs, not in the support bundle; it follows the key."""

from __future__ import annotations

import json
import logging

import pytest
import requests
import responses

from portal import vault
from portal.config import Config
from portal.models.alerts import AlertDestination
from portal.models.integrations import Integration
from portal.services.alerts import delivery, destinations
from portal.services.operations import account_bundle, sealed_values, support_bundle
from tests.services.alerts.conftest import ADDRESS, HOOK, TOKEN

OLD, NEW = bytes(range(32)), bytes(range(1, 33))


def test_the_row_holds_no_plain_text(destination: AlertDestination) -> None:
    stored = AlertDestination.select().dicts().get()
    assert TOKEN not in repr(stored)
    assert destination.address.reveal() == ADDRESS.reveal()


def test_an_address_copied_to_another_row_does_not_open(destination: AlertDestination) -> None:
    AlertDestination.update(uid="another").execute()
    assert sealed_values.examine().broken == ["Northwind IT"]


def test_a_rotation_seals_it_again(destination: AlertDestination) -> None:
    vault.bind((NEW, OLD))
    assert sealed_values.examine().stale == 1
    assert sealed_values.rotate() == 1
    vault.bind((NEW,))
    assert AlertDestination.get().address.reveal() == ADDRESS.reveal()


@pytest.mark.parametrize("answer", [200, 500, requests.ConnectionError(f"no way to {HOOK}")])
def test_nothing_of_it_is_logged_whatever_happens(
    destination: AlertDestination,
    hook: responses.RequestsMock,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    answer: int | Exception,
) -> None:
    caplog.set_level(logging.DEBUG)
    if isinstance(answer, int):
        hook.post(HOOK, status=answer, body=TOKEN)
    else:
        hook.post(HOOK, body=answer)
    destinations.test(destination, None)
    delivery.work(destination.id)
    assert len(hook.calls) == 1
    written = capfd.readouterr()
    assert TOKEN not in caplog.text + written.out + written.err
    assert TOKEN not in AlertDestination.get().last_problem


def test_the_portals_support_bundle_has_neither_address_nor_hint(
    destination: AlertDestination, config: Config
) -> None:
    destinations.test(destination, None)
    bundle = json.dumps(support_bundle.collect(config), default=str)
    assert TOKEN not in bundle
    assert destination.hint not in bundle


def test_an_accounts_support_bundle_has_neither_address_nor_hint(
    destination: AlertDestination, integration: Integration
) -> None:
    destinations.test(destination, None)
    bundle = json.dumps(account_bundle.collect(destination.account), default=str)
    assert TOKEN not in bundle
    assert destination.hint not in bundle
