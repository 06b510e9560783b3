"""The form of step 2: what to sync."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, SelectMultipleField

from portal.models.integrations import Integration
from portal.routes.web.forms import TYPES, PortalForm


class DataForm(PortalForm):
    record_types = SelectMultipleField("Record types", choices=TYPES, validate_choice=True)
    active_only = BooleanField("Active clients only")

    def __init__(self, integration: Integration, **options: Any) -> None:
        super().__init__(obj=integration, **options)
