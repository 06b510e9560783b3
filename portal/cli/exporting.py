"""The two export formats for records."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from typing import IO

from portal.models.records import Record
from portal.services.records import record_exports
from portal.services.records.spreadsheets import harmless
from portal.terminal import visible, visible_json


def as_json_lines(found: Iterable[Record], output: IO[str]) -> None:
    """Write one JSON document per line: the columns, the fields and the whole payload."""
    for record in found:
        document = json.dumps(record_exports.as_document(record), ensure_ascii=False, default=str)
        output.write(visible_json(document) + "\n")


def as_csv(found: Iterable[Record], record_types: Iterable[str], output: IO[str]) -> None:
    """Write a header and one line per record, without the payload, safe for spreadsheets and terminals."""
    on_screen = output.isatty()
    lines = csv.writer(output, lineterminator="\n")
    headings = record_exports.headings(record_types)
    lines.writerow(headings)
    for record in found:
        cells = record_exports.as_cells(record)
        row = [harmless(cells.get(heading)) for heading in headings]
        lines.writerow([visible(value) if on_screen and isinstance(value, str) else value for value in row])
