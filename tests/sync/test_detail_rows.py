"""Saved details, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal import clock
from portal.halo import facts
from portal.halo.client import HaloClient
from portal.halo.credentials import Credentials
from portal.halo.pages import Row
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.row_details import RowDetail
from portal.models.sync import RunKind, RunTrigger, SyncRun
from portal.sync import details
from portal.sync.details import Details, SingleRecord
from tests.postgres import database

__all__ = ["database"]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def run(northwind: Account) -> SyncRun:
    return run_of(Integration.create(account=northwind, psa="halo"))


def run_of(integration: Integration) -> SyncRun:
    created: SyncRun = SyncRun.create(
        integration=integration, kind=RunKind.FULL, trigger=RunTrigger.USER, state="succeeded"
    )
    return created


def row(remote_id: int, **keys: Any) -> Row:
    payload = b'{"id":%d,"name":"%s"}' % (remote_id, str(keys.get("name", "Acme")).encode())
    return Row(facts.read("clients", payload), payload)


def detail(remote_id: int, relationship: int) -> Row:
    payload = b'{"id":%d,"customer_relationship":[{"id":%d}]}' % (remote_id, relationship)
    return Row(facts.read("clients", payload), payload)


def of(run: SyncRun) -> Details:
    return Details(run, "clients", CLIENT)


CLIENT = HaloClient(Credentials("https://halo.invalid", "https://halo.invalid/auth", "", "id", "secret"))


def relationships(run: SyncRun, *rows: Row) -> dict[int, Any]:
    return {each: found and found.relationships for each, found in of(run).find_saved(list(rows)).items()}


def test_saved_details_are_known_to_later_runs(run: SyncRun) -> None:
    assert of(run).save(row(7), SingleRecord(7, detail(7, 3), clock.now(), 1)) == detail(7, 3).facts
    assert relationships(run, row(7), row(8)) == {7: (3,)}
    assert relationships(run_of(run.integration), row(7), row(8)) == {7: (3,)}


def test_a_changed_list_row_invalidates_saved_details(run: SyncRun) -> None:
    of(run).save(row(7), SingleRecord(7, detail(7, 3), clock.now(), 1))
    assert relationships(run, row(7, name="Acme & Sons")) == {}
    of(run).save(row(7, name="Acme & Sons"), SingleRecord(7, detail(7, 4), clock.now(), 1))
    assert relationships(run, row(7, name="Acme & Sons")) == {7: (4,)}
    assert RowDetail.select().count() == 1


def test_missing_details_are_remembered_within_a_run(run: SyncRun) -> None:
    assert of(run).save(row(7), SingleRecord(7, None, clock.now(), 1)) == row(7).facts
    assert relationships(run, row(7)) == {7: None}
    assert relationships(run_of(run.integration), row(7)) == {}


def test_newer_details_replace_saved_ones_and_add_none(run: SyncRun) -> None:
    of(run).save(row(7), SingleRecord(7, detail(7, 3), NOON, 1))
    with clock.using(lambda: NOON + timedelta(minutes=1)):
        details.update_saved(run.integration_id, "clients", [detail(7, 5), detail(8, 5)], CLIENT, clock.now())
        assert relationships(run, row(7), row(8)) == {7: (5,)}
    assert RowDetail.get().asked_at == NOON + timedelta(minutes=1)


def test_facts_packed_by_another_version_are_fetched_again(run: SyncRun) -> None:
    of(run).save(row(7), SingleRecord(7, detail(7, 3), clock.now(), 1))
    RowDetail.update(facts=b'{"remote_id":"seven"}').execute()
    assert relationships(run, row(7)) == {}


def test_unlisted_details_are_removed_for_one_type_and_integration_only(run: SyncRun) -> None:
    other = run_of(Integration.create(account=Account.create(name="Other MSP"), psa="halo"))
    for one in (run, other):
        for number in (7, 8):
            of(one).save(row(number), SingleRecord(number, detail(number, 3), clock.now(), 1))
    details.remove_unlisted(run.integration_id, "sites", set())
    details.remove_unlisted(run.integration_id, "clients", {8})
    assert (set(relationships(run, row(7), row(8))), set(relationships(other, row(7), row(8)))) == ({8}, {7, 8})
