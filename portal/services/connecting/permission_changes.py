"""What a login can read now that it could not read before, and the other way round. Pure: compares two tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from portal.psa.diagnosis import Access, ListAccess
from portal.sync.record_types import RecordType

# A count that moved less is everyday business; one that moved more may be a permission (see sync/held_deletes.py).
NOTED_SHARE: Final = 0.1
NOTED_RECORDS: Final = 20
KNOWN: Final = (Access.GRANTED, Access.EMPTY, Access.REFUSED)


@dataclass(frozen=True)
class PermissionChange:
    """A record type whose access or number of visible records differs. `is_loss` means that less can be read now."""

    record_type: RecordType
    before: ListAccess
    after: ListAccess
    is_loss: bool

    @property
    def is_access(self) -> bool:
        """Whether the access itself changed, not just the number of records."""
        return self.before.access != self.after.access


def compare(before: Mapping[str, ListAccess], after: Mapping[str, ListAccess]) -> list[PermissionChange]:
    """Return what changed between two tests; types that either test could not judge are left out."""
    return [
        change
        for record_type in RecordType
        if record_type in before and record_type in after
        if (change := _compare(record_type, before[record_type], after[record_type]))
    ]


def _compare(record_type: RecordType, before: ListAccess, after: ListAccess) -> PermissionChange | None:
    if before.access not in KNOWN or after.access not in KNOWN:
        return None
    if before.access != after.access:
        # Granted, empty, refused: each sees less than the one before it.
        is_loss = KNOWN.index(after.access) > KNOWN.index(before.access)
        return PermissionChange(record_type, before, after, is_loss)
    moved = after.total - before.total
    is_noted = abs(moved) > NOTED_RECORDS and abs(moved) > NOTED_SHARE * before.total
    if before.access != Access.GRANTED or before.is_uncounted or after.is_uncounted or not is_noted:
        return None
    return PermissionChange(record_type, before, after, is_loss=moved < 0)
