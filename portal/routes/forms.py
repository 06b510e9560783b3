"""What people type, checked and turned into values. Every message stands at its field."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, StopValidation

from portal.errors import Invalid
from portal.models.integrations import Integration
from portal.sync.record_types import RecordType

LONGEST_ADDRESS: Final = 250
LONGEST_PASTED: Final = 2000
LONGEST_VALUE: Final = 250
TYPES: Final = [SelectChoice(one.value, one.label) for one in RecordType]


def stripped(value: str | None) -> str | None:
    return value.strip() if value else value


def printable(_form: Any, field: Any) -> None:
    if any(unicodedata.category(character) == "Cc" for character in field.data or ""):
        raise StopValidation("This contains invisible characters. Copy the value again.")


def at_most(length: int) -> Length:
    return Length(max=length, message=f"This is too long. Use at most {length} characters.")


class BlamedForm(FlaskForm):
    """A form that takes what a service refused to its fields."""

    def blame(self, error: Invalid) -> None:
        """Put a refusal at its field, or above the form if the field is not here."""
        sentences = [sentence for sentence in (error.problem, error.remedy) if sentence]
        if error.field in self:
            self[error.field].errors = [*self[error.field].errors, *sentences]
        else:
            self.form_errors.extend(sentences)

    @property
    def first_wrong(self) -> str:
        """Name the first field that has a message, empty when none has."""
        return next((field.name for field in self if field.errors), "")


def secret_field(label: str, description: str, *presence: Any) -> PasswordField:
    checks = [*presence, at_most(LONGEST_VALUE), printable]
    return PasswordField(label, checks, filters=[stripped], description=description)


class DataForm(BlamedForm):
    """What to sync: step 2 of the wizard and the Sync Filters tab."""

    record_types = SelectMultipleField(
        "Record types",
        choices=TYPES,
        validate_choice=True,
    )
    active_only = BooleanField("Active clients only")

    def __init__(self, integration: Integration, **options: Any) -> None:
        super().__init__(obj=integration, **options)


class PlainForm(FlaskForm):
    """A button and its CSRF token."""
