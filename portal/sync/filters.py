"""The sync filters that an admin chose, as stored in Integration.filters and SyncRun.filters.

The portal fetches all records and applies the filters itself (scope.py). So a PSA that ignores a filter does no harm,
and the reconciliation covers everything that the PSA has.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

import msgspec

from portal.sync.record_types import RecordType

Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Ids = frozenset[Id]
NONE: Final[Ids] = frozenset()


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """A record must match every filter. An empty set of ids matches all."""

    active_only: bool = False
    top_levels: Ids = NONE
    relationships: Ids = NONE
    include_clients: Ids = NONE
    exclude_clients: Ids = NONE
    without_service_accounts: bool = False
    without_general_users: bool = False
    product_groups: Ids = NONE
    asset_types: Ids = NONE
    open_opportunities_only: bool = False
    opportunities_since: date | None = None
    active_contracts_only: bool = False


# Each filter belongs to one record type.
BY_TYPE: Final[Mapping[RecordType, tuple[str, ...]]] = {
    RecordType.CLIENTS: ("active_only", "top_levels", "relationships", "include_clients", "exclude_clients"),
    RecordType.SITES: (),
    RecordType.CONTACTS: ("without_service_accounts", "without_general_users"),
    RecordType.PRODUCTS: ("product_groups",),
    RecordType.ASSETS: ("asset_types",),
    RecordType.OPPORTUNITIES: ("open_opportunities_only", "opportunities_since"),
    RecordType.CONTRACTS: ("active_contracts_only",),
}
# The types whose records belong to a client. Products do not.
CLIENT_OWNED: Final = frozenset(RecordType) - {RecordType.CLIENTS, RecordType.PRODUCTS}

_FIELDS: Final = msgspec.structs.fields(Filters)


def read(stored: object) -> Filters:
    """Read stored filters. Unknown keys are ignored, and a broken value counts as not set."""
    values = stored if isinstance(stored, dict) else {}
    return Filters(**{field.name: _value(field, values) for field in _FIELDS})


def write(filters: Filters) -> dict[str, Any]:
    """Return the filters in the form in which they are stored."""
    written: dict[str, Any] = msgspec.to_builtins(filters, order="deterministic")
    return written


def in_use(filters: Filters, record_type: RecordType) -> list[str]:
    """Return the names of this type's filters that are set."""
    return [name for name in BY_TYPE[record_type] if getattr(filters, name)]


def affected(before: Filters, after: Filters) -> set[RecordType]:
    """Return the types whose scope may differ: types with a changed filter, and if clients changed, their records."""
    changed = {
        record_type
        for record_type, names in BY_TYPE.items()
        if any(getattr(before, name) != getattr(after, name) for name in names)
    }
    return changed | CLIENT_OWNED if RecordType.CLIENTS in changed else changed


def _value(field: msgspec.structs.FieldInfo, values: Mapping[Any, Any]) -> Any:
    try:
        return msgspec.convert(values.get(field.name, field.default), field.type)
    except msgspec.ValidationError:
        return field.default
