from __future__ import annotations

import pytest

from portal.sandbox.halo import HaloSandbox
from tests.sandbox.visitor import PATHS, Visitor

WITH_STATE = ["clients", "sites", "contacts", "products", "assets"]
FUTURE = "2099-01-01T00:00:00Z"


def ids(visitor: Visitor, record_type: str, **query: str) -> list[int]:
    path, key = PATHS[record_type]
    return [row["id"] for row in visitor.get(path, count=1000, **query).json()[key]]


@pytest.mark.parametrize("record_type", WITH_STATE)
@pytest.mark.parametrize(
    ("query", "states"),
    [
        ({}, "active"),
        ({"includeactive": "true"}, "active"),
        ({"includeinactive": "true"}, "active inactive"),
        ({"includeactive": "false", "includeinactive": "true"}, "inactive"),
        ({"includeactive": "false"}, ""),
        ({"activeinactive": "true,true"}, "active inactive"),
        ({"activeinactive": "false,true"}, "inactive"),
    ],
)
def test_active_and_inactive(
    sandbox: HaloSandbox, visitor: Visitor, record_type: str, query: dict[str, str], states: str
) -> None:
    sandbox.deactivate(record_type, count=3)
    truth = sandbox.truth(record_type, ids=True)
    expected = [number for state in states.split() for number in truth[f"{state}_ids"]]
    assert ids(visitor, record_type, **query) == sorted(expected)


def test_contracts_know_includeinactive_only(sandbox: HaloSandbox, visitor: Visitor) -> None:
    truth = sandbox.truth("contracts")
    assert len(ids(visitor, "contracts", includeactive="false")) == truth["active"]
    assert len(ids(visitor, "contracts", includeinactive="true")) == truth["total"]


@pytest.mark.parametrize(
    ("query", "state"),
    [({}, "total"), ({"open_only": "true"}, "active"), ({"closed_only": "true"}, "inactive"),
     ({"includeclosed": "0"}, "active"), ({"includeinactive": "false"}, "total")],
)  # fmt: skip
def test_opportunities_are_open_or_closed(
    sandbox: HaloSandbox, visitor: Visitor, query: dict[str, str], state: str
) -> None:
    assert len(ids(visitor, "opportunities", **query)) == sandbox.truth("opportunities")[state]


@pytest.mark.parametrize("record_type", ["clients", "sites", "contacts", "assets", "opportunities"])
def test_the_update_filter_shows_what_changed(sandbox: HaloSandbox, visitor: Visitor, record_type: str) -> None:
    changed = sandbox.change(record_type, count=3)
    assert ids(visitor, record_type, lastupdatefromdate="2026-10-02T00:00:00", includeinactive="true") == changed
    assert ids(visitor, record_type, lastupdatefromdate=FUTURE) == []


@pytest.mark.parametrize("record_type", ["clients", "sites", "contacts", "assets", "opportunities"])
def test_the_update_filter_can_be_without_effect(sandbox: HaloSandbox, visitor: Visitor, record_type: str) -> None:
    sandbox.turn(ignores_update_filter=[record_type])
    assert ids(visitor, record_type, lastupdatefromdate=FUTURE) == ids(visitor, record_type)


@pytest.mark.parametrize("record_type", ["products", "contracts"])
def test_some_types_never_filter_by_date(visitor: Visitor, record_type: str) -> None:
    assert ids(visitor, record_type, lastupdatefromdate=FUTURE) == ids(visitor, record_type)


def test_the_update_filter_has_an_upper_end(sandbox: HaloSandbox, visitor: Visitor) -> None:
    moment = "2026-01-01T00:00:00"
    older = ids(visitor, "assets", lastupdatetodate=moment)
    newer = ids(visitor, "assets", lastupdatefromdate=moment)
    assert older
    assert newer
    assert sorted(older + newer) == sandbox.truth("assets", ids=True)["active_ids"]


@pytest.mark.parametrize("record_type", ["sites", "contacts", "assets", "opportunities", "contracts"])
def test_records_of_one_client(visitor: Visitor, record_type: str) -> None:
    rows = visitor.rows(record_type)
    client_id = int(rows[-1]["client_id"])
    expected = [row["id"] for row in rows if row["client_id"] == client_id]
    assert visitor.ids(record_type, client_id=client_id) == expected


def test_assets_of_one_group(visitor: Visitor) -> None:
    network = visitor.rows("assets", assetgroup_id=51)
    assert {row["assettype_name"] for row in network} == {"Printer", "Firewall"}


def test_general_users_can_be_left_out(sandbox: HaloSandbox, visitor: Visitor) -> None:
    names = [row["name"] for row in visitor.rows("contacts", exclude_generaluser="true")]
    assert len(names) == sandbox.truth("contacts")["total"] - sandbox.truth("sites")["total"]
    assert "General User" not in names


def test_service_accounts_can_be_left_out(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.change("contacts", count=4, fields={"isserviceaccount": True})
    rows = visitor.rows("contacts", includeserviceaccount="false")
    assert rows
    assert not any(row["isserviceaccount"] for row in rows)


def test_search_looks_into_names(sandbox: HaloSandbox, visitor: Visitor) -> None:
    (number,) = sandbox.create("clients", fields={"name": "Μέλισσα & Zażółć"})
    assert visitor.ids("clients", search="μέλισσα & za") == [number]


def test_addresses_come_on_request(visitor: Visitor) -> None:
    plain, full = visitor.rows("sites")[5], visitor.rows("sites", includeaddress="true")[5]
    assert "delivery_address_line1" not in plain
    assert full["delivery_address_line1"] == visitor.get(f"Site/{full['id']}").json()["delivery_address_line1"]


def test_asset_fields_come_on_request(visitor: Visitor) -> None:
    asset = visitor.rows("assets", includeassetfields="true")[0]
    values = {each["name"]: each["value"] for each in asset["fields"]}
    assert asset["key_field3"] == f"SN: {values['Serial Number']}"
