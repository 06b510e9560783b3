"""The databases that the portal accepts, and that it opens the configured one."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from portal import db
from portal.config import Config, database_url_of
from portal.errors import ConfigError
from portal.models.accounts import Account
from tests.cli.conftest import Shell, shell

__all__ = ["shell"]

NAMES = ["what?", "no#1", "50%25", "a?b=c#d", "with space", "Łódź", "?", "#"]


@pytest.mark.parametrize("name", NAMES)
def test_a_data_directory_may_have_any_name(name: str, shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / name
    for words in (("db", "upgrade"), ("account", "create", "Northwind IT"), ("account", "list")):
        result = shell.run(*words, PORTAL_DATA_DIR=str(folder))
        assert result.exit_code == 0, result.output
    assert "Northwind IT" in result.output
    db.release()
    assert {path.name for path in folder.iterdir()} == {"portal.sqlite3"}
    assert {path.name for path in tmp_path.iterdir()} == {"portal.sqlite3", name}


@pytest.mark.parametrize("name", NAMES)
def test_a_sqlite_file_may_have_any_name(name: str, database: None, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.db"
    assert db.sqlite_file(database_url_of({"PORTAL_DATABASE_URL": f"sqlite:///{file}"})) == file


@pytest.fixture(params=["LATIN1", "SQL_ASCII"])
def narrow(request: pytest.FixtureRequest, postgres_server: str) -> Iterator[tuple[str, str]]:
    """Make a database whose encoding cannot hold every name; gives its URL and the encoding."""
    name = f"narrow_{secrets.token_hex(4)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        made = f"CREATE DATABASE {name} ENCODING '{request.param}' LOCALE 'C' TEMPLATE template0"
        connection.execute(made.encode())
        yield postgres_server.replace("/postgres?", f"/{name}?"), request.param
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_a_postgresql_in_another_encoding_is_refused(narrow: tuple[str, str], config: Config) -> None:
    url, encoding = narrow
    db.bind(url)
    with pytest.raises(ConfigError, match=f"is encoded in {encoding}, and the portal needs UTF8"), db.connected():
        pytest.fail("it was opened")


@pytest.mark.parametrize("words", [("db", "upgrade"), ("db", "status"), ("account", "list")])
def test_commands_report_it_in_one_line(words: tuple[str, ...], narrow: tuple[str, str], shell: Shell) -> None:
    result = shell.run(*words, PORTAL_DATABASE_URL=narrow[0])
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "CREATE DATABASE" in result.stderr


def test_a_postgresql_in_utf8_is_opened_whatever_it_is_called(postgres_url: str, shell: Shell) -> None:
    short = postgres_url.replace("postgresql://", "postgres://", 1)
    assert shell.run("account", "create", "Łódź 日本", PORTAL_DATABASE_URL=short).exit_code == 0
    assert "Łódź 日本" in shell.run("account", "list", PORTAL_DATABASE_URL=postgres_url).output


def _fresh(url: str) -> None:
    db.bind(url)
    with db.connected():
        db.upgrade()


def test_a_sqlite_connection_is_used_again(tmp_path: Path) -> None:
    _fresh(f"sqlite:///{tmp_path}/portal.sqlite3")
    with db.connected():
        first = db.db.connection()
    with db.connected():
        assert db.db.connection() is first


def test_a_kept_sqlite_connection_sees_what_others_have_written_since(tmp_path: Path) -> None:
    path = tmp_path / "portal.sqlite3"
    _fresh(f"sqlite:///{path}")
    with db.connected():
        # Read halfway, and left there.
        rows = db.db.execute_sql("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT count(*) FROM account")
        assert rows.fetchone() == (1,)
        del rows
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(
            "INSERT INTO account (name, enabled_psas, time_zone, created_at) VALUES ('A', '[]', 'UTC', '2026')"
        )
    with db.connected():
        assert Account.select().count() == 1


def test_a_transaction_left_open_is_rolled_back_before_the_connection_is_used_again(tmp_path: Path) -> None:
    _fresh(f"sqlite:///{tmp_path}/portal.sqlite3")
    with db.connected():
        db.db.execute_sql("BEGIN IMMEDIATE")
        Account.create(name="Half made")
    with db.connected():
        assert not Account.select().exists()


def test_a_forked_process_opens_sqlite_anew(tmp_path: Path) -> None:
    _fresh(f"sqlite:///{tmp_path}/portal.sqlite3")
    if (child := os.fork()) == 0:
        with db.connected():
            Account.create(name="Made by the child")
        os._exit(0)
    os.waitpid(child, 0)
    with db.connected():
        assert Account.get().name == "Made by the child"


def _backend() -> int:
    """Return the number of PostgreSQL's process for the open connection."""
    number: int = db.db.execute_sql("SELECT pg_backend_pid()").fetchone()[0]
    return number


def test_a_postgresql_connection_is_used_again(postgres_url: str) -> None:
    db.bind(postgres_url)
    with db.connected():
        first = _backend()
    with db.connected():
        assert _backend() == first


def test_a_postgresql_connection_that_broke_meanwhile_is_replaced(postgres_url: str) -> None:
    db.bind(postgres_url)
    with db.connected():
        first = _backend()
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (first,))
    with db.connected():
        assert _backend() != first


def test_a_forked_process_gets_a_connection_of_its_own(postgres_url: str) -> None:
    db.bind(postgres_url)
    with db.connected():
        mine = _backend()
        reader, writer = os.pipe()
        if (child := os.fork()) == 0:
            with db.connected():
                os.write(writer, str(_backend()).encode())
            os._exit(0)
        os.waitpid(child, 0)
        assert int(os.read(reader, 100)) != mine
        assert _backend() == mine
        os.close(reader)
        os.close(writer)
