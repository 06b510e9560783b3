"""The history of sync filters, from a shell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal import clock
from portal.db import connected
from portal.models.accounts import Account, RoleName, User
from portal.models.integrations import Integration
from portal.services.accounts import users
from portal.services.syncing import filter_changes, filter_versions
from portal.sync.filters import Filters, write
from tests.cli.conftest import Shell

HISTORY = ("filters", "history", "--account", "Northwind IT")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TYPES = ["clients", "assets"]


@pytest.fixture
def halo(northwind_shell: Shell) -> Integration:
    with connected():
        made: Integration = Integration.create(
            account=Account.get(),
            psa="halo",
            state="active",
            created_at=NOON,
            record_types=TYPES,
            filters=write(Filters()),
        )
        return made


@pytest.fixture
def ada(northwind_shell: Shell) -> User:
    with connected():
        made: User = User.create(
            account=Account.get(), email="ada@northwind.example", name="Ada", role=RoleName.ADMIN, fs_uniquifier="Ada"
        )
        return made


def change(halo: Integration, filters: Filters, user: User | None = None, *, hours: int = 1) -> None:
    """Change the filters, so many hours after noon."""
    with connected(), clock.using(lambda: NOON + timedelta(hours=hours)):
        filter_changes.change(Integration.get_by_id(halo.id), TYPES, filters, user)


@pytest.mark.parametrize("limit", ["0", "-1", "some", "9" * 400])
def test_a_limit_that_cannot_be_is_wrong_usage(northwind_shell: Shell, halo: Integration, limit: str) -> None:
    assert northwind_shell.run(*HISTORY, "--limit", limit).exit_code == 2


def test_an_account_must_be_named_and_exist(northwind_shell: Shell) -> None:
    assert northwind_shell.run("filters", "history").exit_code == 2
    assert northwind_shell.run("filters", "history", "--account", "Nobody").exit_code == 1


def test_without_a_psa_there_is_no_history(northwind_shell: Shell) -> None:
    result = northwind_shell.run(*HISTORY)
    assert result.exit_code == 1
    assert result.stderr.startswith("No PSA is connected.")


def test_before_the_first_change_the_history_is_empty(northwind_shell: Shell, halo: Integration) -> None:
    assert northwind_shell.ok(*HISTORY) == "Nothing to show.\n"
    assert northwind_shell.json(*HISTORY) == []


def test_changes_of_others_are_not_listed(northwind_shell: Shell, halo: Integration) -> None:
    change(halo, Filters(active_only=True))
    northwind_shell.ok("account", "create", "Other MSP")
    with connected():
        Integration.create(account=Account.get(Account.name == "Other MSP"), psa="halo", state="active")
    assert northwind_shell.json("filters", "history", "--account", "Other MSP") == []


def test_the_history_says_who_changed_what_and_when_newest_first(
    northwind_shell: Shell, halo: Integration, ada: User
) -> None:
    change(halo, Filters(active_only=True, asset_types=frozenset({130})), ada, hours=1)
    with connected(), clock.using(lambda: NOON + timedelta(hours=2)):
        now = Integration.get_by_id(halo.id)
        filter_changes.undo(now, None, latest=filter_versions.latest_id(now))
    undone = "Undid a change: Active clients only: on → off; Asset types: 130 → all"
    assert northwind_shell.ok(*HISTORY).splitlines() == [
        "AT (UTC)             WHO       WHAT",
        f"2026-11-23 14:00:00  Operator  {undone}",
        "2026-11-23 13:00:00  Ada       Active clients only: off → on; Asset types: all → 130",
        "2026-11-23 12:00:00            In use before the history began",
    ]


def test_scripts_get_each_version_with_its_values_before_and_after(
    northwind_shell: Shell, halo: Integration, ada: User
) -> None:
    change(halo, Filters(active_only=True), ada)
    newest, first = northwind_shell.json(*HISTORY)
    assert newest == {
        "version": 2,
        "at": "2026-11-23T13:00:00+00:00",
        "who": "Ada",
        "why": "",
        "changes": {"Active clients only": ["off", "on"]},
    }
    assert (first["version"], first["who"], first["changes"]) == (1, "", {})


def test_more_than_a_page_is_listed_up_to_the_limit(northwind_shell: Shell, halo: Integration) -> None:
    for number in range(1, 46):
        change(halo, Filters(asset_types=frozenset({number})))
    everything = northwind_shell.json(*HISTORY, "--limit", "1000")
    assert [each["version"] for each in everything] == list(range(46, 0, -1))
    assert northwind_shell.json(*HISTORY) == everything[:20]
    assert northwind_shell.json(*HISTORY, "--limit", "21") == everything[:21]


def test_a_disconnected_psa_keeps_its_history(northwind_shell: Shell, halo: Integration) -> None:
    change(halo, Filters(active_only=True))
    with connected():
        Integration.update(state="disconnected").execute()
    assert len(northwind_shell.json(*HISTORY)) == 2


def test_who_was_removed_stays_named(northwind_shell: Shell, halo: Integration, ada: User) -> None:
    change(halo, Filters(active_only=True), ada)
    with connected():
        users.remove(ada)
    assert northwind_shell.json(*HISTORY)[0]["who"] == "ada@northwind.example (removed)"


def test_names_cannot_steer_the_terminal(northwind_shell: Shell, halo: Integration, ada: User) -> None:
    with connected():
        User.update(name="Ada\x1b[2J").execute()
        nasty = User.get_by_id(ada.id)
    change(halo, Filters(active_only=True), nasty)
    assert "\x1b" not in northwind_shell.ok(*HISTORY)
    assert "\x1b" not in northwind_shell.ok(*HISTORY, "--json")
