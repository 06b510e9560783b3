"""The question that disconnecting asks: what happens to the records."""

from __future__ import annotations

from typing import Any, Final

from wtforms import HiddenField, RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, StopValidation

from portal.psa.registry import ADAPTERS
from portal.routes.web import current
from portal.routes.web.forms import PortalForm

KEEP: Final = "keep"
DELETE: Final = "delete"


class DisconnectForm(PortalForm):
    """`typed` confirms that the records go. `then` is the PSA whose prepared setup to go back to, or empty."""

    records = RadioField(
        "Records synced so far",
        [InputRequired("Choose what happens to the records.")],
        choices=[SelectChoice(KEEP, "Keep the records"), SelectChoice(DELETE, "Delete the records")],
        default=KEEP,
    )
    typed = StringField()
    then = HiddenField()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.typed.label.text = f"Type {current.psa().label} to confirm"
        if self.then.data not in ADAPTERS:
            self.then.data = ""

    def validate_typed(self, field: Any) -> None:
        """Require the PSA's name before records are deleted, because that is final."""
        name = current.psa().label
        if self.records.data == DELETE and " ".join((field.data or "").split()).casefold() != name.casefold():
            raise StopValidation(f"To delete the records, type {name}.")
