"""Records of the simulated ConnectWise at its desk, in ConnectWise's shapes."""

from __future__ import annotations

from typing import Any

import pytest

from portal.sandbox.connectwise import ConnectWiseSandbox
from portal.sandbox.connectwise.desk.tables import TABLES
from portal.sandbox.connectwise.record_types import RECORD_TYPES
from tests.sandbox.desk import Desk

LABELS = {"contacts": "lastName", "products": "description"}


def ids(sandbox: ConnectWiseSandbox, kind: str, state: str = "active") -> list[int]:
    return [int(number) for number in sandbox.truth(kind, ids=True)[f"{state}_ids"]]


def row(sandbox: ConnectWiseSandbox, kind: str, number: int) -> dict[str, Any]:
    return dict(sandbox.record(kind, number)["row"])


def kept(sandbox: ConnectWiseSandbox) -> list[int]:
    """Return the companies that are not in the recycle bin, without the MSP's own."""
    return [each for each in ids(sandbox, "clients") if each > 2 and not row(sandbox, "clients", each)["deletedFlag"]]


@pytest.mark.parametrize("kind", RECORD_TYPES)
def test_a_record_of_each_type_is_created_changed_ended_and_renewed(
    sandbox: ConnectWiseSandbox, desk: Desk, kind: str
) -> None:
    label = LABELS.get(kind, "name")
    before = set(ids(sandbox, kind))
    assert desk.do(f"/records/{kind}/new", "create", kind=kind, **{label: "Brand new"}).startswith("Created")
    (number,) = set(ids(sandbox, kind)) - before
    page = f"/records/{kind}/{number}"
    assert row(sandbox, kind, number)[label] == "Brand new"
    assert "Brand new" in desk.see(f"/records/{kind}")

    assert desk.do(page, "save", **{label: "Not so new"}).startswith("Saved")
    assert row(sandbox, kind, number)[label] == "Not so new"

    desk.do(page, "deactivate", kind=kind, id=number)
    assert number in ids(sandbox, kind, "inactive")
    desk.do(page, "reactivate", kind=kind, id=number)
    assert number in ids(sandbox, kind)


@pytest.mark.parametrize("kind", [kind for kind in RECORD_TYPES if kind != "clients"])
def test_a_deleted_record_is_gone(sandbox: ConnectWiseSandbox, desk: Desk, kind: str) -> None:
    number = ids(sandbox, kind)[3]
    desk.do(f"/records/{kind}/{number}", "delete", kind=kind, id=number)
    assert number not in ids(sandbox, kind)
    assert "no longer exists" in desk.refused(f"/records/{kind}", "delete", kind=kind, id=number)


def test_a_deleted_company_goes_to_the_recycle_bin(sandbox: ConnectWiseSandbox, desk: Desk) -> None:
    number = kept(sandbox)[2]
    desk.do(f"/records/clients/{number}", "delete", kind="clients", id=number)
    assert row(sandbox, "clients", number)["deletedFlag"] is True
    assert "In the recycle bin" in desk.see("/records/clients")


@pytest.mark.parametrize("kind", RECORD_TYPES)
def test_saving_a_form_as_it_is_changes_nothing(sandbox: ConnectWiseSandbox, desk: Desk, kind: str) -> None:
    before = sandbox.truth(kind, digests=True)
    for number in ids(sandbox, kind)[1:8]:
        form = desk.form(f"/records/{kind}/{number}", do="save")
        assert form.keys() >= {entry.key for entry in TABLES[kind].entries}
        assert "nothing was saved" in desk.send(f"/records/{kind}/{number}", form)
    assert sandbox.truth(kind, digests=True) == before


def test_choices_and_days_are_written_as_connectwise_writes_them(sandbox: ConnectWiseSandbox, desk: Desk) -> None:
    asset, agreement = ids(sandbox, "assets")[2], ids(sandbox, "contracts")[2]
    desk.do(f"/records/assets/{asset}", "save", type="19", purchaseDate="2026-02-28")
    found = row(sandbox, "assets", asset)
    assert (found["type"]["id"], found["type"]["name"]) == (19, "Printer")
    assert found["purchaseDate"] == "2026-02-28T00:00:00Z"
    desk.do(f"/records/contracts/{agreement}", "save", endDate="2027-02-28")
    assert row(sandbox, "contracts", agreement)["noEndingDateFlag"] is False
    desk.do(f"/records/contracts/{agreement}", "save", endDate="")
    found = row(sandbox, "contracts", agreement)
    assert found["noEndingDateFlag"] is True
    assert "endDate" not in found


