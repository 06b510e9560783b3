"""The network that a request comes from, for rate limits: a single IPv4 address, or an IPv6 /64."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

# Every rented server or line has at least 2^64 addresses, so a single IPv6 address does not identify its owner.
IPV6_PREFIX: Final = 64
# Some proxies write the port into X-Forwarded-For.
WITH_PORT: Final = re.compile(r"\[(?P<v6>[^\]]+)\](:\d+)?|(?P<v4>[\d.]+):\d+")


def network_of(address: str | None) -> str:
    """Return the network that requests from `address` are counted under; "unknown" if there is no valid address."""
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
