"""Decides when to probe a list's date filter (date_filter.py has the probe), and saves the result."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Final

from portal import clock
from portal.errors import PsaError, PsaUnavailable
from portal.models.sync import RemoteList, StepMode, SyncStep
from portal.psa.source import Source
from portal.sync import date_filter, remote_lists, stored
from portal.sync.date_filter import Witness
from portal.sync.fetcher import PsaCall
from portal.sync.reconciliation import ReceivedList
from portal.sync.writer import Writer

MAX_PROBES: Final = 3
PROBES_MADE: Final = "date filter"  # in SyncStep.answers


@dataclass(frozen=True)
class DateFilterProbe:
    """`save_answer` saves how often the probe was started, in case another worker continues the step."""

    step: SyncStep
    writer: Writer
    source: Source
    save_answer: Callable[[str, str], None]

    def run(self, received: ReceivedList) -> Generator[PsaCall, Any, None]:
        """Probe the date filter if that is worth it and not known."""
        integration_id, record_type = self.writer.run.integration_id, self.step.record_type
        before = remote_lists.find(integration_id, record_type)
        is_worth_it = (
            self.step.mode == StepMode.FULL
            and self.source.supports_date_filter(record_type)
            and len(received.ids) > 1
        )
        if not is_worth_it or (before is not None and remote_lists.is_one_page(before)):
            return
        version = yield from self._version(before)
        if before is not None and not remote_lists.needs_probe(before, version):
            if version != before.psa_version:
                self.writer.save_findings(self.step, psa_version=version)
            return
        if (tries := int((self.step.answers or {}).get(PROBES_MADE, 0))) >= MAX_PROBES:
            return  # it has cost several budget windows: the next full sync tries again
        self.save_answer(PROBES_MADE, str(tries + 1))
        seen = yield from self._witness(received)
        if seen is None:
            return
        offsets = remote_lists.known_offsets(integration_id)
        found = yield from date_filter.probe(self.source, record_type, seen, len(received.ids), offsets)
        offset = int(found.offset.total_seconds() // 60)
        self.writer.save_findings(
            self.step,
            notes=remote_lists.probe_messages(
                self.source.name, record_type, before, works=found.works, offset=offset, why=found.why_not
            ),
            filters_by_date=found.works,
            date_offset=offset,
            probed_at=clock.now(),
            psa_version=version,
        )

    def _version(self, before: RemoteList | None) -> Generator[PsaCall, Any, str]:
        """Read the PSA's version if a new one would require another probe."""
        if before is None or before.probed_at is None:
            return ""
        try:
            version: str = yield self.source.version
        except PsaUnavailable:
            raise
        except PsaError:
            return before.psa_version
        return version

    def _witness(self, received: ReceivedList) -> Generator[PsaCall, Any, Witness | None]:
        if self.source.has_update_times(self.step.record_type):
            newest = stored.latest_update(self.writer.run.integration_id, self.step.record_type)
            return Witness(*newest) if newest is not None and newest[0] in received.ids else None
        return (yield from date_filter.witness(self.source, self.step.record_type, max(received.ids)))
