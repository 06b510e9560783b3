"""Halo's responses altered by faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from portal.sandbox import fault_answers
from portal.sandbox.faults import Fault
from portal.sandbox.halo.auth import INVALID_CLIENT
from portal.sandbox.halo.lists import ListAnswer
from portal.sandbox.halo.rate_limit import refusal
from portal.sandbox.halo.row_faults import ROW_FAULTS
from portal.sandbox.halo.settings import Knobs
from portal.sandbox.http import Response, json_response


def replacement_for(fault: Fault, knobs: Knobs, now: float) -> Response | None:
    """Return the replacement for Halo's response; None for faults that keep or merely alter it."""
    if fault.what == "refused_client":
        return json_response(INVALID_CLIENT, status=400 if fault.status == 400 else 401)
    if fault.what == "rate_limit":
        return refusal(knobs, fault.seconds, now)
    return fault_answers.replacement_for(fault)


def corrupted_list(page: ListAnswer, faults: Sequence[Fault]) -> ListAnswer:
    for fault in faults:
        if fault.what == "lying_count":
            page = replace(page, record_count=(page.record_count or 0) + (fault.size or 7))
        if fault.what == "no_rows":
            page = replace(page, rows=[], record_count=0)
        if fault.what == "null_list":
            page = replace(page, rows=[], is_null=True)
        corrupt = ROW_FAULTS.get(fault.what)
        if corrupt:
            rows = [msgspec.json.decode(row) for row in page.rows]
            corrupt(rows)
            page = replace(page, rows=[msgspec.json.encode(row) for row in rows])
    return page


def corrupted_fields(fields: dict[str, Any], faults: Sequence[Fault]) -> dict[str, Any]:
    for fault in faults:
        corrupt = ROW_FAULTS.get(fault.what)
        if corrupt:
            rows = [fields]
            corrupt(rows)
            fields = rows[0]
    return fields
