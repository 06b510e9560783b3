"""What ConnectWise says about itself at /system/info, which takes a login (connectwise-api.md section 3)."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from portal.json_errors import JSON_ERRORS
from portal.outbound import CallLimits, Response

PATH: Final = "system/info"
LIMITS: Final = CallLimits(seconds=15, size=1024 * 1024)
LONGEST_VERSION: Final = 40


class _SystemInfo(msgspec.Struct, rename="camel"):
    version: str | None = None
    is_cloud: Any = None
    cloud_region: Any = None
    server_time_zone: Any = None


def version(response: Response) -> str | None:
    """Return the version in a response, empty if it is missing; None for any other response."""
    if response.status != 200:
        return None
    try:
        found = msgspec.json.decode(response.body, type=_SystemInfo)
    except JSON_ERRORS:
        return None
    is_connectwise = any(getattr(found, key) is not None for key in found.__struct_fields__)
    return (found.version or "")[:LONGEST_VERSION] if is_connectwise else None
