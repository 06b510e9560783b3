"""The forms of destinations for alerts: what it gets, and one for each way to enter an address."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional, Regexp, StopValidation

from portal import email_addresses
from portal.models.issues import Severity
from portal.routes.web.forms import PortalForm, WholeNumberField, at_most, printable, secret_field, stripped
from portal.services.alerts import addresses, channels
from portal.services.alerts.addresses import MailSecurity, MailServer
from portal.services.alerts.destinations import SEVERITIES, Wishes
from portal.vault import Secret

LONGEST_NAME: Final = 60
MOST_RECIPIENTS: Final = 10
HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", re.IGNORECASE)


def _address(label: str, description: str) -> PasswordField:
    checks = [DataRequired("Paste the address."), at_most(channels.LONGEST), printable]
    return PasswordField(label, checks, filters=[stripped], description=description)


class WishesForm(PortalForm):
    name = StringField(
        "Name",
        [DataRequired("Give it a name, such as On-call team."), at_most(LONGEST_NAME), printable],
        filters=[stripped],
    )
    severity = SelectField(
        "Send",
        choices=[SelectChoice(severity.value, label) for severity, label in SEVERITIES.items()],
        default=Severity.ERROR.value,
    )
    has_reminders = BooleanField("Remind daily while a problem is open")

    def wishes(self) -> Wishes:
        return Wishes(self.name.data, Severity(self.severity.data), bool(self.has_reminders.data))


class AddressForm(PortalForm):
    """`among` are the services whose addresses it takes."""

    among: ClassVar[frozenset[str]] = channels.SERVICES
    address = _address("Address", "")

    def secret(self) -> Secret:
        """Return the Apprise URL. Raises Invalid if the address is none."""
        return Secret(self.address.data)


class TeamsForm(AddressForm):
    among = channels.TEAMS
    address = _address("Workflow URL", "Starts with https:// and contains /workflows/. It's stored encrypted.")


class SlackForm(AddressForm):
    among = channels.SLACK
    address = _address("Webhook URL", "Starts with https://hooks.slack.com/. It's stored encrypted.")


class WebhookForm(AddressForm):
    among = channels.WEBHOOK
    address = _address("URL", "Starts with https://. It's stored encrypted, with any token in it.")

    def secret(self) -> Secret:
        return addresses.webhook(self.address.data)


class OtherForm(AddressForm):
    address = _address("Apprise URL", "Such as discord://… or pagerduty://…. It's stored encrypted.")


class MailForm(AddressForm):
    among = channels.MAIL
    address = StringField(
        "Mail server",
        [
            DataRequired("Enter the name of the mail server."),
            Regexp(HOST, message="Enter a name like smtp.example.com."),
        ],
        filters=[stripped],
    )
    port = WholeNumberField(
        "Port", [InputRequired("Enter a port."), NumberRange(1, 65535, "Enter a port from 1 to 65535.")], default=587
    )
    security = SelectField(
        "Encryption",
        choices=[SelectChoice("starttls", "STARTTLS (port 587)"), SelectChoice("ssl", "TLS (port 465)")],
        default="starttls",
    )
    user = StringField("User name", [Optional(), at_most(250), printable], filters=[stripped])
    password = secret_field("Password", "It's stored encrypted.", Optional())
    sender = StringField("From", [DataRequired("Enter the sender's email address.")], filters=[stripped])
    recipients = StringField(
        "To",
        [DataRequired("Enter at least one email address."), at_most(1000)],
        filters=[stripped],
        description="Separate several addresses with commas.",
    )

    def validate_address(self, field: Any) -> None:
        if not HOST.fullmatch(field.data or ""):
            raise StopValidation("Enter a name like smtp.example.com.")

    def validate_sender(self, field: Any) -> None:
        field.data = _email(field.data)

    def validate_recipients(self, field: Any) -> None:
        found = [_email(each) for each in re.split(r"[,;\s]+", field.data) if each]
        if not 1 <= len(found) <= MOST_RECIPIENTS:
            raise StopValidation(f"Enter up to {MOST_RECIPIENTS} email addresses.")
        field.data = ", ".join(found)

    def secret(self) -> Secret:
        server = MailServer(
            host=self.address.data,
            port=self.port.data,
            security=MailSecurity(self.security.data),
            user=self.user.data or "",
            password=Secret(self.password.data or ""),
        )
        return addresses.mail(server, self.sender.data, self.recipients.data.split(", "))


# In the address → its name, its form.
KINDS: Final[dict[str, tuple[str, type[AddressForm]]]] = {
    "mail": ("Email", MailForm),
    "teams": ("Microsoft Teams", TeamsForm),
    "slack": ("Slack", SlackForm),
    "webhook": ("Webhook", WebhookForm),
    "other": ("Other services", OtherForm),
}


KIND: Final = f"<any({', '.join(KINDS)}):kind>"


def kind_of(service: str) -> str:
    """Return the kind of form that takes addresses of a service, by what people call it."""
    return next((kind for kind, (label, _) in KINDS.items() if label == service), "other")


def _email(text: str) -> str:
    try:
        return email_addresses.normal_form(text)
    except ValueError as error:
        raise StopValidation(f"{text[:100]} isn't a valid email address.") from error
