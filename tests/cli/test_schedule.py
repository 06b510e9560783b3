"""Schedules, pauses, limits and time zones from a shell."""

from __future__ import annotations

import pytest

from portal import db
from portal.models.accounts import Account
from portal.models.integrations import Integration
from tests.cli.conftest import Shell

ACCOUNT = ("--account", "Northwind IT")


@pytest.fixture
def connected(northwind_shell: Shell) -> Shell:
    """Run in a portal with an account that has connected Halo."""
    with db.connected():
        Integration.create(account=Account.get(), psa="halo", state="active", limit_key="halo.example")
    return northwind_shell


@pytest.mark.parametrize(
    "words",
    [
        ("sync", "schedule", "--every", "7"),
        ("sync", "schedule", "--every", "15", "--hours", "8"),
        ("sync", "schedule", "--weekdays", "mon"),
        ("sync", "schedule", "--hours", "24"),
        ("sync", "schedule", "--hours", ""),
        ("sync", "schedule", "--hours", "8", "--weekdays", "someday"),
        ("sync", "schedule", "--full-hour", "-1"),
        ("integration", "limit", "--quiet", "8-18"),
        ("integration", "limit", "--share", "half"),
    ],
)
def test_what_cannot_be_understood_is_wrong_usage(connected: Shell, words: tuple[str, ...]) -> None:
    assert connected.run(*words, *ACCOUNT).exit_code == 2
    assert connected.json("sync", "schedule", *ACCOUNT)["schedule"] == {"minutes": 60}


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        (("--share", "101"), "Enter a percentage from 1 to 100."),
        (("--quiet", "8-8:25"), "Quiet hours must start and end at different hours, from 0 to 23."),
        (("--quiet", "8-25:25"), "Quiet hours must start and end at different hours, from 0 to 23."),
        (("--quiet", "8-18:0"), "Enter a percentage from 1 to 100."),
        (("--quota", "10"), "Enter a number from 50 to 100,000, or leave it blank."),
    ],
)
def test_a_limit_that_cannot_be_is_refused(connected: Shell, option: tuple[str, ...], problem: str) -> None:
    result = connected.run("integration", "limit", *ACCOUNT, *option)
    assert result.exit_code == 1
    assert result.stderr.startswith(problem)
    assert connected.json("integration", "limit", *ACCOUNT)["share"] == 100


@pytest.mark.parametrize(
    "verb", [("sync", "schedule"), ("sync", "pause"), ("sync", "resume"), ("integration", "limit")]
)
def test_what_is_not_connected_has_no_schedule(northwind_shell: Shell, verb: tuple[str, ...]) -> None:
    result = northwind_shell.run(*verb, *ACCOUNT)
    assert result.exit_code == 1
    assert result.stderr.startswith("No PSA is connected.")


def test_a_schedule_is_shown_and_changed(connected: Shell) -> None:
    assert connected.ok("sync", "schedule", *ACCOUNT).startswith("Syncs every hour, full sync at 02:00 UTC.")
    told = connected.json(
        "sync", "schedule", *ACCOUNT, "--hours", "12, 8", "--weekdays", "tue,mon", "--full-hour", "0"
    )
    assert told["schedule"] == {"hours": [8, 12], "weekdays": ["mon", "tue"]}
    assert told["full_hour"] == 0
    told = connected.json("sync", "schedule", *ACCOUNT, "--every", "5")
    assert (told["schedule"], told["full_hour"]) == ({"minutes": 5}, 0)


def test_without_weekdays_hours_count_every_day(connected: Shell) -> None:
    assert "at 08:00 every day" in connected.ok("sync", "schedule", *ACCOUNT, "--hours", "8")


def test_a_schedule_is_paused_and_resumed(connected: Shell) -> None:
    connected.ok("sync", "pause", *ACCOUNT)
    assert "Paused since" in connected.ok("sync", "schedule", *ACCOUNT)
    connected.ok("sync", "resume", *ACCOUNT)
    assert connected.json("sync", "schedule", *ACCOUNT)["paused_at"] is None


def test_a_limit_is_shown_changed_and_lifted(connected: Shell) -> None:
    assert "0 of 700 requests" in connected.ok("integration", "limit", *ACCOUNT)
    connected.ok("integration", "limit", *ACCOUNT, "--share", "50", "--quiet", "22-6:25", "--quota", "900")
    told = connected.ok("integration", "limit", *ACCOUNT, "--share", "60")
    assert "at most 60%, 25% from 22:00 to 06:00, limit of 900 agreed with Halo" in told
    told = connected.json("integration", "limit", *ACCOUNT, "--quiet", "none", "--quota", "0")
    assert (told["share"], told["quiet"], told["quota"], told["limit"]) == (60, None, None, 700)


def test_an_account_has_a_time_zone(shell: Shell) -> None:
    shell.ok("account", "create", "Northwind IT", "--time-zone", "europe/london")
    assert shell.json("account", "list")[0]["time_zone"] == "Europe/London"
    shell.ok("account", "set-time-zone", "Northwind IT", "Asia/Kathmandu")
    assert shell.json("account", "list")[0]["time_zone"] == "Asia/Kathmandu"


def test_a_time_zone_that_does_not_exist_is_refused(northwind_shell: Shell) -> None:
    for words in (("set-time-zone", "Northwind IT", "Mars/Base"), ("create", "Other", "--time-zone", "Mars/Base")):
        result = northwind_shell.run("account", *words)
        assert result.exit_code == 1
        assert result.stderr.splitlines() == [
            "There is no time zone named Mars/Base.",
            "Use a name such as Europe/London.",
        ]
