"""What an MSP sees of a record from ConnectWise, computed from the stored payload."""

from __future__ import annotations

from portal.record_fields import RecordFields


def read(record_type: str, payload: str) -> RecordFields:  # noqa: ARG001  # filled in by the next commits
    return RecordFields({})
