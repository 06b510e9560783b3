"""The Sync Filters tab."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.models.sync import RunState, SyncRun, SyncStep
from portal.sandbox.halo import HaloSandbox
from portal.sync.counting import recount
from portal.sync.exclusions import add_stored
from portal.sync.filters import Filters, read, write
from portal.sync.record_types import RecordType
from tests.routes.conftest import make_run

TAB = "/integrations/halo/filters"
CLIENTS = f"{TAB}/clients"
ALL = [one.value for one in RecordType]


def store(halo: Integration, remote_id: int, name: str, state: RecordState = RecordState.LIVE) -> None:
    Record.create(
        integration=halo,
        record_type="clients",
        remote_id=remote_id,
        name=name,
        state=state,
        digest=b"",
        payload="{}",
        first_seen_at=halo.created_at,
        changed_at=halo.created_at,
    )


def saved(halo: Integration) -> Filters:
    return read(Integration.get_by_id(halo.id).filters)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"record_types": ["tickets"]}, "is not a valid choice"),
        ({"top_levels": ["2", "99"]}, "One of these is no longer in Halo"),
        ({"asset_types": ["laptop"]}, "a valid Halo number"),
        ({"asset_types": ["0"]}, "a valid Halo number"),
        ({"product_groups": ["9" * 40]}, "a valid Halo number"),
        ({"include_clients": ["-1"]}, "a valid Halo number"),
        ({"exclude_clients": ["12\x00"]}, "a valid Halo number"),
        ({"opportunities_since": "yesterday"}, "Enter a date like 2026-01-31."),
        ({"opportunities_since": "2026-02-30"}, "Enter a date like 2026-01-31."),
        ({"opportunities_since": "2999-01-01"}, "This date is in the future"),
        ({"include_clients": ["5"], "exclude_clients": ["5"]}, "A client is both included and excluded."),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_changes_nothing(
    as_alice: FlaskClient, halo: Integration, wrong: dict[str, Any], message: str
) -> None:
    before = saved(halo)
    answer = as_alice.post(TAB, data={"record_types": ALL, "without_general_users": "y", **wrong})
    assert answer.status_code == 422
    assert message in unescape(answer.text)
    (name,) = list(wrong)[-1:]
    assert f'id="{name}-error"' in answer.text
    assert "Nothing was saved. Check" in answer.text
    assert re.search(
        r'name="without_general_users"[^>]*checked|checked[^>]*name="without_general_users"', answer.text
    )
    assert saved(halo) == before
    assert SyncRun.select().count() == 0


def test_support_reads_the_filters_and_is_offered_no_way_to_change_them(
    as_sam: FlaskClient, halo: Integration
) -> None:
    halo.filters = write(Filters(asset_types=frozenset({130})))
    halo.save()
    page = as_sam.get(TAB).text
    assert "Laptop" in page
    assert 'id="save"' not in page
    assert 'id="find"' not in page
    assert re.search(r"<fieldset[^>]*disabled", page)
    assert as_sam.post(TAB, data={"record_types": ALL}).status_code == 403
    assert saved(halo) == Filters(asset_types=frozenset({130}))


def test_every_filter_is_saved_noted_and_applied_by_a_sync_at_once(as_alice: FlaskClient, halo: Integration) -> None:
    chosen = {
        "active_only": "y",
        "top_levels": ["2", "4"],
        "include_clients": ["12"],
        "exclude_clients": ["14", "15"],
        "without_service_accounts": "y",
        "without_general_users": "y",
        "product_groups": ["5"],
        "asset_types": ["130", "131"],
        "open_opportunities_only": "y",
        "opportunities_since": "2025-06-01",
        "active_contracts_only": "y",
    }
    page = as_alice.post(TAB, data={"record_types": ALL, **chosen}, follow_redirects=True)
    assert (
        "Saved. A sync of clients, sites, contacts, products, assets, opportunities and contracts has started"
        in page.text
    )
    assert write(saved(halo)) == write(Filters()) | {
        **{name: True for name, value in chosen.items() if value == "y"},
        **{name: [int(each) for each in value] for name, value in chosen.items() if isinstance(value, list)},
        "opportunities_since": "2025-06-01",
    }
    assert AuditEntry.select().where(AuditEntry.action == "integration.data_changed").count() == 1
    (run,) = SyncRun.select()
    assert read(run.filters) == saved(halo)


def test_only_the_types_concerned_are_synced(as_alice: FlaskClient, halo: Integration) -> None:
    as_alice.post(TAB, data={"record_types": ALL, "active_only": "y", "asset_types": ["130"]})
    assert [step.record_type for step in SyncStep.select()] == ["assets"]


def test_saving_nothing_new_starts_nothing(as_alice: FlaskClient, halo: Integration) -> None:
    page = as_alice.post(TAB, data={"record_types": ALL, "active_only": "y"}, follow_redirects=True)
    assert "Saved. No sync is needed." in page.text
    assert SyncRun.select().count() == 0


def test_a_sync_that_is_running_keeps_its_filters_and_the_page_says_so(
    as_alice: FlaskClient, halo: Integration
) -> None:
    make_run(halo, RunState.RUNNING)
    assert "A sync is running with the current filters." in as_alice.get(TAB).text
    page = as_alice.post(TAB, data={"record_types": ALL}, follow_redirects=True)
    assert "The running sync keeps the old filters; the next one applies the new ones." in page.text
    assert SyncRun.select().count() == 1
    assert saved(halo) == Filters()


def test_a_type_that_is_switched_off_is_not_synced(as_alice: FlaskClient, halo: Integration) -> None:
    as_alice.post(TAB, data={"record_types": ["clients", "assets"], "active_only": "y"})
    assert Integration.get_by_id(halo.id).record_types == ["clients", "assets"]
    assert SyncRun.select().count() == 0


def test_a_part_is_open_where_something_is_set(as_alice: FlaskClient, halo: Integration) -> None:
    halo.filters = write(Filters(asset_types=frozenset({130})))
    halo.save()
    page = as_alice.get(TAB).text
    is_open = {one: 'class="filters" open' in part for one, part in _parts(page).items()}
    assert [one for one, found in is_open.items() if found] == ["assets"]
    assert re.search(r'value="130" checked', _parts(page)["assets"])
    assert "1 filter" in _parts(page)["assets"]


def test_counts_tell_what_is_here_and_what_is_out_of_scope(as_alice: FlaskClient, halo: Integration) -> None:
    for number in range(1, 1205):
        store(halo, number, "Acme", RecordState.LIVE if number > 2 else RecordState.OUT_OF_SCOPE)
    add_stored(halo.id, "clients", dict.fromkeys((1, 2), "The client is inactive."))
    recount(halo.id, "clients")
    part = _parts(as_alice.get(TAB).text)["clients"]
    assert "1,202 in Scopable" in part
    assert "2 excluded" in part


def test_broken_stored_filters_show_as_none(as_alice: FlaskClient, halo: Integration) -> None:
    halo.filters = ["nonsense"]
    halo.save()
    assert "filters</span>" not in as_alice.get(TAB).text


def test_what_halo_no_longer_has_can_still_be_seen_and_unticked(as_alice: FlaskClient, halo: Integration) -> None:
    halo.filters = write(Filters(asset_types=frozenset({999})))
    halo.save()
    assert "Number 999 (no longer in Halo)" in as_alice.get(TAB).text
    as_alice.post(TAB, data={"record_types": ALL, "asset_types": ["999", "130"]})
    assert saved(halo).asset_types == {999, 130}


def test_without_halo_the_page_says_where_its_lists_come_from(
    as_alice: FlaskClient, halo: Integration, sandbox: HaloSandbox
) -> None:
    sandbox.fault("status", status=503, times=None)
    try:
        page = as_alice.get(TAB).text
    finally:
        sandbox.clear_faults()
    assert "incomplete or out of date, because Halo didn't send them" in unescape(page)
    assert "None known yet." in page


def test_clients_are_found_and_those_that_are_ticked_become_chips(as_alice: FlaskClient, halo: Integration) -> None:
    store(halo, 12, "Acme & Sons")
    store(halo, 13, "Acme Holding")
    part = as_alice.get(CLIENTS, query_string={"find": "acme", "exclude_clients": "12"}).text
    assert re.search(r'name="exclude_clients" value="12" checked> Acme &amp; Sons', part)
    assert "1 client found." in part
    assert 'name="include_clients" value="13">' in part
    assert "<html" not in part


@pytest.mark.parametrize("odd", ["include_clients=x", "exclude_clients=-4", "find=%00", "find=" + "x" * 5000])
def test_odd_searches_find_nothing_and_break_nothing(as_alice: FlaskClient, halo: Integration, odd: str) -> None:
    part = as_alice.get(f"{CLIENTS}?{odd}")
    assert part.status_code == 200
    assert "checked" not in part.text


def test_without_javascript_the_search_is_a_page(as_alice: FlaskClient, halo: Integration) -> None:
    store(halo, 13, "Acme Holding")
    part = _parts(as_alice.get(TAB, query_string={"find": "Acme"}).text)["clients"]
    assert 'class="filters" open' in part
    assert 'name="include_clients" value="13">' in part


def test_clients_of_another_account_are_never_found(
    as_mallory: FlaskClient, halo: Integration, as_alice: FlaskClient
) -> None:
    store(halo, 13, "Acme Holding")
    assert as_mallory.get(CLIENTS, query_string={"find": "Acme"}).status_code == 404
    assert as_mallory.get(CLIENTS, query_string={"include_clients": "13"}).status_code == 404


def _parts(page: str) -> dict[str, str]:
    """Split the page at its record types."""
    pieces = re.split(r'<section class="choice" id="(\w+)"', page)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))
