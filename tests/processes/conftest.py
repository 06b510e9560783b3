"""A whole portal, started like an operator would, on a free port and with its own data directory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes.waiting import until


@dataclass
class Running:
    """A started `portal up` or `portal demo`, and what it prints."""

    process: subprocess.Popen[str]
    printed: Path
    environment: dict[str, str]

    @property
    def text(self) -> str:
        return self.printed.read_text()

    @property
    def address(self) -> str:
        return next(word for word in self.text.split() if word.startswith("http://127.0.0.1:"))

    def child(self, words: str) -> int:
        """Return the process id of the child whose command ends so."""
        return next(pid for pid, command in self.children().items() if command.endswith(words))

    def children(self) -> dict[int, str]:
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {int(pid): _command(int(pid)) for pid in listed}

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@dataclass
class Launcher:
    """Starts portals, all on the same data directory."""

    folder: Path
    started: list[Running]

    def start(self, *words: str, until_printed: str = "http://", **settings: str) -> Running:
        printed = self.folder / f"printed-{len(self.started)}.txt"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        environment |= {"PORTAL_DATA_DIR": str(self.folder / "data"), **settings}
        with printed.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "portal.cli", *words], env=environment, stdout=output, stderr=output, text=True
            )
        running = Running(process, printed, environment)
        self.started.append(running)
        until(lambda: until_printed in running.text or process.poll() is not None, "the portal to start")
        return running

    def command(self, *words: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run one command in another shell on the same data directory."""
        known = {**self.started[-1].environment, **environment}
        command = [sys.executable, "-m", "portal.cli", *words]
        return subprocess.run(
            command, env=known, input=typed, capture_output=True, text=True, check=False, timeout=60
        )


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    with launching(tmp_path) as launcher:
        yield launcher


@contextmanager
def launching(folder: Path) -> Iterator[Launcher]:
    launcher = Launcher(folder, [])
    try:
        yield launcher
    finally:
        for running in launcher.started:
            running.process.kill()
            running.process.wait()


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except FileNotFoundError:
        return ""
