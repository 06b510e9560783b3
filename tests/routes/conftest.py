"""What the pages stand on: a Halo that answers over real HTTP, and an account that has connected it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from flask import Flask

from portal import clock
from portal.config import Config
from portal.models.accounts import Account, User
from portal.models.integrations import Integration, IntegrationState
from portal.models.sync import RunKind, RunState, RunTrigger, StepState, SyncRun, SyncStep
from portal.sandbox.halo import HaloSandbox, Knobs, Settings, TenantSettings, running
from portal.services.connecting import wizard
from portal.sync.record_types import RecordType
from portal.vault import Secret
from tests.connection_tests import Told, asked_once
from tests.halo_fixtures import entered

SECRET = "acme-client-secret"


@pytest.fixture(scope="session")
def sandbox() -> Iterator[HaloSandbox]:
    sizes = {record_type.value: 3 for record_type in RecordType}
    with running(HaloSandbox(Settings(tenants=[TenantSettings(sizes=sizes)], knobs=Knobs(quota=0)))) as sandbox:
        yield sandbox


@pytest.fixture
def config(config: Config, sandbox: HaloSandbox) -> Config:
    """Let the portal call the simulated Halo, which is private and speaks plain http."""
    return replace(config, outbound_allow=frozenset({urlsplit(sandbox.url).netloc}))


@pytest.fixture
def typed(sandbox: HaloSandbox) -> dict[str, str]:
    """Fill in the wizard's first step with values that work."""
    return {
        "base_url": sandbox.url,
        "auth_server": f"{sandbox.url}/auth",
        "tenant": "acme",
        "client_id": "acme-client-id",
        "client_secret": SECRET,
    }


@pytest.fixture
def draft(app: Flask, northwind: Account, typed: dict[str, str]) -> Integration:
    """Save the first step's values, not tested yet."""
    draft = wizard.draft(northwind, "halo")
    wizard.save_connection(draft, entered({**typed, "client_secret": Secret(typed["client_secret"])}))
    return draft


@pytest.fixture(scope="session")
def told() -> Told:
    """Keep what the simulated Halo says to the right values: asking it again takes longer than most tests."""
    return Told()


@pytest.fixture
def tested(draft: Integration, alice: User, told: Told) -> Integration:
    """Pass the connection test. The first of a session asks Halo; the others are told the same."""
    with asked_once("halo", told):
        assert wizard.test_connection(draft, alice).ok
    return draft


@pytest.fixture
def reviewed(tested: Integration) -> Integration:
    """Reach the last step."""
    wizard.choose_data(tested, ["clients", "sites"], active_only=True)
    wizard.finish_webhooks(tested, skipped=True)
    return tested


@pytest.fixture
def halo(tested: Integration) -> Integration:
    """Connect Halo, without a run so far."""
    tested.state = IntegrationState.ACTIVE
    tested.record_types = [record_type.value for record_type in RecordType]
    tested.save()
    return tested


@pytest.fixture
def connectwise(northwind: Account) -> Integration:
    integration: Integration = Integration.create(account=northwind, psa="connectwise", state=IntegrationState.ACTIVE)
    return integration


def make_run(integration: Integration, state: RunState, **columns: object) -> SyncRun:
    """Write a run with one step of clients, half of them read."""
    run: SyncRun = SyncRun.create(
        integration=integration,
        kind=RunKind.FULL,
        trigger=RunTrigger.USER,
        state=state,
        filters={"active_only": True},
        started_at=clock.now(),
        **columns,
    )
    SyncStep.create(
        run=run, position=0, record_type="clients", state=StepState.RUNNING, expected=2000, fetched=1000, created=990
    )
    return run
