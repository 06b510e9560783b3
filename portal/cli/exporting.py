"""The two forms in which records leave the portal."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from typing import IO, Final

from portal.models.records import Record
from portal.services import records

# A spreadsheet would run a cell that starts so as a formula; an apostrophe makes it text again.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def as_json_lines(found: Iterable[Record], output: IO[str]) -> None:
    """Write one JSON document a line: the columns and the whole payload."""
    for record in found:
        output.write(json.dumps(records.as_document(record), ensure_ascii=False, default=str) + "\n")


def as_csv(found: Iterable[Record], output: IO[str]) -> None:
    """Write a heading and one line a record, without the payload, safe to open in a spreadsheet."""
    lines = csv.writer(output, lineterminator="\n")
    lines.writerow(records.COLUMN_NAMES)
    for record in found:
        lines.writerow([_harmless(value) for value in records.as_row(record).values()])


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
