"""Which rows are in scope, why the others are not, and when a detail is needed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.halo.facts import Facts
from portal.sync.filters import CLIENT_OWNED, Filters
from portal.sync.record_types import RecordType
from portal.sync.scope import CLIENT_NOT_SEEN, Scope
from tests.sync.test_filters import FILTERS

CHOSEN = frozenset({1, 2})


def facts(**values: Any) -> Facts:
    return Facts(**{"remote_id": 7, "inactive": False, "client_id": None, **values})


FACTS = st.builds(
    Facts,
    remote_id=st.integers(1, 9),
    inactive=st.booleans(),
    client_id=st.none() | st.integers(1, 9),
    group=st.none() | st.integers(0, 9),
    is_service_account=st.booleans(),
    is_general_user=st.booleans(),
    is_closed=st.booleans(),
    is_active_contract=st.none() | st.booleans(),
    named=st.none() | st.lists(st.integers(1, 9).map(lambda number: {"id": number}), max_size=3),
    opened=st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(datetime.isoformat),  # noqa: DTZ001
)
CLIENTS = st.none() | st.sets(st.integers(1, 9))
TYPES = st.sampled_from(RecordType)


@pytest.mark.parametrize(
    ("filters", "record_type", "out", "reason", "kept"),
    [
        ({"active_only": True}, "clients", {"inactive": True}, "The client is inactive.", {}),
        ({"top_levels": CHOSEN}, "clients", {"group": 3}, "Its top level isn't one you chose.", {"group": 2}),
        (
            {"relationships": CHOSEN},
            "clients",
            {"named": [{"id": 3}]},
            "Its relationship type isn't one you chose.",
            {"named": [{"id": 3}, {"id": 1}]},
        ),
        (
            {"relationships": CHOSEN},
            "clients",
            {"named": []},
            "Its relationship type isn't one you chose.",
            {"named": [{"id": 2}]},
        ),
        ({"include_clients": CHOSEN}, "clients", {}, "It isn't one of the chosen clients.", {"remote_id": 1}),
        (
            {"exclude_clients": CHOSEN},
            "clients",
            {"remote_id": 2},
            "It's one of the excluded clients.",
            {"remote_id": 3},
        ),
        (
            {"without_service_accounts": True},
            "contacts",
            {"is_service_account": True},
            "It's a service account.",
            {"is_general_user": True},
        ),
        (
            {"without_general_users": True},
            "contacts",
            {"is_general_user": True},
            "It's a General User.",
            {"is_service_account": True},
        ),
        (
            {"product_groups": CHOSEN},
            "products",
            {"group": 0},
            "Its product group isn't one you chose.",
            {"group": 1},
        ),
        (
            {"asset_types": CHOSEN},
            "assets",
            {"group": 130},
            "Its asset type isn't one you chose.",
            {"group": 1},
        ),
        ({"open_opportunities_only": True}, "opportunities", {"is_closed": True}, "It's closed.", {}),
        (
            {"opportunities_since": date(2026, 1, 1)},
            "opportunities",
            {"opened": "2025-12-31T23:59:59.9"},
            "It was opened before the chosen date.",
            {"opened": "2026-01-01T00:00:00"},
        ),
        (
            {"active_contracts_only": True},
            "contracts",
            {"is_active_contract": False},
            "The contract isn't active.",
            {"is_active_contract": True},
        ),
    ],
)
def test_each_filter_gives_its_reason_for_excluding_a_row(
    filters: dict[str, Any], record_type: str, out: dict[str, Any], reason: str, kept: dict[str, Any]
) -> None:
    scope = Scope(Filters(**filters))
    assert scope.reason(record_type, facts(**out)) == reason
    assert scope.reason(record_type, facts(**kept)) == ""
    assert not scope.needs_detail(record_type, facts(**out))
    others = [each for each in RecordType if each != record_type]
    assert [scope.reason(other, facts(**out)) for other in others] == [""] * len(others)


LOST = "Its client was deleted."


@pytest.mark.parametrize(
    ("record_type", "client_id", "reason"),
    [
        ("sites", 3, LOST),
        ("contacts", 3, LOST),
        ("assets", 3, LOST),
        ("opportunities", 3, LOST),
        ("contracts", 3, LOST),
        ("sites", 1, ""),
        ("contacts", None, ""),
        ("products", 3, ""),
        ("clients", 3, ""),
    ],
)
def test_records_of_an_excluded_client_are_excluded(record_type: str, client_id: int | None, reason: str) -> None:
    row = facts(client_id=client_id)
    assert Scope(Filters(exclude_clients=frozenset({3})), {1, 2}, {3: LOST}).reason(record_type, row) == reason


def test_nothing_depends_on_clients_without_client_filters() -> None:
    scope = Scope(Filters(without_general_users=True), set())
    assert not scope.excludes_clients
    assert scope.reason("contacts", facts(client_id=3)) == ""


@pytest.mark.parametrize(
    "filters",
    [
        {"active_only": True},
        {"top_levels": CHOSEN},
        {"relationships": CHOSEN},
        {"include_clients": CHOSEN},
        {"exclude_clients": CHOSEN},
    ],
)
def test_every_client_filter_affects_the_clients_records(filters: dict[str, Any]) -> None:
    assert Scope(Filters(**filters), {1}).excludes_clients


@pytest.mark.parametrize(
    ("filters", "record_type", "reason"),
    [
        ({"top_levels": CHOSEN}, "clients", "Its top level isn't known."),
        ({"relationships": CHOSEN}, "clients", "Its relationship type isn't known."),
        ({"asset_types": CHOSEN}, "assets", "Its asset type isn't known."),
        ({"opportunities_since": date(2026, 1, 1)}, "opportunities", "Its opening date isn't known."),
        ({"active_contracts_only": True}, "contracts", "It isn't known whether it's active."),
    ],
)
def test_a_row_without_the_value_needs_its_detail_or_is_excluded(
    filters: dict[str, Any], record_type: str, reason: str
) -> None:
    scope = Scope(Filters(**filters))
    assert scope.needs_detail(record_type, facts())
    assert scope.reason(record_type, facts()) == reason
    assert not Scope(Filters()).needs_detail(record_type, facts())


def test_no_detail_is_needed_for_a_row_that_is_excluded_anyway() -> None:
    scope = Scope(Filters(active_only=True, top_levels=CHOSEN, asset_types=CHOSEN), {1})
    assert scope.needs_detail("clients", facts())
    assert not scope.needs_detail("clients", facts(inactive=True))
    assert scope.needs_detail("assets", facts(client_id=1))
    assert not scope.needs_detail("assets", facts(client_id=2))


@given(TYPES, FACTS, CLIENTS)
def test_without_filters_everything_is_in_scope(record_type: str, row: Facts, clients: set[int] | None) -> None:
    scope = Scope(Filters(), clients)
    assert (scope.reason(record_type, row), scope.needs_detail(record_type, row)) == ("", False)


@given(FILTERS, TYPES, FACTS, CLIENTS)
def test_a_row_that_needs_its_detail_is_excluded_until_it_is_read(
    filters: Filters, record_type: str, row: Facts, clients: set[int] | None
) -> None:
    scope = Scope(filters, clients)
    if scope.needs_detail(record_type, row):
        assert "isn't known" in scope.reason(record_type, row)


@given(FILTERS, FILTERS, TYPES, FACTS)
def test_two_filters_keep_what_matches_both(one: Filters, other: Filters, record_type: str, row: Facts) -> None:
    both = Filters(
        active_only=one.active_only or other.active_only,
        top_levels=one.top_levels,
        relationships=other.relationships,
        include_clients=one.include_clients,
        exclude_clients=one.exclude_clients | other.exclude_clients,
        without_service_accounts=one.without_service_accounts or other.without_service_accounts,
        asset_types=other.asset_types,
    )
    left = Filters(
        active_only=one.active_only,
        top_levels=one.top_levels,
        include_clients=one.include_clients,
        exclude_clients=one.exclude_clients,
        without_service_accounts=one.without_service_accounts,
    )
    right = Filters(
        active_only=other.active_only,
        relationships=other.relationships,
        exclude_clients=other.exclude_clients,
        without_service_accounts=other.without_service_accounts,
        asset_types=other.asset_types,
    )
    kept = not Scope(left).reason(record_type, row) and not Scope(right).reason(record_type, row)
    assert (not Scope(both).reason(record_type, row)) is kept


@given(FILTERS, TYPES, FACTS, st.sets(st.integers(1, 9)))
def test_only_client_owned_types_depend_on_live_clients(
    filters: Filters, record_type: str, row: Facts, clients: set[int]
) -> None:
    alone, beside = Scope(filters).reason(record_type, row), Scope(filters, clients).reason(record_type, row)
    if record_type not in CLIENT_OWNED or row.client_id is None or row.client_id in clients:
        assert beside == alone
    elif Scope(filters).excludes_clients:
        assert beside == CLIENT_NOT_SEEN


def test_times_are_compared_by_their_day_in_utc() -> None:
    row = facts(opened="2025-12-31T23:30:00-05:00")
    assert row.opened_at == datetime(2026, 1, 1, 4, 30, tzinfo=UTC)
    assert Scope(Filters(opportunities_since=date(2026, 1, 1))).reason("opportunities", row) == ""
