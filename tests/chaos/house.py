"""The portal that is to be shaken: `portal up` in a folder of its own, its processes by role, and how each is hit."""

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
class House:
    """A running `portal up`; this process may read and write its database beside it."""

    address: str
    config: Config
    supervisor: subprocess.Popen[bytes]
    printed: Path

    def processes(self, role: str) -> list[int]:
        """Return the processes that play this role now, oldest first."""
        if role == "horse":
            return [horse for worker in self.processes("worker") for horse in _children(worker)]
        return [pid for pid in _children(self.supervisor.pid) if _role(pid) == role]

    def everything(self) -> list[int]:
        """Return all that the supervisor watches over; the workers' horses go with them."""
        return _children(self.supervisor.pid)

    def last_words(self) -> str:
        """Return the end of what the portal has logged."""
        return self.printed.read_text(errors="replace")[-4000:]

    def wipe_valkey(self) -> None:
        """Lose all that Redis knows; a file that it is just writing goes as well."""
        shutil.rmtree(self.config.data_dir / "valkey" / "appendonlydir", ignore_errors=True)


@contextmanager
def standing(folder: Path, *, allow: str) -> Iterator[House]:
    """Start a portal in the folder; `allow` names the simulated Halo's host and port."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    environment |= {"PORTAL_DATA_DIR": str(folder / "data"), "PORTAL_OUTBOUND_ALLOW": allow}
    printed = folder / "printed.txt"
    command = [sys.executable, "-m", "portal.cli", "up", "--port", "0"]
    with printed.open("wb") as output:
        supervisor = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=output)
    try:
        assert supervisor.stdout is not None
        address = next((line.split()[-1] for line in supervisor.stdout if line.startswith(b"The portal is at")), None)
        if address is None:
            raise AssertionError(f"the portal did not start: {printed.read_text()}")
        config = Config.from_env(environment)
        bootstrap.bind(config)
        yield House(address.decode(), config, supervisor, printed)
    finally:
        supervisor.terminate()
        supervisor.wait(60)
        if supervisor.stdout is not None:
            supervisor.stdout.close()


def hit(pid: int, number: signal.Signals) -> bool:
    """Send a signal; False when the process was gone already."""
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
