"""Whatever Halo's lists report about themselves, a green sync has everything, for at most one extra request."""

from __future__ import annotations

from typing import Any

import pytest

from portal.models.accounts import Account
from portal.models.sync import CountKind, RemoteList, StepState, SyncStep
from portal.sandbox.halo import HaloSandbox
from tests.halo_fixtures import SIZES, Copy, connected

CAPS = {"clients": 5, "sites": 10, "contacts": 20, "products": 4, "assets": 50, "opportunities": 40, "contracts": 3}
CHARACTERS: dict[str, dict[str, Any]] = {
    "echoes the page size": {"stated_page_size": "asked"},
    "echoes it and counts nothing": {"stated_page_size": "asked", "stated_record_count": "nothing"},
    "echoes it and counts the page": {"stated_page_size": "asked", "stated_record_count": "page"},
    "counts the page": {"stated_record_count": "page"},
    "says nothing": {"stated_page_size": "nothing", "stated_record_count": "nothing"},
    "says nothing and repeats the first page": {
        "stated_page_size": "nothing",
        "stated_record_count": "nothing",
        "past_end": "repeat",
    },
    "counts the page and repeats the last one": {"stated_record_count": "page", "past_end": "repeat_last"},
}


def assert_everything_is_here(copy: Copy, report: dict[str, Any]) -> None:
    assert report["state"] == "succeeded", report["problem"]
    for record_type, size in SIZES.items():
        step = report["steps"][record_type]
        assert (step["expected"], step["fetched"]) == (size, size), record_type
        assert copy.digests(record_type) == copy.halo.truth(record_type, digests=True)["digests"]


def page_requests(copy: Copy) -> dict[str, int]:
    requested = [entry["kind"] for entry in copy.halo.journal() if "page_size=1000" in entry["query"]]
    return {name: requested.count(name) for name in SIZES}


