"""The database: one handle that is bound at start, the base of all tables, and how a block gets a connection."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from peewee import AutoField, Database, DatabaseProxy, DateTimeField, Model, PostgresqlDatabase, SqliteDatabase
from playhouse import db_url
from playhouse.migrations import Runner

from portal.config import SQLITE_PREFIX
from portal.errors import ConfigError

MIGRATIONS = Path(__file__).parent / "migrations"

# WAL lets readers go on while one process writes; FULL costs 0.2 ms a commit and survives a power cut.
SQLITE_PRAGMAS = {"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1, "cache_size": -16_000}
SQLITE_WAIT_SECONDS = 30

db = DatabaseProxy()


class BaseModel(Model):
    id = AutoField()

    class Meta:
        database = db
        legacy_table_names = False
        only_save_dirty = True


class UtcField(DateTimeField):
    """A moment: aware UTC in Python, naive UTC in the database, on both engines."""

    def db_value(self, value: datetime | None) -> Any:
        if isinstance(value, datetime) and value.tzinfo is not None:
            value = value.astimezone(UTC).replace(tzinfo=None)
        return super().db_value(value)  # type: ignore[no-untyped-call]  # bare in Peewee's stubs

    def python_value(self, value: Any) -> datetime | None:
        moment: datetime | None = super().python_value(value)  # type: ignore[no-untyped-call]  # bare in the stubs
        return moment.replace(tzinfo=UTC) if moment is not None else None


class UnicodePostgresql(PostgresqlDatabase):
    """A PostgreSQL that can store every name; other encodings lose letters or refuse them."""

    def _connect(self) -> Any:
        connection = super()._connect()  # type: ignore[misc]  # missing in Peewee's stubs
        encoding = connection.info.parameter_status("server_encoding")  # it says so by itself: no query
        if encoding != "UTF8":
            connection.close()
            raise ConfigError(
                f"The PostgreSQL database {self.database} is encoded in {encoding}, and the portal needs UTF8. "
                "Create one with: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0"
            )
        return connection


def bind(url: str) -> None:
    """Point the handle at the database of `url`. Opens no connection."""
    db.initialize(_made(url))


def _made(url: str) -> Database:
    if (path := sqlite_file(url)) is not None:
        # Deferred transactions that read before they write collide under load; IMMEDIATE ones queue up.
        return SqliteDatabase(str(path), pragmas=SQLITE_PRAGMAS, timeout=SQLITE_WAIT_SECONDS, lock_type="IMMEDIATE")
    return UnicodePostgresql(**db_url.parse(url, unquote_user=True, unquote_password=True))


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite database; None for other databases."""
    if not url.startswith(SQLITE_PREFIX):
        return None
    return Path(url.removeprefix(SQLITE_PREFIX))


@contextmanager
def connected() -> Iterator[None]:
    """Give the block a connection and close it afterwards, unless a caller further up had opened it."""
    database = db.obj  # a test may bind another one meanwhile
    opened = database.connect(reuse_if_open=True)
    try:
        yield
    finally:
        if opened:
            database.close()


def is_sqlite() -> bool:
    return isinstance(db.obj, SqliteDatabase)


@contextmanager
def write_queue() -> Iterator[None]:
    """Queue up with the other processes that write as often as this one, for SQLite's right to write.

    SQLite itself lets those who come too early sleep for longer and longer, and forgets who came first. A process
    that dies gives its turn back.
    """
    if not is_sqlite():
        yield
        return
    with open(f"{db.obj.database}-turns", "w", opener=_private) as queue:  # Path.open has no opener
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def placeholder() -> str:
    """Return what stands for a value in a statement that is written by hand."""
    return "?" if is_sqlite() else "%s"


def timestamp_value(value: datetime | None) -> Any:
    """Return what a statement that is written by hand stores for a moment."""
    naive = value.astimezone(UTC).replace(tzinfo=None) if value is not None else None
    return str(naive) if is_sqlite() and naive is not None else naive


def storage_problem(error: BaseException) -> tuple[str, str] | None:
    """Explain an error that passes when the database has room or rest again, in two sentences; None for others.

    On a full disk SQLite has rolled back by itself, so what is raised is often a complaint about that, and the real
    cause is behind it.
    """
    cause: BaseException | None = error
    while cause is not None:
        said = str(cause).lower()
        if "disk is full" in said or "no space left" in said:
            return (
                "The disk of the portal's database is full.",
                "The operator must make room; the sync goes on by itself then. Nothing that was stored is lost.",
            )
        if "database is locked" in said or "lock timeout" in said:
            return (
                "The portal's database was busy for too long.",
                "The sync goes on by itself. If it stays so, the operator should look for what holds the database.",
            )
        cause = cause.__cause__ or cause.__context__
    return None


def upgrade() -> list[str]:
    """Apply what is missing of the migrations; returns their names. Needs a connection."""
    names: list[str] = Runner(db.obj, str(MIGRATIONS)).up()
    return names


def pending() -> list[str]:
    """Name the migrations that are not applied yet. Needs a connection."""
    return [step.name for step in Runner(db.obj, str(MIGRATIONS)).status() if step.applied is None]
