"""The form of step 1: connecting to the PSA."""

from __future__ import annotations

from typing import Any, Final

from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Optional, StopValidation

from portal.models.integrations import Integration
from portal.routes.web.forms import LONGEST_VALUE, PortalForm, at_most, printable, secret_field, stripped
from portal.services.connecting import connections
from portal.services.connecting.connections import ConnectionValues
from portal.vault import Secret

LONGEST_ADDRESS: Final = 250
LONGEST_PASTED: Final = 2000
EXAMPLE: Final = "https://yourcompany.halopsa.com"


def address(_form: Any, field: Any) -> None:
    try:
        understood = connections.understand(field.data)
    except ValueError as error:
        raise StopValidation(f"This is not an address. It should look like {EXAMPLE}.") from error
    if len(understood.address) > LONGEST_ADDRESS:
        raise StopValidation(f"This is too long: at most {LONGEST_ADDRESS} characters fit.")


class ConnectForm(PortalForm):
    """Step 1. An empty secret keeps the one that is stored. What was suggested comes back, to be told from what
    a person has typed.
    """

    base_url = StringField(
        "Base URL",
        [
            DataRequired(f"Enter the address of your Halo, such as {EXAMPLE}."),
            at_most(LONGEST_PASTED),
            address,
        ],
        filters=[stripped],
        description="Resource Server in Halo: Configuration → Integrations → HaloPSA API.",
    )
    auth_server = StringField(
        "Auth Server",
        [Optional(), at_most(LONGEST_PASTED), address],
        filters=[stripped],
        description="Optional. Filled in from the Base URL. It is Authorisation Server on the same page in Halo;"
        " change it only if you run a separate one.",
    )
    tenant = StringField(
        "Tenant Name",
        [Optional(), at_most(LONGEST_VALUE), printable],
        filters=[stripped],
        description="Required for hosted (multi-tenant) Halo: Tenant on the same page. Leave it blank for"
        " single-tenant and on-premises Halo.",
    )
    client_id = StringField(
        "Client ID",
        [DataRequired("Enter the Client ID of your API application."), at_most(LONGEST_VALUE), printable],
        filters=[stripped],
        description="In Halo: Configuration → Integrations → HaloPSA API → View Applications → your application.",
    )
    client_secret = secret_field(
        "Client Secret", "Halo shows it once, beside the Client ID. It is stored encrypted and never shown again."
    )
    suggested_auth_server = HiddenField()
    suggested_tenant = HiddenField()

    def __init__(self, integration: Integration, **options: Any) -> None:
        # Field by field: the stored secret never enters the form.
        shown = ("base_url", "auth_server", "tenant", "client_id")
        stored = {name: getattr(integration, name) for name in shown}
        guessed = {"suggested_auth_server": connections.suggest_auth_server(integration.base_url)}
        super().__init__(data=guessed | stored, **options)
        self.has_secret = integration.client_secret is not None

    def stored(self, integration: Integration) -> ConnectForm:
        """Show what is stored, which saving may have corrected and completed, and not what was typed."""
        form = ConnectForm(integration, formdata=None)
        form.suggested_auth_server.data = self.suggested_auth_server.data
        form.suggested_tenant.data = self.suggested_tenant.data
        return form

    def suggest(self, auth_server: str, tenant: str) -> None:
        """Fill in what Halo tells of itself, except where a person has typed something else."""
        for field, suggested, found in (
            (self.auth_server, self.suggested_auth_server, auth_server),
            (self.tenant, self.suggested_tenant, tenant),
        ):
            if not field.data or field.data == suggested.data:
                field.data = found
            suggested.data = found

    def validate_client_secret(self, field: Any) -> None:
        if not field.data and not self.has_secret:
            raise StopValidation("Enter the Client Secret. Halo shows it only once, when the application is created.")

    def values(self) -> ConnectionValues:
        secret = self.client_secret.data
        return ConnectionValues(
            base_url=self.base_url.data,
            auth_server=self.auth_server.data or "",
            tenant=self.tenant.data or "",
            client_id=self.client_id.data,
            client_secret=Secret(secret) if secret else None,
        )
