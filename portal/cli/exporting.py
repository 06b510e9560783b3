"""The two forms in which records leave the portal."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from typing import IO

from portal.models.records import Record
from portal.services import records
from portal.services.spreadsheets import harmless
from portal.terminal import visible, visible_json


def as_json_lines(found: Iterable[Record], output: IO[str]) -> None:
    """Write one JSON document a line: the columns and the whole payload."""
    for record in found:
        document = json.dumps(records.as_document(record), ensure_ascii=False, default=str)
        output.write(visible_json(document) + "\n")


def as_csv(found: Iterable[Record], output: IO[str]) -> None:
    """Write a heading and one line a record, without the payload, safe to open in a spreadsheet and to look at."""
    on_screen = output.isatty()
    lines = csv.writer(output, lineterminator="\n")
    lines.writerow(records.COLUMN_NAMES)
    for record in found:
        row = [harmless(value) for value in records.as_row(record).values()]
        lines.writerow([visible(value) if on_screen and isinstance(value, str) else value for value in row])
