"""Applies rows to the copy, whether a sync or a refetch fetched them. This is the only way into the copy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum, auto
from typing import Any

from portal.models.records import Record, RecordState
from portal.psa.source import Row, Source
from portal.sync import decide, exclusions, newer_answers, remote_lists, store
from portal.sync import details as row_details
from portal.sync.decide import Decision
from portal.sync.normal_form import Keys
from portal.sync.scope import Scope
from portal.sync.store import ChangeOrigin


class AbsenceResult(Enum):
    """The effect of learning that a record does not exist: it is now deleted, it was not stored or already deleted,
    or a newer answer makes this one obsolete.
    """

    DELETED = auto()
    NOT_STORED = auto()
    OUTDATED = auto()


def apply_rows(
    integration_id: int,
    record_type: str,
    rows: Sequence[Row],
    scope: Scope,
    source: Source,
    *,
    origin: ChangeOrigin,
    read_at: datetime,
    details: bool = False,
) -> Decision:
    """Decide about rows and write the decision, inside the caller's transaction.

    `read_at` is when the rows were requested: a row with a newer answer counts as unchanged. `details` means that the
    rows are details, which have more keys than list rows.
    """
    ids = [row.facts.remote_id for row in rows if row.facts is not None]
    stored = store.find_stored(integration_id, record_type, ids)
    keys = _keys(integration_id, record_type, source)
    decision = decide.decide(record_type, rows, stored, scope, source.columns, keys, details=details)
    known, new = decision.affected_ids & stored.keys(), decision.affected_ids - stored.keys()
    if newer := newer_answers.newer_ids(integration_id, record_type, known, read_at, not_stored=new):
        rows = [row for row in rows if row.facts is None or row.facts.remote_id not in newer]
        decision = decide.decide(record_type, rows, stored, scope, source.columns, keys, details=details)
        decision.unchanged += len(newer)
    changed = [change.remote_id for change in decision.updated]
    before = store.load_forms(integration_id, record_type, changed)
    decide.compare(record_type, decision, before, source.columns, keys)
    store.write(integration_id, record_type, decision, origin=origin, read_at=read_at)
    exclusions.update(integration_id, record_type, decision, source.columns)
    if details:
        row_details.update_saved(integration_id, record_type, rows, source, read_at)
    return decision


def apply_absence(
    integration_id: int, record_type: str, remote_id: int, why: str, *, origin: ChangeOrigin, read_at: datetime
) -> AbsenceResult:
    """Mark a record as deleted that the PSA says does not exist, inside the caller's transaction."""
    if newer_answers.newer_ids(integration_id, record_type, [remote_id], read_at):
        return AbsenceResult.OUTDATED
    kept = store.find_stored(integration_id, record_type, [remote_id]).get(remote_id)
    if kept is None or kept.state == RecordState.DELETED:
        exclusions.remove(integration_id, record_type, [remote_id])
        return AbsenceResult.NOT_STORED
    store.set_state(integration_id, record_type, {remote_id: why}, RecordState.DELETED, origin, asked_at=read_at)
    return AbsenceResult.DELETED


def _keys(integration_id: int, record_type: str, source: Source) -> Keys:
    """Return what the PSA's client knows about a type's keys, plus the keys found to be computed."""
    computed = remote_lists.computed(integration_id, record_type)
    return Keys(lambda key: key in computed or source.is_computed(record_type, key), source.column_keys(record_type))


def names_of(integration_id: int, record_type: str, ids: list[int]) -> dict[int, str]:
    query = Record.select(Record.remote_id, Record.name).where(
        Record.integration == integration_id, Record.record_type == record_type, Record.remote_id.in_(ids)
    )
    rows: Any = query.tuples()
    return dict(rows)
