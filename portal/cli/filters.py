"""`portal filters`: the history of an account's sync filters."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import click

from portal.cli.database_access import with_database
from portal.cli.output import json_option, print_json, print_table
from portal.cli.targets import Target, source_integration, target_options
from portal.models.integrations import Integration
from portal.services.audit import changes
from portal.services.syncing import filter_versions
from portal.services.syncing.filter_versions import Version


@click.group("filters")
def filters_() -> None:
    """Read the history of sync filters."""


@filters_.command()
@target_options
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True)
@json_option
@with_database()
def history(target: Target, limit: int, *, as_json: bool) -> None:
    """List who changed the record types and filters, when and how, newest first."""
    found = list(islice(_newest_first(source_integration(target)), limit))
    if as_json:
        print_json([_report(version) for version in found])
    else:
        print_table(("AT (UTC)", "WHO", "WHAT"), [_line(version) for version in found])


def _newest_first(integration: Integration) -> Iterator[Version]:
    page = filter_versions.page(integration)
    yield from page.rows
    while page.next is not None:
        page = filter_versions.page(integration, before=page.next)
        yield from page.rows


def _line(version: Version) -> tuple[object, ...]:
    what = ": ".join(part for part in (version.why, changes.in_words(version.changes)) if part)
    return f"{version.at:%Y-%m-%d %H:%M:%S}", version.who, what


def _report(version: Version) -> dict[str, Any]:
    return {
        "version": version.id,
        "at": version.at.isoformat(),
        "who": version.who,
        "why": version.why,
        "changes": {name: list(pair) for name, pair in version.changes.items()},
    }
