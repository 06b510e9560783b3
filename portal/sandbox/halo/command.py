"""`python -m portal.sandbox halo`: runs a sandbox in its own process."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from portal.sandbox import command
from portal.sandbox.command import serve, sizes_from
from portal.sandbox.halo.sandbox import HaloSandbox
from portal.sandbox.halo.settings import Knobs, Settings, TenantSettings
from portal.sandbox.halo.webhooks.webhook import with_basic


def main(argv: Sequence[str] | None = None) -> int:
    """Parse the options and serve; return the exit status."""
    options = argument_parser().parse_args(argv)
    return serve(lambda: HaloSandbox(settings_from(options)), "Halo", exit_with_parent=options.exit_with_parent)


def argument_parser() -> argparse.ArgumentParser:
    parser = command.argument_parser("halo", "A simulated HaloPSA on 127.0.0.1.", quota=700, window=300.0)
    parser.add_argument("--logos", action="store_true", help="a few clients carry a large logo")
    parser.add_argument("--tenant", action="append", metavar="NAME", help="repeat for several tenants")
    parser.add_argument("--hosted", action="store_true", help="tokens need the tenant's name")
    parser.add_argument("--client-id", default="", help="of the first tenant; made from its name otherwise")
    parser.add_argument("--client-secret", default="")
    parser.add_argument("--retry-after", choices=("off", "seconds", "date"), default="off")
    parser.add_argument("--webhook", metavar="URL", help="tell this address on this machine of every change")
    parser.add_argument("--webhook-user", default="", help="with the secret: Basic authentication")
    parser.add_argument("--webhook-secret", default="")
    return parser


def settings_from(options: argparse.Namespace) -> Settings:
    tenants = [
        TenantSettings(
            name=name,
            seed=options.seed + position,
            sizes=sizes_from(options),
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
