"""Previews of changed filters. Each request counts for a moment; the page asks again until everything is counted."""

from __future__ import annotations

from typing import Any

from portal.errors import Invalid
from portal.models.filters import FilterVersion
from portal.models.integrations import Integration
from portal.routes.dashboard.sync_filter_forms import FiltersForm
from portal.services.syncing import filter_preview_costs, filter_previews
from portal.sync.filters import Filters, read

CHECK_FIELDS = "Check the marked fields first."


def of_form(integration: Integration, form: FiltersForm) -> dict[str, Any]:
    """Return what the preview's template shows for what is typed now."""
    if not form.validate():
        return {"why_not": " ".join([str(each) for field in form for each in field.errors] or [CHECK_FIELDS])}
    try:
        return _counted(integration, form.record_types.data or [], form.filters())
    except Invalid as error:
        form.add_error(error)
        return {"why_not": f"{error.problem} {error.remedy}".strip()}


def of_version(integration: Integration, version: FilterVersion) -> dict[str, Any]:
    """Return what the preview's template shows for earlier filters."""
    try:
        return _counted(integration, version.record_types, read(version.filters))
    except Invalid as error:
        return {"why_not": f"{error.problem} {error.remedy}".strip()}


def _counted(integration: Integration, record_types: list[str], filters: Filters) -> dict[str, Any]:
    preview = filter_previews.count_on(filter_previews.request(integration, record_types, filters))
    return {"preview": preview, "cost": filter_preview_costs.of(integration, preview) if preview.is_done else None}
