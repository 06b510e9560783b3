from __future__ import annotations

import pytest

from portal.sandbox.halo import HaloSandbox
from tests.sandbox.visitor import PATHS, Visitor

ONLY_IN_DETAIL = {
    "clients": {"website", "datecreated", "alastupdate", "main_site_id"},
    "sites": {"delivery_address", "invoice_address", "slastupdate"},
    "contacts": {"ulastupdate", "datecreated", "department"},
    "products": {"item_suppliers"},
    "assets": {"dlastupdate", "last_modified", "notes", "fields"},
    "opportunities": {"agent_name"},
    "contracts": {"periods"},
}


@pytest.mark.parametrize("record_type", PATHS)
def test_a_detail_holds_the_list_row_and_more(visitor: Visitor, record_type: str) -> None:
    row = visitor.rows(record_type)[3]
    detail = visitor.get(f"{PATHS[record_type][0]}/{row['id']}", includedetails="true").json()
    assert row.keys() < detail.keys()
    assert detail.keys() - row.keys() >= ONLY_IN_DETAIL[record_type]
    assert {key: detail[key] for key in row if key != "stocklocations"} == {
        key: row[key] for key in row if key != "stocklocations"
    }


@pytest.mark.parametrize("record_type", PATHS)
def test_an_unknown_id_is_not_found_without_a_word(visitor: Visitor, record_type: str) -> None:
    answer = visitor.get(f"{PATHS[record_type][0]}/99999999")
    assert (answer.status_code, answer.content) == (404, b"")


def test_an_id_must_be_a_number(visitor: Visitor) -> None:
    answer = visitor.get("Asset/probe")
    assert (answer.status_code, answer.json()) == (400, {"id": ["The value 'probe' is not valid."]})


def test_an_archived_record_stays_readable_and_a_deleted_one_does_not(sandbox: HaloSandbox, visitor: Visitor) -> None:
    (number,) = sandbox.deactivate("assets", count=1)
    assert visitor.get(f"Asset/{number}").json()["inactive"] is True
    sandbox.delete("assets", [number])
    assert visitor.get(f"Asset/{number}").status_code == 404


def test_a_detail_shows_what_was_changed_in_it(sandbox: HaloSandbox, visitor: Visitor) -> None:
    (number,) = sandbox.change("clients", count=1, fields={"website": "https://new.example"})
    assert visitor.get(f"Client/{number}").json()["website"] == "https://new.example"
