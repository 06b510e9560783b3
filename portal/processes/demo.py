"""The demo: a portal, a simulated Halo to connect it to, and one MSP with two people."""

from __future__ import annotations

import json
import os
import secrets
import sys
from contextlib import suppress
from dataclasses import dataclass

import click

from portal import config, db
from portal.config import Config
from portal.errors import NotFound
from portal.models.accounts import RoleName
from portal.models.integrations import Psa
from portal.processes import embedded, ports
from portal.processes.keys import write_private
from portal.processes.supervisor import Program, Stopped, Supervisor
from portal.services import accounts, users
from portal.vault import Secret

ACCOUNT = "Northwind IT"
PEOPLE = {
    "admin@northwind.example": ("Ada Admin", RoleName.ADMIN),
    "support@northwind.example": ("Sam Support", RoleName.SUPPORT),
}
HALO_PORT = 8100
CLIENT_ID = "northwind-client-id"
CLIENT_SECRET = "northwind-client-secret"  # noqa: S105  # opens a simulated Halo on this machine, nothing else
LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Halo:
    """The simulated Halo: where it is, and how to start it."""

    port: int

    @property
    def host(self) -> str:
        return f"{ports.LOCAL}:{self.port}"

    @property
    def base_url(self) -> str:
        return f"http://{self.host}"

    def program(self) -> Program:
        options = {
            "--port": str(self.port),
            "--client-id": CLIENT_ID,
            "--client-secret": CLIENT_SECRET,
            "--latency": "0.25",  # about what a real one takes, so that there is a sync to watch
        }
        words = [word for option in options.items() for word in option]
        return Program("sandbox", [sys.executable, "-m", "portal.sandbox", "halo", *words])


def run(port: int) -> None:
    """Serve until SIGTERM or Ctrl-C. What the processes log goes to a file, so that the table stays in sight."""
    data_dir = config.data_dir_of(os.environ)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        (data_dir / "demo.log").open("ab") as output,
        suppress(Stopped),
        embedded.prepared(Supervisor(output)) as portal,
    ):
        passwords = cast(portal.config)
        halo = Halo(ports.free(HALO_PORT))
        portal.supervisor.start(halo.program())
        allowed = ",".join({*portal.config.outbound_allow, halo.host})
        portal.environment["PORTAL_OUTBOUND_ALLOW"] = allowed
        with embedded.served(portal, port) as address:
            click.echo(table(address, halo, passwords))
            portal.supervisor.watch()


def table(address: str, halo: Halo, passwords: dict[str, str]) -> str:
    """Say what one needs to log in and to fill in the wizard."""
    people = [(role.value.capitalize(), email, passwords[email]) for email, (_, role) in PEOPLE.items()]
    lines = [
        ("Portal", address, ""),
        *people,
        ("Wizard", "Base URL", halo.base_url),
        ("", "Client ID", CLIENT_ID),
        ("", "Client Secret", CLIENT_SECRET),
        ("", "Tenant", "(leave blank)"),
    ]
    return "\n".join(f"  {what:<8} {value:<26} {more}".rstrip() for what, value, more in lines)


def cast(settings: Config) -> dict[str, str]:
    """Create the account and its people if they are not there yet; returns the password of each e-mail address.

    The passwords are drawn once per data directory: even a demo that is left running has none that is known.
    """
    notes = settings.data_dir / "demo.json"
    if not notes.exists():
        write_private(notes, json.dumps({email: _password() for email in PEOPLE}))
    passwords: dict[str, str] = json.loads(notes.read_text())
    with db.connected():
        try:
            accounts.get(ACCOUNT)
        except NotFound:
            _create(passwords)
    return passwords


def _create(passwords: dict[str, str]) -> None:
    with db.db.atomic():
        account = accounts.create(ACCOUNT)
        accounts.set_available(account, Psa.HALO, available=True)
        for email, (name, role) in PEOPLE.items():
            users.create(account, email, Secret(passwords[email]), role, name=name)


def _password() -> str:
    return "-".join("".join(secrets.choice(LEGIBLE) for _ in range(4)) for _ in range(4))
