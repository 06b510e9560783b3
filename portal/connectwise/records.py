"""Extracts the searchable columns from rows of the seven lists (connectwise-api.md section 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from portal.connectwise.facts import is_active_contract, is_closed, is_inactive, is_inactive_client
from portal.connectwise.values import as_text, id_of, moment_in, name_of
from portal.json_errors import JSON_ERRORS


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


def _no_others(_: Any) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Shape:
    """How to read the columns that differ by type from a row; `keys` are all that this needs."""

    keys: tuple[str, ...]
    name: Callable[[Any], str]
    reference: Callable[[Any], str]
    status: Callable[[Any], str]
    is_active: Callable[[Any], bool | None]
    others: Callable[[Any], tuple[str, ...]] = _no_others


def _contact_name(row: Any) -> str:
    return " ".join(filter(None, (as_text(row.firstName), as_text(row.lastName)))) or _email(row)


def _email(row: Any) -> str:
    """Return the default e-mail address of a contact, or else its first one."""
    mails = sorted(_emails(row), key=lambda each: each.get("defaultFlag") is not True)
    return next((text for each in mails if (text := as_text(each.get("value")))), "")


def _emails(row: Any) -> Iterator[Mapping[str, Any]]:
    for each in row.communicationItems if isinstance(row.communicationItems, list) else ():
        if isinstance(each, dict) and as_text(each.get("communicationType")).lower() == "email":
            yield each


def _first(row: Any, *keys: str) -> str:
    for key in keys:
        if text := as_text(getattr(row, key)):
            return text
    return ""


SHAPES: Final[Mapping[str, Shape]] = {
    "clients": Shape(
        ("name", "identifier", "status", "deletedFlag"),
        name=lambda row: _first(row, "name", "identifier"),
        reference=lambda row: as_text(row.identifier),
        status=lambda row: name_of(row.status),
        is_active=lambda row: not is_inactive_client(row.status, row.deletedFlag),
    ),
    "sites": Shape(
        ("name", "phoneNumber", "inactiveFlag", "inactive"),
        name=lambda row: as_text(row.name),
        reference=lambda row: as_text(row.phoneNumber),
        status=lambda _: "",
        is_active=lambda row: not is_inactive(row),
    ),
    "contacts": Shape(
        ("firstName", "lastName", "communicationItems", "title", "inactiveFlag", "inactive"),
        name=_contact_name,
        reference=_email,
        status=lambda row: as_text(row.title),
        is_active=lambda row: not is_inactive(row),
        others=lambda row: tuple(as_text(each.get("value")) for each in _emails(row)),
    ),
    # A product has no name: its description is what people call it, and its identifier is its code.
    "products": Shape(
        ("description", "identifier", "category", "inactiveFlag", "inactive"),
        name=lambda row: _first(row, "description", "identifier"),
        reference=lambda row: as_text(row.identifier),
        status=lambda row: name_of(row.category),
        is_active=lambda row: not is_inactive(row),
    ),
    "assets": Shape(
        ("name", "serialNumber", "tagNumber", "deviceIdentifier", "status", "activeFlag"),
        name=lambda row: _first(row, "name", "tagNumber", "serialNumber"),
        reference=lambda row: _first(row, "serialNumber", "tagNumber", "deviceIdentifier"),
        status=lambda row: name_of(row.status),
        is_active=lambda row: row.activeFlag is not False,
        others=lambda row: (as_text(row.serialNumber), as_text(row.tagNumber), as_text(row.deviceIdentifier)),
    ),
    "opportunities": Shape(
        ("name", "customerPO", "stage", "status", "closedDate"),
        name=lambda row: as_text(row.name),
        reference=lambda row: as_text(row.customerPO),
        status=lambda row: name_of(row.stage) or name_of(row.status),
        is_active=lambda row: not is_closed(row.status, row.closedDate),
    ),
    "contracts": Shape(
        (
            *("name", "type", "agreementStatus", "cancelledFlag"),
            *("startDate", "endDate", "noEndingDateFlag"),
        ),
        name=lambda row: as_text(row.name),
        reference=lambda row: name_of(row.type),
        status=lambda row: name_of(row.agreementStatus),
        is_active=is_active_contract,
    ),
}
COMMON: Final = ("company", "site", "_info")


def _reader(shape: Shape) -> msgspec.json.Decoder[Any]:
    """Make a decoder for the keys of the shape only: skipping the others is several times faster."""
    keys = dict.fromkeys((*COMMON, *shape.keys))
    return msgspec.json.Decoder(msgspec.defstruct("Row", [(key, Any, None) for key in keys]))


_READERS: Final = {record_type: _reader(shape) for record_type, shape in SHAPES.items()}
SHOWN: Final = {record_type: frozenset((*COMMON, *shape.keys)) for record_type, shape in SHAPES.items()}


def columns(record_type: str, payload: bytes) -> Columns:
    """Parse the typed columns; values of the wrong type count as empty. Raises ValueError for invalid JSON."""
    try:
        row = _READERS[record_type].decode(payload)
    except JSON_ERRORS as error:
        raise ValueError("ConnectWise sent a record that can't be read.") from error
    shape = SHAPES[record_type]
    return Columns(
        name=shape.name(row),
        client_remote_id=None if record_type == "clients" else id_of(row.company),
        client_name="" if record_type == "clients" else name_of(row.company),
        site_remote_id=id_of(row.site),
        reference=shape.reference(row),
        status=shape.status(row),
        is_active=shape.is_active(row),
        remote_updated_at=moment_in(row._info, "lastUpdated"),
        other_texts=shape.others(row),
    )
