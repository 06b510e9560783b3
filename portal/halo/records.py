"""Extracts the searchable columns from rows of the seven lists (halo-api.md section 4).

Halo omits nulls, writes ids as 21.0 or "21", and has sentinels for "none", so no type is taken for granted here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from portal.halo.record_fields.assets import serial_number
from portal.json_errors import JSON_ERRORS
from portal.record_fields.values import as_id, as_moment

MAX_TEXT: Final = 255


@dataclass(slots=True)
class Columns:
    """The searchable columns. Texts have at most 255 characters and no NUL."""

    name: str
    client_remote_id: int | None
    client_name: str
    site_remote_id: int | None
    reference: str
    status: str
    is_active: bool | None
    remote_updated_at: datetime | None
    other_texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """Which keys of a row hold which column. The first key with a value is used; of `others`, all are."""

    name: tuple[str, ...] = ("name",)
    reference: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    has_state: bool = True


SHAPES: Final[Mapping[str, Shape]] = {
    "clients": Shape(
        reference=("ref", "accountsid"),
        status=("customer_relationship_list",),
        updated=("alastupdate",),
        others=("accountsid",),
    ),
    "sites": Shape(reference=("ref", "phonenumber"), updated=("slastupdate",)),
    "contacts": Shape(
        reference=("emailaddress", "email2", "login"),
        status=("title",),
        updated=("ulastupdate",),
        others=("email2", "email3", "login"),
    ),
    # Item has no `inactive`, although its list can include inactive rows (section 4.4).
    "products": Shape(
        reference=("internalreference", "externalreference", "supplier_part_code"),
        status=("assetgroup_name",),
        updated=("lastmodified",),
        others=("externalreference", "supplier_part_code"),
        has_state=False,
    ),
    # Assets have no name; people identify them by their tag (section 4.5).
    "assets": Shape(
        name=("inventory_number", "key_field"),
        reference=("key_field3", "key_field"),
        status=("status_name",),
        updated=("dlastupdate", "last_modified"),
        others=("key_field", "key_field2", "key_field3"),
    ),
    "opportunities": Shape(
        name=("summary",),
        reference=("oppcompanyname",),
        status=("pipeline_stage_name", "status_name"),
        updated=("last_update", "lastupdate"),
    ),
    "contracts": Shape(
        name=("refextra", "ref"), reference=("ref",), status=("contract_status",), updated=("last_modified",)
    ),
}


def _keys(shape: Shape) -> dict[str, None]:
    common = ("active", "inactive", "client_id", "client_name", "site_id", "site_id_int")
    return dict.fromkeys((*common, *shape.name, *shape.reference, *shape.status, *shape.updated, *shape.others))


def _reader(shape: Shape) -> msgspec.json.Decoder[Any]:
    """Make a decoder for the keys of the shape only: skipping the others is several times faster."""
    keys = (*_keys(shape), "fields")
    return msgspec.json.Decoder(msgspec.defstruct("Row", [(key, Any, None) for key in keys]))


_READERS: Final = {record_type: _reader(shape) for record_type, shape in SHAPES.items()}


SHOWN: Final = {record_type: frozenset(_keys(shape)) for record_type, shape in SHAPES.items()}


def columns(record_type: str, payload: bytes) -> Columns:
    """Parse the typed columns; values of the wrong type count as empty. Raises ValueError for invalid JSON."""
    try:
        row = _READERS[record_type].decode(payload)
    except JSON_ERRORS as error:
        raise ValueError("Halo sent a record that can't be read.") from error
    shape = SHAPES[record_type]
    active = row.active if isinstance(row.active, bool) else row.inactive is not True
    return Columns(
        name=_first(row, shape.name),
        client_remote_id=None if record_type == "clients" else as_id(row.client_id),
        client_name=_text(row.client_name),
        site_remote_id=as_id(row.site_id_int) or as_id(row.site_id),
        reference=_first(row, shape.reference),
        status=_first(row, shape.status),
        is_active=active if shape.has_state else None,
        remote_updated_at=next((moment for key in shape.updated if (moment := as_moment(getattr(row, key)))), None),
        other_texts=_other_texts(record_type, row, shape),
    )


def _other_texts(record_type: str, row: Any, shape: Shape) -> tuple[str, ...]:
    found = [text for key in shape.others if (text := _text(getattr(row, key)))]
    if record_type == "assets" and (serial := serial_number(row.fields)):
        found.append(serial)
    return tuple(found)


def _first(row: Any, keys: tuple[str, ...]) -> str:
    for key in keys:
        if text := _text(getattr(row, key)):
            return text
    return ""


def _text(value: Any) -> str:
    return value.replace("\0", "").strip()[:MAX_TEXT] if isinstance(value, str) else ""
