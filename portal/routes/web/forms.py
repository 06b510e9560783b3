"""What forms share: showing a service's refusal at its field, naming the PSA, and checks of single values."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from flask_wtf import FlaskForm
from wtforms import IntegerField, PasswordField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, StopValidation

from portal.errors import Invalid
from portal.routes.web import current
from portal.sync.record_types import RecordType
from portal.sync.schedule import HOURS

LONGEST_VALUE: Final = 250
MOST_DIGITS: Final = 9
TYPES: Final = [SelectChoice(one.value, one.label) for one in RecordType]
HOUR_CHOICES: Final = [SelectChoice(str(hour), f"{hour:02}:00") for hour in HOURS]


class PortalForm(FlaskForm):
    """A form whose values a service may refuse."""

    def add_error(self, error: Invalid) -> None:
        """Show an error at its field, or above the form if the form doesn't have the field."""
        sentences = [sentence for sentence in (error.problem, error.remedy) if sentence]
        if error.field in self:
            self[error.field].errors = [*self[error.field].errors, *sentences]
        else:
            self.form_errors.extend(sentences)

    @property
    def first_invalid(self) -> str:
        """Name the first field that has an error; empty if there is none."""
        return next((field.name for field in self if field.errors), "")


class PsaForm(PortalForm):
    """A form about an integration: `{psa}` in its labels and descriptions stands for the PSA's name."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        name = current.psa().name
        for field in self:
            field.label.text = field.label.text.replace("{psa}", name)
            field.description = field.description.replace("{psa}", name)


class WholeNumberField(IntegerField):
    """A whole number, with our own error messages; None if the field is empty."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: Any = None
        if valuelist and valuelist[0].strip():
            if len(valuelist[0].strip()) > MOST_DIGITS:
                raise ValueError("That number is too large.")  # WTForms compares as floats, which would overflow
            try:
                self.data = int(valuelist[0])
            except ValueError as error:
                raise ValueError("Enter a whole number.") from error


class PlainForm(FlaskForm):
    """A button and its CSRF token."""


def secret_field(label: str, description: str, *presence: Any) -> PasswordField:
    """Make a field for a secret. `presence` are the validators that come first, such as DataRequired."""
    checks = [*presence, at_most(LONGEST_VALUE), printable]
    return PasswordField(label, checks, filters=[stripped], description=description)


def at_most(length: int) -> Length:
    return Length(max=length, message=f"This is too long. Use at most {length} characters.")


def printable(_form: Any, field: Any) -> None:
    if any(unicodedata.category(character) == "Cc" for character in field.data or ""):
        raise StopValidation("This contains invisible characters. Copy the value again.")


def stripped(value: str | None) -> str | None:
    return value.strip() if value else value
