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