def test_an_emptied_text_is_left_out(sandbox: ConnectWiseSandbox, desk: Desk) -> None:
    number = kept(sandbox)[0]
    desk.do(f"/records/clients/{number}", "save", website="www.acme.example")
    desk.do(f"/records/clients/{number}", "save", website="")
    assert "website" not in row(sandbox, "clients", number)


def test_a_contact_moves_with_its_site_to_another_company(sandbox: ConnectWiseSandbox, desk: Desk) -> None:
    contact, site = ids(sandbox, "contacts")[5], ids(sandbox, "sites")[-1]
    desk.do(f"/records/contacts/{contact}", "save", site=str(site))
    moved, place = row(sandbox, "contacts", contact), row(sandbox, "sites", site)
    assert moved["site"]["id"] == site
    assert moved["company"]["id"] == place["company"]["id"]

    company = next(each for each in kept(sandbox) if each != moved["company"]["id"])
    desk.do(f"/records/contacts/{contact}", "save", company=str(company))
    found = row(sandbox, "contacts", contact)
    assert found["company"]["name"] == row(sandbox, "clients", company)["name"]
    assert "site" not in found


def test_an_email_address_is_a_communication_item(sandbox: ConnectWiseSandbox, desk: Desk) -> None:
    numbers = ids(sandbox, "contacts")[:3]
    desk.do("/records/contacts", "change", kind="contacts", id=numbers, field="email", value="jo@acme.example")
    for number in numbers:
        items = row(sandbox, "contacts", number)["communicationItems"]
        (mail,) = [each for each in items if each["communicationType"] == "Email" and each["defaultFlag"]]
        assert (mail["value"], mail["domain"]) == ("jo@acme.example", "@acme.example")
        assert 'value="jo@acme.example"' in desk.see(f"/records/contacts/{number}")


def test_contacts_are_found_by_both_names(sandbox: ConnectWiseSandbox, desk: Desk) -> None:
    number = ids(sandbox, "contacts")[9]
    desk.do(f"/records/contacts/{number}", "save", firstName="Zoë", lastName="Quillfeather")
    assert f"/records/contacts/{number}" in desk.see("/records/contacts", q="zoë quill")


def test_merged_companies_leave_what_they_had_to_the_one_that_stays(sandbox: ConnectWiseSandbox, desk: Desk) -> None:
    into, *others = kept(sandbox)[:3]
    said = desk.do("/records/clients", "merge", kind="clients", which="ticked", id=[into, *others])
    assert said.startswith(f"Merged 2 companies into {into}")
    assert all(row(sandbox, "clients", each)["deletedFlag"] for each in others)
    owned = [row(sandbox, "contacts", each) for each in ids(sandbox, "contacts")]
    assert not [each for each in owned if (each.get("company") or {}).get("id") in others]


REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("/records/clients", "delete", {"kind": "clients"}, "No company was chosen"),
    ("/records/clients", "delete", {"kind": "clients", "id": "424242"}, "no longer exists"),
    ("/records/contacts", "merge", {"kind": "contacts", "id": ["1", "2"]}, "ConnectWise can merge companies only"),
    ("/records/clients", "merge", {"kind": "clients", "id": ["2"]}, "two or more"),
    ("/records/assets/new", "create", {"kind": "assets", "company": "424242"}, "no company 424242"),
    ("/records/assets/new", "create", {"kind": "assets", "type": "7"}, "isn't a choice"),
    ("/records/assets/new", "create", {"kind": "assets", "purchaseDate": "soon"}, "must be a date"),
    ("/records/products/new", "create", {"kind": "products", "price": "twelve"}, "must be a number"),
    ("/records/clients", "change", {"kind": "clients", "id": "2", "field": "id", "value": "3"}, "has no field"),
]


@pytest.mark.parametrize(("where", "do", "form", "reason"), REFUSED)
def test_nonsense_is_refused_with_its_reason_and_changes_nothing(
    sandbox: ConnectWiseSandbox, desk: Desk, where: str, do: str, form: dict[str, Any], reason: str
) -> None:
    before = sandbox.truth(digests=True)
    assert reason in desk.refused(where, do, **form)
    assert sandbox.truth(digests=True) == before
