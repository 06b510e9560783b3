"""Template filters that format the values of record fields."""

from __future__ import annotations

import re
from datetime import date
from typing import Final
from urllib.parse import quote

from flask import Flask

from portal.record_fields import Money

_NOT_DIALLED: Final = re.compile(r"[^\d+]")
_EXTENSION: Final = re.compile(r"\s*(?:ext|x)\b\.?.*", re.IGNORECASE)


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(money=money, day=day, dialled=dialled, mailto=mailto)


def money(value: Money) -> str:
    """Format as 1,450.00 GBP, with more digits only for fractions of a cent."""
    amount = value.amount
    text = f"{amount:,.2f}" if round(amount, 2) == amount else f"{amount.normalize():,f}"
    return f"{text} {value.currency}" if value.currency else text


def day(value: date) -> str:
    """Format as 30 Nov 2026. A day is the same in every time zone."""
    return f"{value:%-d %b %Y}"


def mailto(address: str) -> str:
    """Quote an address for a mailto link, so that it cannot add a recipient or a text."""
    return quote(address, safe="@+'!")


def dialled(phone: str) -> str:
    """Return the digits to dial; empty if they are too few for a phone number."""
    number = _NOT_DIALLED.sub("", _EXTENSION.sub("", phone).replace("(0)", ""))
    number = number[:1] + number[1:].replace("+", "")
    return number if len(number) >= 5 else ""
