"""Public addresses: none in IANA's special-purpose ranges, and none that embeds another address."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.public_addresses import SPECIAL_IPV4, SPECIAL_IPV6, is_public

# Both registries row by row, as IANA published them in 2025.
IPV4_REGISTRY = """
    0.0.0.0/8 0.0.0.0/32 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.0.0/29 192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/32 192.0.0.171/32 192.0.2.0/24
    192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.88.99.2/32 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15
    198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 255.255.255.255/32
""".split()  # noqa: SIM905  # as a list they would fill many lines
IPV6_REGISTRY = """
    ::1/128 ::/128 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001::/32
    2001:1::1/128 2001:1::2/128 2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48 2001:10::/28 2001:20::/28
    2001:30::/28 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10
""".split()  # noqa: SIM905  # as a list they would fill many lines
# Multicast has registries of its own; the others are in none, or were taken back.
BESIDE_THEM = ["224.0.0.0/4", "168.63.129.16/32", "ff00::/8", "fec0::/10", "::/96", "::ffff:0:0:0/96", "4000::/3"]
NEIGHBOURS = """
    9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15 168.63.129.17
    169.253.255.255 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.88.98.255 192.88.100.0
    192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 203.0.112.255 223.255.255.255 93.184.215.14 8.8.8.8
    2001:200:: 2001:db7:ffff:: 2001:db9:: 2003:: 2620:4f:7fff:: 2620:4f:8001:: 3ffe:: 2606:4700:4700::1111
    2a00:1450:4001:82b::200e
""".split()  # noqa: SIM905  # as a list they would fill many lines
PRIVATE_IPV4 = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "168.63.129.16"]


@pytest.mark.parametrize("network", [*IPV4_REGISTRY, *IPV6_REGISTRY, *BESIDE_THEM])
def test_no_special_purpose_address_is_public(network: str) -> None:
    parsed = ipaddress.ip_network(network)
    assert not any(is_public(str(parsed[place])) for place in (0, parsed.num_addresses // 2, -1))


@pytest.mark.parametrize("address", NEIGHBOURS)
def test_their_neighbours_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("inside", [*PRIVATE_IPV4, "8.8.8.8"])
@pytest.mark.parametrize("prefix", ["::", "::ffff:", "::ffff:0:", "64:ff9b::", "64:ff9b:1::"])
def test_an_ipv6_address_that_embeds_an_ipv4_address_is_not_public(prefix: str, inside: str) -> None:
    assert not is_public(f"{prefix}{inside}")


@pytest.mark.parametrize("inside", PRIVATE_IPV4)
def test_6to4_and_teredo_addresses_are_not_public(inside: str) -> None:
    number = int(ipaddress.IPv4Address(inside))
    assert not is_public(str(ipaddress.IPv6Address((0x2002 << 112) + (number << 80) + 1)))
    assert not is_public(str(ipaddress.IPv6Address((0x20010000 << 96) + (number ^ 0xFFFFFFFF))))


def test_an_address_with_an_interface_is_judged_without_it() -> None:
    assert is_public("2606:4700:4700::1111%eth0")
    assert not is_public("fe80::1%eth0")


def test_the_tables_are_consistent() -> None:
    assert all(ipaddress.IPv4Network(network) and name for network, name in SPECIAL_IPV4.items())
    assert all(ipaddress.IPv6Network(network) and name for network, name in SPECIAL_IPV6.items())


@given(st.ip_addresses())
def test_what_is_public_here_python_calls_global_too(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_public(str(address)):
        assert address.is_global
        assert not address.is_multicast
