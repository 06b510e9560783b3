"""Where the kernel does not tie a child to its parent, a small process watches in its place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.processes.waiting import is_alive, until

SIGN_IN = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
# Starts the watcher and goes, as a supervisor that is killed.
ABANDON = """
import subprocess, sys, time, pathlib
subprocess.Popen([sys.executable, "-m", "portal.tether", sys.executable, "-c", *sys.argv[1:]])
while not pathlib.Path(sys.argv[2]).exists():
    time.sleep(0.01)
"""


def test_the_child_goes_when_the_parent_is_gone(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    subprocess.run([sys.executable, "-c", ABANDON, SIGN_IN, str(note)], check=True)
    until(lambda: bool(note.read_text()), "the child to sign in")
    child = int(note.read_text())
    until(lambda: not is_alive(child), "the child to go")


def test_a_request_to_stop_is_handed_on(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    command = [sys.executable, "-m", "portal.tether", sys.executable, "-c", SIGN_IN, str(note)]
    with subprocess.Popen(command) as watcher:
        until(lambda: note.exists() and bool(note.read_text()), "the child to sign in")
        watcher.terminate()
        assert watcher.wait(30) != 0
    assert not is_alive(int(note.read_text()))


def test_the_exit_code_is_the_childs() -> None:
    command = [sys.executable, "-m", "portal.tether", sys.executable, "-c", "raise SystemExit(7)"]
    assert subprocess.run(command, check=False).returncode == 7
