"""The request budget of a PSA's tenant in its rolling window, shared by all processes through the database.

Requests are reserved before they are made. The default limit is 700 requests in five minutes (halo-api.md section 5).
A limit that the PSA states when it refuses a request, or that was agreed with its vendor, takes precedence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from peewee import fn

from portal import clock
from portal.db import db
from portal.errors import PsaRateLimited
from portal.models.budgets import TenantBudget, TenantUse
from portal.models.integrations import Integration

KNOWN_QUOTA: Final = 700
KNOWN_WINDOW_SECONDS: Final = 300
# Not available to syncs: enough for a connection test, so that people need not wait for a sync to end.
INTERACTIVE_RESERVE: Final = 30
# A refusal without a stated limit lowers the quota, because others use it too. It is restored after this time.
LOWERED_QUOTA_LIFETIME: Final = timedelta(hours=1)
MIN_QUOTA: Final = 50
PAUSE_AFTER_REFUSAL: Final = timedelta(seconds=30)


@dataclass(frozen=True)
class BudgetPolicy:
    """What an integration may use: `share` percent of the limit. `quota` was agreed with the PSA, or is None."""

    tenant: str
    share: int = 100
    quota: int | None = None


@dataclass(frozen=True)
class BudgetGrant:
    """`count` requests may be made now. If that is 0, the next may be made in `wait_seconds`."""

    count: int
    wait_seconds: float = 0.0


def policy_of(integration: Integration, local_hour: int) -> BudgetPolicy:
    """Return the policy at this hour of the account's day."""
    return BudgetPolicy(integration.limit_key, _share(integration, local_hour), integration.quota)


def known_limit(tenant: str) -> tuple[int, int]:
    """Return the tenant's limit: a number of requests, and the window in seconds."""
    budget = TenantBudget.get_or_none(TenantBudget.tenant == tenant)
    return (budget.quota, budget.window_seconds) if budget else (KNOWN_QUOTA, KNOWN_WINDOW_SECONDS)


def sync_quota(policy: BudgetPolicy, known_quota: int) -> int:
    """Return how many requests per window syncs may make under this policy. Some are kept for people."""
    quota = policy.quota or known_quota
    # The reserve shrinks with the limit.
    kept = min(INTERACTIVE_RESERVE, -(-quota * INTERACTIVE_RESERVE // KNOWN_QUOTA))
    return max(1, min(quota - kept, quota * policy.share // 100))


def take(
    policy: BudgetPolicy, wanted: int, *, is_interactive: bool = False, all_or_nothing: bool = False
) -> BudgetGrant:
    """Reserve up to `wanted` requests. Return unused ones with `refund`.

    With `all_or_nothing`, reserve all of them or none; if the limit is lower, all that it allows.
    """
    now = clock.now()
    with db.atomic():
        budget = _locked(policy.tenant)
        if budget.blocked_until is not None and budget.blocked_until > now:
            return BudgetGrant(0, (budget.blocked_until - now).total_seconds())
        window = timedelta(seconds=budget.window_seconds)
        TenantUse.delete().where(TenantUse.budget == budget, TenantUse.at <= now - window).execute()
        limit = _limit(budget, policy, now, is_interactive=is_interactive)
        free, needed = limit - _used(budget), min(wanted, limit) if all_or_nothing else 1
        if free < needed:
            return BudgetGrant(0, _until_free(budget, needed - free, now, window))
        count = min(wanted, free)
        TenantUse.create(budget=budget, at=now, count=count)
    return BudgetGrant(count)


def refund(policy: BudgetPolicy, count: int) -> None:
    """Return requests that were reserved and not used, the latest first."""
    with db.atomic():
        budget = _locked(policy.tenant)
        some = (TenantUse.budget == budget) & (TenantUse.count > 0)
        for use in TenantUse.select().where(some).order_by(TenantUse.id.desc()).limit(count):
            returned = min(count, use.count)
            TenantUse.update(count=TenantUse.count - returned).where(TenantUse.id == use.id).execute()
            count -= returned
            if not count:
                return


def add(policy: BudgetPolicy, count: int) -> None:
    """Count requests that were made without a reservation, such as a retry or a token."""
    with db.atomic():
        TenantUse.create(budget=_locked(policy.tenant), at=clock.now(), count=count)


def record_refusal(policy: BudgetPolicy, error: PsaRateLimited) -> float:
    """Block this tenant for as long as the refusal says, and adjust its limit. Returns the seconds."""
    now = clock.now()
    pause = PAUSE_AFTER_REFUSAL if error.retry_after is None else timedelta(seconds=error.retry_after)
    with db.atomic():
        budget = _locked(policy.tenant)
        until = max(now + pause, budget.blocked_until or now)
        if error.allowed is not None:
            budget.quota, budget.window_seconds = error.allowed[0], max(1, round(error.allowed[1]))
        else:
            budget.quota = max(MIN_QUOTA, min(budget.quota, _used(budget)))
            budget.limited_at = now
        budget.blocked_until = until
        budget.save()
    return float((until - now).total_seconds())


def _locked(tenant: str) -> TenantBudget:
    """Return the tenant's row, locked until the caller's transaction ends."""
    known = {"tenant": tenant, "quota": KNOWN_QUOTA, "window_seconds": KNOWN_WINDOW_SECONDS}
    # On PostgreSQL, an update that changes nothing locks the row; SQLite locks the whole database.
    if not TenantBudget.update(quota=TenantBudget.quota).where(TenantBudget.tenant == tenant).execute():
        TenantBudget.insert(known).on_conflict_ignore().execute()
    row: TenantBudget = TenantBudget.get(TenantBudget.tenant == tenant)
    return row


def _limit(budget: TenantBudget, policy: BudgetPolicy, now: datetime, *, is_interactive: bool) -> int:
    if budget.limited_at is not None and now - budget.limited_at > LOWERED_QUOTA_LIFETIME:
        budget.quota, budget.limited_at = max(budget.quota, KNOWN_QUOTA), None
        budget.save()
    return (policy.quota or budget.quota) if is_interactive else sync_quota(policy, budget.quota)


def _used(budget: TenantBudget) -> int:
    used = TenantUse.select(fn.SUM(TenantUse.count)).where(TenantUse.budget == budget).scalar()
    return int(used or 0)


def _until_free(budget: TenantBudget, needed: int, now: datetime, window: timedelta) -> float:
    """Return in how many seconds this many requests will have left the window."""
    for use in TenantUse.select().where(TenantUse.budget == budget).order_by(TenantUse.at):
        needed -= use.count
        if needed <= 0:
            free_at: datetime = use.at + window
            return max(0.05, (free_at - now).total_seconds())
    return window.total_seconds()


def _share(integration: Integration, local_hour: int) -> int:
    quiet = integration.quiet_hours
    if quiet and _is_between(local_hour, quiet["from"], quiet["until"]):
        return min(integration.budget_share, int(quiet["share"]))
    return int(integration.budget_share)


def _is_between(hour: int, first: int, last: int) -> bool:
    """Return whether the hour lies between the two, which may span midnight."""
    return first <= hour < last if first <= last else hour >= first or hour < last
