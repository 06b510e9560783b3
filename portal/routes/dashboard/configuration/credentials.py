"""The credentials: replacing a secret while the connection is in use."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from portal.errors import Invalid
from portal.models.integrations import Integration
from portal.routes.dashboard.configuration import secret_forms, sections
from portal.routes.web import current, limits
from portal.services.connecting import integrations

bp = Blueprint("credentials", __name__)

CARD: Final = "_secret"


@bp.get("/credentials")
def index() -> ResponseReturnValue:
    integration = current.integration()
    return _show(integration, secret_forms.of(integration, formdata=None))


@bp.post("/credentials")
@limits.tests_of_account
@limits.tests_of_user
def replace_secret() -> ResponseReturnValue:
    """Test the new secret. The stored one stays until the new one has passed."""
    integration = current.integration()
    form = secret_forms.of(integration)
    if not form.validate():
        return _show(integration, form, 422)
    diagnosis = integrations.replace_secrets(integration, form.secrets(), current.user())
    if not diagnosis.ok:
        form.add_error(Invalid(form.spec.secrets[0].name, diagnosis.problem, diagnosis.remedy))
        return _show(integration, form, 422)
    return _show(integration, secret_forms.of(integration, formdata=None), replaced=True)


def _show(integration: Integration, form: secret_forms.SecretForm, status: int = 200, **result: Any) -> Response:
    return sections.show(sections.CREDENTIALS, CARD, status, integration=integration, form=form, **result)
