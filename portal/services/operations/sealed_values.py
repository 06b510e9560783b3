"""Looking after what the vault has sealed: is there any, does all of it open, is all of it under the newest key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import Any, Final

from portal.db import db
from portal.errors import VaultError
from portal.models.integrations import Integration
from portal.models.second_factor import Authenticator
from portal.services.audit import audit_log
from portal.services.connecting import connections
from portal.vault import EncryptedField, vault

# What a test of the connection has left: it names the sealed secret that was tested.
TESTED: Final = ("tested_fingerprint", "findings")
HOLDERS: Final[tuple[type[Integration] | type[Authenticator], ...]] = (Integration, Authenticator)


@dataclass(frozen=True)
class Examination:
    """`stale` secrets open, but with a previous key; `broken` names the accounts and people whose secret does not."""

    sealed: int
    stale: int
    broken: list[str]

    @property
    def ok(self) -> bool:
        return not self.broken

    def as_dict(self) -> dict[str, Any]:
        return {"ok": self.ok, **asdict(self)}


def any_sealed() -> bool:
    """Tell whether a secret is stored; also before the vault has a key and before the tables exist."""
    return next(_stored(), None) is not None


def examine() -> Examination:
    """Open every secret once and forget it."""
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
    """Seal everything anew with the key in use; returns how many secrets had an older one. What was tested stays so.

    Raises VaultError, and changes nothing, if one of them does not open.
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


def _stored() -> Iterator[tuple[Integration | Authenticator, str, str]]:
    """Find the sealed texts: each with its row and the name of its column."""
    for holder in HOLDERS:
        if not db.table_exists(holder._meta.table_name):
            continue  # made by a later migration than the last one applied
        names = [field.name for field in holder._meta.sorted_fields if isinstance(field, EncryptedField)]
        for row in holder.select():
            for name in names:
                if (stored := row.__data__.get(name)) is not None:
                    yield row, name, stored


def _owner(row: Integration | Authenticator) -> str:
    """Name who can enter the secret again: an account, or a person by the e-mail address."""
    return str(row.account.name if isinstance(row, Integration) else row.user.email)
