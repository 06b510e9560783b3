"""The engine and this client against the simulated ConnectWise, with its quirks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from portal.models.accounts import Account
from portal.models.records import RecordState
from portal.models.sync import RunKind
from portal.sandbox.connectwise import ConnectWiseSandbox, Knobs, Settings, TenantSettings, running
from tests.connectwise.synced_copy import SIZES, Copy, connected


@pytest.fixture
def sandbox() -> Iterator[ConnectWiseSandbox]:
    settings = Settings(tenants=[TenantSettings(sizes=SIZES)], knobs=Knobs(quota=0))
    with running(ConnectWiseSandbox(settings)) as sandbox:
        yield sandbox


@pytest.fixture
def copy(northwind: Account, sandbox: ConnectWiseSandbox) -> Copy:
    return connected(northwind, sandbox)


def test_everything_is_copied_as_it_is(copy: Copy) -> None:
    report = copy.sync()
    assert (report["state"], copy.differences()) == ("succeeded", [])
    deal = next(iter(copy.live("opportunities").values()))
    assert "forecastItems" in json.loads(deal.payload)["forecast"]
    assert not any(b"Password" in bytes(each.payload, "utf-8") for each in copy.live("assets").values())
    counts = copy.sandbox.counts()
    assert counts["violations"] == 0
    assert counts["most_at_once"] <= 4
    again = copy.sync()
    assert again["state"] == "succeeded"
    assert {name: (step["created"], step["updated"]) for name, step in again["steps"].items()} == dict.fromkeys(
        SIZES, (0, 0)
    )


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
def test_quirks_cost_no_record(copy: Copy, knobs: dict[str, Any]) -> None:
    copy.sandbox.turn(**knobs)
    report = copy.sync()
    assert (report["state"], report["problem"]) == ("succeeded", "")
    assert {name: len(copy.live(name)) for name in SIZES} == {
        name: found["total"] for name, found in copy.sandbox.truth().items()
    }


@pytest.mark.parametrize("how", ["exact", "wide", "ignored", "naive_only", "zulu_only", "local"])
def test_changes_are_found_however_moments_are_read(copy: Copy, how: str) -> None:
    copy.sandbox.turn(update_filter=dict.fromkeys(SIZES, how), caps={"contacts": 25, "assets": 25})
    assert copy.sync()["state"] == "succeeded"
    assert copy.sync()["state"] == "succeeded"
    contact, asset = min(copy.live("contacts")), max(copy.live("assets"))
    copy.sandbox.change("contacts", [contact], fields={"firstName": "Renamed"})
    copy.sandbox.change("assets", [asset], fields={"name": "RENAMED"})
    report = copy.sync(kind=RunKind.INCREMENTAL)
    assert report["state"] == "succeeded"
    assert copy.live("contacts")[contact].name.startswith("Renamed")
    assert copy.live("assets")[asset].name == "RENAMED"


def test_merged_and_deleted_records_are_found(copy: Copy) -> None:
    copy.sync()
    into, other, third = sorted(copy.live("clients"))[:3]
    contact = min(copy.live("contacts"))
    copy.sandbox.merge(into, [other])
    copy.sandbox.delete("clients", [third])
    copy.sandbox.delete("contacts", [contact])
    incremental = copy.sync(kind=RunKind.INCREMENTAL)
    assert incremental["state"] == "succeeded"
    assert other not in copy.live("clients")
    copy.sync()
    assert contact not in copy.live("contacts")
    assert third not in copy.live("clients")
    assert copy.differences() == []


def test_refused_sites_cost_their_company_alone(copy: Copy) -> None:
    copy.sync()
    first = min(copy.live("clients"))
    theirs = {number for number, site in copy.live("sites").items() if site.client_remote_id == first}
    copy.sandbox.change_tenant(refused_sites_of=[first])
    [site] = copy.sandbox.change("sites", [max(copy.live("sites").keys() - theirs)], fields={"name": "Renamed"})
    report = copy.sync("clients", "sites")
    assert f"({first})" in report["problem"]
    assert copy.live("sites")[site].name == "Renamed"
    assert theirs <= copy.live("sites").keys()


def test_a_refused_list_fails_alone(copy: Copy) -> None:
    copy.sandbox.change_tenant(refused=["contracts"])
    report = copy.sync()
    assert report["problem"] == "ConnectWise doesn't let the API member read agreements."
    assert (len(copy.live("contracts")), len(copy.live("assets"))) == (0, SIZES["assets"])


def test_a_list_that_fails_on_a_late_page_goes_on_there(copy: Copy) -> None:
    copy.sandbox.turn(caps={"assets": 25})
    copy.sandbox.fault("status", status=500, on="assets", page=5, times=1)
    assert copy.sync("clients", "assets")["state"] == "succeeded"
    assert len(copy.live("assets")) == copy.sandbox.truth("assets")["total"]


def test_a_web_page_is_no_empty_list(copy: Copy) -> None:
    copy.sync()
    before = copy.live("contacts").keys()
    copy.sandbox.fault("html", on="contacts", times=50)
    report = copy.sync("clients", "contacts")
    assert report["state"] != "succeeded"
    assert copy.live("contacts").keys() == before
    assert not [each for each in copy.live("contacts").values() if each.state != RecordState.LIVE]
