"""Extracts from a row what filters depend on, in terms that all PSAs share (halo-api.md sections 3.4, 3.5 and 4).

This runs for every row of every sync, so each record type has a decoder that skips all other keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import UNSET

from portal.psa.facts import identified, unpacker
from portal.record_fields.values import as_id, as_moment

# Every client and site has a placeholder contact of this name; no other key marks it (section 4.3).
GENERAL_USER: Final = "General User"


class Facts(msgspec.Struct, frozen=True):
    """`client_id` is the client that a row belongs to, if any.

    `group` is a client's top level, a product's group or an asset's type, 0 for none. `group`, `relationships`,
    `opened_at` and `is_active_contract` are None if the row does not include them. `is_opportunity` is None for a
    ticket whose row does not show whether it is one; `ticket_type` is its type. `named` and `opened` are the raw
    values of `relationships` and `opened_at`, which are parsed only if a filter needs them.
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
    ticket_type: int | None = None
    named: Any = None
    opened: Any = None

    @property
    def relationships(self) -> tuple[int, ...] | None:
        """None if the key is missing: a client without relationships has an empty list."""
        if not isinstance(self.named, list):
            return None
        found = (as_id(each.get("id")) for each in self.named if isinstance(each, dict))
        return tuple(number for number in found if number is not None)

    @property
    def opened_at(self) -> datetime | None:
        return as_moment(self.opened)


def read(record_type: str, payload: bytes | msgspec.Raw) -> Facts:
    """Parse the facts of a row. Raises ValueError with a message for people if it has no usable id."""
    decode, facts_of = _KINDS[record_type]
    row, remote_id = identified("Halo", decode, payload)
    return facts_of(row, remote_id)


unpack: Final = unpacker(Facts)


def _client(row: Any, remote_id: int) -> Facts:
    return Facts(remote_id, row.inactive is True, None, _id_if_sent(row.toplevel_id), named=row.customer_relationship)


def _belonging_to_client(row: Any, remote_id: int) -> Facts:
    return Facts(remote_id, row.inactive is True, as_id(row.client_id))


def _contact(row: Any, remote_id: int) -> Facts:
    # Halo always sends true values, so a contact without the key is an ordinary one.
    is_service_account, is_general_user = row.isserviceaccount is True, row.name == GENERAL_USER
    client_id = as_id(row.client_id)
    return Facts(remote_id, row.inactive is True, client_id, None, is_service_account, is_general_user)


def _product(row: Any, remote_id: int) -> Facts:
    # Details of an Item have no more keys than its row, so a product without a group key has no group (section 4.4).
    return Facts(remote_id, row.inactive is True, None, as_id(row.assetgroup_id) or 0)


def _asset(row: Any, remote_id: int) -> Facts:
    return Facts(remote_id, row.inactive is True, as_id(row.client_id), _id_if_sent(row.assettype_id))


def _opportunity(row: Any, remote_id: int) -> Facts:
    # Halo omits `hasbeenclosed` while it is false (section 4.6).
    return Facts(
        remote_id,
        row.inactive is True,
        as_id(row.client_id),
        is_closed=row.hasbeenclosed is True,
        is_opportunity=row.is_opportunity if isinstance(row.is_opportunity, bool) else None,
        ticket_type=as_id(row.tickettype_id),
        opened=row.dateoccurred,
    )


def _contract(row: Any, remote_id: int) -> Facts:
    is_active = row.active if isinstance(row.active, bool) else None
    return Facts(remote_id, row.inactive is True, as_id(row.client_id), is_active_contract=is_active)


def _id_if_sent(value: Any) -> int | None:
    """Parse an id; 0 for none, and None if the key is missing, which means that the row is incomplete."""
    return None if value is UNSET else as_id(value) or 0


_Kind = tuple[Callable[[bytes | msgspec.Raw], Any], Callable[[Any, int], Facts]]


def _kind(facts_of: Callable[[Any, int], Facts], *keys: str) -> _Kind:
    row = msgspec.defstruct("Row", [(key, Any, UNSET) for key in ("id", "inactive", *keys)])
    return msgspec.json.Decoder(row).decode, facts_of


_KINDS: Final[Mapping[str, _Kind]] = {
    "clients": _kind(_client, "toplevel_id", "customer_relationship"),
    "sites": _kind(_belonging_to_client, "client_id"),
    "contacts": _kind(_contact, "client_id", "isserviceaccount", "name"),
    "products": _kind(_product, "assetgroup_id"),
    "assets": _kind(_asset, "client_id", "assettype_id"),
    "opportunities": _kind(
        _opportunity, "client_id", "hasbeenclosed", "dateoccurred", "is_opportunity", "tickettype_id"
    ),
    "contracts": _kind(_contract, "client_id", "active"),
}
