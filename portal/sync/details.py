"""Saves the details of records whose list rows lack values that the filters need.

Each costs a request, and a page may need more of them than one budget window allows. So each is saved as soon as it
arrives, and fetched again only when the list row has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from peewee import EXCLUDED, chunked

from portal import clock
from portal.models.records import Record
from portal.models.row_details import RowDetail
from portal.models.sync import SyncRun
from portal.psa.source import Facts, Row, Source
from portal.sync import normal_form, remote_lists

KEY: Final = (RowDetail.integration, RowDetail.record_type, RowDetail.remote_id)
CHANGING: Final = (RowDetail.row, RowDetail.facts, RowDetail.asked_at, RowDetail.run_id)
BATCH: Final = 900
# If rows carry no update time, a change that only details show does not change the row, so details expire. The age
# differs from record to record, so that not all of them expire in the same sync.
MAX_AGE_DAYS: Final = 14
SPREAD_DAYS: Final = 14


@dataclass(frozen=True)
class RowWithDetail:
    """A list row with the facts from its details."""

    facts: Facts | None
    payload: bytes
    problem: str = ""
    remote_id: int | None = None


@dataclass(frozen=True)
class SingleRecord:
    """A record that was fetched by its id. `row` is None if the PSA has no such record."""

    remote_id: int
    row: Row | None
    read_at: datetime
    requests: int


class Details:
    """The saved details of one record type, for one run. Computed keys do not count when list rows are compared."""

    def __init__(self, run: SyncRun, record_type: str, source: Source) -> None:
        self._integration_id: int = run.integration_id
        self._run_id: int = run.id
        self._record_type = record_type
        self._source = source
        self._computed = remote_lists.computed(self._integration_id, record_type)

    def find_saved(self, rows: Sequence[Row]) -> dict[int, Facts | None]:
        """Return the facts of rows whose details need not be fetched, by id."""
        by_id = {row.facts.remote_id: row for row in rows if row.facts is not None}
        found: dict[int, Facts | None] = {}
        for ids in chunked(by_id, BATCH):
            mine = _of(self._integration_id, self._record_type) & RowDetail.remote_id.in_(ids)
            for kept in RowDetail.select().where(mine):
                row = by_id[kept.remote_id]
                if bytes(kept.row) == self._fingerprint(row) and (facts := self._facts(kept, row)):
                    found[kept.remote_id] = facts
        return found

    def save(self, row: Row, single: SingleRecord) -> Facts | None:
        """Save the result for a row, inside the caller's transaction. Returns the facts to decide by."""
        facts = single.row.facts if single.row is not None else None
        RowDetail.insert(
            integration=self._integration_id,
            record_type=self._record_type,
            remote_id=single.remote_id,
            row=self._fingerprint(row),
            facts=None if facts is None else self._source.pack_facts(facts),
            asked_at=single.read_at,
            run_id=self._run_id,
        ).on_conflict(conflict_target=KEY, update={each: getattr(EXCLUDED, each.name) for each in CHANGING}).execute()
        return facts or row.facts

    def _facts(self, kept: RowDetail, row: Row) -> Facts | None:
        """Return the saved facts, or the row's own if it has no details. None means: fetch again."""
        if kept.facts is None:
            return row.facts if kept.run_id == self._run_id else None
        if not self._source.has_update_times(self._record_type) and _is_old(kept):
            return None
        try:
            return self._source.unpack_facts(bytes(kept.facts))
        except ValueError:  # packed by another version of the portal
            return None

    def _fingerprint(self, row: Row) -> bytes:
        try:
            return normal_form.fingerprint(row.payload, self._is_computed)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return hashlib.blake2b(row.payload, digest_size=normal_form.DIGEST_BYTES).digest()

    def _is_computed(self, key: str) -> bool:
        return key in self._computed or self._source.is_computed(self._record_type, key)


def mark_fetched(run: SyncRun, record_type: str, single: SingleRecord) -> None:
    """Note that a record's details were fetched for its stored list row, inside the caller's transaction.

    Call it before the details are applied: they replace the digest of the list row.
    """
    row = Record.select(Record.digest).where(
        Record.integration == run.integration_id, Record.record_type == record_type
    )
    digest = row.where(Record.remote_id == single.remote_id).scalar()
    if digest is not None:
        RowDetail.insert(
            integration=run.integration_id,
            record_type=record_type,
            remote_id=single.remote_id,
            row=digest,
            asked_at=single.read_at,
            run_id=run.id,
        ).on_conflict(conflict_target=KEY, update={each: getattr(EXCLUDED, each.name) for each in CHANGING}).execute()


def update_saved(
    integration_id: int, record_type: str, rows: Iterable[Row], source: Source, asked_at: datetime
) -> None:
    """Update saved details with details that were fetched for another reason, inside the caller's transaction."""
    for row in rows:
        if row.facts is not None:
            RowDetail.update(facts=source.pack_facts(row.facts), asked_at=asked_at).where(
                _of(integration_id, record_type), RowDetail.remote_id == row.facts.remote_id
            ).execute()


def remove_unlisted(integration_id: int, record_type: str, listed: AbstractSet[int]) -> None:
    """Remove details of records that the PSA no longer lists, inside the caller's transaction."""
    query: Any = RowDetail.select(RowDetail.remote_id).where(_of(integration_id, record_type)).tuples()
    gone = {remote_id for (remote_id,) in query} - listed
    for ids in chunked(sorted(gone), BATCH):
        RowDetail.delete().where(_of(integration_id, record_type), RowDetail.remote_id.in_(ids)).execute()


def _is_old(kept: RowDetail) -> bool:
    days = MAX_AGE_DAYS + kept.remote_id % SPREAD_DAYS
    return bool(kept.asked_at <= clock.now() - timedelta(days=days))


def _of(integration_id: int, record_type: str) -> Any:
    return (RowDetail.integration == integration_id) & (RowDetail.record_type == record_type)
