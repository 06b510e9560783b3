"""The question that disconnecting asks: what happens to the records."""

from __future__ import annotations

from typing import Any, Final

from wtforms import HiddenField, RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from portal.psa.registry import ADAPTERS
from portal.routes.web.forms import PortalForm

KEEP: Final = "keep"
DELETE: Final = "delete"


class DisconnectForm(PortalForm):
    """`then` is the PSA whose prepared setup to go back to; empty for none."""

    records = RadioField(
        "Records synced so far",
        [InputRequired("Choose what happens to the records.")],
        choices=[SelectChoice(KEEP, "Keep them"), SelectChoice(DELETE, "Delete them")],
        default=KEEP,
    )
    then = HiddenField()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.then.data not in ADAPTERS:
            self.then.data = ""
