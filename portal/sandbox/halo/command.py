"""`python -m portal.sandbox halo`: runs a sandbox in its own process."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from threading import Event
from types import FrameType

from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.sandbox import HaloSandbox, running
from portal.sandbox.halo.settings import DEFAULT_RECORDS, Knobs, Settings, TenantSettings, sizes_for
from portal.sandbox.halo.webhooks.webhook import with_basic

_PARENT_CHECK = 0.5  # seconds


def main(argv: Sequence[str] | None = None) -> int:
    """Parse the options and serve; return the exit status."""
    parser = argument_parser()
    options = parser.parse_args(argv)
    try:
        serve(settings_from(options), exit_with_parent=options.exit_with_parent)
    except (OSError, ValueError) as problem:  # the port is taken, a certificate cannot be read, a webhook goes abroad
        sys.stderr.write(f"The sandbox cannot start: {problem}\n")
        return 1
    return 0


def serve(settings: Settings, *, exit_with_parent: bool = False) -> None:
    """Print the address on one line, then serve until SIGTERM or SIGINT, or until the parent process exits."""
    done = Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        del signum, frame
        done.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    parent = os.getppid()
    with running(HaloSandbox(settings)) as sandbox:
        sys.stdout.write(f"Halo sandbox at {sandbox.url}\n")
        sys.stdout.flush()
        while not done.wait(_PARENT_CHECK if exit_with_parent else None):
            if os.getppid() != parent:
                return


def argument_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sandbox halo", description="A simulated HaloPSA on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same records")
    parser.add_argument("--records", type=int, default=DEFAULT_RECORDS, help="in all, in realistic proportions")
    for name in RECORD_TYPES:
        parser.add_argument(f"--{name}", type=int, help=f"exactly so many {name}")
    parser.add_argument("--logos", action="store_true", help="a few clients carry a large logo")
    parser.add_argument("--tenant", action="append", metavar="NAME", help="repeat for several tenants")
    parser.add_argument("--hosted", action="store_true", help="tokens need the tenant's name")
    parser.add_argument("--client-id", default="", help="of the first tenant; made from its name otherwise")
    parser.add_argument("--client-secret", default="")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every answer")
    parser.add_argument("--quota", type=int, default=700, help="requests per window, 0 for no limit")
    parser.add_argument("--quota-window", type=float, default=300.0, help="seconds")
    parser.add_argument("--retry-after", choices=("off", "seconds", "date"), default="off")
    parser.add_argument("--webhook", metavar="URL", help="tell this address on this machine of every change")
    parser.add_argument("--webhook-user", default="", help="with the secret: Basic authentication")
    parser.add_argument("--webhook-secret", default="")
    parser.add_argument("--certfile", help="serve https with this certificate")
    parser.add_argument("--keyfile")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when the parent process ends")
    return parser


def settings_from(options: argparse.Namespace) -> Settings:
    exact = {name: value for name in RECORD_TYPES if (value := getattr(options, name)) is not None}
    tenants = [
        TenantSettings(
            name=name,
            seed=options.seed + position,
            sizes=sizes_for(options.records, **exact),
            logos=options.logos,
            client_id="" if position else options.client_id,
            client_secret="" if position else options.client_secret,
        )
        for position, name in enumerate(options.tenant or ["acme"])
    ]
    webhooks = [with_basic(options.webhook, options.webhook_user, options.webhook_secret)] if options.webhook else []
    return Settings(
        port=options.port,
        tenants=tenants,
        hosted=options.hosted,
        knobs=Knobs(
            latency=options.latency,
            quota=options.quota,
            quota_window=options.quota_window,
            retry_after=options.retry_after,
        ),
        webhooks=webhooks,
        certfile=options.certfile,
        keyfile=options.keyfile,
    )
