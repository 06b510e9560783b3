"""Limits count IPv4 addresses one by one, and IPv6 addresses by their /64."""

from __future__ import annotations

import pytest

from portal.networks import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", "192.0.2.1"),
        ("192.0.2.1:51234", "192.0.2.1"),
        ("[::ffff:192.0.2.1]:51234", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0DB8:0001:0002::", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (" 192.0.2.1 ", "192.0.2.1"),
        (None, "unknown"),
        ("", "unknown"),
        ("unknown", "unknown"),
        ("_hidden", "unknown"),
        ("192.0.2.1, 192.0.2.2", "unknown"),
    ],
)
def test_a_request_is_counted_under_its_network(address: str | None, network: str) -> None:
    assert network_of(address) == network


def test_thirty_addresses_of_one_network_count_as_one() -> None:
    assert len({network_of(f"2001:db8:1:2:{each:x}::1") for each in range(30)}) == 1


def test_two_networks_count_as_two() -> None:
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
