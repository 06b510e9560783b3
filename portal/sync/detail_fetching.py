"""Fetches the details of new and changed records of a type whose list rows lack values that people see.

Which records these are follows from what is stored, so a kill or a small budget repeats nothing.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from typing import Any

from portal.errors import PsaListError
from portal.models.sync import SyncStep
from portal.psa.source import Row, Source
from portal.sync import stored
from portal.sync.call_results import CallResults
from portal.sync.fetcher import PsaCall
from portal.sync.live_scope import LiveScope
from portal.sync.writer import Writer


@dataclass(frozen=True)
class DetailFetching:
    step: SyncStep
    writer: Writer
    source: Source
    scope: LiveScope
    results: CallResults

    def run(self) -> Generator[PsaCall, Any, None]:
        """Fetch the details of each record that lacks them. One that is refused keeps what it has."""
        integration_id, record_type = self.writer.run.integration_id, self.step.record_type
        lacking = stored.ids_lacking_details(integration_id, record_type)
        self.step.calls_expected = self.step.calls_done + len(lacking)
        for remote_id in lacking:
            list_row = stored.list_row_of(integration_id, record_type, remote_id)
            row: Row | None = None
            try:
                row = yield partial(self.source.details, record_type, list_row)
            except PsaListError:
                row = None
            self.writer.full_record(self.step, self.results.single(remote_id, row), self.scope)
