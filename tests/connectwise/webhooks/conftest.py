"""An account that has connected ConnectWise, and the server of its signing key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from portal.config import Config
from portal.models.accounts import Account
from portal.models.integrations import Integration, IntegrationState
from portal.services.webhooks import senders, signing_keys
from portal.sync.record_types import RecordType
from portal.vault import Secret
from tests.connectwise.webhooks.callbacks import COMPANY, KeyServer, callback, key_server
from tests.connectwise.webhooks.receiving import deliver, fetch_all


@pytest.fixture
def keys() -> Iterator[KeyServer]:
    with key_server() as served:
        yield served


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, outbound_allow=frozenset({"127.0.0.1"}))


@pytest.fixture
def connectwise(app: Flask, northwind: Account, keys: KeyServer) -> Integration:
    """Connect Northwind to the key server, which has no records."""
    return connected(northwind, {"site": keys.url, "company_id": COMPANY, "public_key": "pub", "private_key": "priv"})


def connected(account: Account, values: dict[str, str]) -> Integration:
    """Write an integration with these connection values, as the wizard leaves it."""
    Account.update(enabled_psas=["connectwise"]).execute()
    public = {name: value for name, value in values.items() if name != "private_key"}
    integration: Integration = Integration.create(
        account=account,
        psa="connectwise",
        state=IntegrationState.ACTIVE,
        connection=public,
        limit_key=values["site"],
        record_types=[each.value for each in RecordType],
    )
    integration.credentials = Secret(json.dumps({"private_key": values["private_key"]}))
    integration.save()
    return integration


@pytest.fixture(autouse=True)
def nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in (signing_keys, senders):
        monkeypatch.setattr(each, "REMEMBERED", timedelta(0))


@pytest.fixture
def rung(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the keys for which a worker was woken."""
    found: list[int] = []
    monkeypatch.setattr(app.extensions["intake"].key_bell, "ring_soon", found.extend)
    return found


@pytest.fixture
def ready(app: Flask, connectwise: Integration, keys: KeyServer) -> Integration:
    """Let the first callback have its key fetched."""
    assert deliver(app, connectwise, callback(keys.key_url)) == 429
    fetch_all()
    Integration.update(catch_up_at=None).execute()
    return connectwise
