"""Held deletes, single records and the log's filters, from a shell."""

from __future__ import annotations

import json

import pytest

from portal.db import connected
from portal.models.accounts import Account
from portal.models.held_deletes import HeldDelete
from portal.models.integrations import Integration
from portal.models.sync import SyncLog, SyncRun, SyncStep
from tests.cli.conftest import Shell
from tests.copies import copied, held, states

ACCOUNT = ("--account", "Northwind IT")


@pytest.fixture
def halo(northwind_shell: Shell) -> Integration:
    with connected():
        integration: Integration = Integration.create(
            account=Account.get(), psa="halo", state="active", record_types=["clients", "assets"]
        )
        return integration


@pytest.fixture
def hold(halo: Integration) -> HeldDelete:
    with connected():
        copied(halo, range(1, 41))
        return held(halo, range(1, 31))


def test_where_nothing_is_held_the_list_is_empty(northwind_shell: Shell, halo: Integration) -> None:
    assert northwind_shell.json("sync", "holds", *ACCOUNT) == []


def test_a_hold_is_listed_with_its_cause(northwind_shell: Shell, hold: HeldDelete) -> None:
    (listed,) = northwind_shell.json("sync", "holds", *ACCOUNT)
    assert (listed["hold"], listed["type"], listed["count"]) == (hold.id, "assets", 30)
    assert hold.cause in northwind_shell.ok("sync", "holds", *ACCOUNT)


@pytest.mark.parametrize("verb", ["approve", "keep"])
@pytest.mark.parametrize("number", ["0", "-1", "x", str(2**40)])
def test_what_is_no_number_is_wrong_usage(northwind_shell: Shell, halo: Integration, verb: str, number: str) -> None:
    assert northwind_shell.run("sync", verb, *ACCOUNT, "--hold", number).exit_code == 2


@pytest.mark.parametrize("verb", ["approve", "keep"])
def test_a_hold_of_others_is_not_found(northwind_shell: Shell, hold: HeldDelete, verb: str) -> None:
    with connected():
        other = Account.create(name="Other MSP", enabled_psas=["halo"])
        Integration.create(account=other, psa="halo", state="active")
    result = northwind_shell.run("sync", verb, "--account", "Other MSP", "--hold", str(hold.id))
    assert result.exit_code == 1
    assert "These held records don't exist." in result.stderr


def test_a_hold_is_decided_once(northwind_shell: Shell, hold: HeldDelete) -> None:
    assert northwind_shell.ok("sync", "approve", *ACCOUNT, "--hold", str(hold.id)) == "Deleted 30 assets.\n"
    late = northwind_shell.run("sync", "keep", *ACCOUNT, "--hold", str(hold.id))
    assert late.exit_code == 1
    assert "already decided to delete them here too." in late.stderr
    with connected():
        assert list(states().values()).count("deleted") == 30


def test_held_records_can_be_kept(northwind_shell: Shell, hold: HeldDelete) -> None:
    assert northwind_shell.ok("sync", "keep", *ACCOUNT, "--hold", str(hold.id)) == "Kept 30 assets.\n"
    with connected():
        assert set(states().values()) == {"live"}


@pytest.mark.parametrize("record", ["assets", "7", "tickets:7", "assets:0", "assets:x", "assets:-7", ":7"])
def test_what_names_no_record_is_wrong_usage(northwind_shell: Shell, halo: Integration, record: str) -> None:
    assert northwind_shell.run("sync", "run", *ACCOUNT, "--record", record).exit_code == 2


@pytest.mark.parametrize("more", [("--full",), ("--types", "assets")])
def test_one_record_excludes_all_others(northwind_shell: Shell, halo: Integration, more: tuple[str, ...]) -> None:
    result = northwind_shell.run("sync", "run", *ACCOUNT, "--record", "assets:7", *more)
    assert result.exit_code == 2
    assert "can't be combined with --full or --types" in result.stderr


@pytest.mark.parametrize(
    ("words", "kind"), [((), "incremental"), (("--full",), "full"), (("--record", "assets:7"), "record")]
)
def test_a_run_is_of_the_kind_that_was_asked_for(
    northwind_shell: Shell, halo: Integration, words: tuple[str, ...], kind: str
) -> None:
    assert northwind_shell.json("sync", "run", *ACCOUNT, *words)["kind"] == kind
    with connected():
        asked = [(step.record_type, step.remote_ids) for step in SyncStep.select()]
    assert asked == ([("assets", [7])] if kind == "record" else [("clients", None), ("assets", None)])


def test_a_second_run_joins_the_first(northwind_shell: Shell, halo: Integration) -> None:
    first = northwind_shell.json("sync", "run", *ACCOUNT, "--full")["run"]
    second = northwind_shell.run("sync", "run", *ACCOUNT, "--record", "assets:7", "--json")
    assert json.loads(second.stdout)["run"] == first
    assert f"Run {first}, started by the command line, is already running; joining it." in second.stderr
    with connected():
        assert SyncRun.select().count() == 1


@pytest.mark.parametrize(
    ("words", "messages"),
    [
        (("--subject", "record"), ["two", "one"]),
        (("--record", "7"), ["two", "one"]),
        (("--record", "assets:7"), ["one"]),
        (("--record", "assets:8"), []),
        (("--subject", "page"), []),
    ],
)
def test_the_log_is_narrowed_by_subject_and_record(
    northwind_shell: Shell, halo: Integration, words: tuple[str, ...], messages: list[str]
) -> None:
    with connected():
        for record_type, message in (("assets", "one"), ("clients", "two")):
            SyncLog.create(integration=halo, subject="record", record_type=record_type, remote_id=7, message=message)
    lines = northwind_shell.json("sync", "logs", *ACCOUNT, *words)
    assert [line["message"] for line in lines] == messages
    assert all(line["subject"] == "record" for line in lines)
