"""All records of a type as a file, streamed line by line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from portal.db import connected
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.services.records import record_exports, stored_records
from portal.services.records.spreadsheets import harmless
from portal.sync.record_types import RecordType
from portal.terminal import visible_json


def as_json_lines(integration: Integration, record_type: RecordType, state: RecordState) -> Iterator[str]:
    """Yield one JSON document per line: the columns, the fields and the whole payload."""
    for batch in _batches(integration, record_type, state):
        documents = (record_exports.as_document(record) for record in batch)
        texts = (json.dumps(each, ensure_ascii=False, default=str) for each in documents)
        yield "".join(f"{visible_json(text)}\n" for text in texts)


def as_csv(integration: Integration, record_type: RecordType, state: RecordState) -> Iterator[str]:
    """Yield a heading and a line per record, without payloads, as CSV that is safe to open in a spreadsheet."""
    headings = record_exports.headings([record_type])
    yield ",".join(headings) + "\n"
    for batch in _batches(integration, record_type, state):
        text = io.StringIO()
        lines = csv.writer(text, lineterminator="\n")
        for record in batch:
            cells = record_exports.as_cells(record)
            lines.writerow([harmless(cells.get(heading)) for heading in headings])
        yield text.getvalue()


def _batches(integration: Integration, record_type: RecordType, state: RecordState) -> Iterator[list[Record]]:
    after = None
    while True:
        # Each batch opens its own connection: the request's is closed before the response has been sent.
        with connected():
            batch = stored_records.batch(integration, record_type, state, after)
        if not batch:
            return
        yield batch
        after = batch[-1].remote_id
