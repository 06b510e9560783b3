"""`python -m portal.sandbox connectwise`: runs a sandbox in its own process."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from portal.sandbox import command
from portal.sandbox.command import serve, sizes_from
from portal.sandbox.connectwise.callbacks.callback import RECORD_TYPE_OF, Callback
from portal.sandbox.connectwise.sandbox import ConnectWiseSandbox
from portal.sandbox.connectwise.settings import Knobs, Settings, TenantSettings


def main(argv: Sequence[str] | None = None) -> int:
    """Parse the options and serve; return the exit status."""
    options = argument_parser().parse_args(argv)
    return serve(
        lambda: ConnectWiseSandbox(settings_from(options)), "ConnectWise", exit_with_parent=options.exit_with_parent
    )


def argument_parser() -> argparse.ArgumentParser:
    parser = command.argument_parser(
        "connectwise", "A simulated ConnectWise PSA on 127.0.0.1.", quota=1000, window=60.0
    )
    parser.add_argument("--company", action="append", metavar="ID", help="repeat for several companies")
    parser.add_argument("--public-key", default="", help="of the first company; made from its id otherwise")
    parser.add_argument("--private-key", default="")
    parser.add_argument("--client-id", default="", help="the integration's GUID")
    parser.add_argument("--retry-after", choices=("off", "seconds", "date"), default="seconds")
    parser.add_argument("--most-at-once", type=int, default=12, help="requests under way, 0 for no limit")
    parser.add_argument("--webhook", metavar="URL", help="a callback of each type to this address on this machine")
    return parser


def settings_from(options: argparse.Namespace) -> Settings:
    tenants = [
        TenantSettings(
            name=name,
            seed=options.seed + position,
            sizes=sizes_from(options),
            public_key="" if position else options.public_key,
            private_key="" if position else options.private_key,
            client_id=options.client_id,
        )
        for position, name in enumerate(options.company or ["acme"])
    ]
    return Settings(
        port=options.port,
        tenants=tenants,
        knobs=Knobs(
            latency=options.latency,
            quota=options.quota,
            quota_window=options.quota_window,
            retry_after=options.retry_after,
            most_at_once=options.most_at_once,
        ),
        callbacks=[Callback(options.webhook, type=each) for each in RECORD_TYPE_OF] if options.webhook else [],
        certfile=options.certfile,
        keyfile=options.keyfile,
    )
