"""The form of the PSA's rate limit."""

from __future__ import annotations

from typing import Any

from wtforms import SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, StopValidation

from portal.routes.web.formats import period
from portal.routes.web.forms import HOUR_CHOICES, PsaForm, WholeNumberField
from portal.services.syncing.rate_limits import PERCENT, QuietHours, RateLimit


class RateLimitForm(PsaForm):
    """Empty hours mean no quiet hours. An empty limit means the usual one."""

    share = WholeNumberField(
        "Use at most",
        [InputRequired("Enter a percentage."), NumberRange(1, 100, "Enter a percentage from 1 to 100.")],
    )
    quiet_begin = SelectField("Quiet hours from", choices=[SelectChoice("", "None"), *HOUR_CHOICES])
    quiet_end = SelectField("Until", choices=[SelectChoice("", "None"), *HOUR_CHOICES])
    quiet_share = WholeNumberField("Then use at most")
    quota = WholeNumberField(
        "Limit agreed with {psa}",
        [Optional()],
        description="Requests per {window}. Leave it blank unless {psa} gave you a different limit.",
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
        self.quota.description = self.quota.description.replace("{window}", period(known.window_seconds))

    def validate_quiet_end(self, field: Any) -> None:
        if bool(field.data) != bool(self.quiet_begin.data):
            raise StopValidation("Choose both hours or neither.")

    def validate_quiet_share(self, field: Any) -> None:
        if self.quiet_begin.data and not field.errors and field.data not in PERCENT:
            raise StopValidation("Enter a percentage from 1 to 100 for the quiet hours.")

    def quiet(self) -> QuietHours | None:
        if not self.quiet_begin.data:
            return None
        return QuietHours(int(self.quiet_begin.data), int(self.quiet_end.data), self.quiet_share.data)
