"""The part of the tab that refreshes itself."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from peewee import Model

from portal import clock
from portal.models.held_deletes import HeldDelete
from portal.models.integrations import Integration
from portal.models.sync import RunState, StepState, SyncRun, SyncStep
from portal.services.pages.data_sync import run_view, runs
from portal.services.pages.data_sync.run_view import COUNTERS, RunView
from portal.services.syncing import held_deletes, last_steps
from portal.services.syncing.last_steps import LastStep
from portal.sync.record_types import RecordType, in_order

# The page shows these columns, so a change in one of them is a change of the page.
RUN_COLUMNS: Final = ("id", "state", "not_before", "cancel_requested_at", "problem", "excluded", "returned")
STEP_COLUMNS: Final = ("state", "mode", "since", "round", "expected", "calls_expected", "calls_done", *COUNTERS)
HELD_COLUMNS: Final = ("id", "count", "at")
INTEGRATION_COLUMNS: Final = ("state", "problem", "paused_at", "next_sync_at", "last_delivery_at")


@dataclass(frozen=True)
class DataSync:
    """`current` is the live run or the last one, None before the first. `stamp` changes whenever the page does.

    `others` are the chosen types that are not part of the current run, each with the end of its last sync, None
    before its first.
    """

    current: RunView | None
    others: dict[RecordType, LastStep | None]
    held_deletes: list[HeldDelete]
    stamp: str

    @property
    def is_live(self) -> bool:
        return self.current is not None and self.current.run.is_live

    @property
    def is_well(self) -> bool:
        """Tell whether the last sync of each type is over and left nothing to look at."""
        if self.current is None or self.current.state != RunState.SUCCEEDED or self.current.totals["failed"]:
            return False
        return all(last is None or last.state == StepState.SUCCEEDED for last in self.others.values())


def data_sync(integration: Integration) -> DataSync:
    newest = runs.newest(integration, 1)
    steps = runs.steps_of(newest[0]) if newest else []
    held = list(held_deletes.pending(integration))
    current = run_view.view(newest[0], steps, integration.record_types) if newest else None
    return DataSync(
        current=current,
        others=_others(integration, current),
        held_deletes=held,
        stamp=_stamp(integration, newest, steps, held),
    )


def stamp(integration: Integration) -> str:
    """Return the stamp alone: three small reads, so that an unchanged poll costs next to nothing.

    While no sync is live it also changes every minute, because the page shows how long ago things happened.
    """
    newest = runs.newest(integration, 1, *(getattr(SyncRun, name) for name in RUN_COLUMNS))
    steps = runs.steps_of(newest[0], *(getattr(SyncStep, name) for name in STEP_COLUMNS)) if newest else []
    held = list(held_deletes.pending(integration, *(getattr(HeldDelete, name) for name in HELD_COLUMNS)))
    return _stamp(integration, newest, steps, held)


def _stamp(integration: Integration, newest: list[SyncRun], steps: list[SyncStep], held: list[HeldDelete]) -> str:
    is_live = any(run.is_live for run in newest)
    shown = [
        _values(newest, RUN_COLUMNS),
        _values(steps, STEP_COLUMNS),
        _values(held, HELD_COLUMNS),
        _values([integration], INTEGRATION_COLUMNS),
        None if is_live else clock.now().replace(second=0, microsecond=0),
    ]
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def _values(rows: Sequence[Model], columns: tuple[str, ...]) -> list[list[Any]]:
    return [[getattr(row, name) for name in columns] for row in rows]


def _others(integration: Integration, current: RunView | None) -> dict[RecordType, LastStep | None]:
    shown = {line.record_type for line in current.steps} if current else set()
    missing = [one for one in in_order(integration.record_types) if one not in shown]
    found = last_steps.of(integration, missing)
    return {one: found.get(one) for one in missing}
