"""Ties a process to its parent: when the parent goes, however it goes, the process goes too.

Linux does it in the kernel (`die_with_parent`). Elsewhere `tethered` wraps the command in this module, which watches:

    python -m portal.tether COMMAND …
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from typing import Final

LINUX: Final = sys.platform == "linux"
PR_SET_PDEATHSIG: Final = 1
WATCH_SECONDS: Final = 0.5

_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


def die_with_parent() -> None:
    """Let the kernel kill this process when its parent dies. Does nothing where the kernel cannot.

    Call it first thing after the fork; it is kept over exec.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def tethered(command: list[str]) -> list[str]:
    """Return the command to start so that it does not outlive this process."""
    return command if LINUX else [sys.executable, "-m", "portal.tether", *command]


def watch(command: list[str]) -> int:
    """Run the command until it ends or this process loses its parent; returns the command's exit code."""
    parent = os.getppid()
    with subprocess.Popen(command, close_fds=False) as child:  # noqa: S603  # what our own supervisor asks for
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        while (code := child.poll()) is None:
            if os.getppid() != parent:
                child.kill()
            time.sleep(WATCH_SECONDS)
    return code


if __name__ == "__main__":
    sys.exit(watch(sys.argv[1:]))
