"""The filters of the Activity page. Days are in the account's time zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, Final

from wtforms import DateField, SelectField
from wtforms.fields import SelectChoice

from portal.routes.web.search_forms import YEARS, SearchForm
from portal.services.audit.activity import ActivityFilters
from portal.services.audit.audit_words import LABELS, Kind

# The choice for entries without a person.
NOBODY: Final = "nobody"
KINDS: Final = [SelectChoice(kind.value, label) for kind, label in LABELS.items() if kind is not Kind.OPERATION]


class ActivityForm(SearchForm):
    person = SelectField("Person")
    kind = SelectField("Kind", choices=[SelectChoice("", "Everything"), *KINDS])
    since = DateField("From")
    until = DateField("To")

    def __init__(self, *arguments: Any, people: list[str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        known = [SelectChoice(person, person) for person in people]
        self.person.choices = [SelectChoice("", "Everyone"), *known, SelectChoice(NOBODY, "Operator and others")]

    def filters(self, zone: tzinfo) -> ActivityFilters:
        """Return the chosen filters. Both days are included."""
        self.validate()
        person, kind = self.chosen("person"), self.chosen("kind")
        return ActivityFilters(
            person="" if person == NOBODY else person or None,
            kind=Kind(kind) if kind else None,
            since=self._midnight("since", zone, 0),
            until=self._midnight("until", zone, 1),
        )

    def query(self) -> dict[str, Any]:
        """Return the chosen values, for links to other pages of the list."""
        return {name: value for name in ("person", "kind", "since", "until") if (value := self.chosen(name))}

    def _midnight(self, name: str, zone: tzinfo, days_later: int) -> datetime | None:
        day = self[name].data if self.chosen(name) else None
        if day is None or day.year not in YEARS:
            return None
        return datetime.combine(day + timedelta(days=days_later), time(), zone).astimezone(UTC)
