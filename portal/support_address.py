"""Parses PORTAL_SUPPORT_ADDRESS, where people ask the operator for help."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

from portal import email_addresses

MAILTO: Final = "mailto:"
EXAMPLE: Final = "must be an address such as mailto:help@example.com or https://help.example.com"


class SupportAddress(NamedTuple):
    """`url` is the link; `email` is empty for a web page."""

    url: str
    email: str = ""


def parse(text: str) -> SupportAddress:
    """Read an email address, with or without mailto:, or the https address of a web page.

    Raises ValueError with a message that explains the expected format.
    """
    text = text.strip()
    if text.lower().startswith(MAILTO) or "://" not in text:
        return _of_email(text[len(MAILTO) :] if text.lower().startswith(MAILTO) else text)
    try:
        parts = urlsplit(text)
        is_page = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0 and parts.username is None
    except ValueError as error:
        raise ValueError(EXAMPLE) from error
    if not is_page or not text.isprintable() or " " in text:
        raise ValueError(EXAMPLE)
    return SupportAddress(text)


def _of_email(text: str) -> SupportAddress:
    try:
        email = email_addresses.normal_form(text)
    except ValueError as error:
        raise ValueError(EXAMPLE) from error
    return SupportAddress(MAILTO + quote(email, safe="@"), email)
