"""`portal up`: one command, the whole portal, and nothing left behind."""

from __future__ import annotations

import os
import signal
import sys

import httpx
import pytest

from tests.processes.conftest import Launcher, Running
from tests.processes.waiting import is_alive, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")

UP = ("up", "--port", "0")


def answers(running: Running) -> bool:
    try:
        return httpx.get(f"{running.address}/login", timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False


def test_it_serves_until_it_is_asked_to_stop_and_leaves_nothing_behind(launcher: Launcher) -> None:
    running = launcher.start(*UP)
    children = list(running.children())
    assert answers(running)
    assert len(children) == 7  # Valkey, web, two workers for syncs, one for webhooks, one for alerts, scheduler
    assert running.stop() == 0
    assert not any(map(is_alive, children))
    assert not (launcher.folder / "data" / "redis.url").exists()


def test_its_children_die_with_it_when_it_is_killed(launcher: Launcher) -> None:
    running = launcher.start(*UP)
    children = list(running.children())
    running.process.kill()
    until(lambda: not any(map(is_alive, children)), "the children to go")
    assert answers(launcher.start(*UP)), "the next start must not mind"


def test_a_second_start_keeps_the_data(launcher: Launcher) -> None:
    launcher.start(*UP)
    assert launcher.command("account", "create", "Northwind IT").returncode == 0
    launcher.started[0].stop()
    launcher.start(*UP)
    assert "Northwind IT" in launcher.command("account", "list").stdout


def test_a_second_portal_on_the_same_folder_is_refused_in_one_line(launcher: Launcher) -> None:
    launcher.start(*UP)
    second = launcher.command(*UP)
    assert second.returncode == 1
    assert second.stderr.startswith(f"A portal is already running on {launcher.folder}/data.\n")
    assert len(second.stderr.splitlines()) == 2


def test_every_process_is_restarted_if_it_dies(launcher: Launcher) -> None:
    running = launcher.start(*UP)
    before = running.children()
    for pid in before:
        os.kill(pid, signal.SIGKILL)

    def all_back() -> bool:
        now = running.children()
        return len(now) == len(before) and not now.keys() & before.keys()

    until(all_back, "five new children")
    until(lambda: answers(running), "the web to answer at the same address")


def test_a_taken_port_is_replaced_by_a_free_one(launcher: Launcher) -> None:
    first = launcher.start(*UP)
    port = first.address.rpartition(":")[2]
    other = Launcher(launcher.folder / "other", launcher.started)
    other.folder.mkdir()
    second = other.start("up", "--port", port, until_printed="The portal is at")
    assert f"Port {port} is taken; using " in second.text
    assert f"{first.address}\n" not in second.text


def test_a_wrong_setting_is_one_line(launcher: Launcher) -> None:
    launcher.start("account", "list", until_printed="set")
    result = launcher.command(*UP, PORTAL_OUTBOUND_ALLOW="https://halo/")
    assert result.returncode == 2
    assert result.stderr.startswith("PORTAL_OUTBOUND_ALLOW must list")
    assert len(result.stderr.splitlines()) == 1
