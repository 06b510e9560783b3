"""Ends the open steps of a run that is cancelled or fails, and names a step's counters."""

from __future__ import annotations

from typing import Any, Final

from portal import clock
from portal.models.sync import StepState, SyncPage, SyncRun, SyncStep

OPEN: Final = (StepState.PENDING, StepState.RUNNING)


def close_open_steps(run: SyncRun, state: StepState) -> None:
    """End the open steps, inside the caller's transaction, and delete their checkpoints."""
    SyncStep.update(state=state, finished_at=clock.now()).where(
        SyncStep.run == run, SyncStep.state.in_(OPEN)
    ).execute()
    SyncPage.delete().where(SyncPage.step.in_(SyncStep.select(SyncStep.id).where(SyncStep.run == run))).execute()


def counts(step: SyncStep) -> dict[str, Any]:
    """Return the step's counters under their public names."""
    names = (
        "expected",
        "fetched",
        "created",
        "updated",
        "unchanged",
        "filtered_out",
        "deleted",
        "failed",
        "requests",
    )
    return {name: getattr(step, name) for name in names}
