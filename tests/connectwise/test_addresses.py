"""Whatever is pasted as the site is understood."""

from __future__ import annotations

import pytest

from portal import guard
from portal.connectwise.addresses import CLOUD, normalize_site, parse_address
from portal.connectwise.tenants import tenant_of

NA = "https://api-na.myconnectwise.net"


@pytest.mark.parametrize(
    ("typed", "site"),
    [
        ("NA", NA),
        (" na ", NA),
        ("North America", NA),
        ("api-na", NA),
        ("na.myconnectwise.net", NA),
        ("NA.MyConnectWise.net/", NA),
        ("http://na.myconnectwise.net", NA),
        ("https://na.myconnectwise.net/v4_6_release/apis/3.0/company/companies?x=1", NA),
        ("https://na.myconnectwise.net/v4_6_release/ConnectWise.aspx?locale=en_US&routeTo=1#x", NA),
        ("https://api-na.myconnectwise.net/v4_6_release/apis/3.0/", NA),
        ("https://na.myconnectwise.net:443/login", NA),
        ("“https://na.myconnectwise.net”", NA),
        ("EU", "https://api-eu.myconnectwise.net"),
        ("Europe", "https://api-eu.myconnectwise.net"),
        ("AU cloud", "https://api-au.myconnectwise.net"),
        ("aus", "https://api-aus.myconnectwise.net"),
        ("za.myconnectwise.net", "https://api-za.myconnectwise.net"),
        ("staging.connectwisedev.com", "https://api-staging.connectwisedev.com"),
        ("sandbox-na.myconnectwise.net", "https://sandbox-na.myconnectwise.net"),
        ("sandbox-eu", "https://sandbox-eu.myconnectwise.net"),
        ("cw.example.com:8443/v4_6_release", "https://cw.example.com:8443"),
        ("https://connect.example.com/", "https://connect.example.com"),
        ("https://na.myconnectwise.net.example.com", "https://na.myconnectwise.net.example.com"),
        ("https://acme.na.myconnectwise.net", "https://acme.na.myconnectwise.net"),
    ],
)
def test_a_site_is_understood(typed: str, site: str) -> None:
    assert normalize_site(typed) == site
    assert normalize_site(site) == site


def test_what_was_corrected_is_said() -> None:
    assert parse_address(NA).notes == ()
    assert parse_address("https://na.myconnectwise.net").notes == (
        "na.myconnectwise.net was changed to api-na.myconnectwise.net, the host of its API",
    )
    assert parse_address("EU").notes == ("this region's address is api-eu.myconnectwise.net",)
    assert "the path after the address was removed" in parse_address("https://cw.example.com/v4_6_release").notes


@pytest.mark.parametrize("host", list(CLOUD))
def test_each_region_of_the_cloud_has_a_host_for_its_api(host: str) -> None:
    assert normalize_site(host) == f"https://api-{host}"


@pytest.mark.parametrize(
    "typed",
    ["", "https://", "two words", "a.example, b.example", "https://ada:secret@cw.example.com", "ftp://cw.example"],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the caller words the message
        parse_address(typed)


def test_plain_http_is_for_hosts_that_the_operator_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert normalize_site("http://127.0.0.1:9000/v4_6_release") == "http://127.0.0.1:9000"
    monkeypatch.setattr(guard, "_allowed", frozenset())
    assert normalize_site("http://127.0.0.1:9000") == "https://127.0.0.1:9000"


def test_a_company_is_a_tenant_of_its_own() -> None:
    tenant = tenant_of({"site": NA, "company_id": "AcmeTech"})
    assert (tenant.address, tenant.name, tenant.limit_key) == (NA, "AcmeTech", "api-na.myconnectwise.net/acmetech")
    assert len(tenant_of({"site": NA, "company_id": "x" * 300}).limit_key) <= 255
    assert tenant_of({}).limit_key == ""
