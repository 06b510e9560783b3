"""What every webhook has: the address of its receiver on this machine."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

import msgspec

LOCAL = frozenset({"127.0.0.1", "localhost"})


class Webhook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A webhook's settings. The constructor raises ValueError for settings that cannot work."""

    url: str
    active: bool = True

    def __post_init__(self) -> None:
        _must_be_local(self.url)

    @property
    def address(self) -> SplitResult:
        return urlsplit(self.url)


def _must_be_local(url: str) -> None:
    """Refuse remote URLs: a simulator must never call other machines."""
    if not is_one_line(url) or " " in url:
        raise ValueError("Please enter a valid URL")  # Halo's own words
    address = urlsplit(url)
    if address.scheme != "http" or address.hostname not in LOCAL or address.port == 0:
        raise ValueError(f"webhooks go to http://127.0.0.1 or http://localhost only, not to {url!r}")


def is_one_line(text: str) -> bool:
    return text.isascii() and text.isprintable()
