"""What the commands of all sandboxes share: options, and serving until a signal."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from threading import Event
from types import FrameType

from portal.sandbox.simulation import Simulation, running
from portal.sandbox.sizes import DEFAULT_RECORDS, PROPORTIONS, sizes_for

_PARENT_CHECK = 0.5  # seconds


def serve(make: Callable[[], Simulation], name: str, *, exit_with_parent: bool) -> int:
    """Print the address on one line, then serve until SIGTERM or SIGINT, or until the parent process exits.

    Return the exit status.
    """
    done = Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        del signum, frame
        done.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    parent = os.getppid()
    try:
        with running(make()) as sandbox:
            sys.stdout.write(f"{name} sandbox at {sandbox.url}\n")
            sys.stdout.flush()
            while not done.wait(_PARENT_CHECK if exit_with_parent else None):
                if os.getppid() != parent:
                    break
    except (OSError, ValueError) as problem:  # the port is taken, a certificate cannot be read, a webhook goes abroad
        sys.stderr.write(f"The sandbox cannot start: {problem}\n")
        return 1
    return 0


def argument_parser(command: str, description: str, *, quota: int, window: float) -> argparse.ArgumentParser:
    """Return a parser with the options that all sandboxes have."""
    parser = argparse.ArgumentParser(prog=f"sandbox {command}", description=description)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same records")
    parser.add_argument("--records", type=int, default=DEFAULT_RECORDS, help="in all, in realistic proportions")
    for name in PROPORTIONS:
        parser.add_argument(f"--{name}", type=int, help=f"exactly so many {name}")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every answer")
    parser.add_argument("--quota", type=int, default=quota, help="requests per window, 0 for no limit")
    parser.add_argument("--quota-window", type=float, default=window, help="seconds")
    parser.add_argument("--certfile", help="serve https with this certificate")
    parser.add_argument("--keyfile")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when the parent process ends")
    return parser


def sizes_from(options: argparse.Namespace) -> dict[str, int]:
    exact = {name: value for name in PROPORTIONS if (value := getattr(options, name)) is not None}
    return sizes_for(options.records, **exact)
