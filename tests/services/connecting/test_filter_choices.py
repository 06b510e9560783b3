"""What filters offer: Halo's own lists, and without Halo what the copy names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from portal import clock
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.services.connecting import filter_choices
from portal.sync.filters import Filters
from tests.halo_fixtures import Copy

TYPES = {132: "Firewall", 130: "Laptop", 131: "Printer", 128: "Server", 129: "Workstation"}


@pytest.fixture
def later() -> Iterator[list[timedelta]]:
    """Move the clock by what is in the list."""
    began, passed = datetime.now().astimezone(), [timedelta()]
    with clock.using(lambda: began + passed[0]):
        yield passed


def test_the_lists_are_halos_own_in_order_of_their_names(copy: Copy) -> None:
    offered = filter_choices.of(copy.integration)
    assert offered.problem == ""
    assert list(offered.lists["asset_types"].items()) == list(TYPES.items())
    assert list(offered.lists["top_levels"].values()) == ["Customers", "Partners", "Prospects", "Unknown"]
    assert offered.lists["product_groups"][5] == "Services"


def test_relationship_types_are_those_that_copied_clients_have(copy: Copy) -> None:
    assert filter_choices.of(copy.integration).lists["relationships"] == {}


def test_after_a_sync_relationship_types_are_known(gathered: Copy) -> None:
    assert filter_choices.of(gathered.integration).lists["relationships"] == {
        2: "Break/fix",
        1: "Managed",
        3: "Vendor",
    }


def test_halo_is_asked_again_only_after_some_minutes(copy: Copy, later: list[timedelta]) -> None:
    copy.halo.reset()
    filter_choices.of(copy.integration)
    asked = copy.halo.counts()["total"]
    filter_choices.of(copy.integration)
    later[0] = filter_choices.KEPT - timedelta(seconds=1)
    filter_choices.of(copy.integration)
    assert copy.halo.counts()["total"] == asked
    later[0] = filter_choices.KEPT
    filter_choices.of(copy.integration)
    assert copy.halo.counts()["total"] == 2 * asked


@pytest.mark.parametrize("fault", [{"what": "status", "status": 503}, {"what": "html"}, {"what": "truncated"}])
def test_without_halo_the_copy_names_what_can_be_chosen(fault: dict[str, str], gathered: Copy) -> None:
    gathered.halo.fault(**fault, times=None)
    offered = filter_choices.of(gathered.integration)
    assert offered.problem
    assert list(offered.lists["asset_types"].items()) == list(TYPES.items())
    assert offered.lists["top_levels"] == {2: "Customers", 4: "Partners", 3: "Prospects", 1: "Unknown"}
    assert set(offered.lists["product_groups"]) == {5, 6, 7, 8}


def test_without_halo_and_without_a_copy_nothing_is_offered(copy: Copy) -> None:
    copy.halo.change_tenant(client_secret="new")
    offered = filter_choices.of(copy.integration)
    assert offered.problem
    assert not any(offered.lists.values())


def test_a_halo_that_was_away_is_asked_again_after_a_minute(copy: Copy, later: list[timedelta]) -> None:
    copy.halo.fault("status", status=503, times=None)
    assert filter_choices.of(copy.integration).problem
    copy.halo.clear_faults()
    assert filter_choices.of(copy.integration).problem
    later[0] = filter_choices.KEPT_WITHOUT_HALO
    assert not filter_choices.of(copy.integration).problem


def test_a_secret_that_cannot_be_opened_is_a_problem_and_no_crash(copy: Copy) -> None:
    Integration.update(credentials=None).execute()
    broken = Integration.get_by_id(copy.integration.id)
    broken.__data__["credentials"] = "v1:nonsense"
    assert filter_choices.of(broken).problem


def test_clients_are_found_by_name_and_by_number(synced: Copy) -> None:
    Record.update(name="Acme & Sons").where(Record.record_type == "clients", Record.remote_id == 12).execute()
    for text in ("cme", "ACME", "& s", " 12 "):
        assert filter_choices.find_clients(synced.integration, text, without=())[12] == "Acme & Sons"
        assert 12 not in filter_choices.find_clients(synced.integration, text, without={12})


@pytest.mark.parametrize("text", ["", "   ", "no client is called so", "%", "_", "0", "9" * 30, "²"])
def test_what_nothing_is_called_finds_nothing(text: str, synced: Copy) -> None:
    assert filter_choices.find_clients(synced.integration, text, without=()) == {}


def test_a_client_that_was_never_copied_is_found_by_its_number(copy: Copy) -> None:
    assert filter_choices.find_clients(copy.integration, "77", without=()) == {77: "Client 77 (not in Scopable)"}
    assert filter_choices.find_clients(copy.integration, "77", without={77}) == {}


def test_clients_out_of_scope_are_found_and_deleted_ones_are_not(synced: Copy) -> None:
    clients = Record.record_type == "clients"
    names = {one.remote_id: one.name for one in Record.select().where(clients)}
    Record.update(state=RecordState.OUT_OF_SCOPE).where(clients, Record.remote_id == 12).execute()
    Record.update(state=RecordState.DELETED).where(clients, Record.remote_id == 14).execute()
    assert 12 in filter_choices.find_clients(synced.integration, names[12], without=())
    assert 14 not in filter_choices.find_clients(synced.integration, names[14], without=())


def test_no_more_are_found_than_a_person_reads(synced: Copy) -> None:
    Record.update(name="Acme").where(Record.record_type == "clients").execute()
    assert len(filter_choices.find_clients(synced.integration, "acme", without={12, 14})) == filter_choices.MOST_FOUND


def test_names_are_known_without_asking_halo(synced: Copy) -> None:
    synced.halo.reset()
    names = filter_choices.known_names(synced.integration, Filters(include_clients=frozenset({12, 999})))
    assert names["include_clients"][999] == "Client 999"
    assert names["include_clients"][12] == synced.halo.record("clients", 12)["row"]["name"]
    assert synced.halo.counts()["total"] == 0
