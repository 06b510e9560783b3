"""Output of commands: tables for people, JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from portal.terminal import visible, visible_json

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")(command)


def say(text: str, *, err: bool = False) -> None:
    """Print a text that may contain foreign names and messages."""
    click.echo(visible(text, keep="\n"), err=err)


def print_json(value: Any) -> None:
    click.echo(visible_json(json.dumps(value, indent=2, ensure_ascii=False, default=str)))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print aligned columns, or a note if there are no rows."""
    if not rows:
        say("Nothing to show.")
        return
    lines = [headings, *([visible(str(cell)) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        say("  ".join(padded).rstrip())
