"""Looking after what the vault has sealed: is there any, does all of it open, is all of it under the newest key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from portal.db import db
from portal.errors import VaultError
from portal.models.integrations import Integration
from portal.services import audit
from portal.vault import EncryptedField, vault


@dataclass(frozen=True)
class Examination:
    """`stale` secrets open, but with a previous key; `broken` names the accounts whose secret does not open."""

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
    if not db.table_exists(Integration._meta.table_name):
        return False
    return next(_stored(), None) is not None


def examine() -> Examination:
    """Open every secret once and forget it."""
    sealed, stale, broken = 0, 0, []
    for integration, name, stored in _stored():
        sealed += 1
        try:
            getattr(integration, name)  # reading it opens it
        except VaultError:
            broken.append(integration.account.name)
        else:
            stale += not vault().is_current(stored)
    return Examination(sealed, stale, sorted(set(broken)))


def rotate() -> int:
    """Seal everything anew with the key in use; returns how many secrets had an older one.

    Raises VaultError, and changes nothing, if one of them does not open.
    """
    with db.atomic():
        stale = [(integration, name) for integration, name, stored in _stored() if not vault().is_current(stored)]
        for integration, name in stale:
            setattr(integration, name, getattr(integration, name))
            integration.save()
        if stale:
            audit.record(None, None, "vault.rotated", f"{len(stale)} secrets")
    return len(stale)


def _stored() -> Iterator[tuple[Integration, str, str]]:
    """Find the sealed texts: each with its row and the name of its column."""
    for integration in Integration.select():
        for field in Integration._meta.sorted_fields:
            stored = integration.__data__.get(field.name)
            if isinstance(field, EncryptedField) and stored is not None:
                yield integration, field.name, stored
