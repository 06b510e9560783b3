"""Why a record is not here: one answer for each reason, from a live PSA where the copy can't know. On both PSAs."""

from __future__ import annotations

from typing import Any

import pytest

from portal.models.accounts import Account, User
from portal.models.integrations import Integration
from portal.models.sync import RunKind
from portal.services.pages import whereabouts
from portal.services.pages.whereabouts import Verdict, Whereabouts
from portal.services.records import hand_exclusions
from portal.services.syncing import filter_changes
from portal.sync.filters import Filters
from portal.sync.record_types import RecordType
from tests import connectwise_fixtures
from tests.connectwise_fixtures import connectwise
from tests.halo_fixtures import SIZES, Copy
from tests.psa_copies import PsaCopy
from tests.sync.refetches import one_of, record

__all__ = ["connectwise"]

AnyCopy = PsaCopy[Any]
ASSETS, CLIENTS, SITES, CONTACTS = RecordType.ASSETS, RecordType.CLIENTS, RecordType.SITES, RecordType.CONTACTS
NOBODY = 987654


@pytest.fixture(params=["halo", "connectwise"])
def either(request: pytest.FixtureRequest, northwind: Account) -> AnyCopy:
    """Connect one PSA and copy everything once."""
    if request.param == "halo":
        found: AnyCopy = request.getfixturevalue("synced")
        return found
    copy = connectwise_fixtures.connected(northwind, request.getfixturevalue("connectwise"))
    assert copy.sync()["state"] == "succeeded"
    return copy


def why(copy: AnyCopy, record_type: RecordType, number: int) -> Whereabouts:
    copy.sandbox.reset(faults=False)
    return whereabouts.of(Integration.get_by_id(copy.integration.id), record_type, number)


def choose(copy: AnyCopy, *types: str, active_only: bool = False) -> None:
    filter_changes.change(copy.integration, list(types or SIZES), Filters(active_only=active_only), None)
    copy.integration = Integration.get_by_id(copy.integration.id)


def requests(copy: AnyCopy) -> int:
    return len(copy.sandbox.journal())


def test_what_is_here_needs_no_request(either: AnyCopy) -> None:
    answer = why(either, ASSETS, min(either.ids(ASSETS)))
    assert (answer.verdict, answer.is_stored, requests(either)) == (Verdict.HERE, True, 0)


def test_a_new_record_has_not_been_reached_yet(either: AnyCopy) -> None:
    (number,) = either.sandbox.create("assets", 1)
    answer = why(either, ASSETS, number)
    assert (answer.verdict, answer.is_syncing) == (Verdict.NOT_YET, False)
    assert answer.checked_at is not None
    either.open("assets")
    assert "running sync has not reached it" in why(either, ASSETS, number).why


def test_a_filter_that_excludes_it_is_named(either: AnyCopy) -> None:
    choose(either, active_only=True)
    number = min(either.ids(CLIENTS))
    either.sandbox.deactivate("clients", [number])
    either.sync()
    answer = why(either, CLIENTS, number)
    assert (answer.verdict, answer.why) == (
        Verdict.FILTERED_OUT,
        "Excluded by your sync filters. The client is inactive.",
    )
    assert answer.since is not None
    assert answer.checked_at is not None


def test_a_record_of_an_excluded_client_leads_to_the_client(either: AnyCopy) -> None:
    choose(either, active_only=True)
    either.sync()
    contact = next(each for each in either.live(CONTACTS) if each.client_remote_id)
    either.sandbox.deactivate("clients", [contact.client_remote_id])
    either.sync()
    answer = why(either, CONTACTS, contact.remote_id)
    assert (answer.verdict, answer.client_id) == (Verdict.CLIENT_EXCLUDED, contact.client_remote_id)
    assert "the client is inactive" in answer.why


def test_an_excluded_record_that_matches_now_is_to_be_synced(either: AnyCopy) -> None:
    choose(either, active_only=True)
    number = min(either.ids(CLIENTS))
    either.sandbox.deactivate("clients", [number])
    either.sync()
    either.sandbox.reactivate("clients", [number])
    assert why(either, CLIENTS, number).verdict == Verdict.NOT_YET


