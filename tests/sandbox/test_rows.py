from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest

from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running, sizes_for
from tests.sandbox.visitor import PATHS, Visitor

Rows = dict[str, list[dict[str, Any]]]

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?")


@pytest.fixture(scope="module")
def halo() -> Iterator[HaloSandbox]:
    """Hold a larger tenant, which these tests only read."""
    with running(HaloSandbox(Settings(tenants=[TenantSettings(logos=True, sizes=sizes_for(6000))]))) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def rows(halo: HaloSandbox) -> Rows:
    with Visitor(halo) as visitor:
        return {name: visitor.rows(name, includeclosed="0,1") for name in PATHS}


def test_null_keys_are_left_out(rows: Rows) -> None:
    assert not [row for kind in rows.values() for row in kind if None in row.values()]
    assert {"emailaddress" in row for row in rows["contacts"]} == {True, False}
    assert {"hasbeenclosed" in row for row in rows["opportunities"]} == {True, False}


def test_some_ids_are_floats(rows: Rows) -> None:
    assert all(isinstance(row["client_id"], float) for row in rows["sites"])
    assert all(isinstance(row["site_id"], float) for row in rows["contacts"])
    assert all(row["site_id_int"] == row["site_id"] for row in rows["contacts"])
    assert all(isinstance(row["client_id"], int) for row in rows["contacts"])


def test_dates_have_no_zone_and_fractions_of_any_length(rows: Rows) -> None:
    dates = [row[key] for row in rows["opportunities"] for key in ("dateoccurred", "last_update", "targetdate")]
    assert all(DATE.fullmatch(date) for date in dates)
    assert {len(date.partition(".")[2]) for date in dates} == {0, 1, 2, 3}


def test_empty_dates_are_in_1900(rows: Rows) -> None:
    assert any(row["dateclosed"] == "1900-01-01T00:00:00" for row in rows["opportunities"])
    assert any(row["end_date"] == "1900-01-01T00:00:00" for row in rows["contracts"])


def test_client_1_is_unknown(rows: Rows) -> None:
    assert (rows["clients"][0]["id"], rows["clients"][0]["name"]) == (1, "Unknown")


def test_each_site_has_a_general_user(rows: Rows) -> None:
    general = [row["site_id_int"] for row in rows["contacts"] if row["name"] == "General User"]
    assert sorted(general) == [row["id"] for row in rows["sites"]]


def test_a_prospect_has_no_client_but_a_company(rows: Rows) -> None:
    prospects = [row for row in rows["opportunities"] if row["oppcompanyname"]]
    assert prospects
    assert {row["client_id"] for row in prospects} == {1}


def test_a_few_clients_have_large_logos(rows: Rows) -> None:
    logos = [len(row["logo"]) for row in rows["clients"] if "logo" in row]
    assert 0 < len(logos) < len(rows["clients"]) / 4
    assert min(logos) > 50_000


def test_products_do_not_say_whether_they_are_active(rows: Rows) -> None:
    assert not any({"inactive", "active"} & row.keys() for row in rows["products"])


def test_assets_have_no_name_and_some_no_label_either(rows: Rows) -> None:
    assert not any("name" in row for row in rows["assets"])
    assert {bool(row["inventory_number"]) for row in rows["assets"]} == {True, False}


def test_references_lead_somewhere(rows: Rows) -> None:
    clients = {row["id"] for row in rows["clients"]}
    client_of_site = {row["id"]: row["client_id"] for row in rows["sites"]}
    site_of_person = {row["id"]: row["site_id_int"] for row in rows["contacts"]}
    client_of_contract = {row["id"]: row["client_id"] for row in rows["contracts"]}
    assert clients.issuperset(client_of_site.values())
    for row in rows["contacts"] + rows["assets"] + rows["opportunities"]:
        assert client_of_site[int(row["site_id"])] == row["client_id"]
    for row in rows["contracts"]:
        assert row["client_id"] in clients
        assert not row["site_id"] or client_of_site[row["site_id"]] == row["client_id"]
    for row in rows["assets"]:
        assert row["business_owner_id"] == -99 or site_of_person[row["business_owner_id"]] == row["site_id"]
        assert not row["contract_id"] or client_of_contract[row["contract_id"]] == row["client_id"]


def test_opportunity_ids_are_ticket_ids(rows: Rows) -> None:
    ids = [row["id"] for row in rows["opportunities"]]
    assert ids[-1] - ids[0] > 3 * len(ids)


@pytest.mark.parametrize("record_type", PATHS)
def test_about_one_record_in_twelve_is_inactive(halo: HaloSandbox, record_type: str) -> None:
    truth = halo.truth(record_type)
    assert 0.03 < truth["inactive"] / truth["total"] < 0.14


def test_names_come_in_many_scripts(rows: Rows) -> None:
    letters = {letter for row in rows["contacts"] for letter in row["name"] if letter.isalpha()}
    scripts = {unicodedata.name(letter).split()[0] for letter in letters}
    assert scripts >= {"LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "CJK", "KATAKANA", "HANGUL", "DEVANAGARI"}
    assert any("WITH" in unicodedata.name(letter) for letter in letters)


@pytest.mark.parametrize("record_type", PATHS)
def test_rows_are_as_large_as_real_ones(halo: HaloSandbox, record_type: str) -> None:
    with Visitor(halo) as visitor:
        answer = visitor.get(PATHS[record_type][0], count=50, pageinate="true", page_size=50)
    size = len(answer.content) / 50
    logos = record_type == "clients"
    assert 500 < size < (10_000 if logos else 4_000)


def test_one_seed_gives_one_tenant() -> None:
    first, again, other = (
        HaloSandbox(Settings(tenants=[TenantSettings(seed=seed, sizes=sizes_for(200))])) for seed in (1, 1, 2)
    )
    with running(first), running(again), running(other):
        assert first.truth(digests=True) == again.truth(digests=True) != other.truth(digests=True)
