"""The integrations of an account, for commands that name only the account."""

from __future__ import annotations

from portal.errors import NotFound
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.psa.registry import adapter_of


def candidates(account: Account, psa: str | None = None) -> list[Integration]:
    """Return the active integration, or else all of them, in any state; only one with `psa`, if it is given.

    Raises NotFound if there is none.
    """
    query = Integration.select().where(Integration.account == account)
    if psa is not None:
        query = query.where(Integration.psa == psa)
    found = list(query.order_by(Integration.id))
    if not found:
        problem = f"{adapter_of(psa).label} isn't connected." if psa else "No PSA is connected."
        raise NotFound(problem, "Connect it on the Integrations page.")
    return [each for each in found if each.is_active] or found
