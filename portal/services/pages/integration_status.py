"""The status of an integration: what people must know before they trust its data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from portal.models.held_deletes import HeldDelete
from portal.models.integrations import Integration, IntegrationState
from portal.models.sync import LIVE_STATES, RunState, StepState, SyncRun
from portal.models.webhooks import Refetching
from portal.psa.registry import adapter_of
from portal.services.syncing import held_deletes, last_steps
from portal.services.syncing.run_words import listed
from portal.sync.record_types import RecordType, in_order


class Condition(StrEnum):
    """From the worst to the best."""

    NEEDS_ATTENTION = "needs_attention"
    WAITING = "waiting"
    FAILED = "failed"
    DECISION = "decision"
    INCOMPLETE = "incomplete"
    CONNECTED = "connected"


LABELS: Final = {
    Condition.NEEDS_ATTENTION: "Needs attention",
    Condition.WAITING: "Waiting for the PSA",
    Condition.FAILED: "Sync failed",
    Condition.DECISION: "Decision needed",
    Condition.INCOMPLETE: "Sync incomplete",
    Condition.CONNECTED: "Connected",
}


@dataclass(frozen=True)
class Status:
    """`problem` is empty if nothing is wrong. `resumes_at` is when a waiting sync resumes, `complete_at` when a sync
    last completed.
    """

    condition: Condition
    problem: str = ""
    remedy: str = ""
    resumes_at: datetime | None = None
    complete_at: datetime | None = None


def status(integration: Integration) -> Status:
    """Derive the status of an active integration from its state, runs and pending decisions."""
    if integration.state == IntegrationState.NEEDS_ATTENTION:
        return Status(Condition.NEEDS_ATTENTION, integration.problem, integration.remedy)
    return _waiting(integration) or _trouble(integration) or Status(Condition.CONNECTED)


def _waiting(integration: Integration) -> Status | None:
    """Report a sync, or refetching, that waits for the PSA."""
    run: Any = SyncRun.get_or_none(
        SyncRun.integration == integration, SyncRun.state.in_(LIVE_STATES), SyncRun.waits > 0
    )
    stuck: Any = run or Refetching.get_or_none(Refetching.integration == integration, Refetching.waits > 0)
    if stuck is None or not stuck.problem:
        return None
    complete_at = _complete_at(integration)
    return Status(Condition.WAITING, stuck.problem, stuck.remedy, stuck.not_before, complete_at)


def _trouble(integration: Integration) -> Status | None:
    """Report types whose last sync failed or is incomplete, and deletes that wait for a decision."""
    steps = last_steps.of(integration, in_order(integration.record_types)).values()
    failed = [step for step in steps if step.state == StepState.FAILED]
    incomplete = [step for step in steps if step.state == StepState.INCOMPLETE]
    if failed:
        words = f"The last sync of {listed([step.record_type.value for step in failed])} failed."
        return Status(Condition.FAILED, f"{words} {failed[0].problem}".strip(), failed[0].remedy)
    held = list(held_deletes.pending(integration, HeldDelete.record_type, HeldDelete.count))
    if held:
        what = listed([RecordType(hold.record_type).counted(hold.count) for hold in held])
        psa = adapter_of(integration.psa).name
        return Status(Condition.DECISION, f"{psa} no longer lists {what}.", "Decide whether to delete them here too.")
    if incomplete:
        words = f"The last sync of {listed([step.record_type.value for step in incomplete])} is incomplete."
        return Status(Condition.INCOMPLETE, f"{words} {incomplete[0].problem}".strip(), incomplete[0].remedy)
    return None


def _complete_at(integration: Integration) -> datetime | None:
    mine = SyncRun.of_lists(integration)
    query = SyncRun.select(SyncRun.finished_at).where(mine, SyncRun.state == RunState.SUCCEEDED)
    row: Any = query.order_by(SyncRun.id.desc()).limit(1).tuples().first()
    return row[0] if row else None
