"""Runs a sandbox in its own process, for tests and benchmarks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Literal, TypeVar, overload

from portal.sandbox.control_client import ConnectWiseControl, SandboxControl
from portal.sandbox.verbs import SandboxError, Verbs

_ROOT = Path(__file__).resolve().parents[2]
C = TypeVar("C", SandboxControl, ConnectWiseControl)


@overload
def spawned(*arguments: str, kind: Literal["halo"] = "halo") -> AbstractContextManager[SandboxControl]: ...
@overload
def spawned(*arguments: str, kind: Literal["connectwise"]) -> AbstractContextManager[ConnectWiseControl]: ...
@overload
def spawned(*arguments: str, kind: str) -> AbstractContextManager[Verbs]: ...
def spawned(*arguments: str, kind: str = "halo") -> AbstractContextManager[Verbs]:
    """Run `python -m portal.sandbox KIND ARGUMENTS` for the block."""
    if kind == "connectwise":
        return _spawned(ConnectWiseControl, kind, arguments)
    return _spawned(SandboxControl, kind, arguments)


@contextmanager
def _spawned(control: type[C], kind: str, arguments: tuple[str, ...]) -> Iterator[C]:
    command = [sys.executable, "-m", "portal.sandbox", kind, "--exit-with-parent", *arguments]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        try:
            yield control(_address(process))
        finally:
            process.terminate()


def _address(process: subprocess.Popen[str]) -> str:
    """Wait for the line that the sandbox prints, and return its last word, the address."""
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise SandboxError("the sandbox did not start; its own words are on stderr")
    return line.split()[-1]
