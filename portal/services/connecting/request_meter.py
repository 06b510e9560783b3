"""Charges connection tests: to the account's own budget until a token is granted, then to the tenant's.

Otherwise anyone could use up another account's limit by entering its address with wrong credentials.
"""

from __future__ import annotations

from threading import Lock
from typing import Final, Self

from portal.errors import PsaRateLimited
from portal.models.integrations import Integration
from portal.psa.adapter import RequestLimit
from portal.psa.registry import adapter_of
from portal.sync import budget
from portal.sync.budget import BudgetPolicy
from portal.sync.request_reservation import LIMIT_USED_UP

# What an account may send with unproved credentials, to all addresses together.
UNPROVED: Final = RequestLimit(requests=200, seconds=300)
TRIED_TOO_OFTEN: Final = "Your account has tried too many credentials that didn't work."


def own_policy(account_id: int) -> BudgetPolicy:
    """Return the policy of the account's own budget. Its name has a space, so it cannot be a host."""
    return BudgetPolicy(f"account {account_id}", UNPROVED)


class Meter:
    """Reserves requests before they are sent, and refunds the unused ones in any case. Thread-safe.

    `proving` is the maximum up to the token, `reading` the maximum after it. Nothing is sent before all of it is
    reserved.
    """

    def __init__(self, integration: Integration, *, is_proved: bool, proving: int, reading: int = 0) -> None:
        self._tenant = BudgetPolicy(
            integration.limit_key, adapter_of(integration.psa).request_limit, quota=integration.quota
        )
        self._payer = self._tenant if is_proved else own_policy(integration.account_id)
        self._expected = proving + reading if is_proved else proving
        self._reading = reading
        self._reserved = 0
        self._sent = 0
        self._counting = Lock()

    def __enter__(self) -> Self:
        """Reserve the requests. Raises PsaRateLimited if too few are left."""
        self._reserve(self._expected)
        return self

    def __exit__(self, *_: object) -> None:
        self._settle()

    def before_call(self) -> None:
        with self._counting:
            self._sent += 1

    def token_granted(self) -> None:
        """Charge the tenant from here on. Raises PsaRateLimited if it has too few requests left."""
        if self._payer is not self._tenant:
            self._settle()
            self._payer = self._tenant
            if self._reading:
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
