"""The form of the webhook's authentication."""

from __future__ import annotations

from typing import Any

from wtforms import RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from portal.models.integrations import Integration
from portal.routes.web.forms import PortalForm
from portal.routes.web.webhook_words import WEBHOOK_LOGINS


class WebhookLoginForm(PortalForm):
    """The service checks the header's name, because only two of the methods use it."""

    webhook_login = RadioField(
        "Authentication",
        [InputRequired("Choose a method of authentication.")],
        choices=[SelectChoice(login.value, label) for login, (label, _, _) in WEBHOOK_LOGINS.items()],
    )
    webhook_header = StringField("Header name", description="Letters, digits and hyphens.")

    def __init__(self, integration: Integration, **options: Any) -> None:
        shown = {"webhook_login": integration.webhook_login, "webhook_header": integration.webhook_header}
        super().__init__(data=shown, **options)
