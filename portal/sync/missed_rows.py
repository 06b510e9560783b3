"""Reads the few records that a round through a list missed one by one, by the PSA's list of ids."""

from __future__ import annotations

from collections.abc import Generator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from portal.errors import PsaError, PsaUnavailable
from portal.models.sync import SyncStep
from portal.psa.source import IdList, Row, Source
from portal.sync.call_results import CallResults
from portal.sync.fetcher import PsaCall
from portal.sync.live_scope import LiveScope
from portal.sync.missing_records import MAX_SINGLE_READS
from portal.sync.reconciliation import ReceivedList
from portal.sync.writer import Writer

# Values in SyncStep.answers.
ABSENT: Final = "absent"
UNREADABLE: Final = "unreadable"


@dataclass
class MissedRows:
    """`single_reads` counts the records that the step has read by id so far."""

    step: SyncStep
    writer: Writer
    source: Source
    scope: LiveScope
    results: CallResults
    single_reads: int

    def read(self, seen: AbstractSet[int]) -> Generator[PsaCall, Any, tuple[ReceivedList, datetime] | None]:
        """Read what is not in `seen`; also returns when the ids were requested. None if that is not possible."""
        try:
            listed: IdList = yield partial(self.source.list_ids, self.step.record_type)
        except PsaUnavailable:
            raise
        except PsaError:
            return None
        listed_at = self.results.asked_at
        missing = listed.ids - seen
        is_implausible = len(listed.ids & seen) < len(seen) / 2
        if is_implausible or len(missing) > MAX_SINGLE_READS:
            return None
        absent, unreadable = set(), set()
        for remote_id in sorted(missing):
            exists = yield from self._read_one(remote_id)
            if exists is None:
                unreadable.add(remote_id)
            elif not exists:
                absent.add(remote_id)
        return ReceivedList.from_ids(listed, absent=absent, unreadable=unreadable), listed_at

    def _read_one(self, remote_id: int) -> Generator[PsaCall, Any, bool | None]:
        """Read a record that the list did not bring. Returns whether it exists, or None if it cannot be read."""
        question = f"missed/{remote_id}"
        if answer := (self.step.answers or {}).get(question):
            return None if answer == UNREADABLE else False
        row: Row | None = yield partial(self.source.record, self.step.record_type, remote_id)
        if row is not None and row.facts is None:
            self._save_answer(question, UNREADABLE)
            return None
        self.single_reads += 1
        self.writer.record(self.step, -self.single_reads, self.results.single(remote_id, row), self.scope)
        if row is None:
            self._save_answer(question, ABSENT)
        return row is not None

    def _save_answer(self, question: str, answer: str) -> None:
        self.writer.save_answer(self.step, question, answer, self.results.take_requests())
