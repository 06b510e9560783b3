"""What filters offer of the stored records is gathered by workers: a page reads no record for it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from portal import clock
from portal.db import db
from portal.halo import lookups
from portal.halo.adapter import HALO
from portal.jobs import sync
from portal.models.named_choices import NamedChoice
from portal.models.records import Record
from portal.models.sync import RunKind, SyncRun
from portal.services.connecting import filter_choices, named_choices
from tests.halo_fixtures import Copy

RELATIONSHIPS = {2: "Break/fix", 1: "Managed", 3: "Vendor"}


def relationships(copy: Copy) -> dict[int, str]:
    return named_choices.of(copy.integration, "relationships")


def name_one(copy: Copy, number: int, *named: dict[str, Any]) -> None:
    """Let a stored client have these relationships, as if a sync or a webhook had brought them just now."""
    mine = (Record.record_type == "clients") & (Record.remote_id == number)
    payload = json.loads(Record.get(mine).payload) | {"customer_relationship": list(named)}
    Record.update(payload=json.dumps(payload), changed_at=clock.now()).where(mine).execute()


def first_client() -> int:
    return int(Record.select().where(Record.record_type == "clients").order_by(Record.remote_id).get().remote_id)


def synced_again(copy: Copy, kind: RunKind) -> None:
    copy.sync(kind=kind)
    named_choices.gather_after(SyncRun.select().order_by(SyncRun.id.desc()).get().id)


def test_a_page_reads_no_record(gathered: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    gathered.halo.fault("status", status=503, times=None)
    noted: list[str] = []
    execute = db.obj.execute_sql

    def note(sql: str, *rest: Any) -> Any:
        noted.append(sql)
        return execute(sql, *rest)

    monkeypatch.setattr(db.obj, "execute_sql", note)
    assert filter_choices.of(gathered.integration).lists["relationships"] == RELATIONSHIPS
    assert noted
    assert not [sql for sql in noted if '"record"' in sql]


def test_a_worker_gathers_when_the_run_has_ended(copy: Copy) -> None:
    sync.run_sync(copy.open().id)
    assert relationships(copy) == RELATIONSHIPS
    assert set(named_choices.of(copy.integration, "product_groups")) == {5, 6, 7, 8}


def test_nothing_is_gathered_while_a_run_is_live(synced: Copy) -> None:
    named_choices.gather_after(synced.open().id)
    named_choices.gather_after(10**6)
    assert not NamedChoice.select().exists()


def test_after_changes_only_what_changed_is_read(gathered: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    name_one(gathered, first_client(), {"id": 9, "name": "Partner"}, {"id": 1, "name": "Fully managed"})
    read: list[str] = []

    def note_read(name: str, payloads: Iterable[str]) -> dict[int, str]:
        some = list(payloads)
        read.extend(some if name == "relationships" else [])
        return lookups.collect(name, some)

    past = Record.changed_at.db_value(clock.now().replace(year=2020))
    Record.update(changed_at=past).where(Record.remote_id != first_client()).execute()
    noting = replace(HALO, filter_options=replace(HALO.filter_options, collect=note_read))
    monkeypatch.setattr(named_choices, "adapter_of", lambda _: noting)
    run = SyncRun.create(
        integration=gathered.integration, kind=RunKind.INCREMENTAL, trigger="user", state="succeeded"
    )
    named_choices.gather_after(run.id)
    assert len(read) == 1
    assert relationships(gathered) == RELATIONSHIPS | {9: "Partner", 1: "Fully managed"}


def test_a_full_sync_forgets_what_no_record_names_any_more(gathered: Copy) -> None:
    NamedChoice.create(integration=gathered.integration, list_name="relationships", remote_id=99, name="Gone")
    synced_again(gathered, RunKind.INCREMENTAL)
    assert 99 in relationships(gathered)
    synced_again(gathered, RunKind.FULL)
    assert relationships(gathered) == RELATIONSHIPS


def test_where_nothing_was_gathered_so_far_any_sync_gathers_all(gathered: Copy) -> None:
    NamedChoice.delete().execute()
    synced_again(gathered, RunKind.INCREMENTAL)
    assert relationships(gathered) == RELATIONSHIPS


def test_records_are_read_in_batches(gathered: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named_choices, "BATCH", 4)
    synced_again(gathered, RunKind.FULL)
    assert relationships(gathered) == RELATIONSHIPS


def test_odd_stored_records_name_nothing(synced: Copy) -> None:
    Record.update(payload="[]").where(Record.record_type == "assets").execute()
    named_choices.gather_after(SyncRun.select().order_by(SyncRun.id.desc()).get().id)
    assert named_choices.of(synced.integration, "asset_types") == {}
