"""A connected account's copy of a simulated PSA, and how the two compare."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.models.sync import RunKind, RunTrigger, SyncLog, SyncRun
from portal.sandbox import Verbs
from portal.services.syncing import disabled_types, sync_runs
from portal.sync import retirement as batches
from portal.sync.normal_form import value_of
from portal.sync.record_types import RecordType

V = TypeVar("V", bound=Verbs)


@dataclass
class PsaCopy(ABC, Generic[V]):
    """An account's copy of a PSA. Each PSA says which values of its rows can be compared."""

    sandbox: V
    integration: Integration

    @abstractmethod
    def is_compared(self, record_type: str, key: str) -> bool:
        """Tell whether the PSA's row and ours must mean the same by this key."""

    def open(self, *types: str, kind: RunKind = RunKind.FULL) -> SyncRun:
        chosen = list(types) or None
        return sync_runs.open_run(self.integration, kind=kind, trigger=RunTrigger.USER, record_types=chosen)

    def sync(self, *types: str, kind: RunKind = RunKind.FULL) -> dict[str, Any]:
        """Sync once, on the whole or these types; returns the report."""
        self.sandbox.reset(faults=False)
        run = self.open(*types, kind=kind)
        sync_runs.execute(run.id)
        return sync_runs.report(run)

    def ids(self, record_type: str, state: RecordState = RecordState.LIVE) -> set[int]:
        mine = (Record.integration == self.integration) & (Record.record_type == record_type)
        return {each.remote_id for each in Record.select().where(mine, Record.state == state)}

    def live(self, record_type: str) -> list[Record]:
        mine = (Record.integration == self.integration) & (Record.record_type == record_type)
        return list(Record.select().where(mine, Record.state == RecordState.LIVE))

    def differences(self, *types: str) -> list[str]:
        """Name what is missing or surplus, and each value that does not mean what the PSA's row says."""
        truth, found = self.sandbox.truth(rows=True), []
        for record_type in types or tuple(RecordType):
            theirs = truth[record_type]["rows"]
            ours = {str(each.remote_id): each for each in self.live(record_type)}
            found += [f"{record_type} {number} is missing" for number in theirs.keys() - ours.keys()]
            found += [f"{record_type} {number} is surplus" for number in ours.keys() - theirs.keys()]
            for number in theirs.keys() & ours.keys():
                payload = json.loads(ours[number].payload)
                keys = theirs[number].keys() | (set() if ours[number].detail else payload.keys())
                found += [
                    f"{record_type} {number}: {key}"
                    for key in keys
                    if self.is_compared(record_type, key)
                    and value_of(key, payload.get(key)) != value_of(key, theirs[number].get(key))
                ]
        return found

    def retire(self) -> None:
        """Put all records of switched-off types out of scope."""
        while batches.waiting():
            disabled_types.retire()

    def written(self) -> list[tuple[Any, ...]]:
        """Return all that a write would change."""
        return sorted(
            (each.record_type, each.remote_id, each.state, bytes(each.digest), each.changed_at)
            for each in Record.select()
        )

    def logged(self, **wanted: Any) -> list[str]:
        """Return the messages of the sync log whose fields read as `wanted`, oldest first."""
        query = SyncLog.select().where(SyncLog.integration == self.integration).order_by(SyncLog.id)
        return [line.message for line in query if all(getattr(line, name) == value for name, value in wanted.items())]
