"""Which budget pays for requests that people cause: the account's own until a token is granted, then the tenant's.

Otherwise anybody could use up another account's limit by typing its address with wrong credentials.
"""

from __future__ import annotations

from threading import Lock
from typing import Final, Self

from portal.errors import PsaRateLimited
from portal.models.integrations import Integration
from portal.sync import budget
from portal.sync.budget import BudgetPolicy
from portal.sync.request_reservation import LIMIT_USED_UP

# What an account may send with unproved credentials in five minutes, to whatever addresses.
UNPROVED_QUOTA: Final = 200
TRIED_TOO_OFTEN: Final = "Your account has tried too many credentials that didn't work."


def own_policy(account_id: int) -> BudgetPolicy:
    """Return the account's own budget. No tenant is called so, because no host has a blank in its name."""
    return BudgetPolicy(f"account {account_id}", quota=UNPROVED_QUOTA)


class Meter:
    """Sets requests aside before they are made and gives back the unused ones, whatever happens.

    `proving` is the most that is sent up to the token, and `reading` after it. Nothing is sent before all of it is
    set aside. Several threads may count.
    """

    def __init__(self, integration: Integration, *, is_proved: bool, proving: int, reading: int = 0) -> None:
        self._tenant = BudgetPolicy(integration.limit_key, quota=integration.quota)
        self._payer = self._tenant if is_proved else own_policy(integration.account_id)
        self._expected = proving + reading if is_proved else proving
        self._reading = reading
        self._reserved = 0
        self._sent = 0
        self._counting = Lock()

    def __enter__(self) -> Self:
        """Reserve; raises PsaRateLimited when there is not enough left."""
        self._reserve(self._expected)
        return self

    def __exit__(self, *_: object) -> None:
        self._settle()

    def before_call(self) -> None:
        with self._counting:
            self._sent += 1

    def token_granted(self) -> None:
        """Let the tenant pay from here on. Raises PsaRateLimited when it has not enough left."""
        if self._payer is not self._tenant:
            self._settle()
            self._payer = self._tenant
            self._reserve(self._reading)

    def _reserve(self, count: int) -> None:
        grant = budget.take(self._payer, count, is_interactive=True, all_or_nothing=True)
        if not grant.count:
            problem = LIMIT_USED_UP if self._payer is self._tenant else TRIED_TOO_OFTEN
            raise PsaRateLimited(problem, retry_after=grant.wait_seconds)
        self._reserved = grant.count

    def _settle(self) -> None:
        unused = self._reserved - self._sent
        if unused > 0:
            budget.refund(self._payer, unused)
        elif unused < 0:
            budget.add(self._payer, -unused)
        self._reserved = self._sent = 0
