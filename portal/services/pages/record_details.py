"""The record fields on a record's page, in groups and with links to other records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.psa.registry import adapter_of
from portal.record_fields import FIELDS, CustomField, Field, RecordFields, Reference, Value
from portal.services.records import lookup
from portal.sync.record_types import RecordType


@dataclass(frozen=True)
class Target:
    """A stored record that a field refers to."""

    record_type: str
    remote_id: int
    name: str
    state: RecordState


@dataclass(frozen=True)
class ShownField:
    """`target` is the record that a reference points to, None if Scopable does not have it."""

    field: Field
    value: Value
    target: Target | None


@dataclass(frozen=True)
class FieldGroup:
    label: str
    fields: list[ShownField]


@dataclass(frozen=True)
class Details:
    """The fields and groups to show. Fields without a value and empty groups are left out."""

    groups: list[FieldGroup]
    custom: tuple[CustomField, ...]


def fields_of(record: Record) -> RecordFields:
    """Compute the record fields from the stored payload. If it does not yield a client, use the client column."""
    found = adapter_of(record.integration.psa).record_fields(record.record_type, record.payload)
    if "client" in found.values or not record.client_remote_id or record.record_type == "clients":
        return found
    client = Reference("clients", record.client_remote_id, record.client_name)
    return replace(found, values={**found.values, "client": client})


def details(integration: Integration, record: Record) -> Details:
    fields = fields_of(record)
    targets = _targets(integration, fields)
    # The name is already the page's title.
    values = {name: value for name, value in fields.values.items() if value != record.name}
    filled = [each for each in FIELDS[record.record_type] if each.name in values]
    groups = [
        FieldGroup(label, [_shown(each, values[each.name], targets) for each in some])
        for label, some in groupby(filled, key=lambda each: each.group)
    ]
    return Details(groups, fields.custom)


def _shown(field: Field, value: Value, targets: dict[tuple[str | None, int | None], Target]) -> ShownField:
    target = targets.get((value.record_type, value.number)) if isinstance(value, Reference) else None
    return ShownField(field, value, target)


def _targets(integration: Integration, fields: RecordFields) -> dict[tuple[str | None, int | None], Target]:
    """Find the stored records that the fields refer to, in one query."""
    wanted: dict[RecordType, set[int]] = {}
    for value in fields.values.values():
        if isinstance(value, Reference) and value.record_type and value.number:
            wanted.setdefault(RecordType(value.record_type), set()).add(value.number)
    found = lookup.find_several(integration, wanted, Record.name, Record.state)
    return {
        key: Target(each.record_type, each.remote_id, each.name, RecordState(each.state))
        for key, each in found.items()
    }
