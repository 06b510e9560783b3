"""Which entries of the audit log to list. Days are the account's."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, Final

from wtforms import DateField, SelectField
from wtforms.fields import SelectChoice

from portal.routes.delivery_forms import YEARS
from portal.routes.search_forms import SearchForm
from portal.services.audit.activity import ActivityFilters
from portal.services.audit.audit_words import LABELS, Kind

# Of entries without a person.
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
        self.person.choices = [SelectChoice("", "Everybody"), *known, SelectChoice(NOBODY, "Operator and others")]

    def filters(self, zone: tzinfo) -> ActivityFilters:
        """Return what was chosen; both days are included."""
        self.validate()
        person, kind = self.chosen("person"), self.chosen("kind")
        return ActivityFilters(
            person="" if person == NOBODY else person or None,
            kind=Kind(kind) if kind else None,
            since=self._midnight("since", zone, 0),
            until=self._midnight("until", zone, 1),
        )

    def query(self) -> dict[str, Any]:
        """Return what was chosen, for addresses of other pages of the same list."""
        return {name: value for name in ("person", "kind", "since", "until") if (value := self.chosen(name))}

    def _midnight(self, name: str, zone: tzinfo, later: int) -> datetime | None:
        day = self[name].data if self.chosen(name) else None
        if day is None or day.year not in YEARS:
            return None
        return datetime.combine(day + timedelta(days=later), time(), zone).astimezone(UTC)
