"""Whatever a simulated ConnectWise answers once, no record is lost, and nothing is called gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
import stamina

from portal.errors import NotFound
from portal.models.accounts import Account
from portal.models.records import Record, RecordState
from portal.sandbox.connectwise import ConnectWiseSandbox, Knobs, Settings, TenantSettings, running
from portal.sandbox.connectwise.faults import LIST
from portal.services.syncing import sync_runs
from tests.connectwise_fixtures import SIZES, connected

FAULTS = [*sorted(LIST), "html", "truncated", "moved", "bad_ids"]
PLACES = ["clients", "contacts", "sites", "opportunities", "forecast", "any"]
FEW = {**SIZES, "clients": 8, "sites": 10, "assets": 30}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ConnectWiseSandbox]:
    settings = Settings(tenants=[TenantSettings(sizes=FEW)], knobs=Knobs(quota=0))
    with running(ConnectWiseSandbox(settings)) as sandbox:
        yield sandbox


@pytest.mark.parametrize("what", FAULTS)
def test_no_fault_loses_a_record(northwind: Account, sandbox: ConnectWiseSandbox, what: str) -> None:
    sandbox.reset()
    sandbox.clear_faults()
    copy = connected(northwind, sandbox)
    with stamina.set_testing(True, attempts=2, cap=True):
        assert copy.sync()["state"] == "succeeded"
        for place in PLACES:
            sandbox.fault(what, on=place, times=2)
        copy.sync()
        deleted = Record.select().where(Record.state == RecordState.DELETED).count()
        sandbox.clear_faults()
        with suppress(NotFound):
            sync_runs.request_cancel(copy.integration)  # it may wait for better times
        assert (deleted, copy.sync()["state"], copy.differences()) == (0, "succeeded", [])
