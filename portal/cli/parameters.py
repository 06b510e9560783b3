"""Parameter types and options that several commands share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from portal.services.pages import record_lists
from portal.sync.record_types import RecordType

account_option = click.option("--account", required=True, help="Name of the account.")
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
RECORD_TYPE = click.Choice(RecordType, case_sensitive=False)


class RecordTypes(click.ParamType[list[RecordType]]):
    """A comma-separated list of record types."""

    name = "types"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[RecordType]:
        if not isinstance(value, str):
            return list(value)
        try:
            return [RecordType(name.strip()) for name in value.split(",")]
        except ValueError:
            known = ", ".join(record_type.value for record_type in RecordType)
            self.fail(f"{value!r} isn't a list of record types. Choose from {known}.", param, ctx)


RECORD_TYPES = RecordTypes()


class CommaSeparated(click.ParamType[list[Any]]):
    """A comma-separated list of values of another type."""

    def __init__(self, each: click.ParamType[Any]) -> None:
        self.each = each
        self.name = f"{each.name},…"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[Any]:
        parts = value.split(",") if isinstance(value, str) else value
        return [self.each.convert(part.strip() if isinstance(part, str) else part, param, ctx) for part in parts]


class RecordNumber(click.ParamType[tuple[RecordType | None, int]]):
    """One record: TYPE:ID, or only its number if the type is optional."""

    name = "record"

    def __init__(self, *, typed: bool) -> None:
        self.typed = typed

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[RecordType | None, int]:
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]  # converted before
        name, _, digits = value.rpartition(":")
        number = record_lists.as_number(digits)
        if number is None or (self.typed and not name):
            self.fail(f"{value!r} isn't a record. Use a value such as assets:123.", param, ctx)
        return (RECORD_TYPE.convert(name, param, ctx) if name else None), number


def utc(moment: datetime | None) -> datetime | None:
    """Interpret a moment entered by the user as UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None else None
