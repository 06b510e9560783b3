"""What people type, checked and turned into values. Every message stands at its field."""

from __future__ import annotations

import unicodedata
from typing import Any, Final
from urllib.parse import urlsplit

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, StopValidation

from portal.errors import Invalid
from portal.models.integrations import Integration
from portal.models.sync import LogLevel
from portal.services.connections import ConnectionValues, suggest_auth_server
from portal.sync.record_types import RecordType
from portal.vault import Secret

LONGEST_ADDRESS: Final = 250
LONGEST_VALUE: Final = 250
EXAMPLE: Final = "https://yourcompany.halopsa.com"
TYPES: Final = [SelectChoice(one.value, one.label) for one in RecordType]
LEVELS: Final = [SelectChoice(level.value, level.capitalize()) for level in LogLevel]


def _stripped(value: str | None) -> str | None:
    return value.strip() if value else value


def _with_scheme(value: str | None) -> str | None:
    """Read "acme.halopsa.com" as people mean it."""
    return f"https://{value}" if value and "://" not in value else value


def printable(_form: Any, field: Any) -> None:
    if any(unicodedata.category(character) == "Cc" for character in field.data or ""):
        raise StopValidation("This contains characters that cannot be seen. Copy the value again.")


def address(_form: Any, field: Any) -> None:
    try:
        parts = urlsplit(field.data)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
        _ = parts.port
    except ValueError:
        usable = False
    if not usable or " " in field.data:
        raise StopValidation(f"This is not an address. It should look like {EXAMPLE}.")


def at_most(length: int) -> Length:
    return Length(max=length, message=f"This is too long: at most {length} characters fit.")


class ConnectForm(FlaskForm):
    """Step 1. An empty secret keeps the one that is stored."""

    base_url = StringField(
        "Base URL",
        [
            DataRequired(f"Enter the address of your Halo, such as {EXAMPLE}."),
            at_most(LONGEST_ADDRESS),
            printable,
            address,
        ],
        filters=[_stripped, _with_scheme],
        description="Resource Server in Halo: Configuration → Integrations → HaloPSA API.",
    )
    auth_server = StringField(
        "Auth Server",
        [Optional(), at_most(LONGEST_ADDRESS), printable, address],
        filters=[_stripped, _with_scheme],
        description="Optional. Filled in from the Base URL. It is Authorisation Server on the same page in Halo;"
        " change it only if you run a separate one.",
    )
    tenant = StringField(
        "Tenant Name",
        [Optional(), at_most(LONGEST_VALUE), printable],
        filters=[_stripped],
        description="Required for hosted (multi-tenant) Halo: Tenant on the same page. Leave it blank for"
        " single-tenant and on-premises Halo.",
    )
    client_id = StringField(
        "Client ID",
        [DataRequired("Enter the Client ID of your API application."), at_most(LONGEST_VALUE), printable],
        filters=[_stripped],
        description="In Halo: Configuration → Integrations → HaloPSA API → View Applications → your application.",
    )
    client_secret = PasswordField(
        "Client Secret",
        [at_most(LONGEST_VALUE), printable],
        filters=[_stripped],
        description="Halo shows it once, beside the Client ID. It is stored encrypted and never shown again.",
    )

    def __init__(self, integration: Integration, **options: Any) -> None:
        # Field by field: the stored secret never enters the form.
        shown = ("base_url", "auth_server", "tenant", "client_id")
        super().__init__(data={name: getattr(integration, name) for name in shown}, **options)
        self.has_secret = integration.client_secret is not None

    @classmethod
    def stored(cls, integration: Integration) -> ConnectForm:
        """Show what is stored, which a test may have completed, and not what was typed."""
        return cls(integration, formdata=None)

    def validate_client_secret(self, field: Any) -> None:
        if not field.data and not self.has_secret:
            raise StopValidation("Enter the Client Secret. Halo shows it only once, when the application is created.")

    def values(self) -> ConnectionValues:
        secret = self.client_secret.data
        return ConnectionValues(
            base_url=self.base_url.data,
            auth_server=self.auth_server.data or suggest_auth_server(self.base_url.data),
            tenant=self.tenant.data or "",
            client_id=self.client_id.data,
            client_secret=Secret(secret) if secret else None,
        )

    def blame(self, error: Invalid) -> None:
        """Put what a service refused at its field, or above the form if the field is not here."""
        message = " ".join(filter(None, [error.problem, error.remedy]))
        if error.field in self:
            self[error.field].errors = [*self[error.field].errors, message]
        else:
            self.form_errors.append(message)


class DataForm(FlaskForm):
    """What to sync: step 2 of the wizard and the Sync Filters tab."""

    record_types = SelectMultipleField(
        "Record types",
        choices=TYPES,
        validate_choice=True,
    )
    active_only = BooleanField("Active clients only")

    def __init__(self, integration: Integration) -> None:
        super().__init__(obj=integration)


class PlainForm(FlaskForm):
    """A button and its CSRF token."""


class LogFilterForm(FlaskForm):
    """Which log rows to show. Lives in the address, so a filtered page can be sent to a colleague."""

    level = SelectField("Level", choices=[SelectChoice("", "All levels"), *LEVELS])
    record_type = SelectField("Record type", choices=[SelectChoice("", "All types"), *TYPES])

    class Meta:
        csrf = False
