"""The PSA's request limit: what is known about it, and how much of it an integration may use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from peewee import fn

from portal import clock, zones
from portal.db import db
from portal.errors import Invalid
from portal.models.accounts import User
from portal.models.budgets import TenantBudget, TenantUse
from portal.models.integrations import Integration
from portal.psa.registry import adapter_of
from portal.services.audit import audit_log, changes
from portal.sync.budget import MIN_QUOTA, BudgetPolicy, policy_of

LARGEST_QUOTA: Final = 100_000
HOURS: Final = range(24)
PERCENT: Final = range(1, 101)


@dataclass(frozen=True)
class QuietHours:
    """Use at most `share` percent from the start of one hour to the start of another, also across midnight."""

    begin: int
    end: int
    share: int

    def __str__(self) -> str:
        return f"{self.share}% from {self.begin:02}:00 to {self.end:02}:00"


class LimitSource(StrEnum):
    """Where the limit is known from: agreed with the PSA, reported by it, or what it usually grants."""

    AGREED = "agreed"
    REPORTED = "psa"
    USUAL = "usual"


@dataclass(frozen=True)
class RateLimit:
    """`used` and `limit` count the requests in `window_seconds` of everything here that calls this tenant."""

    used: int
    limit: int
    window_seconds: int
    source: LimitSource
    limited_at: datetime | None
    blocked_until: datetime | None
    share: int
    quiet: QuietHours | None
    quota: int | None


def current(integration: Integration) -> RateLimit:
    """Return what is known about the limit now."""
    now = clock.now()
    budget = TenantBudget.get_or_none(TenantBudget.tenant == integration.limit_key)
    usual = adapter_of(integration.psa).request_limit
    window = budget.window_seconds if budget else usual.seconds
    known = budget.quota if budget else usual.requests
    source = LimitSource.REPORTED if known != usual.requests else LimitSource.USUAL
    blocked = budget.blocked_until if budget else None
    return RateLimit(
        used=_used(budget, now - timedelta(seconds=window)) if budget else 0,
        limit=integration.quota or known,
        window_seconds=window,
        source=LimitSource.AGREED if integration.quota else source,
        limited_at=budget.limited_at if budget else None,
        blocked_until=blocked if blocked and blocked > now else None,
        share=integration.budget_share,
        quiet=quiet_hours(integration.quiet_hours),
        quota=integration.quota,
    )


def policy(integration: Integration) -> BudgetPolicy:
    """Return what the integration may use at this hour of its account's day."""
    hour = clock.now().astimezone(zones.zone(integration.account.time_zone)).hour
    return policy_of(integration, hour, adapter_of(integration.psa).request_limit)


def change(
    integration: Integration, share: int, quiet: QuietHours | None, quota: int | None, user: User | None
) -> None:
    """Use at most `share` percent of the PSA's limit, less in quiet hours. `quota` is the limit agreed with the PSA.

    Applies to running syncs at once. Raises Invalid for `share`, `quiet_end`, `quiet_share` or `quota`.
    """
    _check(share, quiet, quota)
    with db.atomic():
        before = _in_words(integration)
        integration.budget_share, integration.quota = share, quota
        integration.quiet_hours = quiet and {"from": quiet.begin, "until": quiet.end, "share": quiet.share}
        integration.save(only=[Integration.budget_share, Integration.quota, Integration.quiet_hours])
        changed = changes.differing(before, _in_words(integration))
        words = in_words(integration, share, quiet, quota)
        audit_log.record(integration.account, user, "integration.limited", words, changed)


def in_words(integration: Integration, share: int, quiet: QuietHours | None, quota: int | None) -> str:
    """Return it in one line, such as "at most 50 %, 25 % from 08:00 to 18:00, limit of 900 agreed with Acme"."""
    said = [f"at most {share}%"]
    said += [str(quiet)] if quiet else []
    said += [f"limit of {quota} agreed with {adapter_of(integration.psa).name}"] if quota else []
    return ", ".join(said)


def quiet_hours(stored: Any) -> QuietHours | None:
    """Parse Integration.quiet_hours; None if it is invalid."""
    try:
        quiet = QuietHours(int(stored["from"]), int(stored["until"]), int(stored["share"]))
    except (KeyError, TypeError, ValueError):
        return None
    return quiet if _are_possible(quiet) and quiet.share in PERCENT else None


def _in_words(integration: Integration) -> dict[str, str]:
    quiet = quiet_hours(integration.quiet_hours)
    return {
        "Share of the limit": f"{integration.budget_share}%",
        "Quiet hours": str(quiet) if quiet else "",
        "Agreed limit": f"{integration.quota:,} requests in 5 minutes" if integration.quota else "",
    }


def _check(share: int, quiet: QuietHours | None, quota: int | None) -> None:
    if share not in PERCENT:
        raise Invalid("share", "Enter a percentage from 1 to 100.", "To use none of it, pause the schedule.")
    if quiet and not _are_possible(quiet):
        raise Invalid("quiet_end", "Quiet hours must start and end at different hours, from 0 to 23.")
    if quiet and quiet.share not in PERCENT:
        raise Invalid("quiet_share", "Enter a percentage from 1 to 100.")
    if quota is not None and not MIN_QUOTA <= quota <= LARGEST_QUOTA:
        raise Invalid("quota", f"Enter a number from {MIN_QUOTA} to {LARGEST_QUOTA:,}, or leave it blank.")


def _are_possible(quiet: QuietHours) -> bool:
    return quiet.begin in HOURS and quiet.end in HOURS and quiet.begin != quiet.end


def _used(budget: TenantBudget, since: datetime) -> int:
    used = TenantUse.select(fn.SUM(TenantUse.count)).where(TenantUse.budget == budget, TenantUse.at > since)
    return int(used.scalar() or 0)
