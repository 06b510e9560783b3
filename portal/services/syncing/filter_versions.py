"""The history of an integration's filters and record types, and undoing a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from peewee import fn

from portal import clock
from portal.errors import FiltersChanged, NotFound
from portal.models.accounts import User
from portal.models.filters import FilterVersion
from portal.models.integrations import Integration
from portal.services.pages import keyset
from portal.services.pages.keyset import Page

UNDO_FOR: Final = timedelta(days=30)
PAGE_VERSIONS: Final = 20
OPERATOR: Final = "Operator"
# Why a version exists, unless somebody simply changed the filters.
CONNECTED: Final = "Connected"
BEFORE_HISTORY: Final = "In use before the history began"
UNDONE: Final = "Undid a change"
WENT_BACK: Final = "Went back to earlier filters"

Changes = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Version:
    """A version as people read it. `changes` maps what changed to its values before and after."""

    id: int
    at: datetime
    who: str
    changes: Changes
    why: str


def note(integration: Integration, user: User | None, changes: Changes, why: str = "") -> None:
    """Record what the integration now holds, inside the caller's transaction."""
    FilterVersion.create(
        integration=integration,
        user=user,
        actor=user.email if user else "",
        record_types=integration.record_types,
        filters=integration.filters,
        changes=changes,
        why=why,
    )


def note_first(integration: Integration) -> None:
    """Record what is in use before the first change, inside the caller's transaction."""
    if not FilterVersion.select().where(FilterVersion.integration == integration).exists():
        at = integration.activated_at or integration.created_at
        FilterVersion.create(
            integration=integration,
            at=at,
            record_types=integration.record_types,
            filters=integration.filters,
            why=BEFORE_HISTORY,
        )


def page(integration: Integration, *, before: int | None = None) -> Page[Version]:
    """Return the versions before this one, newest first."""
    query = FilterVersion.select(FilterVersion, User).left_outer_join(User)
    mine = query.where(FilterVersion.integration == integration)
    found = keyset.newest_first(mine, FilterVersion, PAGE_VERSIONS, before=before)
    return found.with_rows([_version(each) for each in found.rows])


def get(integration: Integration, version_id: int) -> FilterVersion:
    """Return a version. Raises NotFound for one of another integration, and for one that is no longer kept."""
    found: FilterVersion | None = FilterVersion.get_or_none(
        FilterVersion.id == version_id, FilterVersion.integration == integration
    )
    if found is None:
        raise NotFound("These filters are no longer in the history.", "Choose others.")
    return found


def latest(integration: Integration) -> FilterVersion | None:
    found: FilterVersion | None = _newest_first(integration).first()
    return found


def latest_id(integration: Integration) -> int:
    """Return the id of the latest version, 0 if there is none yet."""
    found = latest(integration)
    return int(found.id) if found is not None else 0


def undo_target(integration: Integration) -> FilterVersion | None:
    """Return the version that undoing leads to; None if the last change was too long ago, or there was none.

    The one that undoing made leads back to the change, so undoing twice changes nothing.
    """
    some = list(_newest_first(integration).limit(2))
    if len(some) < 2 or some[0].why == CONNECTED or some[0].at < clock.now() - UNDO_FOR:
        return None
    target: FilterVersion = some[1]
    return target


def check_latest(integration: Integration, version_id: int) -> None:
    """Raise FiltersChanged if another version is the latest: somebody has saved since the page was shown.

    Before the first version, nobody has. Call it inside the transaction of the change.
    """
    if latest_id(integration) not in (0, version_id):
        raise FiltersChanged


def is_over(before: datetime) -> Any:
    """Return the condition for versions that were replaced before this moment. The latest one never is, and the one
    before it can be undone.
    """
    later = FilterVersion.alias()
    replaced = later.select(later.id).where(
        later.integration == FilterVersion.integration, later.id > FilterVersion.id, later.at < before
    )
    return fn.EXISTS(replaced)


def _newest_first(integration: Integration) -> Any:
    mine = FilterVersion.select().where(FilterVersion.integration == integration)
    return mine.order_by(FilterVersion.id.desc())


def _version(row: Any) -> Version:
    removed = f"{row.actor} (removed)" if row.actor else OPERATOR
    who = str(row.user.name or row.user.email) if row.user else removed
    changes = {name: (str(before), str(after)) for name, (before, after) in row.changes.items()}
    return Version(row.id, row.at, "" if row.why == BEFORE_HISTORY else who, changes, row.why)
