"""Parts of a pasted address: scheme, host and port. Host names become lower case and punycode."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import SplitResult, urlsplit

import idna

from portal import guard

DEFAULT_PORTS: Final = {"https": 443, "http": 80}


def normalized(host: str) -> tuple[str, list[str]]:
    """Return the host and notes on what was corrected. Raises ValueError for an invalid host name."""
    if ":" in host:  # urlsplit has removed the brackets
        return f"[{ipaddress.IPv6Address(host)}]", []
    plain = host.lower().rstrip(".")
    notes = ["capital letters were changed to lowercase"] if host.lower() != host else []
    if plain != host.lower():
        notes.append("the trailing dot was removed")
    if not plain.isascii():
        called = idna.encode(plain, uts46=True).decode()  # its error is a ValueError
        return called, [*notes, f"{plain} is written {called}"]
    if not all(plain.split(".")):
        raise ValueError(host)
    readable = _readable(plain)
    return plain, notes if readable == plain else [*notes, f"{plain} reads {readable}"]


def typed(parts: SplitResult) -> str:
    """Return the host in its original case; urlsplit's `hostname` is in lower case."""
    host, start = parts.hostname or "", parts.netloc.lower().find(parts.hostname or "")
    return parts.netloc[start : start + len(host)] if start >= 0 else host


def scheme(parts: SplitResult, host: str) -> str:
    """Return https, unless the operator allows plain http for this host: secrets must not travel unencrypted."""
    return parts.scheme if guard.is_allowed(host.strip("[]"), parts.port or 80) else "https"


def port(parts: SplitResult, scheme: str) -> str:
    """Return the port with its colon, empty for the default one."""
    is_default = parts.port in {None, DEFAULT_PORTS[scheme], DEFAULT_PORTS[parts.scheme]}
    return "" if is_default else f":{parts.port}"


def host_of(address: str) -> str:
    """Return the host and, if given, the port; an empty string for an invalid address."""
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


def _readable(host: str) -> str:
    """Decode punycode, so that people recognise a lookalike name."""
    if "xn--" not in host:
        return host
    try:
        return idna.decode(host)
    except idna.IDNAError:
        return host
