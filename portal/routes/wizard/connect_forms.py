"""Step 1 of the wizard as a form, built from the fields that a PSA's adapter declares."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, Self

from wtforms import Field, HiddenField, StringField
from wtforms.validators import DataRequired, Optional, StopValidation

from portal.models.integrations import Integration
from portal.psa import connect_form as psa
from portal.psa.connect_form import ConnectField, FieldKind
from portal.psa.registry import adapter_of
from portal.routes.web.forms import LONGEST_VALUE, PortalForm, at_most, printable, secret_field, stripped
from portal.services.connecting.connections import ConnectionValues
from portal.vault import Secret

LONGEST_ADDRESS: Final = 250
LONGEST_PASTED: Final = 2000


class ConnectForm(PortalForm):
    """An empty secret keeps the stored one. A hidden field `suggested_…` beside each field that the PSA can fill in
    tells a suggestion from what a person has entered.
    """

    spec: psa.ConnectForm

    def __init__(self, integration: Integration, **options: Any) -> None:
        # Only public values: a stored secret never enters the form.
        stored = {field.name: integration.connection.get(field.name, "") for field in self.spec.public}
        super().__init__(data=self._guessed(stored[self.spec.address]) | stored, **options)
        self._integration = integration
        self.has_secret = integration.credentials is not None

    @property
    def address(self) -> Any:
        return self[self.spec.address]

    def stored(self) -> Self:
        """Return the form with the stored values, which saving may have corrected and completed."""
        form = type(self)(self._integration, formdata=None)
        for name in self.spec.discovered:
            form[f"suggested_{name}"].data = self[f"suggested_{name}"].data
        return form

    def suggest(self, found: Mapping[str, str]) -> None:
        """Fill in what the PSA says about itself, except where a person has entered something else."""
        for name in self.spec.discovered:
            field, suggested = self[name], self[f"suggested_{name}"]
            if not field.data or field.data == suggested.data:
                field.data = found[name]
            suggested.data = found[name]

    def validate(self, **options: Any) -> bool:
        is_valid = bool(super().validate(**options))
        for secret in self.spec.secrets:
            field = self[secret.name]
            if not field.data and not self.has_secret and not field.errors:
                field.errors = [secret.missing]
                is_valid = False
        return is_valid

    def values(self) -> ConnectionValues:
        return ConnectionValues(
            public={field.name: self[field.name].data or "" for field in self.spec.public},
            secrets={
                field.name: Secret(entered) for field in self.spec.secrets if (entered := self[field.name].data)
            },
        )

    def _guessed(self, address: str) -> dict[str, str]:
        try:
            guess = self.spec.guess(self.spec.parse_address(address).address)
        except ValueError:
            return {}
        return {f"suggested_{name}": value for name, value in guess.items()}


def of(integration: Integration, **options: Any) -> ConnectForm:
    """Return the form of the integration's PSA with the stored values, or with `formdata` in their places."""
    return _form_class(integration.psa)(integration, **options)


@cache
def _form_class(slug: str) -> type[ConnectForm]:
    spec = adapter_of(slug).connect_form
    fields = {field.name: _field(spec, field) for field in spec.fields}
    hidden = {f"suggested_{name}": HiddenField() for name in spec.discovered}
    return type("ConnectForm", (ConnectForm,), {"spec": spec, **fields, **hidden})


def _field(spec: psa.ConnectForm, field: ConnectField) -> Field:
    if field.kind == FieldKind.SECRET:
        return secret_field(field.label, field.help)
    presence = DataRequired(field.missing) if field.missing else Optional()
    checks = (
        [at_most(LONGEST_PASTED), _Address(spec)]
        if field.kind == FieldKind.ADDRESS
        else [at_most(LONGEST_VALUE), printable]
    )
    return StringField(field.label, [presence, *checks], filters=[stripped], description=field.help)


class _Address:
    def __init__(self, spec: psa.ConnectForm) -> None:
        self._spec = spec

    def __call__(self, _form: Any, field: Any) -> None:
        try:
            understood = self._spec.parse_address(field.data)
        except ValueError as error:
            raise StopValidation(f"This isn't a valid address. It should look like {self._spec.example}.") from error
        if len(understood.address) > LONGEST_ADDRESS:
            raise StopValidation(f"This is too long. Use at most {LONGEST_ADDRESS} characters.")
