"""How Halo authenticates at the webhook, as the Configuration tab asks for it."""

from __future__ import annotations

from typing import Any

from wtforms import RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from portal.models.integrations import Integration
from portal.routes.forms import BlamedForm
from portal.routes.webhook_words import WEBHOOK_LOGINS


class LoginForm(BlamedForm):
    """Whether the header's name will do is for the service to say: it counts with two of the ways only."""

    webhook_login = RadioField(
        "Authentication",
        [InputRequired("Choose how Halo authenticates.")],
        choices=[SelectChoice(login.value, label) for login, (label, _, _) in WEBHOOK_LOGINS.items()],
    )
    webhook_header = StringField("Header name", description="Letters, digits and hyphens.")

    def __init__(self, integration: Integration, **options: Any) -> None:
        shown = {"webhook_login": integration.webhook_login, "webhook_header": integration.webhook_header}
        super().__init__(data=shown, **options)
