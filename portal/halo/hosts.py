"""Host names as they are called: lower case, and punycode for names in other scripts."""

from __future__ import annotations

import ipaddress

import idna


def understood(host: str) -> tuple[str, list[str]]:
    """Return the host as it is called, and what to tell of it. Raises ValueError when no host can be named so."""
    if ":" in host:  # urlsplit has taken off the brackets
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


def _readable(host: str) -> str:
    """Return the name behind punycode, so that nobody takes it for another one."""
    if "xn--" not in host:
        return host
    try:
        return idna.decode(host)
    except idna.IDNAError:
        return host
