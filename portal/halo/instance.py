"""Public information about a Halo instance (halo-api.md section 0)."""

from __future__ import annotations

from typing import Final

import msgspec

from portal.json_errors import JSON_ERRORS
from portal.outbound import Response

LONGEST_VERSION: Final = 40


class _InstanceInfo(msgspec.Struct):
    app_version: str = ""


def version(response: Response) -> str:
    """Return the version in a response of /api/InstanceInfo, or an empty string."""
    try:
        return msgspec.json.decode(response.body, type=_InstanceInfo).app_version[:LONGEST_VERSION]
    except JSON_ERRORS:
        return ""
