"""The last connection tests of an integration, and what changed from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from portal.models.accounts import User
from portal.models.connection_tests import ConnectionTest
from portal.models.integrations import Integration
from portal.models.sync import RemoteList
from portal.psa.diagnosis import Access, Diagnosis, ListAccess
from portal.psa.registry import adapter_of
from portal.services.connecting import permission_changes
from portal.services.connecting.permission_changes import PermissionChange

KEPT: Final = 20


@dataclass(frozen=True)
class TestLine:
    """A test, with the last passed test of the same address before it, and what changed since that one.

    `readable` and `of` count the record types that the login can read, and all that were tested.
    """

    __test__ = False  # no test of ours

    test: ConnectionTest
    by: str
    readable: int
    of: int
    before: ConnectionTest | None
    changes: list[PermissionChange]

    @property
    def is_other_agent(self) -> bool:
        return self.before is not None and self.before.agent_name != self.test.agent_name


def record(integration: Integration, user: User | None, diagnosis: Diagnosis, *, seconds: float) -> None:
    """Keep the result of a test, and drop the oldest ones. Call it inside the transaction that stores the result."""
    ConnectionTest.create(
        integration=integration,
        user=user,
        passed=diagnosis.ok,
        address=integration.connection.get(adapter_of(integration.psa).connect_form.address, ""),
        agent_name=diagnosis.agent,
        psa_version=_version(integration),
        problem=diagnosis.problem,
        lists=msgspec.to_builtins(diagnosis.lists),
        milliseconds=round(seconds * 1000),
    )
    newest = ConnectionTest.select(ConnectionTest.id).where(ConnectionTest.integration == integration)
    kept: Any = newest.order_by(ConnectionTest.id.desc()).limit(KEPT).tuples()
    oldest = min(row[0] for row in kept)
    ConnectionTest.delete().where(ConnectionTest.integration == integration, ConnectionTest.id < oldest).execute()


def history(integration: Integration) -> list[TestLine]:
    """Return the kept tests, the newest first."""
    query = ConnectionTest.select(ConnectionTest, User).left_outer_join(User)
    mine = query.where(ConnectionTest.integration == integration).order_by(ConnectionTest.id.desc())
    tests = list(mine.limit(KEPT))
    return [_line(test, tests[position + 1 :]) for position, test in enumerate(tests)]


def lists_of(test: ConnectionTest) -> dict[str, ListAccess]:
    return msgspec.convert(test.lists, dict[str, ListAccess])


def _line(test: ConnectionTest, older: list[ConnectionTest]) -> TestLine:
    lists = lists_of(test)
    before = next((each for each in older if each.passed and each.address == test.address), None)
    has_both = test.passed and before is not None
    return TestLine(
        test=test,
        by=str(test.user.name or test.user.email) if test.user else "Operator",
        readable=sum(each.access == Access.GRANTED for each in lists.values()),
        of=len(lists),
        before=before if has_both else None,
        changes=permission_changes.compare(lists_of(before), lists) if before is not None and test.passed else [],
    )


def _version(integration: Integration) -> str:
    """Return the PSA's version as the last sync found it; empty before the first."""
    known = RemoteList.select(RemoteList.psa_version).where(RemoteList.integration == integration)
    row: Any = known.where(RemoteList.psa_version != "").order_by(RemoteList.probed_at.desc()).tuples().first()
    return str(row[0]) if row else ""
