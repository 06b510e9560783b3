"""What connection tests have proved about record types since their last sync."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from portal.models.connection_tests import ConnectionTest
from portal.models.integrations import Integration
from portal.psa.diagnosis import Access, ListAccess
from portal.psa.registry import adapter_of
from portal.services.connecting import connection_tests
from portal.services.syncing.last_steps import LastStep
from portal.sync.record_types import RecordType

# An empty list proves nothing: the login may open it and see none of its rows.
PROOFS: Final = (Access.GRANTED, Access.REFUSED)


def read(
    integration: Integration, types: Iterable[RecordType], steps: Mapping[RecordType, LastStep]
) -> dict[RecordType, tuple[datetime, ListAccess]]:
    """Return the newest proof of each type that is newer than its last sync, with the test's beginning.

    Only passed tests of the present address count: a failed one may be of values that were not stored.
    """
    wanted = set(types)
    if not wanted:
        return {}
    address = integration.connection.get(adapter_of(integration.psa).connect_form.address, "")
    mine = (ConnectionTest.integration == integration) & ConnectionTest.passed & (ConnectionTest.address == address)
    if wanted <= steps.keys():  # then there is nearly always no test to read
        mine &= ConnectionTest.at > min(step.at for step in steps.values())
    found: dict[RecordType, tuple[datetime, ListAccess]] = {}
    for test in ConnectionTest.select().where(mine).order_by(ConnectionTest.id.desc()):
        began = test.at - timedelta(milliseconds=test.milliseconds)
        for name, access in connection_tests.lists_of(test).items():
            one = RecordType(name)
            is_newer = one not in steps or began > steps[one].at
            if one in wanted and one not in found and is_newer and access.access in PROOFS:
                found[one] = began, access
    return found
