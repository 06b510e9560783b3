"""Periods that the Activity page offers in one click. Days are in the account's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

WEEK: Final = 7
MONTH: Final = 30


@dataclass(frozen=True)
class Period:
    """Both days are included. `since` is None for all time."""

    label: str
    since: date | None = None
    until: date | None = None

    @property
    def query(self) -> dict[str, str | None]:
        """Return the dates for the address."""
        return {
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }


def periods(today: date) -> list[Period]:
    """Return any time, each of the last seven days by its name, and the last 7 and 30 days."""
    days = [today - timedelta(days=ago) for ago in range(WEEK)]
    names = ["Today", "Yesterday", *(f"{day:%a} {day.day}" for day in days[2:])]
    return [
        Period("Any time"),
        *(Period(name, day, day) for name, day in zip(names, days, strict=True)),
        Period(f"Last {WEEK} days", days[-1], today),
        Period(f"Last {MONTH} days", today - timedelta(days=MONTH - 1), today),
    ]
