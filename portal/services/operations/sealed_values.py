"""Checking the vault's sealed values: whether there are any, whether all open, and with which key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import Any, Final

from portal.db import db
from portal.errors import VaultError
from portal.models.alerts import AlertDestination
from portal.models.integrations import Integration
from portal.models.second_factor import Authenticator
from portal.models.signing_keys import SigningKey
from portal.services.audit import audit_log
from portal.services.connecting import connections
from portal.vault import EncryptedField, vault

# Left by a connection test: it identifies the sealed secret that was tested.
TESTED: Final = ("tested_fingerprint", "findings")
Holder = Integration | Authenticator | SigningKey | AlertDestination
HOLDERS: Final[tuple[type[Holder], ...]] = (Integration, Authenticator, SigningKey, AlertDestination)


@dataclass(frozen=True)
class Examination:
    """`stale` secrets open with a previous key. `broken` names the accounts and people whose secrets do not open."""

    sealed: int
    stale: int
    broken: list[str]

    @property
    def ok(self) -> bool:
        return not self.broken

    def as_dict(self) -> dict[str, Any]:
        return {"ok": self.ok, **asdict(self)}


def any_sealed() -> bool:
    """Return whether a secret is stored. Works before the vault has a key and before the tables exist."""
    return next(_stored(), None) is not None


def examine() -> Examination:
    """Open every secret once, to check it."""
    sealed, stale, broken = 0, 0, []
    for row, name, stored in _stored():
        sealed += 1
        try:
            getattr(row, name)  # reading it opens it
        except VaultError:
            broken.append(_owner(row))
        else:
            stale += not vault().is_current(stored)
    return Examination(sealed, stale, sorted(set(broken)))


def rotate() -> int:
    """Seal everything again with the current key; returns how many secrets had an older one. Passed tests stay valid.

    Raises VaultError and changes nothing if a secret does not open.
    """
    with db.atomic():
        stale = [(row, name) for row, name, stored in _stored() if not vault().is_current(stored)]
        for row, name in stale:
            with connections.staying_tested(row) if isinstance(row, Integration) else nullcontext():
                setattr(row, name, getattr(row, name))
            row.save(only=[name, *(TESTED if isinstance(row, Integration) else ())])
        if stale:
            audit_log.record(None, None, "vault.rotated", f"{len(stale)} secrets")
    return len(stale)


def _stored() -> Iterator[tuple[Holder, str, str]]:
    """Yield the sealed texts, each with its row and column name."""
    for holder in HOLDERS:
        if not db.table_exists(holder._meta.table_name):
            continue  # made by a later migration than the last one applied
        names = [field.name for field in holder._meta.sorted_fields if isinstance(field, EncryptedField)]
        for row in holder.select():
            for name in names:
                if (stored := row.__data__.get(name)) is not None:
                    yield row, name, stored


def _owner(row: Holder) -> str:
    """Return who can enter the secret again: the account's name, or a person's email address."""
    if isinstance(row, Authenticator):
        return str(row.user.email)
    return str((row.integration if isinstance(row, SigningKey) else row).account.name)
