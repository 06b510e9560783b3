"""What a Halo tells anybody of itself (halo-api.md section 0)."""

from __future__ import annotations

from typing import Final

import msgspec

from portal.json_errors import JSON_ERRORS
from portal.outbound import Response

LONGEST: Final = 40


class _InstanceInfo(msgspec.Struct):
    app_version: str = ""


def version(response: Response) -> str:
    """Return the version in an answer of /api/InstanceInfo, empty where there is none."""
    try:
        return msgspec.json.decode(response.body, type=_InstanceInfo).app_version[:LONGEST]
    except JSON_ERRORS:
        return ""
