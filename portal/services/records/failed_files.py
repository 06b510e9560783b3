"""The failed records of a period as a file, streamed batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from portal.db import connected
from portal.models.integrations import Integration
from portal.services.records import failed_records
from portal.services.records.failed_records import FailedFilters, FailedRecord
from portal.services.records.record_files import csv_lines, json_lines

HEADINGS: Final = ["at", "type", "number", "name", "reason", "remedy", "stored_since", "run"]


def as_csv(integration: Integration, filters: FailedFilters) -> Iterator[str]:
    yield ",".join(HEADINGS) + "\n"
    for batch in _batches(integration, filters):
        yield csv_lines(HEADINGS, ({**_document(each), "stored_since": _yes_no(each)} for each in batch))


def as_json_lines(integration: Integration, filters: FailedFilters) -> Iterator[str]:
    for batch in _batches(integration, filters):
        yield json_lines(map(_document, batch))


def _document(failed: FailedRecord) -> dict[str, Any]:
    line = failed.line
    return {
        "at": line.at.isoformat(),
        "type": line.record_type,
        "number": line.remote_id,
        "name": failed.name,
        "reason": line.message,
        "remedy": line.remedy,
        "stored_since": failed.is_stored,
        "run": line.run_id,  # type: ignore[attr-defined]  # Peewee adds it to every foreign key
    }


def _yes_no(failed: FailedRecord) -> str:
    return "yes" if failed.is_stored else "no"


def _batches(integration: Integration, filters: FailedFilters) -> Iterator[list[FailedRecord]]:
    before = None
    while True:
        with connected():
            batch = failed_records.batch(integration, filters, before)
        if not batch:
            return
        yield batch
        before = batch[-1].line.id
