"""kill -9 of everything in the middle of a sync: the run goes on by itself, and its counts are exact."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from portal.sandbox import SandboxControl, spawned
from portal.sandbox.halo.record_types import RECORD_TYPES
from tests.journeys.portal_process import Shell, serving

ACCOUNT = ("--account", "Northwind IT")
# By the lease, the scheduler's tick and a worker's start; on a busy machine with some to spare.
LIMIT_SECONDS = 90.0
# After a kill, one page of each record type may be asked for again; the second claim needs a token, too.
MOST_REPEATED = 7
TOKENS = 2


@pytest.fixture
def halo() -> Iterator[SandboxControl]:
    with spawned("--records", "3000", "--latency", "0.1") as control:
        yield control


@pytest.fixture
def shell(tmp_path: Path, halo: SandboxControl) -> Iterator[Shell]:
    with serving(tmp_path / "data", allow=urlsplit(halo.url).netloc) as portal:
        yield portal


def test_a_run_ends_with_exact_counts_when_every_process_is_killed(shell: Shell, halo: SandboxControl) -> None:
    login = halo.credentials()
    shell.ok("account", "create", "Northwind IT")
    shell.ok("account", "enable", "Northwind IT")
    words = ["--base-url", halo.url, "--client-id", login.client_id, "--client-secret-stdin"]
    shell.ok("integration", "connect", "halo", *ACCOUNT, *words, typed=login.client_secret)
    asked_before = halo.counts()["total"]

    until(lambda: asked_for(halo, "assets") > 3, "the assets to be under way")
    for pid in children_of(shell.process.pid):
        os.kill(pid, signal.SIGKILL)
    assert status(shell)["state"] == "running", "the sync was over before anything was killed"
    until(lambda: status(shell)["state"] == "succeeded", "the run to end by itself")

    run = status(shell)
    assert {name: step["created"] for name, step in run["steps"].items()} == totals(halo)
    assert {name: step["fetched"] for name, step in run["steps"].items()} == totals(halo)
    counts = shell.json("records", "count", *ACCOUNT)
    assert {name: each["live"] for name, each in counts.items()} == totals(halo)
    assert halo.counts()["total"] - asked_before <= pages_needed(halo) + MOST_REPEATED + TOKENS
    assert halo.counts()["violations"] == 0


def status(shell: Shell) -> dict[str, Any]:
    run: dict[str, Any] = shell.json("sync", "status", *ACCOUNT)
    return run


def asked_for(halo: SandboxControl, kind: str) -> int:
    by_kind: dict[str, int] = halo.counts()["by_kind"]
    return by_kind.get(kind, 0)


def totals(halo: SandboxControl) -> dict[str, int]:
    return {name: truth["total"] for name, truth in halo.truth().items()}


def pages_needed(halo: SandboxControl) -> int:
    return sum(-(-total // RECORD_TYPES[name].cap) for name, total in totals(halo).items())


def children_of(supervisor: int) -> list[int]:
    """Return Valkey, web, workers and scheduler; the kernel takes the workers' jobs along."""
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    return [int(pid) for pid in children]


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.5)
