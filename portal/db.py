"""The database: a handle that is bound at startup, the base class of all tables, and connection handling."""

from __future__ import annotations

import atexit
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from peewee import AutoField, DatabaseProxy, DateTimeField, Model
from peewee import __exception_wrapper__ as peewee_errors  # type: ignore[attr-defined]  # missing in Peewee's stubs
from playhouse import db_url
from playhouse.migrations import Runner
from playhouse.pool import PooledPostgresqlDatabase, PooledSqliteDatabase

from portal.config import SQLITE_PREFIX
from portal.errors import ConfigError, PortalError

MIGRATIONS = Path(__file__).parent / "migrations"

# WAL lets readers continue while a process writes; FULL costs 0.2 ms per commit and survives a power cut.
SQLITE_PRAGMAS = {"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1}
# Writing many records needs a large cache. Each connection has its own, and a web process keeps one for each thread.
SQLITE_CACHE_KB = 16_000
SQLITE_LEAST_CACHE_KB = 4_000
SQLITE_WAIT_SECONDS = 30
# A connection is closed after this time, so that the memory that it has gathered is freed.
KEPT_SECONDS = 600

# Made at import, because the classes of the tables name their database in their bodies. `bind` gives it one.
db = DatabaseProxy()


class BaseModel(Model):
    id = AutoField()

    class Meta:
        database = db
        legacy_table_names = False
        only_save_dirty = True


class UtcField(DateTimeField):
    """A timestamp: aware UTC in Python, naive UTC in the database, on both engines."""

    def db_value(self, value: datetime | None) -> Any:
        if isinstance(value, datetime) and value.tzinfo is not None:
            value = value.astimezone(UTC).replace(tzinfo=None)
        return super().db_value(value)  # type: ignore[no-untyped-call]  # bare in Peewee's stubs

    def python_value(self, value: Any) -> datetime | None:
        moment: datetime | None = super().python_value(value)  # type: ignore[no-untyped-call]  # bare in the stubs
        return moment.replace(tzinfo=UTC) if moment is not None else None


class Sqlite(PooledSqliteDatabase):  # type: ignore[misc]  # Peewee's pool has no stubs
    """Keeps connections for the next user: opening one costs as much as a small page, because it reads the schema."""


class Postgresql(PooledPostgresqlDatabase):  # type: ignore[misc]  # Peewee's pool has no stubs
    """Keeps connections for the next user, and tests each before it is used again.

    Requires a database in UTF-8: other encodings lose or reject characters.
    """

    def _connect(self) -> Any:
        connection = super()._connect()
        encoding = connection.info.parameter_status("server_encoding")  # sent on connect, so no query is needed
        if encoding != "UTF8":
            self._close(connection, close_conn=True)
            raise ConfigError(
                f"The PostgreSQL database {self.database} is encoded in {encoding}, and the portal needs UTF8. "
                "Create one with: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0"
            )
        return connection


def bind(url: str, *, threads: int = 1) -> None:
    """Point the handle at the database of `url`, for a process with so many threads. Opens no connection."""
    release()
    db.initialize(_database_for(url, threads))


def release() -> None:
    """Close the connections that nobody uses at the moment."""
    if db.obj is not None:
        db.obj.close_idle()


def _leave_connections_to_parent() -> None:
    """Start a forked process without connections: two processes on one would read each other's answers."""
    if isinstance(db.obj, Postgresql):
        kept = db.obj
        db.initialize(_postgresql(database=kept.database, **kept.connect_params))


# SQLite's connections must not even be closed in a forked process, so there must be none.
os.register_at_fork(before=release, after_in_child=_leave_connections_to_parent)
# The last connection that is closed leaves SQLite's database in one file.
atexit.register(release)


def _database_for(url: str, threads: int) -> Sqlite | Postgresql:
    # As many connections as threads ask for: they are what limits the number of requests.
    if (path := sqlite_file(url)) is not None:
        cache_kb = max(SQLITE_CACHE_KB // threads, SQLITE_LEAST_CACHE_KB)
        return Sqlite(
            str(path),
            pragmas={**SQLITE_PRAGMAS, "cache_size": -cache_kb},
            timeout=SQLITE_WAIT_SECONDS,
            # Deferred transactions that read before they write fail under load; IMMEDIATE ones wait.
            lock_type="IMMEDIATE",
            # A connection is used by one thread at a time, but not always by the same one.
            check_same_thread=False,
            max_connections=None,
            stale_timeout=KEPT_SECONDS,
        )
    return _postgresql(**db_url.parse(url, unquote_user=True, unquote_password=True))


def _postgresql(**arguments: Any) -> Postgresql:
    return Postgresql(max_connections=None, stale_timeout=KEPT_SECONDS, **arguments)


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite database; None for other databases."""
    if not url.startswith(SQLITE_PREFIX):
        return None
    return Path(url.removeprefix(SQLITE_PREFIX))


@contextmanager
def connected() -> Iterator[None]:
    """Open a connection for the block and close it afterwards, unless a caller has opened one already."""
    database = db.obj  # a test may bind another one inside the block
    opened = database.connect(reuse_if_open=True)
    try:
        yield
    finally:
        if opened:
            database.close()


def is_sqlite() -> bool:
    return isinstance(db.obj, Sqlite)


@contextmanager
def write_queue() -> Iterator[None]:
    """Wait for SQLite's write lock in a fair queue, among processes that write as often as this one.

    SQLite's own busy handler sleeps for longer and longer, and is not first come, first served. The lock is released
    if the process dies.
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
    """Return the placeholder for a value in hand-written SQL."""
    return "?" if is_sqlite() else "%s"


def execute_many(sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run hand-written SQL once for each row. Raises Peewee's errors, not those of the driver."""
    with peewee_errors:
        db.cursor().executemany(sql, rows)


def timestamp_value(value: datetime | None) -> Any:
    """Return a timestamp as a parameter for hand-written SQL."""
    naive = value.astimezone(UTC).replace(tzinfo=None) if value is not None else None
    return str(naive) if is_sqlite() and naive is not None else naive


def storage_problem(error: BaseException) -> tuple[str, str] | None:
    """Explain a full disk or a busy database, as problem and remedy; None for other errors.

    On a full disk SQLite rolls back on its own. The exception is then often about the missing transaction, with the
    real cause further down the chain.
    """
    cause: BaseException | None = error
    while cause is not None:
        said = str(cause).lower()
        if "disk is full" in said or "no space left" in said:
            return (
                "The disk of the portal's database is full.",
                "Once the operator frees some space, the sync resumes automatically. No stored data is lost.",
            )
        if "database is locked" in said or "lock timeout" in said:
            return (
                "The portal's database was busy for too long.",
                "The sync resumes automatically. If this keeps happening, the operator should see what locks it.",
            )
        cause = cause.__cause__ or cause.__context__
    return None


def upgrade() -> list[str]:
    """Apply pending migrations and return their names. Needs a connection.

    Raises PortalError for a database of another version: a later one, or one from before the first release.
    """
    refuse_other_versions()
    names: list[str] = Runner(db.obj, str(MIGRATIONS)).up()
    return names


def refuse_other_versions() -> None:
    """Raise PortalError if the database has migrations that this version does not know. Needs a connection."""
    runner = Runner(db.obj, str(MIGRATIONS))
    unknown = runner.applied().keys() - {step.name for step in runner.migrations()}
    if unknown:
        raise PortalError(
            f"The database belongs to another version of the portal (migration {max(unknown)}).",
            "Install that version or a later one, or restore a backup that this version made.",
        )


def pending() -> list[str]:
    """Return the names of migrations that are not applied yet. Needs a connection."""
    return [step.name for step in Runner(db.obj, str(MIGRATIONS)).status() if step.applied is None]
