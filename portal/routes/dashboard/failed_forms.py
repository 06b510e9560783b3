"""The filters of the failed records: a type, and a period in whole days of the account's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from wtforms import DateField, SelectField
from wtforms.fields import SelectChoice

from portal import clock
from portal.routes.web.forms import TYPES
from portal.routes.web.search_forms import YEARS, SearchForm
from portal.services.records.failed_records import FailedFilters
from portal.sync.record_types import RecordType

USUAL: Final = "7d"
PERIODS: Final = [
    SelectChoice("1d", "Last 24 hours"),
    SelectChoice(USUAL, "Last 7 days"),
    SelectChoice("week", "Last week, Monday to Sunday"),
    SelectChoice("30d", "Last 30 days"),
    SelectChoice("all", "All of the log"),
]
DAYS: Final = {"1d": 1, USUAL: 7, "30d": 30}


class FailedForm(SearchForm):
    record_type = SelectField("Type", choices=[SelectChoice("", "All types"), *TYPES])
    period = SelectField("Period", choices=PERIODS, default=USUAL)
    since = DateField("From")
    until = DateField("To")

    def __init__(self, *arguments: Any, zone: tzinfo, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.zone = zone
        self.validate()

    def filters(self) -> FailedFilters:
        """Return the chosen filters. Exact days, both included, take the place of the period."""
        record_type = self.chosen("record_type")
        since, until = self._day("since"), self._day("until")
        found = RecordType(record_type) if record_type else None
        if since is None and until is None:
            return FailedFilters(found, *self._period())
        last = until + timedelta(days=1) if until else None
        return FailedFilters(found, self._midnight(since), self._midnight(last))

    def query(self) -> dict[str, str]:
        """Return the chosen values, for links to other pages of the list and to its files."""
        return {name: value for name in ("record_type", "period", "since", "until") if (value := self.chosen(name))}

    def _period(self) -> tuple[datetime | None, datetime | None]:
        period, now = self.chosen("period") or USUAL, clock.now()
        if period == "week":
            today = now.astimezone(self.zone).date()
            monday = today - timedelta(days=today.weekday())
            return self._midnight(monday - timedelta(days=7)), self._midnight(monday)
        return (now - timedelta(days=DAYS[period]) if period in DAYS else None), None

    def _day(self, name: str) -> date | None:
        day: date | None = self[name].data if self.chosen(name) else None
        return day if day is not None and day.year in YEARS else None

    def _midnight(self, day: date | None) -> datetime | None:
        return datetime.combine(day, time(), self.zone).astimezone(UTC) if day is not None else None
