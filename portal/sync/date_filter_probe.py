"""When it is time to find out whether a list can be asked for its changes; how is in date_filter.py."""

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
from portal.sync.fetcher import Ask
from portal.sync.reconciliation import Tally
from portal.sync.writer import Writer

MOST_TRIES: Final = 3
TRIES: Final = "date filter"  # in SyncStep.asked


@dataclass(frozen=True)
class DateTrial:
    """`keep` keeps an answer for whoever goes on with the step."""

    step: SyncStep
    writer: Writer
    source: Source
    keep: Callable[[str, str], None]

    def run(self, tally: Tally) -> Generator[Ask, Any, None]:
        """Find out whether the list can be asked for its changes, where that is worth it and not known."""
        integration_id, record_type = self.writer.run.integration_id, self.step.record_type
        before = remote_lists.find(integration_id, record_type)
        is_worth_it = (
            self.step.mode == StepMode.FULL and self.source.supports_date_filter(record_type) and len(tally.ids) > 1
        )
        if not is_worth_it or (before is not None and remote_lists.is_one_page(before)):
            return
        version = yield from self._version(before)
        if before is not None and not remote_lists.must_be_probed(before, version):
            if version != before.psa_version:
                self.writer.remember(self.step, psa_version=version)
            return
        if (tries := int((self.step.asked or {}).get(TRIES, 0))) >= MOST_TRIES:
            return  # it has cost several windows of the budget: the next full sync tries again
        self.keep(TRIES, str(tries + 1))
        seen = yield from self._witness(tally)
        if seen is None:
            return
        offsets = remote_lists.offsets(integration_id)
        found = yield from date_filter.probe(self.source, record_type, seen, len(tally.ids), offsets)
        offset = int(found.offset.total_seconds() // 60)
        self.writer.remember(
            self.step,
            notes=remote_lists.probed_words(
                self.source.name, record_type, before, works=found.works, offset=offset, why=found.why_not
            ),
            filters_by_date=found.works,
            date_offset=offset,
            probed_at=clock.now(),
            psa_version=version,
        )

    def _version(self, before: RemoteList | None) -> Generator[Ask, Any, str]:
        """Ask for the PSA's version where a new one would make the filter doubtful again."""
        if before is None or before.probed_at is None:
            return ""
        try:
            version: str = yield self.source.version
        except PsaUnavailable:
            raise
        except PsaError:
            return before.psa_version
        return version

    def _witness(self, tally: Tally) -> Generator[Ask, Any, Witness | None]:
        if self.source.has_update_times(self.step.record_type):
            newest = stored.newest_stamp(self.writer.run.integration_id, self.step.record_type)
            return Witness(*newest) if newest is not None and newest[0] in tally.ids else None
        return (yield from date_filter.witness(self.source, self.step.record_type, max(tally.ids)))
