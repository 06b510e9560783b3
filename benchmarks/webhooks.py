"""Deliveries against a whole portal: how long each waits, whether one is lost, what they cost, how fresh it gets."""

from __future__ import annotations

import json
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.contestants import ROOT
from benchmarks.hail import Result, Task
from portal import clock, db
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.records import Record
from portal.models.sync import RunKind, RunTrigger
from portal.models.webhooks import Delivery, Outcome, RefetchRequest, RefetchRequestState
from portal.processes.ports import listen
from portal.sandbox.halo_verbs import HaloVerbs
from portal.sandbox.process import spawned
from portal.services.syncing import sync_runs
from tests.chaos.running_portal import RunningPortal, running_portal, send_signal
from tests.halo_fixtures import connected

RATE: Final = 500
# So many in a row are about one record; then comes the next. A minute's worth names 300 records.
REPEATS: Final = 100
NAMED: Final = 300
NORMAL_RATE: Final = 2
CLOSED_SECONDS: Final = 5
SETTLING_SECONDS: Final = 400.0


def measure(seconds: int, *, strike: bool) -> None:
    """Print what a hail of deliveries does to a portal with SQLite, beside an empty view under the same server."""
    with tempfile.TemporaryDirectory() as name, spawned("--records", "2000") as halo:
        folder, place = Path(name), urlsplit(halo.url).netloc
        with running_portal(folder, allow=place) as portal, db.connected():
            task, others = _task(portal, _connected(halo))
            print(f"\n{RATE} deliveries a second for {seconds} s, {REPEATS} in a row about each record\n")
            halo.reset()
            with _strikes(portal, seconds) if strike else _nothing():
                result = _thrown(replace(task, rate=RATE, seconds=seconds))
            _print_hail(result, halo)
            halo.reset()
            _print_freshness(replace(task, rate=NORMAL_RATE, seconds=30, repeats=1, ids=others))
            full = _thrown(replace(task, rate=0, seconds=CLOSED_SECONDS))
        with _empty_view() as url:
            empty = _thrown(replace(task, url=url, rate=0, seconds=CLOSED_SECONDS))
        _print_ratio(full, empty)


def _connected(halo: HaloVerbs) -> Integration:
    integration = connected(Account.create(name="Northwind IT", enabled_psas=["halo"]), halo).integration
    run = sync_runs.open_run(integration, kind=RunKind.FULL, trigger=RunTrigger.CLI)
    sync_runs.execute(run.id)
    return integration


def _task(portal: RunningPortal, integration: Integration) -> tuple[Task, list[int]]:
    """Return what to throw, and the records that it does not name."""
    ids = [row.remote_id for row in Record.select(Record.remote_id).where(Record.record_type == "assets")]
    url = f"{portal.address}/webhooks/halo/{integration.webhook_id}"
    task = Task(url, integration.webhook_user, integration.webhook_secret.reveal(), RATE, 1, ids[:NAMED], REPEATS)
    return task, ids[NAMED:]


def _thrown(task: Task) -> Result:
    command = [sys.executable, "-m", "benchmarks.hail"]
    done = subprocess.run(
        command, cwd=ROOT, input=json.dumps(asdict(task)), capture_output=True, text=True, check=True
    )
    return Result(**json.loads(done.stdout))


def _print_hail(result: Result, halo: HaloVerbs) -> None:
    began = clock.monotonic()
    while RefetchRequest.select().where(RefetchRequest.state == RefetchRequestState.WAITING).exists():
        if clock.monotonic() - began > SETTLING_SECONDS:
            raise RuntimeError("the deliveries were not read in time")
        clock.sleep(0.5)
    stored, acknowledged = Delivery.select().count(), result.statuses.get("200", 0)
    reads = Counter(entry["path"] for entry in halo.journal(kind="assets", limit=100_000))
    print(f"{'sent':36}{result.sent:>10,}    {_statuses(result)}")
    print(f"{'acknowledged, and not stored':36}{max(0, acknowledged - stored):>10,}")
    print(f"{'answer, p50':36}{result.p50:>10.1f} ms")
    print(f"{'answer, p99':36}{result.p99:>10.1f} ms")
    print(f"{'answer, longest':36}{result.longest:>10.1f} ms")
    print(f"{'records named':36}{RefetchRequest.select(RefetchRequest.remote_id).distinct().count():>10,}")
    print(f"{'reads of a record at most':36}{max(reads.values()):>10,}    {sum(reads.values()):,} in all")


def _print_freshness(task: Task) -> None:
    last = RefetchRequest.select().order_by(RefetchRequest.id.desc()).get().id
    _thrown(task)
    clock.sleep(3.0)
    fresh: list[Any] = list(
        RefetchRequest.select().where(RefetchRequest.id > last, RefetchRequest.outcome != Outcome.COALESCED)
    )
    waits = [(refetch_request.settled_at - refetch_request.received_at).total_seconds() for refetch_request in fresh]
    p50, p95 = statistics.median(waits), statistics.quantiles(waits, n=20)[-1]
    print(f"{f'fresh, at {NORMAL_RATE} a second, p50':36}{p50:>10.2f} s")
    print(f"{'fresh, p95':36}{p95:>10.2f} s    of {len(waits)}")


def _print_ratio(full: Result, empty: Result) -> None:
    ours, theirs = full.sent / CLOSED_SECONDS, empty.sent / CLOSED_SECONDS
    print(f"{'as many as go':36}{ours:>10,.0f} /s   {theirs:,.0f} /s by an empty view: {ours / theirs:.2f}x")


def _statuses(result: Result) -> str:
    told = [f"{number:,} × {status}" for status, number in sorted(result.statuses.items())]
    return ", ".join(told + ([f"{result.lost:,} without an answer"] if result.lost else []))


@contextmanager
def _strikes(portal: RunningPortal, seconds: int) -> Iterator[None]:
    """Kill a web process and the webhooks' worker again and again, and stop Redis for most of the time."""
    stop = threading.Event()

    def strike() -> None:
        valkey = portal.processes("valkey")
        for pid in valkey:
            send_signal(pid, signal.SIGSTOP)
        while not stop.wait(seconds / 6):
            for role in ("web", "worker", "horse"):
                for pid in portal.processes(role)[-1:]:
                    send_signal(pid, signal.SIGKILL)
        for pid in valkey:
            send_signal(pid, signal.SIGCONT)

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _empty_view() -> Iterator[str]:
    listener = listen(0)
    port = listener.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.empty_view", f"fd://{listener.fileno()}"]
    with listener, subprocess.Popen(command, cwd=ROOT, pass_fds=[listener.fileno()]) as process:
        time.sleep(3)  # until its workers are there
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
