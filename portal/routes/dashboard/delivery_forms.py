"""The filters of the deliveries, and which to replay. Times are in the account's time zone."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from wtforms import BooleanField, DateTimeLocalField, SearchField, SelectField
from wtforms.fields import SelectChoice

from portal.errors import Invalid
from portal.models.webhooks import DeliveryState
from portal.psa.webhooks import LONGEST_NAME
from portal.routes.web.forms import TYPES
from portal.routes.web.search_forms import YEARS, SearchForm
from portal.routes.web.words import DELIVERY_STATES
from portal.services.pages.delivery_lists import DeliveryFilters
from portal.services.pages.record_lists import as_number
from portal.services.webhooks.replaying import Choice
from portal.sync.record_types import RecordType

STATES: Final = [SelectChoice(state.value, label) for state, (label, _) in DELIVERY_STATES.items()]
MINUTE: Final = "%Y-%m-%dT%H:%M"
FORMATS: Final = [MINUTE, f"{MINUTE}:%S"]


class TimeForm(SearchForm):
    since = DateTimeLocalField("From", format=FORMATS)
    until = DateTimeLocalField("To", format=FORMATS)

    def moment(self, name: str, zone: tzinfo) -> datetime | None:
        local = None if self[name].errors else self[name].data
        if local is None or local.year not in YEARS:
            return None
        moment: datetime = local.replace(tzinfo=zone).astimezone(UTC)
        return moment


class DeliveryFilterForm(TimeForm):
    state = SelectField("Result", choices=[SelectChoice("", "All results"), *STATES])
    event = SearchField("Event")
    record_type = SelectField("Record type", choices=[SelectChoice("", "All types"), *TYPES])
    record = SearchField("Record number")

    def filters(self, zone: tzinfo) -> DeliveryFilters:
        self.validate()
        state, record_type = self.chosen("state"), self.chosen("record_type")
        return DeliveryFilters(
            state=DeliveryState(state) if state else None,
            event=self.chosen("event").replace("\0", "").strip()[:LONGEST_NAME],
            remote_id=as_number(self.chosen("record")),
            record_type=RecordType(record_type) if record_type else None,
            since=self.moment("since", zone),
            until=self.moment("until", zone),
        )

    def query(self) -> dict[str, Any]:
        """Return the chosen values, for links to other pages of the list."""
        names = ("state", "event", "record_type", "record")
        chosen = {name: self.chosen(name) for name in names if self.chosen(name)}
        return chosen | {name: self[name].data.strftime(MINUTE) for name in self.times()}

    def times(self) -> list[str]:
        return [name for name in ("since", "until") if self[name].data is not None and not self[name].errors]


class ReplayForm(TimeForm):
    failed = BooleanField("Failed")

    def choice(self, zone: tzinfo) -> Choice:
        """Return the choice. Raises Invalid for an invalid time, which must not stand for all times."""
        self.validate()
        since, until = self.moment("since", zone), self.moment("until", zone)
        for name, moment in (("since", since), ("until", until)):
            if moment is None and self[name].raw_data and self[name].raw_data[0]:
                raise Invalid(name, "This isn't a valid time.", "Use a format like 2026-11-23T14:05.")
        return Choice(bool(self.failed.data), since, until)
