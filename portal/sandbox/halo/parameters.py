"""Parses query parameters like ASP.NET."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

Query = Mapping[str, str]


class BadValueError(Exception):
    """A parameter that ASP.NET cannot bind: 400 with a ModelState (halo-api.md section 5)."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(name, value)
        self.model_state = {name: [f"The value '{value}' is not valid."]}


def whole(query: Query, name: str, default: int) -> int:
    value = query.get(name, "")
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise BadValueError(name, value) from None


def page_number(query: Query) -> int:
    """Return the requested page number; 1 if it is missing or invalid."""
    try:
        return max(whole(query, "page_no", 1), 1)
    except BadValueError:
        return 1


def flag(query: Query, name: str, *, default: bool = False) -> bool:
    """Parse a flag. Only `true` is true; `1` is not (halo-api.md section 3.3)."""
    value = query.get(name, "").lower()
    return value == "true" if value else default


def moment(query: Query, name: str) -> float | None:
    """Parse a date into seconds since 1970; UTC if it has no zone."""
    value = query.get(name, "")
    if not value:
        return None
    try:
        date = datetime.fromisoformat(value)
    except ValueError:
        raise BadValueError(name, value) from None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
