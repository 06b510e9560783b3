"""The form of a new link for support."""

from __future__ import annotations

from typing import Final

from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from portal.routes.web.forms import PortalForm, at_most, printable, stripped
from portal.services.accounts.support_access import DAYS, LONGEST_NOTE

USUAL_DAYS: Final = "3"


class AccessForm(PortalForm):
    days = SelectField(
        "Valid for",
        [InputRequired("Choose how long the access lasts.")],
        choices=[SelectChoice(str(each), f"{each} day{'' if each == 1 else 's'}") for each in DAYS],
        default=USUAL_DAYS,
    )
    note = StringField(
        "What for (optional)",
        [at_most(LONGEST_NOTE), printable],
        filters=[stripped],
        description="Such as the number of your support ticket.",
    )
