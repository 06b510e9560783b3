"""What people excluded by hand, as rules for syncs and refetches."""

from __future__ import annotations

from typing import Any, Final

from portal.models.exclusions import Exclusion
from portal.models.hand_exclusions import HandExclusion
from portal.sync.record_types import RecordType
from portal.sync.scope import ByHand

BY_HAND: Final = "Excluded by hand by "
CLIENT_BY_HAND: Final = "Its client is excluded by hand."
INCLUDED_AGAIN: Final = "It was included again by hand. The next sync brings it back."


def reason(decision: HandExclusion) -> str:
    """Return why the record itself is excluded, for the list of excluded records."""
    return f"{BY_HAND}{decision.by}: {decision.why}"


def rules(integration_id: int, record_type: str) -> ByHand:
    """Return what is excluded by hand of this type, and through clients."""
    types = {record_type, RecordType.CLIENTS.value}
    query = HandExclusion.select().where(
        HandExclusion.integration == integration_id, HandExclusion.record_type.in_(types)
    )
    decisions = list(query)
    clients = [each for each in decisions if each.record_type == RecordType.CLIENTS]
    return ByHand(
        {each.remote_id: reason(each) for each in decisions if each.record_type == record_type},
        {each.remote_id: CLIENT_BY_HAND for each in clients if each.with_records},
        _kept(integration_id, [each.remote_id for each in clients if not each.with_records]),
    )


def clients_with_kept_records(integration_id: int) -> frozenset[int]:
    """Return the clients that are excluded by hand, but not their records."""
    return rules(integration_id, RecordType.CLIENTS).clients_with_kept_records


def _kept(integration_id: int, clients: list[int]) -> frozenset[int]:
    """Leave out clients that the filters exclude as well, and those that were deleted."""
    if not clients:
        return frozenset()
    query: Any = Exclusion.select(Exclusion.remote_id).where(
        Exclusion.integration == integration_id,
        Exclusion.record_type == RecordType.CLIENTS,
        Exclusion.remote_id.in_(clients),
        Exclusion.reason.startswith(BY_HAND),
    )
    return frozenset(remote_id for (remote_id,) in query.tuples())
