"""Extracts from a row what filters depend on, in terms that all PSAs share (connectwise-api.md section 5).

This runs for every row of every sync, so each record type has a decoder that skips all other keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import UNSET

from portal import clock
from portal.connectwise.values import id_of, moment_in, name_of
from portal.psa.facts import identified, unpacker
from portal.record_fields.values import as_moment

# What MSPs call the statuses of companies that they no longer work for. ConnectWise has no flag for it.
_INACTIVE: Final = re.compile(
    r"\bin-?active\b|\bnot active\b|\bformer\b|\bclosed\b|\bout of business\b|\bterminated\b|\barchived\b",
    re.IGNORECASE,
)
# Names of opportunity statuses that tell by themselves whether a deal is closed.
_CLOSED: Final = re.compile(r"\bwon\b|\blost\b|\bclosed\b|\bno decision\b|\bcancell?ed\b", re.IGNORECASE)
_OPEN: Final = re.compile(r"\bopen\b|\bin progress\b|\bnew\b", re.IGNORECASE)


class Facts(msgspec.Struct, frozen=True):
    """`client_id` is the client that a row belongs to, if any.

    `group` is a client's territory, a product's category or an asset's type, 0 for none. List rows are complete, and
    what is empty is left out of them. `is_active_contract` is None for an agreement with neither a status nor dates;
    `is_deleted` marks a company in the recycle bin.
    `status` is the status of an opportunity whose name does not tell whether it is closed. `named` and `opened` are
    the raw values of `relationships` and `opened_at`, which are parsed only if a filter needs them.
    """

    remote_id: int
    inactive: bool
    client_id: int | None
    group: int | None = None
    is_service_account: bool = False
    is_general_user: bool = False
    is_closed: bool = False
    is_active_contract: bool | None = None
    is_opportunity: bool | None = None
    is_deleted: bool = False
    status: int | None = None
    named: Any = None
    opened: Any = None

    @property
    def relationships(self) -> tuple[int, ...]:
        """The types of a company. Older servers have one type for each company."""
        found = self.named if isinstance(self.named, list) else [self.named]
        return tuple(number for each in found if (number := id_of(each)) is not None)

    @property
    def opened_at(self) -> datetime | None:
        return as_moment(self.opened)


def read(record_type: str, payload: bytes | msgspec.Raw) -> Facts:
    """Parse the facts of a row. Raises ValueError with a message for people if it has no usable id."""
    decode, facts_of = _KINDS[record_type]
    row, remote_id = identified("ConnectWise", decode, payload)
    return facts_of(row, remote_id)


unpack: Final = unpacker(Facts)


def is_inactive_client(status: Any, deleted: Any) -> bool:
    return deleted is True or _INACTIVE.search(name_of(status)) is not None


def is_inactive(row: Any) -> bool:
    """Whether a contact, product or site is inactive; older servers call the flag of a site `inactive`."""
    return row.inactiveFlag is True or row.inactive is True


def is_closed(status: Any, closed_date: Any) -> bool | None:
    """Whether an opportunity is closed; None if its status does not tell."""
    if as_moment(closed_date) is not None:
        return True
    called = name_of(status)
    if _CLOSED.search(called):
        return True
    return False if not called or _OPEN.search(called) else None


def is_active_contract(row: Any) -> bool | None:
    """Whether an agreement is active: by its status, or else by its dates; None if it has neither."""
    if row.cancelledFlag is True:
        return False
    if status := name_of(row.agreementStatus):
        return status.lower() == "active"
    starts, ends = as_moment(row.startDate), as_moment(row.endDate)
    if starts is None and ends is None and row.noEndingDateFlag is not True:
        return None
    today = clock.now().date()
    has_ended = ends is not None and row.noEndingDateFlag is not True and ends.date() < today
    return not has_ended and (starts is None or starts.date() <= today)


def _client(row: Any, remote_id: int) -> Facts:
    is_deleted = row.deletedFlag is True
    inactive = is_inactive_client(row.status, row.deletedFlag)
    types = next((each for each in (row.types, row.type) if each is not UNSET), None)
    return Facts(remote_id, inactive, None, _group(row.territory), is_deleted=is_deleted, named=types)


def _belonging_to_client(row: Any, remote_id: int) -> Facts:
    return Facts(remote_id, is_inactive(row), id_of(row.company))


def _product(row: Any, remote_id: int) -> Facts:
    return Facts(remote_id, is_inactive(row), None, _group(row.category))


def _asset(row: Any, remote_id: int) -> Facts:
    return Facts(remote_id, row.activeFlag is False, id_of(row.company), _group(row.type))


def _opportunity(row: Any, remote_id: int) -> Facts:
    closed = is_closed(row.status, row.closedDate)
    opened = as_moment(row.dateBecameLead) or moment_in(row._info, "dateEntered", "createdDate")
    return Facts(
        remote_id,
        row.inactiveFlag is True,
        id_of(row.company),
        is_closed=closed is True,
        is_opportunity=True,
        status=id_of(row.status) if closed is None else None,
        opened=opened.isoformat() if opened else None,
    )


def _contract(row: Any, remote_id: int) -> Facts:
    return Facts(remote_id, row.cancelledFlag is True, id_of(row.company), is_active_contract=is_active_contract(row))


def _group(reference: Any) -> int:
    """Return the id of a group. ConnectWise leaves out what is empty (section 5), so a missing one is none."""
    return id_of(reference) or 0


_Kind = tuple[Callable[[bytes | msgspec.Raw], Any], Callable[[Any, int], Facts]]


def _kind(facts_of: Callable[[Any, int], Facts], *keys: str) -> _Kind:
    row = msgspec.defstruct("Row", [(key, Any, UNSET) for key in ("id", "inactiveFlag", *keys)])
    return msgspec.json.Decoder(row).decode, facts_of


_KINDS: Final[Mapping[str, _Kind]] = {
    "clients": _kind(_client, "status", "deletedFlag", "types", "type", "territory"),
    "sites": _kind(_belonging_to_client, "company", "inactive"),
    "contacts": _kind(_belonging_to_client, "company", "inactive"),
    "products": _kind(_product, "category", "inactive"),
    "assets": _kind(_asset, "company", "type", "activeFlag"),
    "opportunities": _kind(_opportunity, "company", "status", "closedDate", "dateBecameLead", "_info"),
    "contracts": _kind(
        _contract,
        *("company", "cancelledFlag", "agreementStatus", "startDate", "endDate", "noEndingDateFlag"),
    ),
}
