"""Who is in the demo, and what stays the same from one start to the next."""

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
PEOPLE = {
    "admin@northwind.example": ("Ada Admin", RoleName.ADMIN),
    "support@northwind.example": ("Sam Support", RoleName.SUPPORT),
}
LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Notes:
    """Kept in the data directory. The passwords are drawn: even a demo that is left running has none that is known.

    The simulated Halo keeps its port, because an integration that was connected remembers it.
    """

    passwords: dict[str, str]
    halo_port: int

    def write(self, data_dir: Path) -> None:
        write_private(_file(data_dir), json.dumps(asdict(self)))


def notes(data_dir: Path, *, halo_port: int) -> Notes:
    """Read the notes, or make them with a port to begin with."""
    file = _file(data_dir)
    if file.exists():
        return Notes(**json.loads(file.read_text()))
    return Notes({email: _password() for email in PEOPLE}, halo_port)


def enter(passwords: dict[str, str]) -> None:
    """Create the account and its people if they are not there yet."""
    with db.connected():
        try:
            accounts.get(ACCOUNT)
        except NotFound:
            _create(passwords)


def _create(passwords: dict[str, str]) -> None:
    with db.db.atomic():
        account = accounts.create(ACCOUNT)
        accounts.set_available(account, "halo", available=True)
        for email, (name, role) in PEOPLE.items():
            users.create(account, email, Secret(passwords[email]), role, name=name)


def _file(data_dir: Path) -> Path:
    return data_dir / "demo.json"


def _password() -> str:
    return "-".join("".join(secrets.choice(LEGIBLE) for _ in range(4)) for _ in range(4))
