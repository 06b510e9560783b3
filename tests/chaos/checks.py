"""Checks after a storm: the copy against the PSA, the counters against the rows, the requests against the pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from typing import Any

from peewee import fn

from portal.models.integrations import Integration, IntegrationState
from portal.models.records import Record, RecordState
from portal.models.sync import RunState, SyncPage, SyncRun, SyncStep
from portal.sandbox import Verbs
from portal.services.syncing.run_endings import MOST_CRASHES
from tests.chaos.plan import Trial
from tests.chaos.stormy_psa import StormyPsa


class RecordedRequests:
    """The PSA's journal of requests from now on."""

    def __init__(self, psa: StormyPsa, sandbox: Verbs) -> None:
        self._psa = psa
        self._sandbox = sandbox
        self._from = sandbox.counts()["total"]

    def entries(self) -> list[dict[str, Any]]:
        return self._sandbox.journal(after=self._from, limit=200_000)

    def pages(self) -> Counter[tuple[str, str]]:
        """Return how often each page of each list, and the details of each record, were requested: without single
        records and date filter probes.
        """
        psa = self._psa
        kinds = {psa.detail_kind: f"details of {psa.details_of}"} if psa.detail_kind else {}
        pages = [
            each
            for each in self.entries()
            if each["kind"] in kinds or (each["kind"] in psa.types and psa.page_query in each["query"])
        ]
        return Counter((kinds.get(each["kind"], each["kind"]), f"{each['path']}?{each['query']}") for each in pages)


def requests_before_retry_after(
    psa: StormyPsa, run: SyncRun, trial: Trial, entries: list[dict[str, Any]]
) -> list[str]:
    """Return an error if requests were made before a Retry-After had passed."""
    waits = [fault["seconds"] for fault in trial.faults if fault["what"] == psa.rate_limit]
    if trial.knobs["retry_after"] == "off" or not waits:
        return []
    # Requests in flight at the refusal are excused; an HTTP date has no fractions of a second.
    excused = trial.knobs["latency"] + 0.5
    wait = min(waits) - (trial.knobs["retry_after"] == "date")
    refused = [entry["time"] for entry in entries if entry["status"] == 429]
    early = [entry for entry in entries if any(excused < entry["time"] - moment < wait for moment in refused)]
    return [f"run {run.id}: {len(early)} requests before a Retry-After had passed"] if early else []


def repeated_pages(run: SyncRun, pages: Counter[tuple[str, str]], takeovers: int) -> tuple[Counter[str], list[str]]:
    """Return counts of requested and repeated pages, and errors for more than one repeat per takeover and type.

    A list starts with its supposed last page. If that is not the last, the page is read twice.
    """
    again: Counter[str] = Counter()
    for (kind, _), times in pages.items():
        is_first = kind not in again
        again[kind] += times - 1 - (is_first and times > 1)
    counted = Counter({"runs": 1, "pages": len(pages), "again": again.total(), "takeovers": takeovers})
    return counted, [
        f"run {run.id}: {count} pages of {kind} were requested again in {takeovers} takeovers"
        for kind, count in again.items()
        if count > takeovers
    ]


def copy_errors(psa: StormyPsa, integration: Integration, sandbox: Verbs) -> list[str]:
    """Compare every id, value and state with the PSA's data."""
    return [*psa.copy(sandbox, integration).differences(), *_duplicates(integration)]


def counter_errors(psa: StormyPsa, integration: Integration, stable_runs: Container[int]) -> list[str]:
    """Return counters that differ from the rows, and runs that are green but should not be.

    The PSA did not change during `stable_runs`. In others, more may have arrived than it counts at the end: records
    that were deleted after they had been read.
    """
    steps = list(SyncStep.select(SyncStep, SyncRun).join(SyncRun).where(SyncRun.integration == integration))
    wrong = [words for step in steps for words in _step_errors(step, stood_still=step.run.id in stable_runs)]
    for record_type in psa.types:
        created = sum(step.created for step in steps if step.record_type == record_type)
        rows = Record.select().where(Record.integration == integration, Record.record_type == record_type).count()
        if created != rows:
            wrong.append(f"{record_type}: {created} were counted as created, but there are {rows} rows")
    if pages := SyncPage.select().count():
        wrong.append(f"{pages} pages of ended steps were kept")
    return [*wrong, *_run_errors(integration)]


def _step_errors(step: SyncStep, *, stood_still: bool) -> list[str]:
    what = f"run {step.run.id}, {step.record_type}"
    sorted_rows = step.created + step.updated + step.unchanged + step.filtered_out + step.failed
    wrong = []
    if sorted_rows != step.fetched:
        wrong.append(f"{what}: {step.fetched} rows were read, but {sorted_rows} were counted")
    lacking = (step.expected or 0) - step.fetched
    if step.run.state == RunState.SUCCEEDED and (lacking > 0 or (stood_still and lacking)):
        wrong.append(f"{what}: green, although the PSA counts {step.expected} and {step.fetched} arrived")
    return wrong


def _run_errors(integration: Integration) -> list[str]:
    runs: list[Any] = list(SyncRun.select().where(SyncRun.integration == integration))
    failed = [run for run in runs if run.state == RunState.FAILED and run.crashes < MOST_CRASHES]
    wrong = [f"run {run.id} failed: {run.problem}" for run in failed]
    if Integration.get_by_id(integration.id).state != IntegrationState.ACTIVE:
        wrong.append("the integration needs attention although its credentials are right")
    return wrong


def _duplicates(integration: Integration) -> list[str]:
    twice = (
        Record.select(Record.record_type, Record.remote_id)
        .where(Record.integration == integration)
        .group_by(Record.record_type, Record.remote_id)
        .having(fn.COUNT(Record.id) > 1)
    )
    return [f"{row.record_type} {row.remote_id} is stored twice" for row in twice]


def count_by_state(integration: Integration) -> Counter[str]:
    """Return the number of records in each state."""
    mine = Record.integration == integration
    return Counter({state: Record.select().where(mine, Record.state == state).count() for state in RecordState})
