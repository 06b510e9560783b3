"""The stored records: a list for each type. record_page.py adds the page of each record."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from portal.routes.dashboard import record_list
from portal.routes.web import current
from portal.sync.record_types import RecordType

bp = Blueprint("records", __name__, url_prefix="/integrations/<psa:psa>/records/<record_type:record_type>")


@bp.get("")
def index(record_type: RecordType) -> ResponseReturnValue:
    return record_list.answer(current.readable_integration(), record_type)


@bp.get("/status-options")
def status_options(record_type: RecordType) -> str:
    return record_list.status_options(current.readable_integration(), record_type)


@bp.get("/export.<any(csv, jsonl):form>")
def download(record_type: RecordType, form: str) -> Response:
    """Download exactly the records of the filtered list."""
    return record_list.download(current.readable_integration(), record_type, form)
