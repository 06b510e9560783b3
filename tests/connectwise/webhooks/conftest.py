"""A portal with an account that has connected ConnectWise, and the server of its signing key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from portal import create_app
from portal.config import Config
from portal.connectwise.webhooks import FORMAT
from portal.models.accounts import Account
from portal.models.integrations import Integration, IntegrationState
from portal.psa import registry
from portal.psa.connect_form import ConnectField, FieldKind
from portal.sync.record_types import RecordType
from portal.vault import Secret
from tests.connectwise.webhooks.callbacks import COMPANY, KeyServer, key_server
from tests.psa.ledger import LEDGER

FIELDS = (
    ConnectField("site", "Site", FieldKind.ADDRESS, is_destination=True),
    ConnectField("company_id", "Company ID"),
    ConnectField("public_key", "Public Key"),
    ConnectField("private_key", "Private Key", FieldKind.SECRET),
    ConnectField("client_id", "Client ID"),
)


@pytest.fixture
def keys() -> Iterator[KeyServer]:
    with key_server() as served:
        yield served


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, outbound_allow=frozenset({"127.0.0.1"}))


@pytest.fixture
def app(config: Config, database: None, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Make a portal in whose registry ConnectWise has these callbacks."""
    form = replace(LEDGER.connect_form, fields=FIELDS, address="site")
    adapter = replace(
        LEDGER, slug="connectwise", label="ConnectWise PSA", name="ConnectWise", connect_form=form, webhooks=FORMAT
    )
    monkeypatch.setitem(registry.ADAPTERS, "connectwise", adapter)
    return create_app(config)


@pytest.fixture
def connectwise(app: Flask, northwind: Account, keys: KeyServer) -> Integration:
    Account.update(enabled_psas=["connectwise"]).execute()
    integration: Integration = Integration.create(
        account=northwind,
        psa="connectwise",
        state=IntegrationState.ACTIVE,
        connection={"site": keys.url, "company_id": COMPANY, "public_key": "pub"},
        record_types=[each.value for each in RecordType],
    )
    integration.credentials = Secret(json.dumps({"private_key": "priv"}))
    integration.save()
    return integration
