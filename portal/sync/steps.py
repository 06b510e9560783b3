"""The steps of a run that ends before they do."""

from __future__ import annotations

from typing import Final

from portal import clock
from portal.models.sync import StepState, SyncPage, SyncRun, SyncStep

OPEN: Final = (StepState.PENDING, StepState.RUNNING)


def close_open_steps(run: SyncRun, state: StepState) -> None:
    """End the steps that are open, inside the caller's transaction, and forget their pages: nobody goes on there."""
    SyncStep.update(state=state, finished_at=clock.now()).where(
        SyncStep.run == run, SyncStep.state.in_(OPEN)
    ).execute()
    SyncPage.delete().where(SyncPage.step.in_(SyncStep.select(SyncStep.id).where(SyncStep.run == run))).execute()
