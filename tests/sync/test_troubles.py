"""Never green with data missing: bad rows, refusals, books that do not balance, and mass vanishing."""

from __future__ import annotations

from typing import Any

import pytest

from portal.models.sync import LogLevel
from tests.halo_fixtures import SIZES, Copy


def test_rows_without_a_usable_id_are_counted_and_logged_and_stop_nothing(copy: Copy) -> None:
    copy.halo.fault("bad_ids", on="contacts", times=None)
    report = copy.sync()
    step = report["steps"]["contacts"]
    assert (step["fetched"], step["created"], step["failed"]) == (60, 55, 5)
    assert report["state"] == "succeeded"
    warnings = copy.logged(level=LogLevel.WARNING, record_type="contacts")
    assert [line.removeprefix("A record was not stored. Halo sent a record whose id is ") for line in warnings] == [
        "0.",
        "-1.",
        "None.",
        "'none'.",
        "1.5.",
    ]


def test_rows_that_are_no_records_are_counted_too(copy: Copy) -> None:
    copy.halo.fault("not_objects", on="assets", times=None)
    step = copy.sync()["steps"]["assets"]
    assert (step["fetched"], step["created"], step["failed"]) == (130, 127, 3)


@pytest.mark.parametrize("past_end", ["empty", "repeat"])
def test_bad_rows_in_a_list_that_repeats_itself_count_once(past_end: str, copy: Copy) -> None:
    copy.halo.turn(past_end=past_end)
    copy.halo.fault("bad_ids", on="assets", times=None)
    copy.halo.fault("lying_count", on="assets", size=1, times=None)
    step = copy.sync("clients", "assets")["steps"]["assets"]
    assert (step["fetched"], step["failed"]) == (130, 15)


def test_thousands_of_bad_rows_do_not_flood_the_log(copy: Copy) -> None:
    copy.halo.create("contacts", 300)
    copy.halo.fault("status", status=200, on="contacts", body=_bodies(300))
    step = copy.sync("contacts")["steps"]["contacts"]
    assert step["failed"] == 300
    assert len(copy.logged(level=LogLevel.WARNING)) == 100


def test_a_refused_type_fails_alone(copy: Copy) -> None:
    copy.halo.change_tenant(refused=["assets", "contracts"])
    report = copy.sync()
    assert report["state"] == "incomplete"
    assert report["problem"] == "Halo does not let the agent read assets."
    assert "Permissions tab" in report["remedy"]
    assert {name: step["created"] for name, step in report["steps"].items()} == {**SIZES, "assets": 0, "contracts": 0}


def test_refused_everything_is_a_failure(copy: Copy) -> None:
    copy.halo.change_tenant(refused=list(SIZES))
    assert copy.sync()["state"] == "failed"


def test_a_type_that_is_refused_later_keeps_its_copy(synced: Copy) -> None:
    synced.halo.change_tenant(refused=["assets"])
    before = synced.written()
    assert synced.sync()["state"] == "incomplete"
    assert synced.written() == before


def test_books_that_do_not_balance_are_amber_and_name_what_is_missing(copy: Copy) -> None:
    copy.halo.fault("lying_count", on="contacts", size=7, times=None)
    report = copy.sync()
    assert report["state"] == "incomplete"
    assert report["problem"] == "Halo counts 67 contacts, but 60 arrived: 7 are missing."
    assert report["remedy"].startswith("Records may have changed while they were read.")
    assert copy.logged(level=LogLevel.ERROR) == [report["problem"], "Sync incomplete."]


def test_nothing_is_deleted_while_the_books_do_not_balance(synced: Copy) -> None:
    synced.halo.delete("contacts", count=2)
    synced.halo.fault("lying_count", on="contacts", size=7, times=None)
    assert synced.sync("contacts")["steps"]["contacts"]["deleted"] == 0
    assert len(synced.ids("contacts")) == SIZES["contacts"]


def test_what_a_repeated_page_has_hidden_is_read_one_by_one(copy: Copy) -> None:
    copy.halo.fault("repeated_page", on="assets", page=2, times=None)
    report = copy.sync("assets")
    assert report["state"] == "succeeded"
    assert copy.digests("assets").keys() == copy.halo.truth("assets", digests=True)["digests"].keys()
    details = [entry for entry in copy.halo.journal(kind="assets") if "/asset/" in entry["path"].lower()]
    assert len(details) == 50 + 1  # and the one that the filter by date is tried with


def test_a_list_that_repeats_a_page_and_knows_no_roll_call_is_amber(copy: Copy) -> None:
    copy.halo.turn(caps={"opportunities": 50})
    copy.halo.fault("repeated_page", on="opportunities", page=2, times=None)
    report = copy.sync("opportunities")
    assert report["state"] == "incomplete"
    assert report["problem"] == "Halo counts 120 opportunities, but 70 arrived: 50 are missing."


@pytest.mark.parametrize(
    "fault",
    [{"what": "status", "status": 404}, {"what": "status", "status": 400}, {"what": "huge"}, {"what": "redirect"}],
    ids=lambda fault: f"{fault['what']} {fault.get('status', '')}",
)
def test_an_answer_that_no_repetition_mends_fails_the_run_and_keeps_what_came(
    fault: dict[str, Any], copy: Copy
) -> None:
    copy.halo.fault(on="contacts", times=None, **fault)
    report = copy.sync()
    assert report["state"] == "failed"
    assert report["problem"]
    assert copy.ids("contacts") == set()
    copy.halo.clear_faults()
    assert copy.sync()["state"] == "succeeded"


def _bodies(count: int) -> str:
    rows = ",".join(f'{{"id":-{number}}}' for number in range(1, count + 1))
    return f'{{"record_count":{count},"users":[{rows}]}}'