@pytest.mark.parametrize("character", CHARACTERS)
def test_the_first_and_second_syncs_are_complete(character: str, halo: HaloSandbox, northwind: Account) -> None:
    halo.turn(caps=CAPS, **CHARACTERS[character])
    copy = connected(northwind, halo)
    assert_everything_is_here(copy, copy.sync())
    halo.create("clients", 7)
    halo.delete("assets", count=3)
    report = copy.sync()
    assert report["state"] == "succeeded", report["problem"]
    assert copy.ids("clients") == set(halo.truth("clients", ids=True)["active_ids"]) | set(
        halo.truth("clients", ids=True)["inactive_ids"]
    )
    assert report["steps"]["assets"]["deleted"] == 3
    report = copy.sync()
    assert {step["updated"] for step in report["steps"].values()} == {0}
    rows = {name: found["total"] for name, found in halo.truth().items()}
    assert all(requested <= -(-rows[name] // CAPS[name]) + 1 for name, requested in page_requests(copy).items())


def test_findings_about_lists_are_saved_and_logged(halo: HaloSandbox, northwind: Account) -> None:
    halo.turn(caps=CAPS, stated_page_size="asked", stated_record_count="page")
    copy = connected(northwind, halo)
    copy.sync("contacts")
    known = RemoteList.get(RemoteList.integration == copy.integration, RemoteList.record_type == "contacts")
    assert (known.count_kind, known.page_size, known.total) == (CountKind.PAGE, 20, 60)
    told = copy.logged(subject="step")
    assert "Halo reports 1,000 contacts per page but sends 20." in told
    assert "Halo's count of contacts covers only one page, so Scopable read until the list ended." in told


def test_a_halo_that_starts_counting_pages_after_a_year_is_noticed(halo: HaloSandbox, northwind: Account) -> None:
    copy = connected(northwind, halo)
    copy.sync()
    halo.turn(caps=CAPS, stated_page_size="asked", stated_record_count="page")
    halo.create("contacts", 70)
    report = copy.sync()
    assert report["state"] == "succeeded", report["problem"]
    assert len(copy.ids("contacts")) == SIZES["contacts"] + 70


def test_null_is_an_empty_list_if_the_count_is_zero(halo: HaloSandbox, northwind: Account) -> None:
    halo.change_tenant(unseen=["products"])
    copy = connected(northwind, halo)
    halo.fault("null_list", on="products", times=None)
    assert copy.sync("products")["state"] == "succeeded"


def test_null_is_fetched_again_if_rows_are_counted(copy: Copy) -> None:
    copy.halo.fault("null_list", on="products", times=1)
    assert_step(copy.sync("products"), "products", created=SIZES["products"])


def test_permanent_null_ends_amber_without_waiting_if_rows_are_counted(copy: Copy) -> None:
    copy.halo.fault("null_list", on="products", times=None)
    report = copy.sync("products")
    assert report["state"] == "incomplete"
    assert report["problem"] == "Halo counts 8 products, but 0 arrived: 8 are missing."


@pytest.mark.parametrize("odd", ["half_surrogate", "control_character", "broken_utf8"])
def test_a_damaged_name_is_repaired_and_does_not_stop_the_sync(odd: str, copy: Copy) -> None:
    (number, *_) = sorted(copy.halo.truth("contacts", ids=True)["active_ids"])[30:]
    copy.halo.turn(odd_text={"contacts": {str(number): odd}})
    assert_step(copy.sync("contacts"), "contacts", created=SIZES["contacts"], failed=0)
    assert any("replaced with �" in line for line in copy.logged(subject="page"))
    again = copy.sync("contacts")["steps"]["contacts"]
    assert (again["updated"], again["deleted"]) == (0, 0)


@pytest.mark.parametrize("record_type", ["contacts", "assets", "opportunities"])
def test_a_row_that_cannot_be_decoded_fails_alone_and_is_named(record_type: str, copy: Copy) -> None:
    (number, *_) = sorted(copy.halo.truth(record_type, ids=True)["active_ids"])[30:]
    copy.halo.turn(odd_text={record_type: {str(number): "broken_json"}})
    report = copy.sync(record_type)
    assert_step(report, record_type, created=SIZES[record_type] - 1, failed=1)
    (told,) = copy.logged(subject="record", remote_id=number)
    assert told == f"Record {number} wasn't stored. Halo sent it in a form that can't be read."


def test_a_record_that_becomes_unreadable_keeps_its_stored_values(synced: Copy) -> None:
    (number, *_) = sorted(synced.ids("contacts"))[10:]
    synced.halo.turn(odd_text={"contacts": {str(number): "broken_json"}})
    step = synced.sync("contacts")["steps"]["contacts"]
    assert (step["failed"], step["deleted"], number in synced.ids("contacts")) == (1, 0, True)


def assert_step(report: dict[str, Any], record_type: str, **counters: int) -> None:
    assert report["state"] == "succeeded", report["problem"]
    step = report["steps"][record_type]
    assert {name: step[name] for name in counters} == counters
    assert SyncStep.get(SyncStep.run == report["run"]).state == StepState.SUCCEEDED


def test_a_first_sync_is_not_green_if_a_list_that_had_records_is_empty(copy: Copy) -> None:
    copy.halo.fault("no_rows", on="contacts", times=None)
    report = copy.sync()
    assert report["state"] == "incomplete"
    counted = f"Halo counted {SIZES['contacts']} contacts when the connection was tested, but its list is empty."
    assert report["problem"] == counted
    copy.halo.clear_faults()
    assert copy.sync()["state"] == "succeeded"
    assert len(copy.ids("contacts")) == SIZES["contacts"]


def test_a_list_that_stays_empty_is_believed_by_the_next_sync(copy: Copy) -> None:
    found = copy.halo.truth("contracts", ids=True)
    copy.halo.delete("contracts", [*found["active_ids"], *found["inactive_ids"]])
    assert copy.sync()["state"] == "incomplete"
    assert copy.sync()["state"] == "succeeded"
