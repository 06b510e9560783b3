"""The two forms in which records leave the portal."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from typing import IO

from portal.models.records import Record
from portal.services import records
from portal.services.spreadsheets import harmless


def as_json_lines(found: Iterable[Record], output: IO[str]) -> None:
    """Write one JSON document a line: the columns and the whole payload."""
    for record in found:
        output.write(json.dumps(records.as_document(record), ensure_ascii=False, default=str) + "\n")


def as_csv(found: Iterable[Record], output: IO[str]) -> None:
    """Write a heading and one line a record, without the payload, safe to open in a spreadsheet."""
    lines = csv.writer(output, lineterminator="\n")
    lines.writerow(records.COLUMN_NAMES)
    for record in found:
        lines.writerow([harmless(value) for value in records.as_row(record).values()])
