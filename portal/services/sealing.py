"""Looking after what the vault has sealed: is there any, does all of it open, is all of it under the newest key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from portal.db import db
from portal.errors import VaultError
from portal.models.integrations import Integration
from portal.vault import vault


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
    for integration, stored in _stored():
        sealed += 1
        try:
            integration.client_secret  # noqa: B018  # reading it opens it
        except VaultError:
            broken.append(integration.account.name)
        else:
            stale += not vault().is_current(stored)
    return Examination(sealed, stale, broken)


def rotate() -> int:
    """Seal everything anew with the key in use; returns how many secrets had an older one.

    Raises VaultError, and changes nothing, if one of them does not open.
    """
    with db.atomic():
        stale = [integration for integration, stored in _stored() if not vault().is_current(stored)]
        for integration in stale:
            integration.client_secret = integration.client_secret
            integration.save(only=[Integration.client_secret])
    return len(stale)


def _stored() -> Iterator[tuple[Integration, str]]:
    for integration in Integration.select().where(Integration.client_secret.is_null(False)):
        yield integration, integration.__data__["client_secret"]
