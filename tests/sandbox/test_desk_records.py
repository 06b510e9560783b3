"""Records at the desk: search, create, change, deactivate, delete and merge, singly or in bulk."""

from __future__ import annotations

from typing import Any

import pytest

from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running
from portal.sandbox.halo.desk.tables import TABLES
from portal.sandbox.halo.record_types import RECORD_TYPES
from tests.sandbox.desk import Desk

LABELS = {"assets": "key_field", "opportunities": "summary", "contracts": "refextra"}


def ids(sandbox: HaloSandbox, kind: str, state: str = "active") -> list[int]:
    return [int(number) for number in sandbox.truth(kind, ids=True)[f"{state}_ids"]]


def row(sandbox: HaloSandbox, kind: str, number: int) -> dict[str, Any]:
    return dict(sandbox.record(kind, number)["row"])


def test_all_record_types_have_a_table() -> None:
    assert list(TABLES) == list(RECORD_TYPES)


@pytest.mark.parametrize("kind", RECORD_TYPES)
def test_a_record_of_each_type_is_created_changed_ended_renewed_and_deleted(
    sandbox: HaloSandbox, desk: Desk, kind: str
) -> None:
    label = LABELS.get(kind, "name")
    assert desk.do(f"/records/{kind}/new", "create", kind=kind, **{label: "Brand new"}).startswith("Created")
    number = max(ids(sandbox, kind))
    page = f"/records/{kind}/{number}"
    assert row(sandbox, kind, number)[label] == "Brand new"
    assert "Brand new" in desk.see(f"/records/{kind}")

    assert desk.do(page, "save", **{label: "Not so new"}).startswith("Saved")
    assert row(sandbox, kind, number)[label] == "Not so new"

    desk.do(page, "deactivate", kind=kind, id=number)
    assert number in ids(sandbox, kind, "inactive")
    desk.do(page, "reactivate", kind=kind, id=number)
    assert number in ids(sandbox, kind)

    desk.do(page, "delete", kind=kind, id=number)
    assert number not in ids(sandbox, kind)
    assert "no longer exists" in desk.refused(f"/records/{kind}", "delete", kind=kind, id=number)


@pytest.mark.parametrize("kind", RECORD_TYPES)
def test_saving_a_form_as_it_is_changes_nothing(sandbox: HaloSandbox, desk: Desk, kind: str) -> None:
    before = sandbox.truth(kind, digests=True)
    for number in ids(sandbox, kind)[1:8]:
        page = f"/records/{kind}/{number}"
        form = desk.form(page, do="save")
        assert form.keys() >= {entry.key for entry in TABLES[kind].entries}
        assert "nothing was saved" in desk.send(page, form)
    assert sandbox.truth(kind, digests=True) == before


def test_only_what_was_changed_changes(sandbox: HaloSandbox, desk: Desk) -> None:
    page = f"/records/products/{ids(sandbox, 'products')[3]}"
    number = int(page.rsplit("/", 1)[1])
    before = row(sandbox, "products", number)
    desk.send(page, desk.form(page, do="save") | {"baseprice": ["12.5"]})
    after = row(sandbox, "products", number)
    assert {key for key in after if after[key] != before.get(key)} == {"baseprice", "lastmodified"}


def test_days_choices_and_yes_or_no_are_written_as_halo_writes_them(sandbox: HaloSandbox, desk: Desk) -> None:
    contract, contact, product = (ids(sandbox, kind)[2] for kind in ("contracts", "contacts", "products"))
    desk.do(f"/records/contracts/{contract}", "save", end_date="2027-02-28", next_invoice_date="")
    assert row(sandbox, "contracts", contract)["end_date"] == "2027-02-28T00:00:00"
    assert row(sandbox, "contracts", contract)["next_invoice_date"] == "1900-01-01T00:00:00"
    desk.do(f"/records/contacts/{contact}", "save", isserviceaccount="yes")
    assert row(sandbox, "contacts", contact)["isserviceaccount"] is True
    desk.do(f"/records/products/{product}", "save", assetgroup_id="7")
    assert row(sandbox, "products", product)["assetgroup_name"] == "Licences"


