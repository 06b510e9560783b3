"""Relationships, groups and types that stored records mention. Workers collect them, so that no page reads records.

After a full sync everything is gathered anew, after others what has changed since the sync before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from peewee import EXCLUDED, ModelSelect

from portal.db import db
from portal.models.integrations import Integration
from portal.models.named_choices import NamedChoice
from portal.models.records import Record, RecordState
from portal.models.sync import RunKind, SyncRun
from portal.psa.registry import adapter_of

BATCH: Final = 500
KEY: Final = (NamedChoice.integration, NamedChoice.list_name, NamedChoice.remote_id)


def of(integration: Integration, list_name: str) -> dict[int, str]:
    """Return a list's choices: names by number."""
    mine = (NamedChoice.integration == integration) & (NamedChoice.list_name == list_name)
    query: Any = NamedChoice.select(NamedChoice.remote_id, NamedChoice.name).where(mine)
    return dict(query.tuples())


def gather_after(run_id: int) -> None:
    """Collect from the records that a run may have added or changed. Does nothing before the run has ended."""
    run = SyncRun.get_or_none(SyncRun.id == run_id)
    if run is None or run.is_live:
        return
    since = None if run.kind in (RunKind.INITIAL, RunKind.FULL) else _last_gathered(run)
    for list_name in adapter_of(run.integration.psa).filter_options.found_in:
        _gather(run.integration, list_name, since)


def _last_gathered(run: SyncRun) -> datetime | None:
    """Return the start of the run before this one, or None if nothing was collected so far."""
    if not NamedChoice.select().where(NamedChoice.integration == run.integration_id).exists():
        return None
    before = SyncRun.select().where(SyncRun.integration == run.integration_id, SyncRun.id < run.id)
    last: SyncRun | None = before.order_by(SyncRun.id.desc()).first()
    return last.started_at or last.created_at if last else None


def _gather(integration: Integration, list_name: str, since: datetime | None) -> None:
    options, integration_id = adapter_of(integration.psa).filter_options, integration.id
    mine = (Record.integration == integration_id) & (Record.record_type == options.found_in[list_name])
    found: dict[int, str] = {}
    for payloads in _all(mine) if since is None else _changed(mine, since):
        found |= options.collect(list_name, payloads)
    rows = [
        {"integration": integration_id, "list_name": list_name, "remote_id": number, "name": name}
        for number, name in found.items()
    ]
    gathered = (NamedChoice.integration == integration_id) & (NamedChoice.list_name == list_name)
    with db.atomic():
        if since is None:
            NamedChoice.delete().where(gathered).execute()
        for start in range(0, len(rows), BATCH):
            some = NamedChoice.insert_many(rows[start : start + BATCH])
            some.on_conflict(conflict_target=KEY, update={NamedChoice.name: EXCLUDED.name}).execute()


def _all(mine: Any) -> Iterator[list[str]]:
    last = -1
    while batch := _batch(Record.remote_id, mine & (Record.remote_id > last)):
        last = batch[-1][0]
        yield [payload for _, payload in batch]


def _changed(mine: Any, since: datetime) -> Iterator[list[str]]:
    """Read records by change time from the index, one state at a time."""
    for state in RecordState:
        changed = mine & (Record.state == state) & (Record.changed_at >= since)
        ids: Any = Record.select(Record.remote_id).where(changed).order_by(Record.changed_at)
        numbers = [row[0] for row in ids.tuples()]
        for start in range(0, len(numbers), BATCH):
            some = mine & Record.remote_id.in_(numbers[start : start + BATCH])
            yield [payload for _, payload in _batch(Record.remote_id, some)]


def _batch(order: Any, wanted: Any) -> list[tuple[int, str]]:
    query: ModelSelect[Record] = Record.select(Record.remote_id, Record.payload).where(wanted)
    return list(db.execute(query.order_by(order).limit(BATCH)))
