"""The form that replaces the connection's secret."""

from __future__ import annotations

from typing import Any

from wtforms.validators import StopValidation

from portal.routes.web.forms import PsaForm, secret_field


class SecretForm(PsaForm):
    """A new Client Secret for a connection that is in use."""

    client_secret = secret_field(
        "New Client Secret",
        "Regenerate it in your {psa} API application. It replaces the stored one only if it works.",
    )

    def validate_client_secret(self, field: Any) -> None:
        if not field.data:
            raise StopValidation("Enter the new Client Secret.")
