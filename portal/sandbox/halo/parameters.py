"""Query parameters as ASP.NET reads them."""

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
    """Read the page that is asked for; the first when that is not said, or not clear."""
    try:
        return max(whole(query, "page_no", 1), 1)
    except BadValueError:
        return 1


def flag(query: Query, name: str, *, default: bool = False) -> bool:
    """Only the word `true` is true: `1` is not (halo-api.md section 3.3)."""
    value = query.get(name, "").lower()
    return value == "true" if value else default


def moment(query: Query, name: str) -> float | None:
    """Read a date as seconds since 1970; without a zone it is UTC."""
    value = query.get(name, "")
    if not value:
        return None
    try:
        date = datetime.fromisoformat(value)
    except ValueError:
        raise BadValueError(name, value) from None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
