"""Links to records in a PSA, and the records that pasted texts name."""

from __future__ import annotations

import pytest

from portal.psa.registry import adapter_of

HALO = {"base_url": "https://acme.halopsa.com"}
CLOUD = {"site": "https://api-na.myconnectwise.net", "company_id": "acme"}
ROUTER = "https://na.myconnectwise.net/v4_6_release/services/system_io/router/openrecord.rails"
API = "https://api-na.myconnectwise.net/v4_6_release/apis/3.0"


@pytest.mark.parametrize(
    ("psa", "values", "record_type", "link"),
    [
        ("halo", HALO, "clients", "https://acme.halopsa.com/customer?clientid=5"),
        ("halo", HALO, "opportunities", "https://acme.halopsa.com/ticket?id=5"),
        ("halo", HALO, "assets", None),
        ("halo", {}, "clients", None),
        ("connectwise", CLOUD, "clients", f"{ROUTER}?locale=en_US&recordType=CompanyFV&recid=5&companyName=acme"),
        ("connectwise", CLOUD, "assets", f"{ROUTER}?locale=en_US&recordType=ConfigFv&recid=5&companyName=acme"),
        ("connectwise", CLOUD, "sites", None),
        ("connectwise", {}, "clients", None),
    ],
)
def test_a_record_has_a_link_where_its_page_is_known(
    psa: str, values: dict[str, str], record_type: str, link: str | None
) -> None:
    assert adapter_of(psa).record_link(values, record_type, 5) == link


@pytest.mark.parametrize(
    ("psa", "text", "named"),
    [
        ("halo", "4711", [(None, 4711)]),
        ("halo", " #4711 ", [(None, 4711)]),
        ("halo", "Asset no. 4711", [("assets", 4711)]),
        ("halo", "Client ID: 12", [("clients", 12)]),
        ("halo", "users 5", [("contacts", 5)]),
        ("halo", "https://acme.halopsa.com/customer?clientid=12&siteid=18", [("sites", 18), ("clients", 12)]),
        ("halo", "https://acme.halopsa.com/ticket?id=9001", [("opportunities", 9001)]),
        ("halo", "acme.halopsa.com/api/Users/5?includedetails=true", [("contacts", 5)]),
        ("halo", "https://acme.halopsa.com/api/ClientContract/5", [("contracts", 5)]),
        ("connectwise", f"{ROUTER}?recordType=CompanyFV&recid=250&companyName=a", [("clients", 250)]),
        ("connectwise", "https://x.example/v4_6_release/ConnectWise.aspx?routeTo=ConfigFv&recid=5", [("assets", 5)]),
        ("connectwise", f"{API}/company/companies/250/sites/1000", [("sites", 1000)]),
        ("connectwise", f"{API}/finance/agreements/7/additions", [("contracts", 7)]),
        ("connectwise", "configuration 7", [("assets", 7)]),
        ("connectwise", "7", [(None, 7)]),
    ],
)
def test_numbers_and_links_are_understood(psa: str, text: str, named: list[tuple[str | None, int]]) -> None:
    assert adapter_of(psa).record_named_by(text) == named


@pytest.mark.parametrize("psa", ["halo", "connectwise"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "Harbourside",
        "PC-0001",
        "0",
        "12 34",
        "widget 5",
        "9" * 40,
        "https://",
        "https://[",
        "https://a/?id=x",
        "١٢",
    ],
)
def test_other_texts_name_no_record(psa: str, text: str) -> None:
    assert adapter_of(psa).record_named_by(text) == []
