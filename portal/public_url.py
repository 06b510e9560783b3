"""Parses PORTAL_PUBLIC_URL, the origin at which people and PSAs reach the portal."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

import idna

from portal import allowed_hosts

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
EXAMPLE: Final = "must be an address such as https://portal.example.com"


def origin(text: str) -> str:
    """Return scheme, host and port in lower-case ASCII, without the scheme's default port.

    Raises ValueError with a message that explains the expected format.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = _ascii(parts.hostname or ""), parts.port
    except ValueError as error:
        raise ValueError(EXAMPLE) from error
    if parts.scheme not in DEFAULT_PORTS or parts.username is not None or parts.query or parts.fragment or port == 0:
        raise ValueError(EXAMPLE)
    if parts.path.strip("/"):
        # Static files, redirects and webhooks all assume the root of the host.
        raise ValueError(f"must have no path: give the portal a host name of its own, without {parts.path}")
    return f"{parts.scheme}://{allowed_hosts.name_of(host, None if port == DEFAULT_PORTS[parts.scheme] else port)}"


def _ascii(host: str) -> str:
    """Return a host as browsers write it. Raises ValueError for an invalid one."""
    if allowed_hosts.is_ipv6(host):
        return host
    name = host if host.isascii() else idna.encode(host, uts46=True).decode()
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return name
