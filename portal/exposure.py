"""Security warnings about the setup, checked when a process starts."""

from __future__ import annotations

import ipaddress
import os
import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from portal import db, log
from portal.config import Config

REDIS_CREDENTIALS = ("password", "ssl_certfile")


def warn(config: Config) -> None:
    """Log each warning."""
    for warning in warnings(config):
        log.get(__name__).warning(warning)


def warnings(config: Config) -> list[str]:
    found = (_root(), _redis(config), _data_dir(config), _database(config))
    return [warning for warning in found if warning]


def _root() -> str | None:
    if os.geteuid() != 0:
        return None
    return "The portal runs as root, which it never needs. Run it as a user of its own."


def _redis(config: Config) -> str | None:
    if config.redis_url is None:
        return None
    parts = urlsplit(config.redis_url)
    has_credentials = parts.password or any(name in parse_qs(parts.query) for name in REDIS_CREDENTIALS)
    if parts.scheme == "unix" or has_credentials or _is_this_machine(parts.hostname):
        return None
    return (
        f"Redis at {parts.hostname} is used without a password. Anyone who can connect to it can hold up syncs. "
        "Set a password on the server, and put it into PORTAL_REDIS_URL: redis://:PASSWORD@HOST:PORT"
    )


def _is_this_machine(host: str | None) -> bool:
    if host is None or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _data_dir(config: Config) -> str | None:
    if not _is_open(config.data_dir):
        return None
    return (
        f"Other users of this machine can look into the data directory {config.data_dir}. "
        f"Close it: chmod 700 {config.data_dir}"
    )


def _database(config: Config) -> str | None:
    path = db.sqlite_file(config.database_url)
    if path is None or not _is_open(path) or not _is_open(path.parent):
        return None
    return f"Other users of this machine can read the database {path}. Close it: chmod 600 {path}*"


def _is_open(path: Path) -> bool:
    """Whether users outside the owner's group may read or enter it."""
    try:
        return bool(path.stat().st_mode & stat.S_IRWXO)
    except OSError:
        return False
