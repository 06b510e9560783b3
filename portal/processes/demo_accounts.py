"""The demo's account and users, and the settings that survive a restart."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from portal import db
from portal.errors import NotFound
from portal.models.accounts import RoleName
from portal.processes.keys import write_private
from portal.services.accounts import accounts, users
from portal.vault import Secret

ACCOUNT = "Northwind IT"
USERS = {
    "admin@northwind.example": ("Ada Admin", RoleName.ADMIN),
    "support@northwind.example": ("Sam Support", RoleName.SUPPORT),
}
UNAMBIGUOUS_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class DemoSettings:
    """Kept in demo.json in the data directory.

    Passwords are random, so that a demo that is left running has no well-known ones. The simulated Halo keeps its
    port, because a connected integration has it in its Base URL.
    """

    passwords: dict[str, str]
    halo_port: int

    def write(self, data_dir: Path) -> None:
        write_private(_file(data_dir), json.dumps(asdict(self)))


def load(data_dir: Path, *, halo_port: int) -> DemoSettings:
    """Read demo.json, or make settings with random passwords and this port if there is none."""
    file = _file(data_dir)
    if file.exists():
        return DemoSettings(**json.loads(file.read_text()))
    return DemoSettings({email: _password() for email in USERS}, halo_port)


def create_missing(passwords: dict[str, str]) -> None:
    """Create the account and its users unless they exist."""
    with db.connected():
        try:
            accounts.get(ACCOUNT)
        except NotFound:
            _create(passwords)


def _create(passwords: dict[str, str]) -> None:
    with db.db.atomic():
        account = accounts.create(ACCOUNT)
        accounts.set_available(account, "halo", available=True)
        for email, (name, role) in USERS.items():
            users.create(account, email, Secret(passwords[email]), role, name=name)


def _file(data_dir: Path) -> Path:
    return data_dir / "demo.json"


def _password() -> str:
    return "-".join("".join(secrets.choice(UNAMBIGUOUS_LETTERS) for _ in range(4)) for _ in range(4))
