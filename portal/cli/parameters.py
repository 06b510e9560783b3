"""Parameters that several commands share."""

from __future__ import annotations

from typing import Any

import click

from portal.models.integrations import Integration
from portal.services import accounts, integrations, records
from portal.sync.record_types import RecordType

account_option = click.option("--account", required=True, help="Name of the account.")
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
            self.fail(f"{value!r} is not a list of record types. Known are {known}.", param, ctx)


RECORD_TYPES = RecordTypes()


class Listed(click.ParamType[list[Any]]):
    """A comma-separated list of what another type understands."""

    def __init__(self, each: click.ParamType[Any]) -> None:
        self.each = each
        self.name = f"{each.name},…"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[Any]:
        parts = value.split(",") if isinstance(value, str) else value
        return [self.each.convert(part.strip() if isinstance(part, str) else part, param, ctx) for part in parts]


def halo_of(account: str) -> Integration:
    """Find the account's connection to Halo; raises NotFound when there is no such account or nothing is set up."""
    return integrations.halo(accounts.get(account))


def source_of(account: str) -> Integration:
    """Find what the account's records were copied from, also after it was disconnected."""
    return records.source(accounts.get(account))
