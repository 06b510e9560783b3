from __future__ import annotations

from typing import Any

import pytest

from portal.sandbox.connectwise import ConnectWiseSandbox, Settings, TenantSettings, running
from portal.sandbox.connectwise.record_types import RECORD_TYPES
from tests.sandbox.connectwise.conftest import SIZES
from tests.sandbox.connectwise.member import PATHS, Member


def rows_of(sandbox: ConnectWiseSandbox, record_type: str) -> list[dict[str, Any]]:
    return list(sandbox.truth(record_type, rows=True)["rows"].values())


def test_the_same_seed_gives_the_same_records(sandbox: ConnectWiseSandbox) -> None:
    with running(ConnectWiseSandbox(Settings(tenants=[TenantSettings(sizes=SIZES)]))) as twin:
        assert twin.truth(digests=True) == sandbox.truth(digests=True)
    with running(ConnectWiseSandbox(Settings(tenants=[TenantSettings(sizes=SIZES, seed=8)]))) as other:
        assert other.truth("contacts", rows=True) != sandbox.truth("contacts", rows=True)


@pytest.mark.parametrize("record_type", RECORD_TYPES)
def test_rows_have_known_keys_and_no_nulls(sandbox: ConnectWiseSandbox, record_type: str) -> None:
    known = RECORD_TYPES[record_type].fields | {"restrictLocationFlag", "serializedCostFlag"}
    for row in rows_of(sandbox, record_type):
        assert row.keys() <= known
        assert None not in row.values()
        assert row["_info"]["lastUpdated"].endswith("Z")


@pytest.mark.parametrize("record_type", ["contacts", "assets", "opportunities", "contracts", "sites"])
def test_references_are_real(sandbox: ConnectWiseSandbox, record_type: str) -> None:
    companies = {row["id"]: row for row in rows_of(sandbox, "clients")}
    sites = {row["id"]: row for row in rows_of(sandbox, "sites")}
    for row in rows_of(sandbox, record_type):
        company = row.get("company") or {}
        if company:
            assert company["name"] == companies[company["id"]]["name"]
            assert company["_info"]["company_href"].endswith(f"/company/companies/{company['id']}")
        if row.get("site"):
            assert sites[row["site"]["id"]]["company"]["id"] == company["id"]


def test_a_contact_has_no_mail_of_its_own(sandbox: ConnectWiseSandbox) -> None:
    rows = rows_of(sandbox, "contacts")
    assert not any({"email", "name"} & row.keys() for row in rows)
    items = [item for row in rows for item in row.get("communicationItems", [])]
    assert {item["communicationType"] for item in items} == {"Email", "Phone"}
    assert all(("domain" in item) == (item["communicationType"] == "Email") for item in items)


def test_passwords_are_among_the_answers_and_custom_fields(sandbox: ConnectWiseSandbox) -> None:
    questions = [question for row in rows_of(sandbox, "assets") for question in row["questions"]]
    assert {question["fieldType"] for question in questions} == {"Text", "Password"}
    fields = [field for row in rows_of(sandbox, "assets") for field in row["customFields"]]
    assert {field["value"] for field in fields if field["type"] == "Password"} >= {"4711-door"}


def test_only_agreements_say_created(sandbox: ConnectWiseSandbox) -> None:
    for record_type in RECORD_TYPES:
        for row in rows_of(sandbox, record_type):
            assert ("createdDate" in row["_info"]) == (record_type == "contracts")
            assert ("dateEntered" in row["_info"]) == (record_type != "contracts")


def test_an_endless_agreement_has_no_end(sandbox: ConnectWiseSandbox) -> None:
    rows = rows_of(sandbox, "contracts")
    assert any(row["noEndingDateFlag"] for row in rows)
    assert all(("endDate" in row) != row["noEndingDateFlag"] for row in rows)


def test_text_can_be_dirty(sandbox: ConnectWiseSandbox, member: Member) -> None:
    clean = {row["id"]: row["description"] for row in member.rows(PATHS["products"])}
    sandbox.turn(dirty_text=["trailing_blanks", "nul", "zero_width"])
    dirty = {row["id"]: row["description"] for row in member.rows(PATHS["products"])}
    for number, text in clean.items():
        assert dirty[number] == (f"{text}   \x00\u200b\u200d" if number % 3 == 0 else text)


def test_references_can_be_empty(sandbox: ConnectWiseSandbox, member: Member) -> None:
    sandbox.turn(empty_references=True)
    rows = member.rows(PATHS["opportunities"])
    assert all(row["campaign"] == {} for row in rows)
    assert any(row["closedBy"] == {} for row in rows)


def test_a_company_can_be_missing(sandbox: ConnectWiseSandbox, member: Member) -> None:
    sandbox.turn(without_company=["contacts"])
    assert all("company" not in row for row in member.rows(PATHS["contacts"]) if row["id"] % 5 == 0)


def test_custom_fields_can_have_any_value(sandbox: ConnectWiseSandbox, member: Member) -> None:
    sandbox.turn(custom_values="any")
    fields = [field for row in member.rows(PATHS["clients"]) for field in row["customFields"]]
    assert {type(field["value"]) for field in fields} == {str, int, float, bool, dict, list}


def test_sites_can_follow_an_old_model(sandbox: ConnectWiseSandbox, member: Member) -> None:
    company = member.ids(PATHS["clients"])[0]
    assert "inactiveFlag" in member.rows(f"company/companies/{company}/sites")[0]
    sandbox.turn(old_sites=True)
    row = member.rows(f"company/companies/{company}/sites")[0]
    assert "inactive" in row
    assert not {"inactiveFlag", "stateReference"} & row.keys()


def test_a_company_names_its_main_site_and_contact(sandbox: ConnectWiseSandbox) -> None:
    sites = {row["id"]: row for row in rows_of(sandbox, "sites")}
    contacts = {row["id"]: row for row in rows_of(sandbox, "contacts")}
    rows = [row for row in rows_of(sandbox, "clients") if "site" in row]
    assert all(sites[row["site"]["id"]]["company"]["id"] == row["id"] for row in rows)
    assert any(row.get("defaultContact") for row in rows)
    assert all(contacts[row["defaultContact"]["id"]]["defaultFlag"] for row in rows if "defaultContact" in row)
