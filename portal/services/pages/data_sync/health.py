"""The first line of the tab: whether the stored records are up to date, and if not, why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.models.integrations import Integration, IntegrationState
from portal.services.pages import integration_status
from portal.services.pages.integration_status import Condition, Status
from portal.services.syncing import freshness, last_steps
from portal.services.syncing.freshness import Freshness
from portal.sync.record_types import RecordType


class Level(StrEnum):
    """`good` only if nothing is missing; `unknown` before the first complete sync."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Reason:
    problem: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class HealthLine:
    """Changes in the PSA up to `as_of` are stored, of all types; None if one was never read.

    `behind` are the types that miss the promise of the schedule, the worst first, and `reason` is why, as far as it
    is known.
    """

    level: Level
    as_of: datetime | None
    types: dict[RecordType, Freshness]
    behind: list[Freshness]
    reason: Reason

    @property
    def is_all_behind(self) -> bool:
        return len(self.behind) == len(self.types)

    @property
    def unread(self) -> list[RecordType]:
        """Return the types that were never read completely."""
        return [one for one, each in self.types.items() if each.known_until is None]


def health_line(integration: Integration) -> HealthLine:
    types, status = freshness.freshness(integration), integration_status.status(integration)
    behind = [each for each in types.values() if each.is_behind]
    # Types that were never read first: nothing is worse.
    behind.sort(key=lambda each: each.age.total_seconds() if each.age is not None else float("inf"), reverse=True)
    moments = [each.known_until for each in types.values()]
    return HealthLine(
        level=_level(types, behind, status),
        as_of=min(each for each in moments if each is not None) if None not in moments else None,
        types=types,
        behind=behind,
        reason=_reason(integration, behind, status),
    )


def _level(types: dict[RecordType, Freshness], behind: list[Freshness], status: Status) -> Level:
    if status.condition == Condition.NEEDS_ATTENTION or (behind and status.condition == Condition.FAILED):
        return Level.BAD
    if behind or status.condition != Condition.CONNECTED:
        return Level.WARNING
    return Level.GOOD if all(each.known_until is not None for each in types.values()) else Level.UNKNOWN


def _reason(integration: Integration, behind: list[Freshness], status: Status) -> Reason:
    """Return why the worst type is behind; if none is, what else is wrong."""
    if integration.state == IntegrationState.NEEDS_ATTENTION or not behind:
        return Reason(status.problem, status.remedy)
    worst = behind[0].record_type
    if status.condition == Condition.WAITING:
        return Reason(status.problem, status.remedy)
    last = last_steps.of(integration, [worst]).get(worst)
    return Reason(last.problem, last.remedy) if last is not None else Reason()
