"""On systems without PR_SET_PDEATHSIG, a small watcher process kills the child when the parent dies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.processes.waiting import is_alive, until

WRITE_PID = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
# Starts the watcher and exits, like a supervisor that is killed.
ABANDON = """
import subprocess, sys, time, pathlib
subprocess.Popen([sys.executable, "-m", "portal.parent_death", sys.executable, "-c", *sys.argv[1:]])
while not pathlib.Path(sys.argv[2]).exists():
    time.sleep(0.01)
"""


def test_the_child_dies_with_the_parent(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    subprocess.run([sys.executable, "-c", ABANDON, WRITE_PID, str(pid_file)], check=True)
    until(lambda: bool(pid_file.read_text()), "the child to write its pid")
    child = int(pid_file.read_text())
    until(lambda: not is_alive(child), "the child to die")


def test_sigterm_is_passed_on_to_the_child(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    command = [sys.executable, "-m", "portal.parent_death", sys.executable, "-c", WRITE_PID, str(pid_file)]
    with subprocess.Popen(command) as watcher:
        until(lambda: pid_file.exists() and bool(pid_file.read_text()), "the child to write its pid")
        watcher.terminate()
        assert watcher.wait(30) != 0
    assert not is_alive(int(pid_file.read_text()))


def test_the_exit_code_is_the_childs() -> None:
    command = [sys.executable, "-m", "portal.parent_death", sys.executable, "-c", "raise SystemExit(7)"]
    assert subprocess.run(command, check=False).returncode == 7
