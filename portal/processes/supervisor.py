"""Starts child processes, restarts those that exit, and stops them together."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, Final, Self

from portal import log, parent_death
from portal.errors import PortalError

POLL_SECONDS: Final = 0.2
GRACE_SECONDS: Final = 10.0
STEADY_SECONDS: Final = 10.0  # a child that ran this long restarts without backoff
LONGEST_DELAY: Final = 30.0


@dataclass(frozen=True)
class Program:
    """A program to run. One that `outlives_others` is stopped last, because the others need it until they exit."""

    name: str
    command: list[str]
    environment: dict[str, str] | None = None
    keeps_open: tuple[int, ...] = ()
    outlives_others: bool = False


class Stopped(Exception):
    """The portal was asked to stop while it was starting."""


@dataclass
class Child:
    program: Program
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    due: float | None = None


@dataclass
class Supervisor:
    """A context manager that stops all children on exit. They write to `output`, or else to our own output."""

    output: IO[bytes] | None = None
    _children: list[Child] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(each, lambda *_: self._stop.set())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, program: Program) -> None:
        self._children.append(Child(program, self._spawn(program), time.monotonic()))

    def wait_until(self, ready: Callable[[], bool], *, what: str, seconds: float = 60.0) -> None:
        """Wait until `ready`. Raises PortalError if a child exits first or on timeout, Stopped if asked to stop."""
        deadline = time.monotonic() + seconds
        while not ready():
            for child in self._children:
                if (code := child.process.poll()) is not None:
                    raise PortalError(
                        f"{child.program.name} ended with code {code} while {what} was starting.", self._output_hint()
                    )
            if time.monotonic() > deadline:
                raise PortalError(f"{what} did not answer within {seconds:.0f} seconds.", self._output_hint())
            if self._stop.wait(POLL_SECONDS / 4):
                raise Stopped

    def watch(self) -> None:
        """Restart children that exit, with increasing delays, until asked to stop."""
        while not self._stop.wait(POLL_SECONDS):
            for child in self._children:
                self._check_child(child)

    def stop(self) -> None:
        """Terminate every child, kill those that do not exit in time, and return when all are gone."""
        for last in (False, True):
            children = [child for child in self._children if child.program.outlives_others is last]
            for child in children:
                child.process.terminate()
            deadline = time.monotonic() + GRACE_SECONDS
            for child in children:
                try:
                    child.process.wait(max(0.0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    log.get(__name__).warning("child did not stop and was killed", child=child.program.name)
                    child.process.kill()
                    child.process.wait()
        self._children.clear()

    def _output_hint(self) -> str:
        return f"Its last output is {'above' if self.output is None else f'in {self.output.name}'}."

    def _check_child(self, child: Child) -> None:
        now = time.monotonic()
        if child.due is None and (code := child.process.poll()) is not None:
            child.failures = 0 if now - child.started > STEADY_SECONDS else child.failures + 1
            delay = min(0.25 * 2**child.failures, LONGEST_DELAY)
            child.due = now + delay
            log.get(__name__).warning("child ended", child=child.program.name, code=code, restart_in=delay)
        elif child.due is not None and now >= child.due:
            child.process, child.started, child.due = self._spawn(child.program), now, None

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  # the portal's own commands
            parent_death.with_watcher(program.command),
            env=program.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=self.output,
            pass_fds=program.keeps_open,
            process_group=0,  # Ctrl-C reaches only us, and we stop the children in order
            preexec_fn=parent_death.die_with_parent,  # safe, because the supervisor has a single thread
        )
