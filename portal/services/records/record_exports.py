"""Records in exports and commands: typed columns, record fields, custom fields and the payload."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from portal.models.records import Record
from portal.record_fields import FIELDS
from portal.record_fields.formatting import as_json, as_text, custom_as_json, custom_as_text
from portal.services.pages.record_details import fields_of

# What an export has besides the record fields and the payload.
COLUMNS: Final = (
    Record.record_type,
    Record.remote_id,
    Record.state,
    Record.name,
    Record.client_remote_id,
    Record.client_name,
    Record.site_remote_id,
    Record.reference,
    Record.status,
    Record.is_active,
    Record.remote_updated_at,
    Record.first_seen_at,
    Record.changed_at,
)
COLUMN_NAMES: Final = tuple(column.name for column in COLUMNS)
CUSTOM: Final = "custom_fields"


def as_row(record: Record) -> dict[str, Any]:
    """Return the typed columns by name."""
    return {name: getattr(record, name) for name in COLUMN_NAMES}


def as_document(record: Record) -> dict[str, Any]:
    """Return the typed columns, the record fields, the custom fields and the payload as the PSA sent it."""
    found = fields_of(record)
    fields = {each.name: None for each in FIELDS[record.record_type]}
    fields |= {name: as_json(value) for name, value in found.values.items()}
    custom = custom_as_json(found.custom)
    return {**as_row(record), "fields": fields, CUSTOM: custom, "payload": json.loads(record.payload)}


def headings(record_types: Iterable[str]) -> list[str]:
    """Return the headings of a table with records of these types, each field once."""
    fields = dict.fromkeys(_heading(each.name) for kind in record_types for each in FIELDS[kind])
    return [*COLUMN_NAMES, *fields, CUSTOM]


def as_cells(record: Record) -> dict[str, Any]:
    """Return the cells by heading. Fields that the record does not have are missing."""
    found = fields_of(record)
    fields = {_heading(name): as_text(value) for name, value in found.values.items()}
    return {**as_row(record), **fields, CUSTOM: custom_as_text(found.custom)}


def _heading(name: str) -> str:
    return f"fields.{name}"
