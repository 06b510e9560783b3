"""What ConnectWise says about itself at /system/info, which takes a login (connectwise-api.md section 3)."""

from __future__ import annotations

from typing import Final

import msgspec

from portal.json_errors import JSON_ERRORS
from portal.outbound import CallLimits, Response

PATH: Final = "system/info"
LIMITS: Final = CallLimits(seconds=15, size=1024 * 1024)
LONGEST_VERSION: Final = 40


class _SystemInfo(msgspec.Struct):
    version: str


def version(response: Response) -> str | None:
    """Return the version in a response; None for any other response."""
    if response.status != 200:
        return None
    try:
        return msgspec.json.decode(response.body, type=_SystemInfo).version[:LONGEST_VERSION]
    except JSON_ERRORS:
        return None
