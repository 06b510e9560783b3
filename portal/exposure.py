"""What is open to others in the way a portal is set up. Looked at when a process starts, and said in plain words."""

from __future__ import annotations

import ipaddress
from urllib.parse import parse_qs, urlsplit

from portal import log
from portal.config import Config

REDIS_CREDENTIALS = ("password", "ssl_certfile")


def warn(config: Config) -> None:
    """Log one warning for each thing that is open."""
    for warning in warnings(config):
        log.get(__name__).warning(warning)


def warnings(config: Config) -> list[str]:
    return [warning for warning in (_redis(config),) if warning]


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
