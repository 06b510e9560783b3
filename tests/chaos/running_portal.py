"""Starts a real portal (`portal up`) in its own folder, finds its processes by role, and sends them signals."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from portal import bootstrap
from portal.config import Config

ROLES: Final = {"valkey-server": "valkey", " worker": "worker", " scheduler": "scheduler", " web --bind": "web"}


@dataclass(frozen=True)
class RunningPortal:
    """A running `portal up`. This process may use its database at the same time."""

    address: str
    config: Config
    supervisor: subprocess.Popen[bytes]
    log_file: Path

    def processes(self, role: str) -> list[int]:
        """Return the current processes of this role, oldest first."""
        if role == "horse":
            return [horse for worker in self.processes("worker") for horse in _children(worker)]
        return [pid for pid in _children(self.supervisor.pid) if _role(pid) == role]

    def all_processes(self) -> list[int]:
        """Return all child processes of the supervisor. The workers' horses die with them."""
        return _children(self.supervisor.pid)

    def log_tail(self) -> str:
        """Return the end of the portal's log."""
        return self.log_file.read_text(errors="replace")[-4000:]

    def wipe_valkey(self) -> None:
        """Delete all of Redis's data, including a file that it is writing."""
        shutil.rmtree(self.config.data_dir / "valkey" / "appendonlydir", ignore_errors=True)


@contextmanager
def running_portal(folder: Path, *, allow: str) -> Iterator[RunningPortal]:
    """Start a portal in the folder. `allow` is the host and port of the simulated PSA."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    environment |= {"PORTAL_DATA_DIR": str(folder / "data"), "PORTAL_OUTBOUND_ALLOW": allow}
    log_file = folder / "log_file.txt"
    command = [sys.executable, "-m", "portal.cli", "up", "--port", "0"]
    with log_file.open("wb") as output:
        supervisor = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=output)
    try:
        assert supervisor.stdout is not None
        address = next((line.split()[-1] for line in supervisor.stdout if line.startswith(b"The portal is at")), None)
        if address is None:
            raise AssertionError(f"the portal did not start: {log_file.read_text()}")
        config = Config.from_env(environment)
        bootstrap.bind(config)
        yield RunningPortal(address.decode(), config, supervisor, log_file)
    finally:
        supervisor.terminate()
        supervisor.wait(60)
        if supervisor.stdout is not None:
            supervisor.stdout.close()


def send_signal(pid: int, number: signal.Signals) -> bool:
    """Send a signal. Returns False if the process no longer exists."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _role(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return next((role for words, role in ROLES.items() if words in command), "")
