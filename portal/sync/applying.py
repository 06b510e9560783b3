"""Taking rows into the copy and out of it: the one way, whether a list brought them or a webhook named them."""

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
from portal.sync.store import Origin


class Absence(Enum):
    """What it means that the PSA says a record does not exist: the copy had it until now, or it had not, or the PSA
    was asked again since and the answer no longer counts.
    """

    DELETED = auto()
    KNOWN = auto()
    OUTDATED = auto()


def take_in(
    integration_id: int,
    record_type: str,
    rows: Sequence[Row],
    scope: Scope,
    source: Source,
    *,
    origin: Origin,
    read_at: datetime,
    details: bool = False,
) -> Decision:
    """Decide about rows and write what follows, inside the caller's transaction.

    `read_at` is when they were asked for: a row about which the PSA was asked again since counts as unchanged.
    `details` says that they are details, which have more keys than rows of lists have.
    """
    ids = [row.facts.remote_id for row in rows if row.facts is not None]
    stored = store.stored_among(integration_id, record_type, ids)
    keys = _keys(integration_id, record_type, source)
    decision = decide.decide(record_type, rows, stored, scope, source.columns, keys, details=details)
    here, new = decision.concerned & stored.keys(), decision.concerned - stored.keys()
    if later := newer_answers.known(integration_id, record_type, here, read_at, not_stored=new):
        rows = [row for row in rows if row.facts is None or row.facts.remote_id not in later]
        decision = decide.decide(record_type, rows, stored, scope, source.columns, keys, details=details)
        decision.unchanged += len(later)
    changed = [change.remote_id for change in decision.updated]
    before = store.forms_of(integration_id, record_type, changed)
    decide.compare(record_type, decision, before, source.columns, keys)
    store.write(integration_id, record_type, decision, origin=origin, read_at=read_at)
    exclusions.note(integration_id, record_type, decision, source.columns)
    if details:
        row_details.renew(integration_id, record_type, rows, source, read_at)
    return decision


def forget(
    integration_id: int, record_type: str, remote_id: int, why: str, *, origin: Origin, read_at: datetime
) -> Absence:
    """Make a tombstone of a record that the PSA says does not exist."""
    if newer_answers.known(integration_id, record_type, [remote_id], read_at):
        return Absence.OUTDATED
    kept = store.stored_among(integration_id, record_type, [remote_id]).get(remote_id)
    if kept is None or kept.state == RecordState.DELETED:
        exclusions.drop(integration_id, record_type, [remote_id])
        return Absence.KNOWN
    store.leave(integration_id, record_type, {remote_id: why}, RecordState.DELETED, origin, asked_at=read_at)
    return Absence.DELETED


def _keys(integration_id: int, record_type: str, source: Source) -> Keys:
    """Return what the PSA's adapter knows of a type's keys, with those that were seen to change by themselves."""
    learnt = remote_lists.computed(integration_id, record_type)
    return Keys(lambda key: key in learnt or source.is_computed(record_type, key), source.column_keys(record_type))


def names_of(integration_id: int, record_type: str, ids: list[int]) -> dict[int, str]:
    query = Record.select(Record.remote_id, Record.name).where(
        Record.integration == integration_id, Record.record_type == record_type, Record.remote_id.in_(ids)
    )
    rows: Any = query.tuples()
    return dict(rows)
