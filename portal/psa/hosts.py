"""Normalizes host names: lower case, and punycode for names in other scripts."""

from __future__ import annotations

import ipaddress

import idna


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


def _readable(host: str) -> str:
    """Decode punycode, so that people recognise a lookalike name."""
    if "xn--" not in host:
        return host
    try:
        return idna.decode(host)
    except idna.IDNAError:
        return host
