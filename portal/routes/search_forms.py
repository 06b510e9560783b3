"""What to list. Lives in the address, so that a list can be sent to a colleague.

A value that nobody could have chosen counts as none.
"""

from __future__ import annotations

from typing import Final

from flask import request
from flask_wtf import FlaskForm
from wtforms import SearchField, SelectField
from wtforms.fields import SelectChoice

from portal.models.records import RecordState
from portal.models.sync import LogLevel, LogSubject
from portal.routes.words import LOG_SUBJECTS, RECORD_STATES
from portal.services.pages.record_lists import Order, Wanted, as_number
from portal.services.pages.sync_logs import LogFilters
from portal.sync.record_types import RecordType

LONGEST_SEARCH: Final = 250
TYPES: Final = [SelectChoice(one.value, one.label) for one in RecordType]
LEVELS: Final = [SelectChoice(level.value, level.capitalize()) for level in LogLevel]
SUBJECTS: Final = [SelectChoice(subject.value, label) for subject, label in LOG_SUBJECTS.items()]
STATES: Final = [SelectChoice(state.value, label) for state, (label, _) in RECORD_STATES.items()]
ORDERS: Final = [SelectChoice(Order.NEWEST.value, "Newest change first"), SelectChoice(Order.NAME.value, "By name")]


def id_of(name: str) -> int | None:
    """Read an id from the address; None for what cannot be one."""
    return as_number(request.args.get(name, ""))


class SearchForm(FlaskForm):
    class Meta:
        csrf = False

    def chosen(self, name: str) -> str:
        """Return what was chosen, empty for nothing and for nonsense."""
        field = self[name]
        return "" if field.errors or not field.data else str(field.data)


class RecordSearchForm(SearchForm):
    """Which records of a type."""

    q = SearchField("Name, reference or number")
    state = SelectField("State", choices=STATES, default=RecordState.LIVE)
    order = SelectField("Order", choices=ORDERS, default=Order.NEWEST)

    def wanted(self, record_type: RecordType) -> Wanted:
        self.validate()
        return Wanted(
            record_type,
            RecordState(self.chosen("state") or RecordState.LIVE),
            self.chosen("q").replace("\0", "").strip()[:LONGEST_SEARCH],
            Order(self.chosen("order") or Order.NEWEST),
        )


class LogFilterForm(SearchForm):
    """Which log rows."""

    level = SelectField("Level", choices=[SelectChoice("", "All levels"), *LEVELS])
    record_type = SelectField("Record type", choices=[SelectChoice("", "All types"), *TYPES])
    subject = SelectField("About", choices=[SelectChoice("", "Everything"), *SUBJECTS])
    record = SearchField("Record number")

    def filters(self) -> LogFilters:
        self.validate()
        level, record_type, subject = (self.chosen(name) for name in ("level", "record_type", "subject"))
        return LogFilters(
            level=LogLevel(level) if level else None,
            record_type=RecordType(record_type) if record_type else None,
            run_id=id_of("run"),
            subject=LogSubject(subject) if subject else None,
            remote_id=id_of("record"),
        )
