"""The records of a list as a file, streamed batch by batch: every field, or the columns that the list shows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from portal.db import connected
from portal.models.integrations import Integration
from portal.models.records import Record
from portal.record_fields.formatting import as_json, as_text
from portal.services.pages import record_columns, record_lists
from portal.services.pages.record_columns import NUMBER, Column, Row
from portal.services.pages.record_lists import Wanted
from portal.services.records import record_exports, stored_records
from portal.services.records.spreadsheets import harmless
from portal.terminal import visible_json


def as_json_lines(integration: Integration, wanted: Wanted, columns: list[Column] | None = None) -> Iterator[str]:
    """Yield one JSON document per line: these columns, or the fields and the whole payload."""
    for batch in _batches(integration, wanted):
        if columns is None:
            yield json_lines(record_exports.as_document(record) for record in batch)
        else:
            yield json_lines(_document(row, columns) for row in record_columns.rows(batch, columns))


def as_csv(integration: Integration, wanted: Wanted, columns: list[Column] | None = None) -> Iterator[str]:
    """Yield headings and a line per record as CSV that is safe to open in a spreadsheet, without payloads."""
    if columns is None:
        headings = record_exports.headings([wanted.record_type])
    else:
        headings = list(dict.fromkeys([NUMBER.name, *(each.name for each in columns)]))
    yield ",".join(headings) + "\n"
    for batch in _batches(integration, wanted):
        if columns is None:
            yield csv_lines(headings, map(record_exports.as_cells, batch))
        else:
            yield csv_lines(headings, map(_cells, record_columns.rows(batch, columns)))


def json_lines(documents: Iterable[Mapping[str, Any]]) -> str:
    texts = (json.dumps(each, ensure_ascii=False, default=str) for each in documents)
    return "".join(f"{visible_json(text)}\n" for text in texts)


def csv_lines(headings: list[str], rows: Iterable[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerows([harmless(cells.get(heading)) for heading in headings] for cells in rows)
    return text.getvalue()


def _document(row: Row, columns: list[Column]) -> dict[str, Any]:
    empty = {each.name: None for each in columns}
    return {
        NUMBER.name: row.record.remote_id,
        **empty,
        **{name: as_json(value) for name, value in row.values.items()},
    }


def _cells(row: Row) -> dict[str, Any]:
    return {NUMBER.name: row.record.remote_id, **{name: as_text(value) for name, value in row.values.items()}}


def _batches(integration: Integration, wanted: Wanted) -> Iterator[list[Record]]:
    after = None
    while True:
        # Each batch opens its own connection: the request's is closed before the response has been sent.
        with connected():
            batch = record_lists.batch(integration, wanted, stored_records.BATCH, after)
        if not batch:
            return
        yield batch
        after = batch[-1].remote_id
