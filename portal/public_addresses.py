"""Decides whether an address is on the public internet, which excludes IANA's special-purpose ranges.

The tables are IANA's complete special-purpose registries, including the few ranges that are globally reachable: no
PSA is in any of them. https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Final

SPECIAL_IPV4: Final[Mapping[str, str]] = {
    "0.0.0.0/8": "this network",
    "10.0.0.0/8": "private use",
    "100.64.0.0/10": "shared address space of carriers",
    "127.0.0.0/8": "loopback",
    "169.254.0.0/16": "link-local, where clouds keep their metadata",
    "172.16.0.0/12": "private use",
    "192.0.0.0/24": "IETF protocol assignments",
    "192.0.2.0/24": "documentation (TEST-NET-1)",
    "192.31.196.0/24": "AS112-v4",
    "192.52.193.0/24": "AMT",
    "192.88.99.0/24": "6to4 relay anycast, deprecated",
    "192.168.0.0/16": "private use",
    "192.175.48.0/24": "direct delegation AS112 service",
    "198.18.0.0/15": "benchmarking",
    "198.51.100.0/24": "documentation (TEST-NET-2)",
    "203.0.113.0/24": "documentation (TEST-NET-3)",
    "240.0.0.0/4": "reserved, with limited broadcast",
    # In registries of their own, or in none:
    "224.0.0.0/4": "multicast",
    "168.63.129.16/32": "Azure's metadata and DNS, for the machines in it",
}
# All global unicast addresses. Special ranges outside of it need no row: ::1, IPv4-mapped, NAT64, discard-only, SRv6,
# unique local, link-local, site-local, multicast, and everything not yet assigned.
GLOBAL_UNICAST_IPV6: Final = ipaddress.IPv6Network("2000::/3")
SPECIAL_IPV6: Final[Mapping[str, str]] = {
    "2001::/23": "IETF protocol assignments: Teredo, benchmarking, AMT, AS112-v6, ORCHID, drones and others",
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4, which carries an IPv4 address",
    "2620:4f:8000::/48": "direct delegation AS112 service",
    "3fff::/20": "documentation",
}
_IPV4_NETWORKS: Final = tuple(map(ipaddress.IPv4Network, SPECIAL_IPV4))
_IPV6_NETWORKS: Final = tuple(map(ipaddress.IPv6Network, SPECIAL_IPV6))


def is_public(text: str) -> bool:
    """Whether this address, as returned by a name look-up, is on the public internet."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _IPV4_NETWORKS)
    return address in GLOBAL_UNICAST_IPV6 and not any(address in network for network in _IPV6_NETWORKS)
