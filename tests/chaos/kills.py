"""Kills and stops processes, and resumes stopped ones later."""

from __future__ import annotations

import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from portal.sync.lease import DURATION
from tests.chaos.plan import Kill
from tests.chaos.running_portal import RunningPortal, send_signal

FROZEN_SECONDS: Final = DURATION.total_seconds() + 3.0
SILENT_SECONDS: Final = 5.0


@dataclass
class Killer:
    """Counts the kills. Call `resume_stopped` often: it resumes stopped processes when their time is over."""

    portal: RunningPortal
    killed: Counter[str] = field(default_factory=Counter)
    _stopped: dict[int, tuple[float, str]] = field(default_factory=dict)

    def execute(self, kill: Kill) -> None:
        """Kill or stop one process, if there is one of this role."""
        if kill.what == "everything":
            for each in self.portal.all_processes():
                self._kill(each, "everything")
        elif kill.what in {"freeze", "valkey silent"}:
            self._stop(kill)
        else:
            pid = self._pick(kill, kill.what.split()[0])
            if pid is not None:
                self._kill(pid, kill.what)
            if kill.what == "valkey wiped":
                self.portal.wipe_valkey()

    def resume_stopped(self) -> None:
        """Resume processes that were stopped for long enough."""
        now = time.monotonic()
        for pid, (due, _) in list(self._stopped.items()):
            if now >= due:
                del self._stopped[pid]
                send_signal(pid, signal.SIGCONT)

    def is_silent(self) -> bool:
        """Return whether Redis is stopped now."""
        return any(what == "valkey silent" for _, what in self._stopped.values())

    def is_quiet(self) -> bool:
        """Return whether no process is stopped."""
        return not self._stopped

    def _stop(self, kill: Kill) -> None:
        if any(what == kill.what for _, what in self._stopped.values()):
            return
        role, seconds = ("horse", FROZEN_SECONDS) if kill.what == "freeze" else ("valkey", SILENT_SECONDS)
        pid = self._pick(kill, role)
        if pid is not None and send_signal(pid, signal.SIGSTOP):
            self.killed[kill.what] += 1
            self._stopped[pid] = (time.monotonic() + seconds, kill.what)

    def _kill(self, pid: int, what: str) -> None:
        if send_signal(pid, signal.SIGKILL):
            self._stopped.pop(pid, None)
            self.killed[what] += 1

    def _pick(self, kill: Kill, role: str) -> int | None:
        there = [pid for pid in self.portal.processes(role) if pid not in self._stopped]
        return there[int(kill.pick * len(there))] if there else None
