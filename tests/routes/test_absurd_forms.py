"""A form that is right but for one absurd value is refused or taken; it never ends in a 500."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from portal import db
from portal.models.integrations import Integration
from tests.postgres import database
from tests.routes.test_absurd_parameters import ABSURD, noting
from tests.routes.test_alerts import MAIL, SLACK, WISHES, slack
from tests.routes.test_audit_coverage import DEEDS, nothing

__all__ = ["database", "noting", "slack"]

# Fields that people may leave empty.
OPTIONAL: Final = {
    "support.access.grant": {"note": "A ticket"},
    "record_exclusion.exclude": {"records": "exclude"},
    "data_sync.start": {"kind": "full", "record_types": "clients"},
}
FORMS: Final[dict[str, tuple[str, dict[str, Any], Any]]] = {
    **{name: (where, {**form, **OPTIONAL.get(name, {})}, before) for name, (_, where, form, before) in DEEDS.items()},
    "alerts.adding.add mail": ("/alerts/add/mail", MAIL, nothing),
    "alerts.adding.add slack": ("/alerts/add/slack", {**WISHES, "address": SLACK}, nothing),
    "alerts.adding.add webhook": ("/alerts/add/webhook", {**WISHES, "address": "https://hooks.example/x"}, nothing),
    "alerts.adding.add other": ("/alerts/add/other", {**WISHES, "address": "discord://a/b"}, nothing),
    "alerts.replacing.replace mail": ("/alerts/{id}/address/mail", MAIL, nothing),
    "alerts.replacing.replace slack": ("/alerts/{id}/address/slack", {"address": SLACK}, nothing),
    "alerts.replacing.replace other": ("/alerts/{id}/address/other", {"address": "discord://a/b"}, nothing),
    "alerts.change": ("/alerts/{id}", WISHES, nothing),
}


@pytest.mark.parametrize("endpoint", [name for name, (_, form, _) in FORMS.items() if form])
def test_one_absurd_value(noting: None, as_alice: FlaskClient, halo: Integration, slack: Any, endpoint: str) -> None:
    address, form, before = FORMS[endpoint]
    before(halo)
    broken = []
    for name, kind in ((name, kind) for name in form for kind in ABSURD):
        with db.db.atomic() as change:
            data = urlencode({**form, name: ABSURD[kind]}, doseq=True)
            response = as_alice.post(
                address.format(id=slack.id), data=data, content_type="application/x-www-form-urlencoded"
            )
            if response.status_code >= 500:
                broken.append(f"{name}: {kind}")
            change.rollback()
    assert not broken
