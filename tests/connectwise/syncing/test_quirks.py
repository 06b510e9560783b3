"""However a simulated ConnectWise behaves, a sync copies every record and finds every change."""

from __future__ import annotations

from typing import Any

import pytest

from portal.models.sync import RunKind
from tests.connectwise_fixtures import SIZES, ConnectWiseCopy

QUIRKS: dict[str, dict[str, Any]] = {
    "nothing links": {"link": "none"},
    "links lead elsewhere": {"link": "foreign"},
    "small pages": {"caps": {"contacts": 25, "assets": 50, "clients": 25, "sites": 25}},
    "no forward-only paging": {"no_forward_only": ["clients", "contacts", "assets"]},
    "no counts": {"count": {"clients": "missing", "assets": "missing", "contacts": "missing"}},
    "wrong counts": {"count": {"assets": "wrong"}},
    "the recycle bin cannot be left out": {"refused_conditions": {"clients": ["deletedFlag"]}},
    "the recycle bin is listed twice": {"doubled_deleted": True},
    "dirty text and empty references": {
        "dirty_text": ["nul", "trailing_blanks", "zero_width"],
        "empty_references": True,
        "without_company": ["contacts"],
        "custom_values": "any",
        "old_sites": True,
    },
    "the last page repeats": {"past_end": "repeat_last"},
    "conditions are forgotten": {"forgets_conditions": True, "caps": {"clients": 10, "contacts": 25}},
}


@pytest.mark.parametrize("knobs", QUIRKS.values(), ids=QUIRKS.keys())
def test_quirks_cost_no_record(copy: ConnectWiseCopy, knobs: dict[str, Any]) -> None:
    copy.sandbox.turn(**knobs)
    report = copy.sync()
    assert (report["state"], report["problem"]) == ("succeeded", "")
    assert {name: len(copy.ids(name)) for name in SIZES} == {
        name: found["total"] for name, found in copy.sandbox.truth().items()
    }


@pytest.mark.parametrize("how", ["exact", "wide", "ignored", "naive_only", "zulu_only", "local"])
def test_changes_are_found_however_moments_are_read(copy: ConnectWiseCopy, how: str) -> None:
    copy.sandbox.turn(update_filter=dict.fromkeys(SIZES, how), caps={"contacts": 25, "assets": 25})
    assert copy.sync()["state"] == "succeeded"
    assert copy.sync()["state"] == "succeeded"
    contact, asset = min(copy.ids("contacts")), max(copy.ids("assets"))
    copy.sandbox.change("contacts", [contact], fields={"firstName": "Renamed"})
    copy.sandbox.change("assets", [asset], fields={"name": "RENAMED"})
    report = copy.sync(kind=RunKind.INCREMENTAL)
    assert report["state"] == "succeeded"
    assert copy.payload("contacts", contact)["firstName"] == "Renamed"
    assert copy.payload("assets", asset)["name"] == "RENAMED"


@pytest.mark.parametrize("refused", [[], ["deletedFlag"]], ids=["deleted left out", "deleted listed"])
def test_a_full_last_page_that_repeats_past_the_end_is_the_end(copy: ConnectWiseCopy, refused: list[str]) -> None:
    copy.sandbox.turn(
        past_end="repeat_last",
        caps={"clients": 25, "sites": 25},
        no_forward_only=["clients"],
        refused_conditions={"clients": refused},
    )
    company = min(copy.sandbox.truth("clients", ids=True)["active_ids"])
    rows = copy.sandbox.truth("sites", rows=True)["rows"].values()
    theirs = sum(row["company"]["id"] == company for row in rows)
    reference = {"id": company, "identifier": "Acme", "name": "Acme"}
    copy.sandbox.create("sites", 25 - theirs, fields={"company": reference})
    clients = copy.sandbox.truth("clients")["total"]
    copy.sandbox.create("clients", 50 - clients)
    report = copy.sync()
    assert (report["state"], report["problem"]) == ("succeeded", "")
    assert copy.differences("clients", "sites") == []
    assert report["steps"]["clients"]["requests"] < 12
    [gone] = copy.sandbox.delete("clients", count=1, seed=1)
    assert copy.sync(kind=RunKind.INCREMENTAL)["state"] == "succeeded"
    assert gone not in copy.ids("clients")
