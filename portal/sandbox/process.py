"""Runs a sandbox in its own process, for tests and benchmarks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.sandbox.control_client import SandboxControl
from portal.sandbox.verbs import SandboxError

_ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def spawned(*arguments: str, kind: str = "halo") -> Iterator[SandboxControl]:
    """Run `python -m portal.sandbox halo ARGUMENTS` for the block."""
    command = [sys.executable, "-m", "portal.sandbox", kind, "--exit-with-parent", *arguments]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        try:
            yield SandboxControl(_address(process))
        finally:
            process.terminate()


def _address(process: subprocess.Popen[str]) -> str:
    """Wait for the line that the sandbox prints, and return its last word, the address."""
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise SandboxError("the sandbox did not start; its own words are on stderr")
    return line.split()[-1]
