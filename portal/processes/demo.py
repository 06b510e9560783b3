"""Runs the demo: a portal, and a simulated Halo to connect to."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass, replace

import click

from portal import config
from portal.processes import demo_accounts, embedded, ports
from portal.processes.supervisor import Program, Stopped, Supervisor

HALO_PORT = 8100
TENANT = "acme"
CLIENT_ID = "northwind-client-id"
CLIENT_SECRET = "northwind-client-secret"  # noqa: S105  # opens a simulated Halo on this machine, nothing else


@dataclass(frozen=True)
class Halo:
    """The simulated Halo: its addresses, and the program to start."""

    port: int

    @property
    def host(self) -> str:
        return f"{ports.LOCAL}:{self.port}"

    @property
    def base_url(self) -> str:
        return f"http://{self.host}"

    @property
    def auth_server(self) -> str:
        return f"{self.base_url}/auth"

    @property
    def desk(self) -> str:
        return f"{self.base_url}/_sandbox/desk"

    def program(self) -> Program:
        options = {
            "--port": str(self.port),
            "--tenant": TENANT,
            "--client-id": CLIENT_ID,
            "--client-secret": CLIENT_SECRET,
            "--latency": "0.25",  # about as slow as a real one, so that there is a sync to watch
        }
        words = [word for option in options.items() for word in option]
        return Program("sandbox", [sys.executable, "-m", "portal.sandbox", "halo", *words])


def run(port: int) -> None:
    """Serve until SIGTERM or Ctrl-C. With port 0, the portal and the simulated Halo both take free ports.

    The processes log to a file, so that the table stays visible.
    """
    data_dir = config.data_dir_of(os.environ)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        (data_dir / "demo.log").open("ab") as output,
        suppress(Stopped),
        embedded.prepared(Supervisor(output)) as portal,
    ):
        settings = demo_accounts.load(data_dir, halo_port=HALO_PORT if port else 0)
        halo = Halo(ports.free(settings.halo_port))
        replace(settings, halo_port=halo.port).write(data_dir)
        demo_accounts.create_missing(settings.passwords)
        portal.supervisor.start(halo.program())
        portal.environment["PORTAL_OUTBOUND_ALLOW"] = ",".join({*portal.config.outbound_allow, halo.host})
        with embedded.served(portal, port) as address:
            click.echo(table(address, halo, settings.passwords))
            portal.supervisor.watch()


def table(address: str, halo: Halo, passwords: dict[str, str]) -> str:
    """Return a table of the log-ins, the values to enter in the wizard, and those that it fills in."""
    users = [(role.value.capitalize(), email, passwords[email]) for email, (_, role) in demo_accounts.USERS.items()]
    lines = [
        ("Portal", address, ""),
        *users,
        ("Wizard", "Base URL", halo.base_url),
        ("", "Client ID", CLIENT_ID),
        ("", "Client Secret", CLIENT_SECRET),
        ("", "Auth Server (filled in)", halo.auth_server),
        ("", "Tenant Name (filled in)", TENANT),
        ("Desk", halo.desk, "edit Halo's records, make it misbehave, send webhooks"),
    ]
    return "\n".join(f"  {what:<8} {value:<26}  {more}".rstrip() for what, value, more in lines)
