"""Whatever is killed in the middle of a sync, the run goes on by itself and ends with exact counts."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from portal.sandbox import SandboxControl, spawned
from tests.processes.conftest import Launcher
from tests.processes.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")

ACCOUNT = ("--account", "Northwind IT")


@pytest.fixture
def halo() -> Iterator[SandboxControl]:
    with spawned("--records", "1500", "--latency", "0.6") as control:
        yield control


def status(launcher: Launcher) -> dict[str, Any]:
    answer = launcher.command("sync", "status", *ACCOUNT, "--json")
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def fetched(run: dict[str, Any]) -> int:
    return sum(step["fetched"] for step in run["steps"].values())


def connect(launcher: Launcher, halo: SandboxControl) -> None:
    login = halo.credentials()
    place = ("--base-url", halo.url, "--client-id", login.client_id, "--client-secret-stdin")
    for words in (("account", "create", "Northwind IT"), ("account", "enable", "Northwind IT")):
        assert launcher.command(*words).returncode == 0
    connected = launcher.command("integration", "connect", "halo", *ACCOUNT, *place, typed=login.client_secret)
    assert connected.returncode == 0, connected.stderr


def test_a_run_survives_its_worker_the_queue_and_the_scheduler(launcher: Launcher, halo: SandboxControl) -> None:
    running = launcher.start("up", "--port", "0", PORTAL_OUTBOUND_ALLOW=halo.url.removeprefix("http://"))
    connect(launcher, halo)
    until(lambda: fetched(status(launcher)) > 0, "the first page")
    for pid in running.children():
        os.kill(pid, signal.SIGKILL)
    assert status(launcher)["state"] == "running", "the sync was over before anything was killed"
    halo.turn(latency=0)
    until(lambda: status(launcher)["state"] not in {"queued", "running", "waiting"}, "the run to end")
    run = status(launcher)
    assert run["state"] == "succeeded", run
    truth = {name: found["total"] for name, found in halo.truth().items()}
    assert {name: step["created"] for name, step in run["steps"].items()} == truth
    assert len(json.loads(launcher.command("sync", "list", *ACCOUNT, "--json").stdout)) == 1
    assert halo.counts()["violations"] == 0
