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
# Changes with each of them.
OF_TEST: Final = ("tested_fingerprint", "tested_at")
# People who save at the same instant are fewer. Only a process that still seals with an older key gets this far.
MOST_TRIES: Final = 10
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

    A secret that is replaced meanwhile stays replaced. Raises VaultError and changes nothing if a secret does not
    open, and after all that came before it, if a secret changes all the time.
    """
    stale = [(row, name) for row, name, stored in _stored() if not vault().is_current(stored)]
    for row, name in stale:
        getattr(row, name)  # reading it opens it
    sealed = 0
    try:
        # No transaction around them all: it would lock rows that others lock in another order.
        for row, name in stale:
            sealed += _seal_again(row, name)
    finally:
        if sealed:
            audit_log.record(None, None, "vault.rotated", f"{sealed} secret{'' if sealed == 1 else 's'}")
    return sealed


def _seal_again(row: Holder, name: str) -> bool:
    """Seal a secret with the current key. Returns False if it is gone by now, or was replaced by a new one."""
    holder: type[Holder] = type(row)
    seen: Holder | None = row
    for _ in range(MOST_TRIES):
        if seen is None or (stored := seen.__data__[name]) is None or vault().is_current(stored):
            return False
        if _swap(seen, name):
            return True
        seen = holder.get_or_none(holder.id == row.id)
    raise VaultError(
        f"A secret of {_owner(row)} changed {MOST_TRIES} times while it was being re-encrypted.",
        "A process may still use the old key: restart every process, then run `portal vault rotate` again. What is"
        " re-encrypted by now stays so.",
    )


def _swap(row: Holder, name: str) -> bool:
    """Store the secret of this row, sealed again, if it and its test are still what was read."""
    is_tested = isinstance(row, Integration) and name == "credentials"
    read = {each: row.__data__[each] for each in (name, *(OF_TEST if is_tested else ()))}
    with connections.staying_tested(row) if isinstance(row, Integration) else nullcontext():
        setattr(row, name, getattr(row, name))
    sealed = {each: row.__data__[each] for each in (name, *(TESTED if is_tested else ()))}
    same = [getattr(type(row), each) == value for each, value in read.items()]
    return bool(type(row).update(sealed).where(type(row).id == row.id, *same).execute())


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
