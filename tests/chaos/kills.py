"""Carrying out the kills of a burst, and what must be undone a while later."""

from __future__ import annotations

import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from portal.sync.lease import DURATION
from tests.chaos.house import House, hit
from tests.chaos.plan import Kill

FROZEN_SECONDS: Final = DURATION.total_seconds() + 3.0
SILENT_SECONDS: Final = 5.0


@dataclass
class Killer:
    """Counts what it has hit. Stopped processes go on when their time has come: call `thaw` often."""

    house: House
    killed: Counter[str] = field(default_factory=Counter)
    _stopped: dict[int, tuple[float, str]] = field(default_factory=dict)

    def strike(self, kill: Kill) -> None:
        """Carry one kill out; without such a process at this moment it misses."""
        if kill.what == "everything":
            for each in self.house.everything():
                self._kill(each, "everything")
        elif kill.what in {"freeze", "valkey silent"}:
            self._stop(kill)
        else:
            pid = self._picked(kill, kill.what.split()[0])
            if pid is not None:
                self._kill(pid, kill.what)
            if kill.what == "valkey wiped":
                self.house.wipe_valkey()

    def thaw(self) -> None:
        """Let those go on that were stopped for long enough."""
        now = time.monotonic()
        for pid, (due, _) in list(self._stopped.items()):
            if now >= due:
                del self._stopped[pid]
                hit(pid, signal.SIGCONT)

    def is_silent(self) -> bool:
        """Tell whether Redis is cut off at this moment."""
        return any(what == "valkey silent" for _, what in self._stopped.values())

    def is_quiet(self) -> bool:
        """Tell whether nothing is stopped any more."""
        return not self._stopped

    def _stop(self, kill: Kill) -> None:
        if any(what == kill.what for _, what in self._stopped.values()):
            return
        role, seconds = ("horse", FROZEN_SECONDS) if kill.what == "freeze" else ("valkey", SILENT_SECONDS)
        pid = self._picked(kill, role)
        if pid is not None and hit(pid, signal.SIGSTOP):
            self.killed[kill.what] += 1
            self._stopped[pid] = (time.monotonic() + seconds, kill.what)

    def _kill(self, pid: int, what: str) -> None:
        if hit(pid, signal.SIGKILL):
            self._stopped.pop(pid, None)
            self.killed[what] += 1

    def _picked(self, kill: Kill, role: str) -> int | None:
        there = [pid for pid in self.house.processes(role) if pid not in self._stopped]
        return there[int(kill.pick * len(there))] if there else None
