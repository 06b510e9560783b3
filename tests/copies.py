"""Rows as the engine leaves them: records, their history, what is held, and runs with their log."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from portal.models.held_deletes import HeldDelete
from portal.models.integrations import Integration
from portal.models.records import ChangeKind, Record, RecordChange, RecordState
from portal.sync import counting, search_terms


@dataclass(frozen=True)
class Shown:
    """What a record is searched by."""

    name: str
    reference: str
    other_texts: tuple[str, ...] = ()


NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def copied(
    integration: Integration,
    ids: Iterable[int],
    *,
    of: str = "assets",
    state: RecordState = RecordState.LIVE,
    at: datetime = NOON,
    **columns: Any,
) -> None:
    """Write a record for each id; what `columns` does not say is made of the id."""
    rows = [
        {
            "integration": integration,
            "record_type": of,
            "remote_id": remote_id,
            "state": state,
            "name": f"PC-{remote_id:04}",
            "reference": f"SN{remote_id}",
            "digest": b"",
            "payload": f'{{"id":{remote_id}}}',
            "first_seen_at": at,
            "changed_at": at,
            **columns,
        }
        for remote_id in ids
    ]
    for row in rows:
        words = Shown(row["name"], row["reference"])
        row.setdefault("terms", search_terms.terms(integration.id, of, row["remote_id"], words))  # type: ignore[arg-type]
    Record.insert_many(rows).execute()
    counting.recount(integration.id, of)


def held(integration: Integration, ids: Iterable[int], *, of: str = "assets", **columns: Any) -> HeldDelete:
    numbers = array("q", ids)
    hold: HeldDelete = HeldDelete.create(
        integration=integration,
        record_type=of,
        run_id=1,
        at=NOON,
        remote_ids=numbers.tobytes(),
        count=len(numbers),
        stored=2 * len(numbers),
        cause="Halo refuses these records: Scopable probably lost a permission.",
        advice="Check the role of the API agent.",
        **columns,
    )
    return hold


def changed(integration: Integration, remote_id: int, kind: ChangeKind, fields: Any = None, **columns: Any) -> None:
    RecordChange.create(
        integration=integration, record_type="assets", remote_id=remote_id, kind=kind, fields=fields, **columns
    )


def states(of: str = "assets") -> dict[int, str]:
    return {each.remote_id: each.state for each in Record.select().where(Record.record_type == of)}