def test_a_deleted_record_is_dated(either: AnyCopy) -> None:
    number = min(either.ids(ASSETS))
    either.sandbox.delete("assets", [number])
    either.sync()
    answer = why(either, ASSETS, number)
    assert (answer.verdict, answer.since) == (Verdict.DELETED, record(ASSETS, number).changed_at)
    assert answer.checked_at is not None


def test_a_number_that_the_psa_does_not_know(either: AnyCopy) -> None:
    answer = why(either, ASSETS, NOBODY)
    assert answer.verdict == Verdict.NOT_THERE
    assert f"has no asset {NOBODY}" in answer.why


def test_what_the_agent_may_not_see_is_told_in_the_psas_words(synced: Copy) -> None:
    synced.halo.change_tenant(refused=["assets"])
    answer = why(synced, ASSETS, NOBODY)
    assert (answer.verdict, answer.why) == (Verdict.CANNOT_SEE, "Halo doesn't let the agent read assets.")
    assert "Permissions tab" in answer.remedy


def test_a_type_that_is_not_chosen_needs_no_request(either: AnyCopy) -> None:
    choose(either, "clients")
    answer = why(either, ASSETS, NOBODY)
    assert (answer.verdict, requests(either)) == (Verdict.NOT_CHOSEN, 0)


def test_what_was_excluded_by_hand_says_by_whom(either: AnyCopy, alice: User) -> None:
    number = min(either.ids(ASSETS))
    hand_exclusions.exclude(either.integration, ASSETS, number, alice, why="Test device.")
    answer = why(either, ASSETS, number)
    assert (answer.verdict, answer.why) == (Verdict.BY_HAND, "Excluded by hand by Alice: Test device.")
    assert requests(either) == 0


def test_held_deletes_wait_for_a_decision(synced: Copy) -> None:
    synced.halo.delete("assets", sorted(synced.ids(ASSETS))[:60])
    synced.sync()
    answer = why(synced, ASSETS, one_of(synced, ASSETS))
    assert answer.verdict == Verdict.HELD
    assert answer.held is not None


def test_without_an_answer_the_copy_answers_and_says_so(synced: Copy) -> None:
    synced.halo.fault("status", status=503, times=None)
    answer = whereabouts.of(synced.integration, ASSETS, NOBODY)
    assert (answer.verdict, answer.checked_at) == (Verdict.UNKNOWN, None)
    assert "didn't include it" in answer.why
    assert "status 503" in answer.unasked


def test_a_used_up_limit_sends_nothing(synced: Copy) -> None:
    synced.integration.quota = 1
    synced.integration.save()
    answer = why(synced, ASSETS, NOBODY)
    assert (answer.verdict, requests(synced)) == (Verdict.UNKNOWN, 0)
    assert "Try again in" in answer.unasked


def test_reloading_asks_once(synced: Copy) -> None:
    why(synced, ASSETS, NOBODY)
    again = why(synced, ASSETS, NOBODY)
    assert (again.verdict, requests(synced)) == (Verdict.NOT_THERE, 0)


def test_nothing_is_written(synced: Copy) -> None:
    (number,) = synced.halo.create("assets", 1)
    before = synced.written()
    why(synced, ASSETS, number)
    assert synced.written() == before


def test_a_number_of_unknown_type_is_looked_up_in_the_copy_alone(synced: Copy) -> None:
    synced.halo.reset(faults=False)
    number = min(synced.ids(ASSETS))
    found = whereabouts.numbered(synced.integration, number)
    assert ASSETS in [each.record_type for each in found]
    assert whereabouts.numbered(synced.integration, NOBODY) == []
    assert requests(synced) == 0


def test_a_name_is_looked_up_among_stored_and_excluded_records(synced: Copy) -> None:
    choose(synced, active_only=True)
    number = one_of(synced, CLIENTS)
    synced.halo.deactivate("clients", [number])
    synced.sync(kind=RunKind.FULL)
    name = record(CLIENTS, number).name
    found = whereabouts.named(synced.integration, name)
    assert (CLIENTS, number, Verdict.FILTERED_OUT) in [
        (each.record_type, each.remote_id, each.verdict) for each in found
    ]
    assert whereabouts.named(synced.integration, "Nobody & Sons") == []
