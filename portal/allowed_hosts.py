"""Parses PORTAL_OUTBOUND_ALLOW, whose entries are host, host:port, [fd00::5] or [fd00::5]:8443."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

LARGEST_PORT: Final = 65535
_ENTRY: Final = re.compile(r"(?P<host>\[[^\]]+\]|[^\s/*:\[\]]+)(?::(?P<port>[0-9]{1,5}))?")


def parsed(text: str) -> frozenset[str]:
    """Parse the list into the notation of `name_of`. Raises ValueError with the first invalid entry."""
    return frozenset(_entry(entry.strip().lower()) for entry in text.split(",") if entry.strip())


def name_of(host: str, port: int | None = None) -> str:
    """Return a host in the notation used for comparison: IPv6 addresses are compressed and in brackets."""
    if is_ipv6(host):
        host = f"[{ipaddress.IPv6Address(host)}]"
    return host if port is None else f"{host}:{port}"


def is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _entry(text: str) -> str:
    if is_ipv6(text):  # without brackets, so there is no port
        return name_of(text)
    match = _ENTRY.fullmatch(text)
    if match is None or int(match["port"] or 1) not in range(1, LARGEST_PORT + 1):
        raise ValueError(text)
    host = match["host"].strip("[]")
    if match["host"].startswith("[") and not is_ipv6(host):
        raise ValueError(text)
    return name_of(host, int(match["port"]) if match["port"] else None)