def test_a_record_moves_to_another_client_or_site_with_the_names(sandbox: HaloSandbox, desk: Desk) -> None:
    client, site = ids(sandbox, "clients")[3], ids(sandbox, "sites")[5]
    moved = ids(sandbox, "sites")[4]
    desk.do(f"/records/sites/{moved}", "save", client_id=client)
    assert row(sandbox, "sites", moved)["client_name"] == row(sandbox, "clients", client)["name"]
    contact = ids(sandbox, "contacts")[30]
    desk.do(f"/records/contacts/{contact}", "save", site_id=site)
    found, place = row(sandbox, "contacts", contact), row(sandbox, "sites", site)
    assert (found["site_id"], found["site_id_int"], found["site_name"]) == (site, site, place["name"])
    assert (found["client_id"], found["client_name"]) == (place["client_id"], place["client_name"])


def test_any_other_key_is_changed_or_removed_as_json(sandbox: HaloSandbox, desk: Desk) -> None:
    desk.do("/records/clients/1", "save", more='{"colour": "#123456", "ref": null}')
    found = row(sandbox, "clients", 1)
    assert found["colour"] == "#123456"
    assert "ref" not in found


def test_many_are_created_at_once(sandbox: HaloSandbox, desk: Desk) -> None:
    assert desk.do("/records/assets/new", "create", kind="assets", count="75", username="Ada") == "Created 75 assets."
    assert sandbox.truth("assets")["total"] == 205
    assert sum(row(sandbox, "assets", each).get("username") == "Ada" for each in ids(sandbox, "assets")) >= 75


def test_the_ticked_ones_are_changed_and_no_others(sandbox: HaloSandbox, desk: Desk) -> None:
    ticked = ids(sandbox, "contacts")[4:7]
    said = desk.do("/records/contacts", "change", kind="contacts", which="ticked", id=ticked)
    assert said == "Changed 3 contacts."
    starred = [each for each in ids(sandbox, "contacts") if row(sandbox, "contacts", each)["name"].endswith("★")]
    assert starred == ticked


def test_one_field_of_many_is_set(sandbox: HaloSandbox, desk: Desk) -> None:
    ticked = ids(sandbox, "clients")[1:4]
    desk.do("/records/clients", "change", kind="clients", which="ticked", id=ticked, field="toplevel_id", value="3")
    desk.do("/records/clients", "change", kind="clients", which="ticked", id=ticked, field="ref", value="")
    assert {(r["toplevel_name"], r["ref"]) for r in (row(sandbox, "clients", each) for each in ticked)} == {
        ("Prospects", "")
    }


def test_all_on_a_page_are_meant_as_they_were_shown(sandbox: HaloSandbox, desk: Desk) -> None:
    page = "/records/assets?sort=number&page=2"
    form = desk.form(page, kind="assets")
    shown = [int(each) for each in form["shown"][0].split()]
    assert len(shown) == 50
    sandbox.create("assets", count=5)
    assert desk.do(page, "delete", **form | {"which": ["page"]}) == "Deleted 50 assets."
    left = [*ids(sandbox, "assets"), *ids(sandbox, "assets", "inactive")]
    assert not set(shown) & set(left)
    assert len(left) == 85


def test_all_that_were_found_are_meant_on_every_page(sandbox: HaloSandbox, desk: Desk) -> None:
    said = desk.do("/records/contacts?state=active", "deactivate", kind="contacts", which="found")
    assert said.startswith("Deactivated ")
    assert sandbox.truth("contacts")["active"] == 0


def test_some_are_drawn_among_those_found(sandbox: HaloSandbox, desk: Desk) -> None:
    inactive = sandbox.truth("assets")["inactive"]
    assert (
        desk.do("/records/assets", "reactivate", kind="assets", which="random", count="2") == "Reactivated 2 assets."
    )
    assert sandbox.truth("assets")["inactive"] == inactive - 2
    assert desk.do("/records/assets", "deactivate", kind="assets", which="random", count="9999").startswith("Deact")
    assert sandbox.truth("assets")["active"] == 0


