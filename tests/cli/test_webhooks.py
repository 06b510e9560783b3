"""`portal webhook`: listing, showing and replaying deliveries."""

from __future__ import annotations

import pytest

from portal.db import connected
from portal.models.accounts import Account
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, RefetchRequest
from tests.cli.conftest import Shell
from tests.telling import about, tell

ACCOUNT = ("--account", "Northwind IT")


@pytest.fixture
def halo(northwind_shell: Shell) -> Integration:
    with connected():
        integration: Integration = Integration.create(
            account=Account.get(), psa="halo", state="active", record_types=["clients", "assets"]
        )
        return integration


@pytest.fixture
def told(halo: Integration) -> None:
    """Deliver five: the first has failed, the second was done, the third waits, two say nothing."""
    with connected():
        tell(halo, *(about("assets", number) for number in (7, 8, 7)), about("sites", 9), b"nonsense")
        for number, state in ((1, "stuck"), (2, "done")):
            outcome = "updated" if state == "done" else None
            RefetchRequest.update(state=state, outcome=outcome).where(RefetchRequest.delivery == number).execute()
            Delivery.update(state=state).where(Delivery.id == number).execute()


def states() -> list[str]:
    with connected():
        return [delivery.state for delivery in Delivery.select().order_by(Delivery.id)]


def test_without_deliveries_the_list_is_empty(northwind_shell: Shell, halo: Integration) -> None:
    assert northwind_shell.json("webhook", "list", *ACCOUNT) == []
    assert northwind_shell.ok("webhook", "list", *ACCOUNT) == "Nothing to show.\n"


@pytest.mark.parametrize(
    "words",
    [
        ("list", "--state", "lost"),
        ("list", "--record", "tickets:7"),
        ("list", "--limit", "0"),
        ("show", "0"),
        ("show", "x"),
        ("show", str(2**31)),
        ("show",),
        ("replay",),
        ("replay", "-1"),
        ("replay", "1", "--failed"),
        ("replay", "--since", "yesterday"),
    ],
)
def test_wrong_usage_ends_with_two(northwind_shell: Shell, told: None, words: tuple[str, ...]) -> None:
    verb, *rest = words
    assert northwind_shell.run("webhook", verb, *ACCOUNT, *rest).exit_code == 2
    assert states()[:3] == ["stuck", "done", "waiting"]


@pytest.mark.parametrize("verb", ["show", "replay"])
def test_a_delivery_of_others_is_not_found(northwind_shell: Shell, told: None, verb: str) -> None:
    with connected():
        Integration.create(
            account=Account.create(name="Other MSP", enabled_psas=["halo"]), psa="halo", state="active"
        )
    result = northwind_shell.run("webhook", verb, "--account", "Other MSP", "1")
    assert result.exit_code == 1
    assert "This delivery doesn't exist." in result.stderr


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), [5, 4, 3, 2, 1]),
        (("--limit", "2"), [5, 4]),
        (("--state", "stuck"), [1]),
        (("--record", "7"), [3, 1]),
        (("--record", "sites:7"), []),
        (("--event", "asset updated", "--state", "done"), [2]),
    ],
)
def test_the_list_is_narrowed(northwind_shell: Shell, told: None, words: tuple[str, ...], found: list[int]) -> None:
    assert [row["delivery"] for row in northwind_shell.json("webhook", "list", *ACCOUNT, *words)] == found


def test_a_line_shows_the_outcome(northwind_shell: Shell, told: None) -> None:
    lines = northwind_shell.ok("webhook", "list", *ACCOUNT).splitlines()
    assert "It isn't JSON." in lines[1]
    assert "Its record type isn't synced." in lines[2]
    assert "assets:8" in lines[4]
    assert "updated" in lines[4]


def test_a_delivery_is_shown_with_its_body(northwind_shell: Shell, told: None) -> None:
    shown = northwind_shell.json("webhook", "show", *ACCOUNT, "2")
    assert shown["headers"] == [["Content-Type", "application/json"]]
    assert '"object_id": 8' in shown["body"]
    assert [
        (refetch_request["record"], refetch_request["outcome"]) for refetch_request in shown["refetch_requests"]
    ] == [("assets:8", "updated")]
    assert "nonsense" in northwind_shell.ok("webhook", "show", *ACCOUNT, "5")


def test_one_is_replayed(northwind_shell: Shell, told: None) -> None:
    assert northwind_shell.ok("webhook", "replay", *ACCOUNT, "2") == "Replaying it.\n"
    assert (
        northwind_shell.ok("webhook", "replay", *ACCOUNT, "5")
        == "Nothing to replay: it doesn't name a record that is synced.\n"
    )
    assert states() == ["stuck", "waiting", "waiting", "ignored", "unreadable"]
    with connected():
        assert [entry.detail for entry in AuditEntry.select().where(AuditEntry.action == "delivery.replayed")] == [
            "delivery 2",
            "delivery 5",
        ]


def test_those_that_failed_are_replayed(northwind_shell: Shell, told: None) -> None:
    assert northwind_shell.ok("webhook", "replay", *ACCOUNT, "--failed") == "Replayed 1.\n"
    assert states() == ["waiting", "done", "waiting", "ignored", "unreadable"]


def test_those_of_a_time_are_replayed(northwind_shell: Shell, told: None) -> None:
    assert northwind_shell.ok("webhook", "replay", *ACCOUNT, "--until", "2026-01-01") == "Replayed 0.\n"
    assert northwind_shell.ok("webhook", "replay", *ACCOUNT, "--since", "2026-01-01") == "Replayed 5.\n"
    assert states() == ["waiting", "waiting", "waiting", "ignored", "unreadable"]
