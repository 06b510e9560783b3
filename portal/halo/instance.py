"""What a Halo tells anybody of itself (halo-api.md section 0)."""

from __future__ import annotations

from typing import Final

import msgspec

from portal.json_errors import JSON_ERRORS
from portal.outbound import Answer

LONGEST: Final = 40


class _InstanceInfo(msgspec.Struct):
    app_version: str = ""


def version(answer: Answer) -> str:
    """Return the version in an answer of /api/InstanceInfo, empty where there is none."""
    try:
        return msgspec.json.decode(answer.body, type=_InstanceInfo).app_version[:LONGEST]
    except JSON_ERRORS:
        return ""
