"""Runs the demo: a portal, and simulated PSAs to connect to."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import click

from portal import config
from portal.processes import demo_accounts, demo_sandboxes, embedded, ports
from portal.processes.demo_sandboxes import Sandbox
from portal.processes.supervisor import Stopped, Supervisor


def run(port: int) -> None:
    """Serve until SIGTERM or Ctrl-C. With port 0, the portal and the simulated PSAs all take free ports.

    The processes log to a file, so that the table stays visible.
    """
    data_dir = config.data_dir_of(os.environ)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        (data_dir / "demo.log").open("ab") as output,
        suppress(Stopped),
        embedded.prepared(Supervisor(output)) as portal,
    ):
        settings = demo_accounts.load(data_dir)
        port_of = _ports(settings.ports, are_usual=bool(port))
        sandboxes = demo_sandboxes.prepared(portal.environment, port_of)
        replace(settings, ports={each.psa: each.port for each in sandboxes}).write(data_dir)
        demo_accounts.create_missing(settings.passwords, [each.psa for each in sandboxes])
        for each in sandboxes:
            portal.supervisor.start(each.program())
        allowed = {*portal.config.outbound_allow, *(each.host for each in sandboxes)}
        portal.environment["PORTAL_OUTBOUND_ALLOW"] = ",".join(allowed)
        with embedded.served(portal, port) as address:
            click.echo(table(address, sandboxes, settings.passwords))
            portal.supervisor.watch()


def _ports(kept: Mapping[str, int], *, are_usual: bool) -> dict[str, int]:
    """Return each PSA's port: the one it had, else its usual one, or a free one if that is taken."""
    usual = demo_sandboxes.USUAL_PORTS
    return {psa: ports.free(kept.get(psa, usual[psa] if are_usual else 0)) for psa in usual}


def table(address: str, sandboxes: Sequence[Sandbox], passwords: dict[str, str]) -> str:
    """Return a table of the log-ins, and of each PSA's values to enter in the wizard."""
    users = [(role.value.capitalize(), email, passwords[email]) for email, (_, role) in demo_accounts.USERS.items()]
    lines = [("Portal", address, ""), *users]
    for sandbox in sandboxes:
        first, *others = sandbox.lines()
        lines += [(sandbox.name, *first), *(("", *each) for each in others)]
    printed = "\n".join(f"  {what:<11}  {value:<26}  {more}".rstrip() for what, value, more in lines)
    return f"{printed}\n\n  At a desk, edit the PSA's records, make it misbehave, and send webhooks."
