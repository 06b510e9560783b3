"""Links to records in a PSA, and the records that pasted texts name."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from portal.psa.registry import adapter_of
from portal.sync.record_types import RecordType

HALO = {"base_url": "https://acme.halopsa.com"}
CLOUD = {"site": "https://api-na.myconnectwise.net", "company_id": "acme"}
ROUTER = "https://na.myconnectwise.net/v4_6_release/services/system_io/router/openrecord.rails"
API = "https://api-na.myconnectwise.net/v4_6_release/apis/3.0"


# Each record type has an address here, or a reason below.
LINKS = {
    "halo": {
        "clients": "https://acme.halopsa.com/customer?clientid=5",
        "opportunities": "https://acme.halopsa.com/ticket?id=5",
    },
    "connectwise": {
        record_type: f"{ROUTER}?locale=en_US&recordType={screen}&recid=5&companyName=acme"
        for record_type, screen in {
            "clients": "CompanyFV",
            "contacts": "ContactFV",
            "assets": "ConfigFv",
            "opportunities": "OpportunityFV",
            "contracts": "AgreementFV",
        }.items()
    },
}
WITHOUT = {
    "halo": {
        "sites": "their page takes the number of the client too",
        "contacts": "their page was seen in one product only",
        "products": "no page that takes a number is known",
        "assets": "no page that takes a number is known",
        "contracts": "no page that takes a number is known",
    },
    "connectwise": {
        "sites": "no screen was seen that the router opens; the API finds a site only through its company",
        "products": "no screen was seen that the router opens",
    },
}
VALUES = {"halo": HALO, "connectwise": CLOUD}


@pytest.mark.parametrize("psa", VALUES)
def test_every_type_has_a_link_or_a_reason_to_have_none(psa: str) -> None:
    assert sorted([*LINKS[psa], *WITHOUT[psa]]) == sorted(RecordType)


@pytest.mark.parametrize(
    ("psa", "record_type", "link"), [(psa, *each) for psa, links in LINKS.items() for each in links.items()]
)
def test_a_record_has_a_link_where_its_page_is_known(psa: str, record_type: str, link: str) -> None:
    assert adapter_of(psa).record_link(VALUES[psa], record_type, 5) == link


@pytest.mark.parametrize(
    ("psa", "record_type"), [(psa, record_type) for psa, reasons in WITHOUT.items() for record_type in reasons]
)
def test_a_record_has_no_link_where_its_page_is_not_known(psa: str, record_type: str) -> None:
    assert adapter_of(psa).record_link(VALUES[psa], record_type, 5) is None


@pytest.mark.parametrize("psa", VALUES)
@pytest.mark.parametrize("record_type", RecordType)
def test_without_an_address_there_is_no_link(psa: str, record_type: str) -> None:
    for values in ({}, dict.fromkeys(VALUES[psa], "")):
        assert adapter_of(psa).record_link(values, record_type, 5) is None


@pytest.mark.parametrize("psa", VALUES)
def test_a_type_that_does_not_exist_has_no_link(psa: str) -> None:
    assert adapter_of(psa).record_link(VALUES[psa], "tickets", 5) is None


def test_a_company_id_with_signs_stays_one_argument() -> None:
    link = adapter_of("connectwise").record_link({**CLOUD, "company_id": "a&b=c d/é"}, "clients", 5)
    assert link is not None
    assert parse_qs(urlsplit(link).query)["companyName"] == ["a&b=c d/é"]


@pytest.mark.parametrize(
    ("site", "host"),
    [
        ("https://api-eu.myconnectwise.net", "eu.myconnectwise.net"),
        ("https://api-staging.connectwisedev.com", "staging.connectwisedev.com"),
        ("https://cw.acme.example:8443", "cw.acme.example:8443"),
    ],
)
def test_a_link_leads_to_the_host_that_people_use(site: str, host: str) -> None:
    link = adapter_of("connectwise").record_link({**CLOUD, "site": site}, "clients", 5)
    assert link is not None
    assert urlsplit(link).netloc == host


@pytest.mark.parametrize(
    ("psa", "record_type", "link"), [(psa, *each) for psa, links in LINKS.items() for each in links.items()]
)
def test_pasting_a_records_link_finds_the_record(psa: str, record_type: str, link: str) -> None:
    assert adapter_of(psa).record_named_by(link) == [(record_type, 5)]


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
