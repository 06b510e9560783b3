"""`portal audit list`, and what commands write into the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from portal import clock
from portal.cli.root import portal
from portal.db import connected
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunState, RunTrigger, SyncRun
from portal.psa.registry import ADAPTERS
from portal.services.audit import audit_log, audit_words
from tests.cli.conftest import PASSWORD, Shell
from tests.cli.test_hostile_names import HOSTILE, harmless
from tests.copies import copied, held
from tests.telling import about, tell

ACCOUNT = ("--account", "Northwind IT")
ADA = "ada@northwind.example"
CREATE_ADA = ("user", "create", ADA, *ACCOUNT, "--password-stdin")


def nothing(halo: Integration) -> None:
    pass


def hold(halo: Integration) -> None:
    copied(halo, range(1, 41))
    held(halo, range(1, 31))


def running(halo: Integration) -> None:
    SyncRun.create(integration=halo, kind=RunKind.FULL, trigger=RunTrigger.USER, state=RunState.RUNNING)


def paused(halo: Integration) -> None:
    Integration.update(paused_at=clock.now()).execute()


def delivered(halo: Integration) -> None:
    tell(halo, about("assets", 7))


def disabled(halo: Integration) -> None:
    User.update(active=False).execute()


# What each command that changes something, or hands something out, writes; and what must be there before.
DEEDS: dict[tuple[str, ...], tuple[str, tuple[str, ...], Callable[[Integration], None]]] = {
    ("account", "create"): ("account.created", ("Other MSP",), nothing),
    ("account", "enable"): ("account.psa_enabled", ("Northwind IT", "connectwise"), nothing),
    ("account", "disable"): ("account.psa_disabled", ("Northwind IT", "connectwise"), nothing),
    ("account", "set-time-zone"): ("account.time_zone", ("Northwind IT", "Europe/London"), nothing),
    ("user", "create"): ("user.created", ("bob@northwind.example", *ACCOUNT, "--password-stdin"), nothing),
    ("user", "set-role"): ("user.role", (ADA, "admin"), nothing),
    ("user", "set-password"): ("user.password", (ADA, "--password-stdin"), nothing),
    ("user", "disable"): ("user.disabled", (ADA,), nothing),
    ("user", "enable"): ("user.enabled", (ADA,), disabled),
    ("user", "reset-two-factor"): ("user.two_factor_reset", (ADA,), nothing),
    ("user", "remove"): ("user.removed", (ADA, "--yes"), nothing),
    ("integration", "disconnect"): ("integration.disconnected", (*ACCOUNT, "--yes"), nothing),
    ("integration", "limit"): ("integration.limited", (*ACCOUNT, "--share", "50"), nothing),
    ("records", "export"): ("records.exported", ACCOUNT, nothing),
    ("sync", "approve"): ("hold.deleted", (*ACCOUNT, "--hold", "1"), hold),
    ("sync", "keep"): ("hold.kept", (*ACCOUNT, "--hold", "1"), hold),
    ("sync", "cancel"): ("sync.cancelled", ACCOUNT, running),
    ("sync", "pause"): ("integration.paused", ACCOUNT, nothing),
    ("sync", "resume"): ("integration.resumed", ACCOUNT, paused),
    ("sync", "run"): ("sync.started", ACCOUNT, nothing),
    ("sync", "schedule"): ("integration.rescheduled", (*ACCOUNT, "--every", "15"), nothing),
    ("webhook", "replay"): ("delivery.replayed", ("1", *ACCOUNT), delivered),
}
# These need more than a shell, and write what is said here.
ELSEWHERE: dict[tuple[str, ...], str] = {
    ("db", "upgrade"): "database.upgraded",
    ("vault", "rotate"): "vault.rotated",
    ("support-bundle",): "bundle.made",
    **{("integration", "connect", psa): "integration.connected" for psa in ADAPTERS},
    ("integration", "test"): "integration.tested",
}
SHOWS: list[tuple[str, ...]] = [
    ("account", "list"),
    ("audit", "list"),
    ("db", "status"),
    ("integration", "filters"),
    ("integration", "status"),
    ("filters", "history"),
    ("issue", "list"),
    ("records", "count"),
    ("records", "list"),
    ("records", "show"),
    ("sync", "holds"),
    ("sync", "list"),
    ("sync", "logs"),
    ("sync", "status"),
    ("user", "list"),
    ("user", "sessions"),
    ("vault", "doctor"),
    ("webhook", "list"),
    ("webhook", "show"),
]
SERVES: list[tuple[str, ...]] = [("up",), ("web",), ("worker",), ("scheduler",)]
MADE_UP: list[tuple[str, ...]] = [("demo",), ("sandbox", "halo"), ("sandbox", "connectwise")]
SILENT: dict[tuple[str, ...], str] = {
    **dict.fromkeys(SHOWS, "shows something to the operator, who can read the database anyway"),
    **dict.fromkeys(SERVES, "serves"),
    **dict.fromkeys(MADE_UP, "is about made-up data"),
    ("user", "log-out"): "writes user.logged_out, by services/accounts/users.py",
}


def commands(group: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    if not isinstance(group, click.Group):
        yield path
        return
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        yield from commands(command, *path, name)


@pytest.fixture
def halo(northwind_shell: Shell) -> Integration:
    northwind_shell.ok(*CREATE_ADA, typed=f"{PASSWORD}\n")
    with connected():
        integration: Integration = Integration.create(
            account=Account.get(),
            psa="halo",
            state="active",
            base_url="https://halo.example",
            record_types=["clients", "assets"],
        )
        return integration


def entries() -> list[AuditEntry]:
    with connected():
        return list(AuditEntry.select().order_by(AuditEntry.id))


def test_every_command_that_changes_something_has_an_action() -> None:
    missing = set(commands(portal)) - DEEDS.keys() - ELSEWHERE.keys() - SILENT.keys()
    lines = [f'    {path}: ("action", ("argument",), nothing),  # or to SILENT, with the reason' for path in missing]
    assert not missing, "add to DEEDS:\n" + "\n".join(sorted(lines))


def test_all_of_these_have_words() -> None:
    assert {action[0] for action in DEEDS.values()} | set(ELSEWHERE.values()) <= audit_words.ACTIONS.keys()


@pytest.mark.parametrize("path", DEEDS, ids=" ".join)
def test_a_command_writes_down_what_it_did(shell: Shell, halo: Integration, path: tuple[str, ...]) -> None:
    action, arguments, before = DEEDS[path]
    with connected():
        before(halo)
    last = len(entries())
    shell.run(*path, *arguments, typed="entirely different staple\n")
    written = [one for one in entries()[last:] if one.action == action]
    assert len(written) == 1, [one.action for one in entries()[last:]]
    assert (written[0].user, written[0].actor, written[0].address, written[0].session) == (None, "", "", None)


@pytest.mark.parametrize("words", [("user", "set-role", "nobody@northwind.example", "admin"), ("sync", "resume")])
def test_a_command_that_fails_writes_nothing(northwind_shell: Shell, words: tuple[str, ...]) -> None:
    last = len(entries())
    more = ACCOUNT if words[0] == "sync" else ()
    assert northwind_shell.run(*words, *more).exit_code == 1
    assert len(entries()) == last


def test_a_bundle_is_written_down(northwind_shell: Shell, tmp_path: Path) -> None:
    northwind_shell.ok("support-bundle", str(tmp_path / "bundle.zip"))
    assert entries()[-1].action == "bundle.made"


def test_the_list_shows_who_what_and_from_where(northwind_shell: Shell) -> None:
    with connected():
        audit_log.record(Account.get(), None, "integration.limited", "50 percent")
    (newest, *_) = northwind_shell.json("audit", "list")
    assert (newest["account"], newest["who"], newest["words"], newest["detail"]) == (
        "Northwind IT",
        "Operator",
        "changed the request limit:",
        "50 percent",
    )
    assert "Operator" in northwind_shell.ok("audit", "list", *ACCOUNT, "--kind", "sync")
    assert northwind_shell.json("audit", "list", "--kind", "export") == []
    assert len(northwind_shell.json("audit", "list", "--limit", "1")) == 1
    assert northwind_shell.json("audit", "list", "--until", "2001-01-01") == []


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_control_characters_do_not_reach_the_terminal(northwind_shell: Shell, form: tuple[str, ...]) -> None:
    with connected():
        person = User.create(account=Account.get(), email=HOSTILE, name=HOSTILE, password="x", fs_uniquifier="x")
        audit_log.record(Account.get(), person, "integration.limited", HOSTILE)
        Account.update(name=HOSTILE).execute()
    assert harmless(northwind_shell.ok("audit", "list", *form))
