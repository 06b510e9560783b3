"""A database of each released state upgrades to the present one, with every row that was in it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

from portal import clock, db
from portal.errors import PortalError
from portal.models.tables import TABLES

# The last migration of each release, oldest first. A release adds its line here and never changes an older one.
RELEASES = ["0001_initial"]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """Connect to a database without tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'released.sqlite3'}"
    else:
        server: str = request.getfixturevalue("postgres_server")
        name = f"released_{secrets.token_hex(4)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        url = server.replace("/postgres?", f"/{name}?")
    db.bind(url)
    with db.connected():
        yield


# Triggers keep the full-text index of the sync log, which cannot be listed on SQLite.
NOT_OURS = ("sqlite_", "schema_migration", "record_search", "sync_log_text", "sync_log_vocabulary")


@pytest.mark.parametrize("release", RELEASES)
def test_every_released_state_upgrades_and_keeps_its_rows(empty: None, release: str) -> None:
    Runner(db.db.obj, str(db.MIGRATIONS)).up(target=release)
    names = [table for table in _owners_first(db.db.get_tables()) if not table.startswith(NOT_OURS)]
    for table in names:
        _insert_row(table)
    before = {table: _rows(table) for table in names}
    db.upgrade()
    assert db.pending() == []
    assert {table: _rows(table) for table in names} == before
    assert "add" not in str(diff_models(db.db.obj, TABLES))


def test_a_database_of_a_later_version_is_left_alone(empty: None) -> None:
    runner = Runner(db.db.obj, str(db.MIGRATIONS))
    runner.up()
    runner.History.create(name="9999_from_the_future")
    with pytest.raises(PortalError, match="another version of the portal"):
        db.upgrade()


def test_every_migration_belongs_to_a_release() -> None:
    """A migration that is not the last of a release belongs to the next one, so the newest name comes last."""
    newest = max(path.stem for path in db.MIGRATIONS.glob("[0-9]*.py"))
    assert sorted(RELEASES) == RELEASES
    assert RELEASES[-1] == newest


def _owners_first(tables: list[str]) -> list[str]:
    """Sort tables so that each comes after those it refers to."""
    waiting = {table: {key.dest_table for key in db.db.get_foreign_keys(table)} - {table} for table in tables}
    ordered: list[str] = []
    while waiting:
        ready = sorted(table for table, owners in waiting.items() if owners <= set(ordered))
        assert ready, f"tables that refer to each other: {sorted(waiting)}"
        ordered += ready
        for table in ready:
            del waiting[table]
    return ordered


def _insert_row(table: str) -> None:
    """Insert one row with a value in every column that must have one."""
    owners = {key.column: key.dest_table for key in db.db.get_foreign_keys(table)}
    values: dict[str, Any] = {}
    for column in db.db.get_columns(table):
        if column.name in owners and not column.null:
            values[column.name] = _rows(owners[column.name])[0][0]
        elif not column.null and not column.primary_key:
            values[column.name] = _something(column.data_type.upper())
    columns, marks = ", ".join(f'"{name}"' for name in values), ", ".join([db.placeholder()] * len(values))
    query = f'INSERT INTO "{table}" ({columns}) VALUES ({marks})'  # noqa: S608  # names of our own tables
    db.db.execute_sql(query, tuple(values.values()))


def _something(data_type: str) -> object:
    if data_type.startswith("BOOL"):
        return False
    if data_type.startswith(("INT", "BIGINT", "SMALLINT", "REAL", "DOUBLE")):
        return 0
    if data_type.startswith(("BLOB", "BYTEA")):
        return b"{}"
    return clock.now() if data_type.startswith(("TIMESTAMP", "DATE")) else "{}"


def _rows(table: str) -> list[tuple[object, ...]]:
    rows = db.db.execute_sql(f'SELECT * FROM "{table}" ORDER BY 1').fetchall()  # noqa: S608  # names of our own tables
    return [tuple(bytes(each) if isinstance(each, memoryview) else each for each in row) for row in rows]
