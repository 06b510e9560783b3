"""A database as it was before a migration, on either engine."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from playhouse.migrations import Runner

from portal import clock, db, vault
from portal.config import Config


@contextmanager
def opened(request: pytest.FixtureRequest, config: Config, tmp_path: Path, *, last: str) -> Iterator[Config]:
    """Open a database whose last migration is this one, on the engine that the fixture's parameter names."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    else:
        server: str = request.getfixturevalue("postgres_server")
        name = f"old_{secrets.token_hex(4)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        url = server.replace("/postgres?", f"/{name}?")
    db.bind(url)
    vault.bind(config.vault_keys)
    with db.connected():
        Runner(db.db.obj, str(db.MIGRATIONS)).up(target=last)
        yield replace(config, database_url=url)


def insert(table: str, **columns: object) -> None:
    """Write a row, with something in every column that must not be empty."""
    needed = {
        column.name: _something(column.data_type.upper())
        for column in db.db.get_columns(table)
        if not column.null and column.name != "id"
    }
    values = needed | columns
    names, marks = ", ".join(f'"{name}"' for name in values), ", ".join([db.mark()] * len(values))
    db.db.execute_sql(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(values.values()))  # noqa: S608  # our own names


def _something(data_type: str) -> object:
    if data_type.startswith("BOOL"):
        return False
    if data_type.startswith(("INT", "BIGINT", "SMALLINT")):
        return 0
    return clock.now() if data_type.startswith(("TIMESTAMP", "DATETIME")) else "{}"
