"""Kills a child process when its parent dies, however the parent dies.

On Linux the kernel does it (`die_with_parent`). Elsewhere `with_watcher` runs the command under this module, which
polls for the parent:

    python -m portal.parent_death COMMAND …
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
    """Have the kernel kill this process when its parent dies. Does nothing on systems other than Linux.

    Call it right after the fork; the setting survives exec.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def with_watcher(command: list[str]) -> list[str]:
    """Return the command to start instead, so that the process does not outlive this one."""
    return command if LINUX else [sys.executable, "-m", "portal.parent_death", *command]


def watch(command: list[str]) -> int:
    """Run the command; kill it if our own parent dies. Returns the command's exit code."""
    parent = os.getppid()
    with subprocess.Popen(command, close_fds=False) as child:  # noqa: S603  # our own supervisor's command
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        while (code := child.poll()) is None:
            if os.getppid() != parent:
                child.kill()
            time.sleep(WATCH_SECONDS)
    return code


if __name__ == "__main__":
    sys.exit(watch(sys.argv[1:]))
