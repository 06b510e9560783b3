"""Where a request comes from, as limits count it: one IPv4 address, or one /64 of IPv6."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

# Whoever rents a server or a line gets 2^64 addresses or more, so one IPv6 address says nothing about its owner.
IPV6_PREFIX: Final = 64
# Some proxies write the port into X-Forwarded-For.
WITH_PORT: Final = re.compile(r"\[(?P<v6>[^\]]+)\](:\d+)?|(?P<v4>[\d.]+):\d+")


def network_of(address: str | None) -> str:
    """Return what requests from `address` are counted under; "unknown" where nothing tells the address."""
    text = (address or "").strip()
    if match := WITH_PORT.fullmatch(text):
        text = match["v6"] or match["v4"]
    try:
        parsed = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((parsed, IPV6_PREFIX), strict=False))
