"""When to sync, and how much of Halo's limit to use, as the Configuration tab asks for it."""

from __future__ import annotations

from typing import Any, Final

from wtforms import IntegerField, RadioField, SelectField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, StopValidation

from portal import zones
from portal.routes.forms import BlamedForm
from portal.services.syncing.rate_limits import PERCENT, QuietHours, RateLimit
from portal.services.syncing.scheduling import Plan
from portal.sync import schedule
from portal.sync.schedule import HOURS, INTERVALS, WEEK, Schedule

AT_HOURS: Final = "hours"
EVERY: Final = [SelectChoice(str(each), schedule.in_words(Schedule(each)).capitalize()) for each in INTERVALS]
CLOCK: Final = [SelectChoice(str(hour), f"{hour:02}:00") for hour in HOURS]
DAYS: Final = [SelectChoice(day.value, day.capitalize()) for day in WEEK]


MOST_DIGITS = 9


class Whole(IntegerField):
    """A whole number, refused in words of ours; None where the field is left empty."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: Any = None
        if valuelist and valuelist[0].strip():
            if len(valuelist[0].strip()) > MOST_DIGITS:
                raise ValueError("That number is too large.")  # WTForms compares as floats, which would overflow
            try:
                self.data = int(valuelist[0])
            except ValueError as error:
                raise ValueError("Enter a whole number.") from error


class ScheduleForm(BlamedForm):
    rhythm = RadioField(
        "Look for changes",
        [InputRequired("Choose how often.")],
        choices=[*EVERY, SelectChoice(AT_HOURS, "At chosen hours")],
    )
    hours = SelectMultipleField("Hours", choices=CLOCK)
    weekdays = SelectMultipleField("Days", choices=DAYS)
    full_hour = SelectField(
        "Nightly full pass at",
        choices=CLOCK,
        description="Reads everything once a day, and finds what was deleted in Halo.",
    )
    time_zone = SelectField("Time zone", description="For the whole account: also for the times that pages show.")

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


class LimitForm(BlamedForm):
    """An hour that is empty means no quiet hours; an empty limit, the usual one."""

    share = Whole(
        "Use at most",
        [InputRequired("Enter how many percent."), NumberRange(1, 100, "Choose a share from 1 to 100 percent.")],
    )
    quiet_begin = SelectField("Quiet hours from", choices=[SelectChoice("", "None"), *CLOCK])
    quiet_end = SelectField("Until", choices=[SelectChoice("", "None"), *CLOCK])
    quiet_share = Whole("Then use at most")
    quota = Whole(
        "Limit agreed with Halo",
        [Optional()],
        description="Requests in five minutes. Leave it empty, unless Halo has granted you another limit than usual.",
    )

    def __init__(self, known: RateLimit, **options: Any) -> None:
        quiet = known.quiet
        shown = {
            "share": known.share,
            "quiet_begin": str(quiet.begin) if quiet else "",
            "quiet_end": str(quiet.end) if quiet else "",
            "quiet_share": quiet.share if quiet else None,
            "quota": known.quota,
        }
        super().__init__(data=shown, **options)

    def validate_quiet_end(self, field: Any) -> None:
        if bool(field.data) != bool(self.quiet_begin.data):
            raise StopValidation("Choose both hours, or none.")

    def validate_quiet_share(self, field: Any) -> None:
        if self.quiet_begin.data and not field.errors and field.data not in PERCENT:
            raise StopValidation("Choose a share from 1 to 100 percent for the quiet hours.")

    def quiet(self) -> QuietHours | None:
        if not self.quiet_begin.data:
            return None
        return QuietHours(int(self.quiet_begin.data), int(self.quiet_end.data), self.quiet_share.data)
