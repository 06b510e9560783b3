"""The supervisor restarts children that exit, stops them in order, and kills them if it is killed itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.errors import PortalError
from portal.processes.supervisor import Program, Stopped, Supervisor
from tests.processes.waiting import is_alive, until

# Each start of this program adds its process id to a file.
SIGN_IN = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(600)"
SIGN_IN_DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SIGN_IN

SUPERVISE = """
import sys
from portal.processes.supervisor import Program, Supervisor
with Supervisor() as supervisor:
    supervisor.start(Program("one", [sys.executable, "-c", sys.argv[1], sys.argv[2]]))
    supervisor.watch()
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "pids"


@pytest.fixture
def supervising(book: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a supervisor with one child, in a process of its own."""
    with subprocess.Popen([sys.executable, "-c", SUPERVISE, SIGN_IN, str(book)]) as process:
        until(lambda: len(pids(book)) == 1, "the child to start")
        yield process
        process.kill()


@pytest.fixture(autouse=True)
def _signals_restored() -> Iterator[None]:
    handlers = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield
    for each, handler in handlers.items():
        signal.signal(each, handler)


def pids(book: Path) -> list[int]:
    return [int(line) for line in book.read_text().splitlines()] if book.exists() else []


def program(book: Path, source: str = SIGN_IN) -> Program:
    return Program("one", [sys.executable, "-c", source, str(book)])


def test_a_child_that_dies_is_started_again(supervising: subprocess.Popen[bytes], book: Path) -> None:
    os.kill(pids(book)[0], signal.SIGKILL)
    until(lambda: len(pids(book)) == 2, "the child to come back")
    assert is_alive(pids(book)[1])


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_supervisor_that_is_asked_to_stop_ends_its_children_first(
    supervising: subprocess.Popen[bytes], book: Path, asked: signal.Signals
) -> None:
    supervising.send_signal(asked)
    assert supervising.wait(30) == 0
    assert not is_alive(pids(book)[0])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's kernel ties a child to its parent")
def test_children_die_with_a_supervisor_that_is_killed(supervising: subprocess.Popen[bytes], book: Path) -> None:
    supervising.kill()
    until(lambda: not is_alive(pids(book)[0]), "the child to go")


def test_a_child_that_does_not_listen_is_killed(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.processes.supervisor.GRACE_SECONDS", 0.2)
    with Supervisor() as supervisor:
        supervisor.start(program(book, SIGN_IN_DEAF))
        until(lambda: len(pids(book)) == 1, "the child to start")
    assert not is_alive(pids(book)[0])


def test_the_one_that_outlives_the_others_is_stopped_last(tmp_path: Path) -> None:
    note = "import atexit, sys, signal, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit()); "
    note += (
        "atexit.register(lambda: open(sys.argv[1], 'a').write(sys.argv[2])); open(sys.argv[3], 'w'); time.sleep(600)"
    )
    order = tmp_path / "order"
    with Supervisor() as supervisor:
        for name, last in (("a", True), ("b", False)):
            command = [sys.executable, "-c", note, str(order), name, str(tmp_path / name)]
            supervisor.start(Program(name, command, outlives_others=last))
            until((tmp_path / name).exists, f"{name} to start")
    assert order.read_text() == "ba"


def test_a_child_that_ends_during_the_start_is_named() -> None:
    with Supervisor() as supervisor:
        supervisor.start(Program("broken", [sys.executable, "-c", "raise SystemExit(3)"]))
        with pytest.raises(PortalError, match="broken ended with code 3"):
            supervisor.wait_until(lambda: False, what="it")


def test_a_start_that_takes_too_long_is_given_up(book: Path) -> None:
    with Supervisor() as supervisor:
        supervisor.start(program(book))
        with pytest.raises(PortalError, match="The web did not answer within 0 seconds"):
            supervisor.wait_until(lambda: False, what="The web", seconds=0.1)


def test_a_start_can_be_interrupted(book: Path) -> None:
    with Supervisor() as supervisor:
        supervisor.start(program(book))
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(Stopped):
            supervisor.wait_until(lambda: False, what="it")


def test_a_child_that_keeps_dying_is_started_less_and_less_often(book: Path) -> None:
    short = SIGN_IN.replace("time.sleep(600)", "0")
    command = [sys.executable, "-c", SUPERVISE, short, str(book)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        started = time.monotonic()
        until(lambda: len(pids(book)) == 3, "three starts")
        assert time.monotonic() - started > 0.5 + 1.0
        process.terminate()
