"""Fetches the details of new and changed records of a type whose list rows lack values that people see.

Which records these are follows from what is stored, so a kill or a small budget repeats nothing. A record whose
details get no answer while others do costs nothing else: the next sync tries it again.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from typing import Any

from portal.errors import PsaError, PsaListError, PsaUnavailable
from portal.models.sync import SyncStep
from portal.psa.source import Row, Source
from portal.sync import stored
from portal.sync.call_results import CallResults
from portal.sync.fetcher import PsaCall
from portal.sync.live_scope import LiveScope
from portal.sync.unanswered_calls import UnansweredCalls
from portal.sync.writer import Writer


@dataclass(frozen=True)
class DetailFetching:
    step: SyncStep
    writer: Writer
    source: Source
    scope: LiveScope
    results: CallResults

    def run(self) -> Generator[PsaCall, Any, PsaError | None]:
        """Fetch the details of each record that lacks them; those without an answer are tried once more at the end.

        Returns what to tell people about details that could not be fetched. A record whose details the PSA refuses
        keeps what it has.
        """
        unanswered = UnansweredCalls(self.step, self.writer, self.source, self.results)
        lacking = stored.ids_lacking_details(self._integration_id, self.step.record_type)
        lacking.sort(key=lambda each: unanswered.includes(_question(each)))
        self.step.calls_expected = self.step.calls_done + len(lacking)
        given_up: dict[int, PsaError] = {}
        while lacking:
            again = []
            for remote_id in lacking:
                try:
                    yield from self._fetch(remote_id)
                    unanswered.note_answer()
                except PsaUnavailable as error:
                    if (yield from unanswered.note_no_answer(_question(remote_id), error)):
                        given_up[remote_id] = error
                    else:
                        again.append(remote_id)
            lacking = again
        return self._problem(given_up) if given_up else None

    def _fetch(self, remote_id: int) -> Generator[PsaCall, Any, None]:
        list_row = stored.list_row_of(self._integration_id, self.step.record_type, remote_id)
        row: Row | None
        try:
            row = yield partial(self.source.details, self.step.record_type, list_row)
        except PsaListError:
            row = None
        self.writer.full_record(self.step, self.results.single(remote_id, row), self.scope)

    def _problem(self, given_up: dict[int, PsaError]) -> PsaError:
        names = stored.names_of(self._integration_id, self.step.record_type, given_up)
        return PsaListError(f"The details of {names} couldn't be read. {given_up[min(given_up)].problem}")

    @property
    def _integration_id(self) -> int:
        return int(self.writer.run.integration_id)


def _question(remote_id: int) -> str:
    return f"details/{remote_id}"
