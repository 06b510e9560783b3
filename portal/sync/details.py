"""The details of records whose list rows carry too little to decide about them.

Each costs a request, and a page may need more of them than one window of the budget allows. So each is kept as soon
as it has come, and asked for again only when the list row has changed.
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
from portal.models.row_details import RowDetail
from portal.models.sync import SyncRun
from portal.psa.source import Facts, Row, Source
from portal.sync import normal_form, remote_lists

KEY: Final = (RowDetail.integration, RowDetail.record_type, RowDetail.remote_id)
CHANGING: Final = (RowDetail.row, RowDetail.facts, RowDetail.asked_at, RowDetail.run_id)
BATCH: Final = 900
# Where rows do not carry their last update, a change that only details show leaves the row as it was. Each record has
# a day of its own on which it is asked for again, so that not all of them come due in the same sync.
KEPT_DAYS: Final = 14
SPREAD_DAYS: Final = 14


@dataclass(frozen=True)
class Detailed:
    """A list row with the facts that its details tell."""

    facts: Facts | None
    payload: bytes
    problem: str = ""
    remote_id: int | None = None


@dataclass(frozen=True)
class Single:
    """A record that was asked for by its id; `row` is None where the PSA has none."""

    remote_id: int
    row: Row | None
    read_at: datetime
    requests: int


class Details:
    """Those of one record type, for one run. A list row is the same if it differs in computed keys alone."""

    def __init__(self, run: SyncRun, record_type: str, source: Source) -> None:
        self._integration_id: int = run.integration_id
        self._run_id: int = run.id
        self._record_type = record_type
        self._source = source
        self._learnt = remote_lists.computed(self._integration_id, record_type)

    def known(self, rows: Sequence[Row]) -> dict[int, Facts | None]:
        """Map those of these rows whose details need not be asked for again to the facts that count for them."""
        by_id = {row.facts.remote_id: row for row in rows if row.facts is not None}
        found: dict[int, Facts | None] = {}
        for ids in chunked(by_id, BATCH):
            mine = _of(self._integration_id, self._record_type) & RowDetail.remote_id.in_(ids)
            for kept in RowDetail.select().where(mine):
                row = by_id[kept.remote_id]
                if bytes(kept.row) == self._fingerprint(row) and (facts := self._facts(kept, row)):
                    found[kept.remote_id] = facts
        return found

    def keep(self, row: Row, single: Single) -> Facts | None:
        """Keep what came for a row, inside a transaction; returns the facts that count for it from now on."""
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
        """Return the facts that were kept, the row's own where there were no details; None to ask again."""
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
        return key in self._learnt or self._source.is_computed(self._record_type, key)


def renew(integration_id: int, record_type: str, rows: Iterable[Row], source: Source, asked_at: datetime) -> None:
    """Replace what was kept of records by details that came for another reason, inside a transaction."""
    for row in rows:
        if row.facts is not None:
            RowDetail.update(facts=source.pack_facts(row.facts), asked_at=asked_at).where(
                _of(integration_id, record_type), RowDetail.remote_id == row.facts.remote_id
            ).execute()


def keep_listed(integration_id: int, record_type: str, listed: AbstractSet[int]) -> None:
    """Forget the details of records that the PSA no longer lists, inside a transaction."""
    query: Any = RowDetail.select(RowDetail.remote_id).where(_of(integration_id, record_type)).tuples()
    gone = {remote_id for (remote_id,) in query} - listed
    for ids in chunked(sorted(gone), BATCH):
        RowDetail.delete().where(_of(integration_id, record_type), RowDetail.remote_id.in_(ids)).execute()


def _is_old(kept: RowDetail) -> bool:
    days = KEPT_DAYS + kept.remote_id % SPREAD_DAYS
    return bool(kept.asked_at <= clock.now() - timedelta(days=days))


def _of(integration_id: int, record_type: str) -> Any:
    return (RowDetail.integration == integration_id) & (RowDetail.record_type == record_type)