def test_client_1_is_left_alone_when_many_are_meant(sandbox: HaloSandbox, desk: Desk) -> None:
    desk.do("/records/clients", "delete", kind="clients", which="found")
    assert ids(sandbox, "clients") == [1]
    first, *_ = sandbox.create("clients")
    assert desk.do("/records/clients", "delete", kind="clients", id=["1", str(first)]) == f"Deleted client {first}."
    assert "Halo's own" in desk.refused("/records/clients", "delete", kind="clients", id="1")


def test_a_search_without_matches_says_so(desk: Desk) -> None:
    assert "No clients match" in desk.see("/records/clients", q="no such")


def test_records_are_found_by_number_name_and_column(sandbox: HaloSandbox, desk: Desk) -> None:
    number = ids(sandbox, "clients")[4]
    sandbox.change("clients", [number], fields={"name": 'Bäcker "Süß" & Söhne'})
    for q in (str(number), "bäcker", 'ÄCKER "s', 'süß" & S', f"CU{number:05d}"):
        assert "Bäcker" in desk.see("/records/clients", q=q), q
    assert "Bäcker" not in desk.see("/records/clients", q="bäcker", state="inactive")


def test_the_list_is_cut_into_pages_and_a_page_too_far_is_the_last(desk: Desk) -> None:
    first, last = desk.see("/records/assets", sort="number"), desk.see("/records/assets", sort="number", page=99)
    assert "Page 1 of 3" in first
    assert "Page 3 of 3" in last
    assert 'rel="next"' in first
    assert 'rel="next"' not in last


def test_what_was_changed_last_comes_first(sandbox: HaloSandbox, desk: Desk) -> None:
    number = ids(sandbox, "assets")[60]
    sandbox.change("assets", [number])
    assert desk.form("/records/assets", kind="assets")["shown"][0].split()[0] == str(number)


BURSTS = [
    ("change", "200", "contacts", "Changed 80"),
    ("delete", "30", "assets", "Deleted 30"),
    ("create", "25", "clients", "Created 25"),
    ("merge", "2", "clients", "Merged client"),
]


@pytest.mark.parametrize(("verb", "count", "kind", "said"), BURSTS)
def test_a_burst_is_one_click(desk: Desk, verb: str, count: str, kind: str, said: str) -> None:
    assert desk.do("", "burst", verb=verb, count=count, kind=kind).startswith(said)


def test_a_merge_moves_what_belonged_to_the_others(sandbox: HaloSandbox, desk: Desk) -> None:
    kept, *gone = ids(sandbox, "clients")[2:5]
    name = row(sandbox, "clients", kept)["name"]
    owned = [
        (kind, each)
        for kind in ("sites", "contacts", "contracts", "assets", "opportunities")
        for each in [*ids(sandbox, kind), *ids(sandbox, kind, "inactive")]
        if row(sandbox, kind, each)["client_id"] in gone
    ]
    assert owned
    said = desk.do("/records/clients", "merge", kind="clients", which="ticked", id=[*gone, kept])
    assert said == f"Merged 2 clients into {kept}; {len(owned)} other records moved with it."
    assert not set(gone) & set(ids(sandbox, "clients"))
    assert {(row(sandbox, k, n)["client_id"], row(sandbox, k, n)["client_name"]) for k, n in owned} == {(kept, name)}


def test_merged_contacts_leave_their_assets_to_the_one_that_stays(sandbox: HaloSandbox, desk: Desk) -> None:
    owners = {row(sandbox, "assets", each)["business_owner_id"] for each in ids(sandbox, "assets")} - {-99}
    kept, gone = sorted(owners)[:2]
    desk.do("/records/contacts", "merge", kind="contacts", which="ticked", id=[kept, gone])
    now = {row(sandbox, "assets", each)["business_owner_id"] for each in ids(sandbox, "assets")}
    assert kept in now
    assert gone not in now


REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("/records/clients", "delete", {"kind": "clients"}, "No client was chosen"),
    ("/records/clients", "delete", {"kind": "tickets", "id": "1"}, "isn't a record type"),
    ("/records/clients", "delete", {"id": "1"}, "isn't a record type"),
    ("/records/clients", "delete", {"kind": "clients", "id": "many"}, "must be a whole number"),
    ("/records/clients", "delete", {"kind": "clients", "id": "9" * 5000}, "must be a whole number"),
    ("/records/clients", "change", {"kind": "clients", "id": "424242"}, "no longer exists"),
    ("/records/clients", "change", {"kind": "clients", "which": "random", "count": "-3"}, "at least 1"),
    ("/records/clients", "change", {"kind": "clients", "which": "random", "count": ""}, "must be a whole number"),
    ("/records/clients", "change", {"kind": "clients", "which": "page", "shown": "1 x"}, "must be a whole number"),
    ("/records/clients", "change", {"kind": "clients", "id": "1", "field": "id", "value": "2"}, "has no field"),
    ("/records/clients", "merge", {"kind": "clients", "id": ["3"]}, "two or more"),
    ("/records/clients", "merge", {"kind": "clients", "id": ["3", "3"]}, "two or more"),
    ("/records/clients", "merge", {"kind": "clients", "id": ["1", "3"]}, "Halo's own"),
    ("/records/clients", "merge", {"kind": "clients", "id": ["424242", "424243"]}, "no longer exists"),
    ("/records/assets", "merge", {"kind": "assets", "id": ["1", "2"]}, "clients, sites and contacts only"),
    ("/records/assets/new", "create", {"kind": "assets", "count": "0"}, "at least 1"),
    ("/records/assets/new", "create", {"kind": "assets", "count": "9999999"}, "between 1 and 5,000"),
    ("/records/assets/new", "create", {"kind": "assets", "site_id": "424242"}, "no site 424242"),
    ("/records/assets/new", "create", {"kind": "assets", "assettype_id": "7"}, "isn't a choice"),
    ("/records/assets/new", "create", {"kind": "assets", "warranty_end": "soon"}, "must be a date"),
    ("/records/clients/1", "save", {"more": "[]"}, "JSON object"),
    ("/records/clients/1", "save", {"more": "{"}, "JSON object"),
    ("/records/clients/1", "save", {"more": '{"id": 2}'}, "number can't change"),
    ("/records/clients", "save", {"name": "x"}, "isn't a record type"),
    ("", "burst", {"verb": "explode", "count": "3", "kind": "clients"}, "isn't an action"),
    ("", "burst", {"verb": "change", "count": "1.5", "kind": "clients"}, "must be a whole number"),
    ("", "burst", {"verb": "merge", "count": "2", "kind": "products"}, "clients, sites and contacts only"),
]


@pytest.mark.parametrize(("where", "do", "form", "reason"), REFUSED)
def test_nonsense_is_refused_with_its_reason_and_changes_nothing(
    sandbox: HaloSandbox, desk: Desk, where: str, do: str, form: dict[str, Any], reason: str
) -> None:
    before = sandbox.truth(digests=True)
    assert reason in desk.refused(where, do, **form)
    assert sandbox.truth(digests=True) == before


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "twelve", ""])
def test_a_price_must_be_a_number(sandbox: HaloSandbox, desk: Desk, value: str) -> None:
    page = f"/records/products/{ids(sandbox, 'products')[2]}"
    assert "Price must be a number" in desk.refused(page, "save", baseprice=value)


def test_a_refused_form_keeps_what_was_typed(sandbox: HaloSandbox, desk: Desk) -> None:
    page = f"/records/products/{ids(sandbox, 'products')[2]}"
    answer = desk.post(page, "save", name="Typed with care", baseprice="twelve")
    assert 'value="Typed with care"' in answer.text


def test_a_deleted_record_cannot_be_saved(sandbox: HaloSandbox, desk: Desk) -> None:
    number = ids(sandbox, "clients")[3]
    sandbox.delete("clients", [number])
    answer = desk.post(f"/records/clients/{number}", "save", name="x")
    assert answer.status_code == 404
    assert "nothing was saved" in answer.text


def test_a_large_tenant_is_listed_and_searched_at_once() -> None:
    settings = Settings(tenants=[TenantSettings(sizes={"clients": 5, "contacts": 20_000})])
    with running(HaloSandbox(settings)) as sandbox, Desk(sandbox) as desk:
        assert "Page 1 of 400" in desk.see("/records/contacts")
        assert "found" in desk.see("/records/contacts", q="an")
