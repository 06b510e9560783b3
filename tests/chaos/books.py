"""The reckoning: the copy against Halo's truth, the counters against the rows, the requests against the pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from typing import Any

from peewee import fn

from portal.models.integrations import Integration, IntegrationState
from portal.models.records import Record, RecordState
from portal.models.sync import RunState, SyncPage, SyncRun, SyncStep
from portal.sandbox import SandboxControl
from portal.services.syncing.run_endings import MOST_CRASHES
from tests.chaos.plan import TYPES, Trial
from tests.halo_fixtures import Copy


class Asked:
    """What is asked of Halo from now on."""

    def __init__(self, halo: SandboxControl) -> None:
        self._halo = halo
        self._from = halo.counts()["total"]

    def entries(self) -> list[dict[str, Any]]:
        return self._halo.journal(after=self._from, limit=200_000)

    def pages(self) -> Counter[tuple[str, str]]:
        """Count how often each page of each list was asked for: not single records, nor tries of the date filter."""
        pages = [entry for entry in self.entries() if entry["kind"] in TYPES and "page_size=1000" in entry["query"]]
        return Counter((entry["kind"], entry["query"]) for entry in pages)


def called_too_early(run: SyncRun, weather: Trial, entries: list[dict[str, Any]]) -> list[str]:
    """Look for calls between a refusal that said how long to wait, and the end of that time."""
    waits = [fault["seconds"] for fault in weather.faults if fault["what"] == "rate_limit"]
    if weather.knobs["retry_after"] == "off" or not waits:
        return []
    # What was under way when the refusal came is excused; a date has no fractions of a second.
    excused = weather.knobs["latency"] + 0.5
    wait = min(waits) - (weather.knobs["retry_after"] == "date")
    refused = [entry["time"] for entry in entries if entry["status"] == 429]
    early = [entry for entry in entries if any(excused < entry["time"] - moment < wait for moment in refused)]
    return [f"run {run.id}: {len(early)} calls before a Retry-After had passed"] if early else []


def asked_again(run: SyncRun, pages: Counter[tuple[str, str]], claims: int) -> tuple[Counter[str], list[str]]:
    """Count the pages that were asked for, and those asked for again; more than one per kill and type is too many.

    The page that a type begins with is the one that is believed to be the last. Where it is not, it is read twice.
    """
    again: Counter[str] = Counter()
    for (kind, _), times in pages.items():
        is_first = kind not in again
        again[kind] += times - 1 - (is_first and times > 1)
    counted = Counter({"runs": 1, "pages": len(pages), "again": again.total(), "takeovers": claims - 1})
    most = claims - 1
    return counted, [
        f"run {run.id}: {count} pages of {kind} were asked for again in {most} takeovers"
        for kind, count in again.items()
        if count > most
    ]


def wrong_copy(integration: Integration, halo: SandboxControl) -> list[str]:
    """Compare every id, value and state with what Halo really holds."""
    return [*Copy(halo, integration).differences(), *_doubles(integration)]


def wrong_books(integration: Integration, calm_runs: Container[int]) -> list[str]:
    """Look for counters that differ from the rows, and for runs that are green and should not be.

    In the `calm_runs` Halo stood still. In others more may have arrived than Halo counts in the end: what was deleted
    after it had been read.
    """
    steps = list(SyncStep.select(SyncStep, SyncRun).join(SyncRun).where(SyncRun.integration == integration))
    wrong = [words for step in steps for words in _wrong_step(step, stood_still=step.run.id in calm_runs)]
    for record_type in TYPES:
        created = sum(step.created for step in steps if step.record_type == record_type)
        rows = Record.select().where(Record.integration == integration, Record.record_type == record_type).count()
        if created != rows:
            wrong.append(f"{record_type}: {created} were counted as created, but there are {rows} rows")
    if pages := SyncPage.select().count():
        wrong.append(f"{pages} pages of ended steps were kept")
    return [*wrong, *_wrong_ends(integration)]


def _wrong_step(step: SyncStep, *, stood_still: bool) -> list[str]:
    what = f"run {step.run.id}, {step.record_type}"
    sorted_rows = step.created + step.updated + step.unchanged + step.filtered_out + step.failed
    wrong = []
    if sorted_rows != step.fetched:
        wrong.append(f"{what}: {step.fetched} rows were read, but {sorted_rows} were decided about")
    lacking = (step.expected or 0) - step.fetched
    if step.run.state == RunState.SUCCEEDED and (lacking > 0 or (stood_still and lacking)):
        wrong.append(f"{what}: green, although Halo counts {step.expected} and {step.fetched} arrived")
    return wrong


def _wrong_ends(integration: Integration) -> list[str]:
    runs: list[Any] = list(SyncRun.select().where(SyncRun.integration == integration))
    failed = [run for run in runs if run.state == RunState.FAILED and run.crashes < MOST_CRASHES]
    wrong = [f"run {run.id} failed: {run.problem}" for run in failed]
    if Integration.get_by_id(integration.id).state != IntegrationState.ACTIVE:
        wrong.append("the integration asks for attention, although its credentials are right")
    return wrong


def _doubles(integration: Integration) -> list[str]:
    twice = (
        Record.select(Record.record_type, Record.remote_id)
        .where(Record.integration == integration)
        .group_by(Record.record_type, Record.remote_id)
        .having(fn.COUNT(Record.id) > 1)
    )
    return [f"{row.record_type} {row.remote_id} is stored twice" for row in twice]


def states(integration: Integration) -> Counter[str]:
    """Count the records by state."""
    mine = Record.integration == integration
    return Counter({state: Record.select().where(mine, Record.state == state).count() for state in RecordState})
