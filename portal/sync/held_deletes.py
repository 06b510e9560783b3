"""Deletes that are held for a person: what is held now, and what a person has said stays."""

from __future__ import annotations

from array import array
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from portal import clock
from portal.models.held_deletes import HeldDelete, HeldDeleteState


@dataclass(frozen=True)
class DeletesToHold:
    """Records that vanished together; `stored` is how many there were of their type."""

    ids: AbstractSet[int]
    stored: int
    cause: str
    advice: str


def kept_by_decision(integration_id: int, record_type: str) -> set[int]:
    """Return the ids that a person wants kept although the PSA does not list them."""
    kept: set[int] = set()
    for hold in HeldDelete.select(HeldDelete.remote_ids).where(
        _of(integration_id, record_type), HeldDelete.state == HeldDeleteState.KEPT
    ):
        kept.update(array("q", bytes(hold.remote_ids)))
    return kept


def release_relisted(integration_id: int, record_type: str, listed: AbstractSet[int]) -> None:
    """End the decision to keep records that the PSA lists again. Belongs into a transaction."""
    for hold in HeldDelete.select().where(_of(integration_id, record_type), HeldDelete.state == HeldDeleteState.KEPT):
        ids = array("q", bytes(hold.remote_ids))
        missing = array("q", [each for each in ids if each not in listed])
        if len(missing) < len(ids):
            state = HeldDeleteState.KEPT if missing else HeldDeleteState.OVER
            HeldDelete.update(remote_ids=missing.tobytes(), state=state).where(HeldDelete.id == hold.id).execute()


def kept_message(integration_id: int, psa: str, record_type: str, count: int) -> str:
    """Say why records that the PSA no longer lists are kept."""
    hold = (
        HeldDelete.select()
        .where(_of(integration_id, record_type), HeldDelete.state == HeldDeleteState.KEPT)
        .order_by(HeldDelete.decided_at.desc())
        .first()
    )
    who = (hold.decided_by.name or hold.decided_by.email) if hold and hold.decided_by else "the operator"
    return f"{count:,} {record_type} that {psa} no longer lists are kept: {who} chose to keep them."


def replace_pending(integration_id: int, record_type: str, run_id: int, hold: DeletesToHold | None) -> None:
    """Put this hold in the place of the pending one; None: what was held is settled. Belongs into a transaction."""
    pending = _of(integration_id, record_type) & (HeldDelete.state == HeldDeleteState.PENDING)
    if hold is None:
        HeldDelete.update(state=HeldDeleteState.OVER, decided_at=clock.now()).where(pending).execute()
        return
    values = {
        "run_id": run_id,
        "at": clock.now(),
        "remote_ids": array("q", sorted(hold.ids)).tobytes(),
        "count": len(hold.ids),
        "stored": hold.stored,
        "cause": hold.cause,
        "advice": hold.advice,
    }
    if not HeldDelete.update(values).where(pending).execute():
        HeldDelete.create(integration=integration_id, record_type=record_type, **values)


def _of(integration_id: int, record_type: str) -> Any:
    return (HeldDelete.integration == integration_id) & (HeldDelete.record_type == record_type)
