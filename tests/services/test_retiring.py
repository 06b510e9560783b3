"""Records of types that are no longer synced go out of scope, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal import clock
from portal.models.accounts import Account
from portal.models.integrations import Integration, Psa
from portal.models.records import Record, RecordChange, RecordState
from portal.services import filters
from portal.sync.writer import SWITCHED_OFF
from tests.postgres import database

__all__ = ["database"]

NOON = datetime(2026, 11, 23, 12, 0, 0, 123_456, UTC)
LATER = datetime(2026, 11, 24, tzinfo=UTC)


def store(integration: Integration, record_type: str, remote_id: int, state: RecordState) -> None:
    common = {"name": "Acme", "digest": b"", "payload": "{}", "first_seen_at": NOON, "changed_at": NOON}
    Record.create(integration=integration, record_type=record_type, remote_id=remote_id, state=state, **common)


def connected(name: str) -> Integration:
    made: Integration = Integration.create(
        account=Account.create(name=name), psa=Psa.HALO, record_types=["clients", "assets"]
    )
    return made


def test_only_live_records_of_types_that_are_not_chosen_are_retired(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "BITE", 2)
    ours, theirs = connected("Northwind IT"), connected("Other MSP")
    for number in range(1, 6):
        for integration in (ours, theirs):
            store(integration, "sites", number, RecordState.LIVE)
        store(ours, "assets", number, RecordState.LIVE)
    store(ours, "sites", 6, RecordState.DELETED)
    with clock.using(lambda: LATER):
        filters.retire(ours)
        filters.retire(ours)
    out = Record.select().where(Record.state == RecordState.OUT_OF_SCOPE)
    assert {(one.integration, one.record_type, one.remote_id) for one in out} == {
        (ours, "sites", number) for number in range(1, 6)
    }
    lines = list(RecordChange.select().order_by(RecordChange.id))
    assert [line.remote_id for line in lines] == [1, 2, 3, 4, 5]
    assert {(line.at, line.kind, line.run_id, line.why) for line in lines} == {
        (LATER, "out_of_scope", None, SWITCHED_OFF)
    }
    assert Record.get(Record.remote_id == 6).state == RecordState.DELETED
