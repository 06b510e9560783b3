"""The demo's account and users, and the settings that survive a restart."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from portal import db
from portal.errors import NotFound
from portal.models.accounts import Account, RoleName
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

    Passwords are random, so that a demo that is left running has no well-known ones. A simulated PSA keeps its port,
    because a connected integration has it in its address.
    """

    passwords: dict[str, str]
    ports: dict[str, int]

    def write(self, data_dir: Path) -> None:
        write_private(_file(data_dir), json.dumps(asdict(self)))


def load(data_dir: Path) -> DemoSettings:
    """Read demo.json, or make settings with random passwords if there is none. Ports may be missing."""
    file = _file(data_dir)
    if not file.exists():
        return DemoSettings({email: _password() for email in USERS}, {})
    kept = json.loads(file.read_text())
    # The first releases simulated Halo only.
    return DemoSettings(kept["passwords"], kept.get("ports") or {"halo": kept["halo_port"]})


def create_missing(passwords: dict[str, str], psas: Sequence[str]) -> None:
    """Create the account and its users unless they exist, and enable these PSAs."""
    with db.connected(), db.db.atomic():
        try:
            account = accounts.get(ACCOUNT)
        except NotFound:
            account = _create(passwords)
        for psa in psas:
            if psa not in account.enabled_psas:
                accounts.set_available(account, psa, available=True)


def _create(passwords: dict[str, str]) -> Account:
    with db.db.atomic():
        account = accounts.create(ACCOUNT)
        for email, (name, role) in USERS.items():
            users.create(account, email, Secret(passwords[email]), role, name=name)
    return account


def _file(data_dir: Path) -> Path:
    return data_dir / "demo.json"


def _password() -> str:
    return "-".join("".join(secrets.choice(UNAMBIGUOUS_LETTERS) for _ in range(4)) for _ in range(4))
