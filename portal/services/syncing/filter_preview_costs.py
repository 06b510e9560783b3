"""What it costs to apply a change of the filters: the forecast of the sync that follows."""

from __future__ import annotations

from portal.models.integrations import Integration
from portal.models.records import RecordState
from portal.services.connecting import connections
from portal.services.records import stored_records
from portal.services.syncing import forecasting
from portal.services.syncing.filter_previews import Preview
from portal.services.syncing.forecast import Forecast
from portal.sync import stored
from portal.sync.record_types import RecordType


def of(integration: Integration, preview: Preview) -> Forecast | None:
    """Forecast the sync; None if there is none, because nothing but turned-off types changes."""
    if not preview.touched:
        return None
    live = stored_records.counts(integration)[RecordType.CLIENTS][RecordState.LIVE]
    if (clients := preview.types.get(RecordType.CLIENTS)) is not None:
        live += clients.returns + clients.may_come - clients.leaves
    return forecasting.of_change(
        integration, preview.touched, live_clients=live, single_requests=_single_requests(integration, preview)
    )


def _single_requests(integration: Integration, preview: Preview) -> int:
    """Count the records that the PSA sends only one by one: those whose list rows lack something."""
    lists, needed = connections.lists_of(integration), 0
    for record_type in preview.touched:
        counts = preview.types[record_type]
        needed += counts.unknown
        if record_type in lists and lists[record_type].has_details:
            needed += counts.may_come + (counts.first_time or 0)
            needed += len(stored.ids_lacking_details(integration.id, record_type))
    return needed
