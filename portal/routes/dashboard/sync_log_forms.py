"""The filters of the sync logs. Times are in the account's time zone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from flask import request
from wtforms import SearchField, SelectField
from wtforms.fields import SelectChoice

from portal import clock
from portal.models.log_causes import LENGTH
from portal.models.sync import LogLevel, LogSubject, RunState, RunTrigger
from portal.routes.dashboard.delivery_forms import MINUTE, TimeForm
from portal.routes.web.forms import TYPES
from portal.routes.web.search_forms import id_of
from portal.routes.web.words import LOG_SUBJECTS, RUN_STATES, RUN_TRIGGERS
from portal.services.pages.log_runs import RunFilters
from portal.services.pages.record_lists import as_number
from portal.services.pages.sync_logs import LogFilters
from portal.sync.record_types import RecordType

LEVELS: Final = [SelectChoice(level.value, level.capitalize()) for level in LogLevel]
SUBJECTS: Final = [SelectChoice(subject.value, label) for subject, label in LOG_SUBJECTS.items()]
STATES: Final = [SelectChoice(state.value, label) for state, (label, _, _) in RUN_STATES.items()]
TRIGGERS: Final = [SelectChoice(trigger.value, label) for trigger, label in RUN_TRIGGERS.items()]
PERIODS: Final = {"hour": timedelta(hours=1), "day": timedelta(hours=24), "week": timedelta(days=7)}
PERIOD_NAMES: Final = {"hour": "Last hour", "day": "Last 24 hours", "week": "Last 7 days"}
LONGEST_TEXT: Final = 200
CAUSE: Final = re.compile(rf"[0-9a-f]{{{LENGTH}}}")


class PeriodForm(TimeForm):
    """A period that ends now, or exact times, which count instead of it."""

    period = SelectField(
        "Time", choices=[SelectChoice("", "Any time"), *map(SelectChoice, PERIODS, PERIOD_NAMES.values())]
    )

    def times_asked(self, zone: tzinfo) -> dict[str, datetime | None]:
        """Return since when, and before when. Needs a validated form."""
        exact = {name: self.moment(name, zone) for name in ("since", "until")}
        if any(exact.values()) or not self.chosen("period"):
            return exact
        return {"since": clock.now() - PERIODS[self.chosen("period")], "until": None}

    def query_of(self, *names: str) -> dict[str, Any]:
        """Return the chosen values of these fields and the times, for links to other pages of the list."""
        chosen = {name: self.chosen(name) for name in (*names, "period") if self.chosen(name)}
        times = ("since", "until")
        exact = {name: self[name].data.strftime(f"{MINUTE}:%S") for name in times if self.chosen(name)}
        return chosen | exact


class RunFilterForm(PeriodForm):
    outcome = SelectField("Result", choices=[SelectChoice("", "All results"), *STATES])
    trigger = SelectField("Started by", choices=[SelectChoice("", "Anything"), *TRIGGERS])

    def filters(self, zone: tzinfo) -> RunFilters:
        self.validate()
        state, trigger = self.chosen("outcome"), self.chosen("trigger")
        return RunFilters(
            state=RunState(state) if state else None,
            trigger=RunTrigger(trigger) if trigger else None,
            **self.times_asked(zone),
        )

    def query(self) -> dict[str, Any]:
        return self.query_of("outcome", "trigger")


class LogFilterForm(PeriodForm):
    q = SearchField("Search")
    level = SelectField("Level", choices=[SelectChoice("", "All levels"), *LEVELS])
    record_type = SelectField("Record type", choices=[SelectChoice("", "All types"), *TYPES])
    subject = SelectField("About", choices=[SelectChoice("", "Everything"), *SUBJECTS])
    record = SearchField("Record number")
    run = SearchField("Run number")

    def filters(self, zone: tzinfo) -> LogFilters:
        self.validate()
        level, record_type, subject = (self.chosen(name) for name in ("level", "record_type", "subject"))
        return LogFilters(
            level=LogLevel(level) if level else None,
            record_type=RecordType(record_type) if record_type else None,
            run_id=id_of("run"),
            subject=LogSubject(subject) if subject else None,
            remote_id=as_number(self.chosen("record")),
            text=self.chosen("q").strip()[:LONGEST_TEXT],
            cause=_cause(),
            **self.times_asked(zone),
        )

    def query(self) -> dict[str, Any]:
        """Return the filters in the address, without the values that cannot be one."""
        numbers = {name: as_number(self.chosen(name)) for name in ("record", "run")}
        others: dict[str, Any] = {**numbers, "cause": _cause()}
        chosen = self.query_of("q", "level", "record_type", "subject")
        return chosen | {name: value for name, value in others.items() if value}


def _cause() -> str:
    """Return the cause in the address; empty if it is missing or cannot be one."""
    asked = request.args.get("cause", "")
    return asked if CAUSE.fullmatch(asked) else ""
