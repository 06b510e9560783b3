"""New secrets for a connection that is in use."""

from __future__ import annotations

from functools import cache
from typing import Any

from wtforms.validators import DataRequired

from portal.models.integrations import Integration
from portal.psa import connect_form as psa
from portal.psa.registry import adapter_of
from portal.routes.web.forms import PortalForm, secret_field
from portal.vault import Secret


class SecretForm(PortalForm):
    spec: psa.ConnectForm

    def secrets(self) -> dict[str, Secret]:
        return {field.name: Secret(self[field.name].data) for field in self.spec.secrets}


def of(integration: Integration, **options: Any) -> SecretForm:
    """Return the form of the integration's PSA, empty or with what was submitted."""
    return _form_class(integration.psa)(**options)


@cache
def _form_class(slug: str) -> type[SecretForm]:
    spec = adapter_of(slug).connect_form
    fields = {
        field.name: secret_field(f"New {field.label}", field.replacing, DataRequired(f"Enter the new {field.label}."))
        for field in spec.secrets
    }
    return type("SecretForm", (SecretForm,), {"spec": spec, **fields})
