"""Error messages of commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Shell

COMMANDS = [
    ("account", "list"),
    ("db", "status"),
    ("web",),
    ("worker",),
    ("scheduler",),
    ("vault", "doctor"),
    ("support-bundle",),
]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_wrong_environment_stops_every_command_with_one_line(shell: Shell, words: tuple[str, ...]) -> None:
    result = shell.run(*words, PORTAL_PUBLIC_URL="portal.example")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("PORTAL_PUBLIC_URL must be an address")


@pytest.mark.parametrize("words", [("worker",), ("scheduler",)])
def test_a_process_that_needs_redis_says_so(shell: Shell, words: tuple[str, ...]) -> None:
    result = shell.run(*words)
    assert result.exit_code == 2
    assert result.stderr.startswith("PORTAL_REDIS_URL isn't set")


def test_an_outdated_database_is_reported_with_the_remedy(shell: Shell, tmp_path: Path) -> None:
    result = shell.run("account", "list", PORTAL_DATABASE_URL=f"sqlite:///{tmp_path}/new.sqlite3")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == ["The database is not up to date.", "Run `portal db upgrade` first."]


def test_a_new_database_is_upgraded_once(shell: Shell, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.sqlite3"
    assert shell.run("db", "status", PORTAL_DATABASE_URL=url).exit_code == 1
    assert "0001_initial" in shell.run("db", "upgrade", PORTAL_DATABASE_URL=url).stdout
    assert shell.run("db", "upgrade", PORTAL_DATABASE_URL=url).stdout == "The database is up to date.\n"
    assert shell.run("db", "status", PORTAL_DATABASE_URL=url).exit_code == 0


def test_an_unavailable_database_is_one_line_and_not_a_traceback(shell: Shell) -> None:
    result = shell.run("account", "list", PORTAL_DATABASE_URL="postgresql://nobody@127.0.0.1:1/portal")
    assert result.exit_code == 1
    assert result.stderr.startswith("Database error:")
    assert "Traceback" not in result.output


@pytest.mark.parametrize("words", [(), ("account",), ("sync", "run"), ("integration", "connect"), ("nonsense",)])
def test_wrong_usage_ends_with_2(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell.run(*words).exit_code == 2


def test_every_command_explains_itself(shell: Shell) -> None:
    for words in _all_commands():
        result = shell.run(*words, "--help")
        assert result.exit_code == 0, words
        assert "Usage: " in result.stdout or "usage: " in result.stdout


def _all_commands() -> list[tuple[str, ...]]:
    from click import Group

    from portal.cli.root import portal

    found: list[tuple[str, ...]] = []
    for name, command in portal.commands.items():
        found.append((name,))
        if isinstance(command, Group):
            found += [(name, verb) for verb in command.commands if name != "sandbox"]
    return found
