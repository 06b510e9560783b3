"""The columns that a list of records can show: those that sort it, and the record fields of the type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal.models.records import Record
from portal.record_fields import FIELDS, Field, Kind, RecordFields, Value
from portal.services.pages.record_details import fields_of
from portal.services.pages.record_lists import Order
from portal.sync.record_types import RecordType

GENERAL: Final = "General"


@dataclass(frozen=True)
class Column:
    """`order` is how the list is sorted by this column, None if it can't be. `is_field` means a record field."""

    name: str
    label: str
    kind: Kind
    order: Order | None = None
    is_field: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Row:
    """A record, and its values by column; a column without a value is missing."""

    record: Record
    values: Mapping[str, Value]


# What the reference and the status of a type are, where they have a name of their own. Each replaces the field.
REFERENCES: Final = {"contacts": ("email", "Email", Kind.EMAIL), "products": ("code", "Code", Kind.TEXT)}
STATUSES: Final = {
    "contacts": ("job_title", "Job title", Kind.TEXT),
    "products": ("group", "Group", Kind.TEXT),
    "opportunities": ("stage", "Stage", Kind.TEXT),
}
NAME: Final = Column("name", "Name", Kind.TEXT, Order.NAME)
NUMBER: Final = Column("number", "Number", Kind.NUMBER, Order.NUMBER)
CLIENT: Final = Column("client", "Client", Kind.REFERENCE, Order.CLIENT)
CHANGED: Final = Column("changed_here", "Last changed", Kind.MOMENT, Order.CHANGED)
# Types whose records have neither a client nor, in some PSAs, a status.
WITHOUT_CLIENT: Final = frozenset({"clients", "products"})

DEFAULTS: Final[Mapping[str, tuple[str, ...]]] = {
    "clients": ("reference", "status", "account_manager", "active", "number", "changed_here"),
    "sites": ("client", "address", "phone", "active", "number", "changed_here"),
    "contacts": ("client", "email", "phone", "job_title", "number", "changed_here"),
    "products": ("code", "group", "price", "recurring", "number", "changed_here"),
    "assets": ("client", "type", "serial_number", "status", "number", "changed_here"),
    "opportunities": ("client", "stage", "value_once", "expected_close", "number", "changed_here"),
    "contracts": ("client", "status", "starts", "ends", "number", "changed_here"),
}


def available(record_type: RecordType) -> dict[str, Column]:
    """Return the columns that the list can show besides the name, by name, in the order in which it shows them."""
    reference, status = _reference(record_type), _status(record_type)
    first = () if record_type in WITHOUT_CLIENT else (CLIENT,)
    typed = {each.name: each for each in (*first, reference, status, NUMBER)}
    fields = (typed.get(each.name) or _of_field(each) for each in FIELDS[record_type] if each.name != NAME.name)
    ordered = dict.fromkeys((*first, *fields, reference, status))
    ordered.pop(NUMBER, None)
    return {each.name: each for each in (*ordered, NUMBER, CHANGED)}


def chosen(record_type: RecordType, names: Iterable[str]) -> list[Column]:
    """Return the columns of these names, the name first; the usual ones if there is none of these names."""
    known, wanted = available(record_type), set(names)
    found = [each for name, each in known.items() if name in wanted]
    return [NAME, *(found or [known[name] for name in DEFAULTS[record_type]])]


def sorted_by(record_type: RecordType, order: Order) -> Column:
    """Return the column that an order sorts by."""
    return next(each for each in (NAME, CLIENT, *available(record_type).values()) if each.order is order)


def rows(records: Iterable[Record], columns: list[Column]) -> list[Row]:
    """Compute the values of these columns. Payloads are parsed only if a column needs them."""
    needs_fields = any(each.is_field for each in columns)
    return [
        Row(each, _values(each, columns, fields_of(each) if needs_fields else RecordFields())) for each in records
    ]


def _values(record: Record, columns: list[Column], fields: RecordFields) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for column in columns:
        value = fields.values.get(column.name) if column.is_field else _typed(record, column)
        if value is not None and value != "":
            found[column.name] = value
    return found


def _typed(record: Record, column: Column) -> Any:
    match column.order:
        case Order.NAME:
            return record.name
        case Order.NUMBER:
            return record.remote_id
        case Order.CLIENT:
            return record.client_name
        case Order.REFERENCE:
            return record.reference
        case Order.STATUS:
            return record.status
    return record.changed_at


def _reference(record_type: RecordType) -> Column:
    return Column(*REFERENCES.get(record_type, ("reference", "Reference", Kind.TEXT)), Order.REFERENCE)


def _status(record_type: RecordType) -> Column:
    return Column(*STATUSES.get(record_type, ("status", "Status", Kind.TEXT)), Order.STATUS)


def _of_field(field: Field) -> Column:
    return Column(field.name, field.label, field.kind, is_field=True, unit=field.unit)
