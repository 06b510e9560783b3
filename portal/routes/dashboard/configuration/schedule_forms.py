"""The form of the schedule."""

from __future__ import annotations

from typing import Any, Final

from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from portal import zones
from portal.routes.web.forms import HOUR_CHOICES, PsaForm
from portal.services.syncing.scheduling import Plan
from portal.sync import schedule
from portal.sync.schedule import INTERVALS, WEEK, Schedule

AT_HOURS: Final = "hours"
EVERY: Final = [SelectChoice(str(each), schedule.in_words(Schedule(each)).capitalize()) for each in INTERVALS]
DAYS: Final = [SelectChoice(day.value, day.capitalize()) for day in WEEK]


class ScheduleForm(PsaForm):
    rhythm = RadioField(
        "Look for changes",
        [InputRequired("Choose how often.")],
        choices=[*EVERY, SelectChoice(AT_HOURS, "At chosen hours")],
    )
    hours = SelectMultipleField("Hours", choices=HOUR_CHOICES)
    weekdays = SelectMultipleField("Days", choices=DAYS)
    full_hour = SelectField(
        "Nightly full sync at",
        choices=HOUR_CHOICES,
        description="Reads every record once a day, and finds records deleted in {psa}.",
    )
    time_zone = SelectField(
        "Time zone", description="Applies to the whole account, including the times on these pages."
    )

    def __init__(self, plan: Plan, **options: Any) -> None:
        minutes = plan.schedule.minutes
        shown = {
            "rhythm": AT_HOURS if minutes is None else str(minutes),
            "hours": [str(hour) for hour in plan.schedule.hours],
            "weekdays": list(plan.schedule.weekdays or WEEK[:5]),
            "full_hour": str(plan.full_hour),
            "time_zone": plan.time_zone,
        }
        super().__init__(data=shown, **options)
        self.time_zone.choices = [SelectChoice(name, name.replace("_", " ")) for name in zones.names()]

    def schedule(self) -> Schedule:
        if self.rhythm.data != AT_HOURS:
            return Schedule(minutes=int(self.rhythm.data))
        return schedule.at([int(hour) for hour in self.hours.data], self.weekdays.data)
