"""Stores deletes that are held for a person, and looks up records that a person chose to keep."""

from __future__ import annotations

from array import array
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from portal import clock
from portal.models.held_deletes import HeldDelete, HeldDeleteState
from portal.sync.record_types import RecordType


@dataclass(frozen=True)
class DeletesToHold:
    """Records that vanished together, out of `stored` records of their type."""

    ids: AbstractSet[int]
    stored: int
    cause: str
    advice: str


def kept_by_decision(integration_id: int, record_type: str) -> set[int]:
    """Return the ids of records that a person chose to keep although the PSA does not list them."""
    kept: set[int] = set()
    for held in HeldDelete.select(HeldDelete.remote_ids).where(
        _of(integration_id, record_type), HeldDelete.state == HeldDeleteState.KEPT
    ):
        kept.update(array("q", bytes(held.remote_ids)))
    return kept


def release_relisted(integration_id: int, record_type: str, listed: AbstractSet[int]) -> None:
    """End the decision to keep records that the PSA lists again, inside the caller's transaction."""
    for held in HeldDelete.select().where(_of(integration_id, record_type), HeldDelete.state == HeldDeleteState.KEPT):
        ids = array("q", bytes(held.remote_ids))
        missing = array("q", [each for each in ids if each not in listed])
        if len(missing) < len(ids):
            state = HeldDeleteState.KEPT if missing else HeldDeleteState.OVER
            HeldDelete.update(remote_ids=missing.tobytes(), state=state).where(HeldDelete.id == held.id).execute()


def kept_message(integration_id: int, psa: str, record_type: str, count: int) -> str:
    """Return the log line for records that are kept although the PSA no longer lists them."""
    held = (
        HeldDelete.select()
        .where(_of(integration_id, record_type), HeldDelete.state == HeldDeleteState.KEPT)
        .order_by(HeldDelete.decided_at.desc())
        .first()
    )
    who = (held.decided_by.name or held.decided_by.email) if held and held.decided_by else "the operator"
    return f"Kept {RecordType(record_type).counted(count)} that {psa} no longer lists, as {who} decided."


def replace_pending(integration_id: int, record_type: str, run_id: int, held: DeletesToHold | None) -> None:
    """Replace the pending held delete of a type, or end it with None, inside the caller's transaction."""
    pending = _of(integration_id, record_type) & (HeldDelete.state == HeldDeleteState.PENDING)
    if held is None:
        HeldDelete.update(state=HeldDeleteState.OVER, decided_at=clock.now()).where(pending).execute()
        return
    values = {
        "run_id": run_id,
        "at": clock.now(),
        "remote_ids": array("q", sorted(held.ids)).tobytes(),
        "count": len(held.ids),
        "stored": held.stored,
        "cause": held.cause,
        "advice": held.advice,
    }
    if not HeldDelete.update(values).where(pending).execute():
        HeldDelete.create(integration=integration_id, record_type=record_type, **values)


def _of(integration_id: int, record_type: str) -> Any:
    return (HeldDelete.integration == integration_id) & (HeldDelete.record_type == record_type)
